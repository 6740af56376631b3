/* test-sock-diag.c - lib/sock-diag.c
   SPDX-License-Identifier: GPL-3.0-or-later

   Answers as a kernel gives them, made here byte by byte, and answers as none
   should.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Not every C library comes with the kernel's headers.  */
#ifdef __has_include
#if __has_include(<linux/unix_diag.h>) && __has_include(<linux/inet_diag.h>)
#include <sys/socket.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#define HAS_KERNEL_HEADERS 1
#endif
#endif

#include "lib/sock-diag.h"
#include "tests/unit/unit.h"

enum { sequence = 7, kind_error = 2, kind_done = 3, kind_socket = 20 };

static unsigned char reply[4096];
static size_t size, message;

static struct sonde_listener told[8];
static int told_count, stop_at;

static int each(const struct sonde_listener *listener, void *data)
{
    ck_assert_ptr_eq(data, told);
    ck_assert_int_lt(told_count, 8);
    told[told_count++] = *listener;
    return told_count == stop_at;
}

static void setup(void)
{
    size = 0;
    told_count = 0;
    stop_at = 0;
    memset(reply, 0, sizeof reply);
    memset(told, 0, sizeof told);
}

static void put(size_t at, size_t bytes, uint64_t value)
{
    sonde_store(reply + at, bytes, SONDE_BYTEORDER, value);
}

/* Begin a message; and let it, and all after it, end at a multiple of 4.  */
static void begin(unsigned kind, unsigned number)
{
    message = size;
    put(message + 4, 2, kind);
    put(message + 6, 2, 2); /* one of several */
    put(message + 8, 4, number);
    size += 16;
}

static void end(void)
{
    put(message, 4, size - message);
    size = (size + 3) / 4 * 4;
}

static void add_attribute(unsigned kind, const void *data, size_t length)
{
    put(size, 2, length + 4);
    put(size + 2, 2, kind);
    if (length > 0)
        memcpy(reply + size + 4, data, length);
    size += (length + 4 + 3) / 4 * 4;
}

/* The body of a TCP socket, without its attributes.  */
static size_t add_inet(int family, unsigned port, unsigned queued,
                       unsigned limit)
{
    begin(kind_socket, sequence);
    size_t body = size;
    reply[body] = (unsigned char)family;
    reply[body + 1] = 10; /* listens */
    sonde_store(reply + body + 4, 2, SONDE_BIG_ENDIAN, port);
    put(body + 56, 4, queued);
    put(body + 60, 4, limit);
    put(body + 64, 4, 1000);
    put(body + 68, 4, 77);
    size += 72;
    return body;
}

static void add_unix(int type, const void *name, size_t length)
{
    static const unsigned char zero[8];
    begin(kind_socket, sequence);
    reply[size] = 1;
    reply[size + 1] = (unsigned char)type;
    reply[size + 2] = 10;
    put(size + 4, 4, 78);
    size += 16;
    if (name)
        add_attribute(0, name, length);
    size_t at = size;
    add_attribute(4, zero, 8);
    put(at + 4, 4, 6);
    put(at + 8, 4, 5);
    end();
}

static void add_done(unsigned kind, int32_t code)
{
    begin(kind, sequence);
    put(size, 4, (uint32_t)code);
    size += 4;
    end();
}

static int read_reply(void)
{
    struct sonde__diag_sink sink = {.listener = each, .data = told};
    return sonde__diag_read(reply, size, sequence, &sink);
}

static void check_text(int i, const char *text)
{
    char printed[SONDE_ADDRESS_TEXT];
    ck_assert_int_gt(
        sonde_address_print(&told[i].address, printed, sizeof printed), 0);
    ck_assert_str_eq(printed, text);
}

START_TEST(tcp_listeners_are_read)
{
    unsigned char memory[36] = {0}, only = 1;
    sonde_store(memory + 32, 4, SONDE_BYTEORDER, 2310);
    size_t body = add_inet(2, 443, 129, 128);
    memcpy(reply + body + 8, (unsigned char[4]){192, 0, 2, 1}, 4);
    add_attribute(7, memory, sizeof memory);
    end();
    body = add_inet(10, 22, 0, 4096);
    put(body + 40, 4, 3);
    reply[body + 8] = 0xfe, reply[body + 9] = 0x80, reply[body + 23] = 1;
    add_attribute(0x8000 | 11, &only, 1);
    end();
    ck_assert_int_eq(read_reply(), 0);
    ck_assert_int_eq(told_count, 2);
    check_text(0, "192.0.2.1:443");
    ck_assert_int_eq(told[0].type, SOCK_STREAM);
    ck_assert_int_eq(told[0].queue.queued, 129);
    ck_assert_int_eq(told[0].queue.backlog, 128);
    ck_assert_int_eq(told[0].capacity, 129);
    ck_assert_int_eq(told[0].queue.drops, 2310);
    ck_assert_int_eq(told[0].queue.incomplete, -1);
    ck_assert_int_eq(told[0].uid, 1000);
    ck_assert_uint_eq(told[0].inode, 77);
    ck_assert_int_eq(told[0].v6only, -1);
    ck_assert_int_eq(sonde_address_port(&told[1].address), 22);
    ck_assert_int_eq(told[1].queue.drops, -1);
    ck_assert_int_eq(told[1].v6only, 1);
    ck_assert_uint_eq(told[1].ifindex, 3);
    struct sockaddr_in6 in6;
    memcpy(&in6, &told[1].address.storage, sizeof in6);
    ck_assert_uint_eq(in6.sin6_scope_id, 3);
}
END_TEST

START_TEST(unix_listeners_are_read)
{
    char longest[109];
    memset(longest, 'x', sizeof longest);
    longest[0] = '/';
    longest[108] = '\0';
    add_unix(1, "/run/a b", 9);
    add_unix(5, "/run/c", 6);
    add_unix(1, "\0name\0x", 7);
    add_unix(1, NULL, 0);
    add_unix(1, longest, 109);
    ck_assert_int_eq(read_reply(), 0);
    ck_assert_int_eq(told_count, 5);
    check_text(0, "/run/a\\040b");
    check_text(1, "/run/c");
    check_text(2, "\\000name\\000x");
    check_text(3, "(unnamed)");
    ck_assert_int_eq(told[0].type, SOCK_STREAM);
    ck_assert_int_eq(told[1].type, SOCK_SEQPACKET);
    ck_assert_int_eq(told[0].queue.queued, 6);
    ck_assert_int_eq(told[0].queue.backlog, 5);
    ck_assert_int_eq(told[0].queue.drops, -1);
    ck_assert_int_eq(told[0].capacity, 6);
    ck_assert_int_eq(told[0].uid, -1);
    ck_assert_uint_eq(told[4].inode, 78);
}
END_TEST

/* The kernel's 12 bits of major and 20 of minor number are what stat says in
   another order.  */
START_TEST(the_file_of_a_unix_listener_is_told)
{
    unsigned char file[8];
    begin(kind_socket, sequence);
    reply[size] = 1;
    reply[size + 1] = 1;
    reply[size + 2] = 10;
    size += 16;
    sonde_store(file, 4, SONDE_BYTEORDER, 4711);
    sonde_store(file + 4, 4, SONDE_BYTEORDER, 0x08112345);
    add_attribute(1, file, sizeof file);
    end();
    add_unix(1, "/run/c", 6);
    ck_assert_int_eq(read_reply(), 0);
    ck_assert_int_eq(told_count, 2);
    ck_assert_uint_eq(told[0].file_inode, 4711);
    ck_assert_uint_eq(told[0].file_device, 0x12308145);
    ck_assert_uint_eq(told[1].file_inode, 0);
    setup();
    add_unix(1, "/run/c", 6);
    begin(kind_socket, sequence);
    reply[size] = 1;
    reply[size + 2] = 10;
    size += 16;
    add_attribute(1, file, 4);
    end();
    ck_assert_int_eq(read_reply(), 0);
    ck_assert_uint_eq(told[1].file_inode, 0);
}
END_TEST

START_TEST(what_does_not_listen_or_is_not_the_answer_is_passed_over)
{
    size_t body = add_inet(2, 80, 0, 1);
    reply[body + 1] = 1; /* established */
    end();
    add_inet(2, 80, 0, 1);
    put(message + 8, 4, sequence + 1);
    end();
    begin(1, sequence); /* nothing at all */
    end();
    ck_assert_int_eq(read_reply(), 0);
    ck_assert_int_eq(told_count, 0);
}
END_TEST

START_TEST(the_end_and_the_refusal)
{
    add_inet(2, 80, 0, 1);
    end();
    add_done(kind_done, 0);
    ck_assert_int_eq(read_reply(), 1);
    ck_assert_int_eq(told_count, 1);
    setup();
    begin(kind_done, sequence); /* without a code, as older kernels do */
    end();
    ck_assert_int_eq(read_reply(), 1);
    static const struct {
        unsigned kind;
        int code, error;
    } cases[] = {
        {kind_error, -ENOENT, ENOENT},   {kind_error, -EPERM, EPERM},
        {kind_done, -EINTR, EINTR},      {kind_error, 0, EPROTO},
        {kind_error, 5, EPROTO},         {kind_done, 5, EPROTO},
        {kind_error, INT32_MIN, EPROTO}, {kind_done, -4096, EPROTO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setup();
        add_done(cases[i].kind, cases[i].code);
        ck_assert_int_eq(read_reply(), -1);
        ck_assert_int_eq(errno, cases[i].error);
    }
}
END_TEST

START_TEST(each_may_stop)
{
    add_unix(1, "/a", 2);
    add_unix(1, "/b", 2);
    stop_at = 1;
    ck_assert_int_eq(read_reply(), -1);
    ck_assert_int_eq(errno, ECANCELED);
    ck_assert_int_eq(told_count, 1);
}
END_TEST

/* Cut anywhere, from the heap, so that a sanitizer sees what is read beyond
   the end: an error, or nothing more; never another listener.  */
START_TEST(a_reply_that_is_cut_is_read_no_further)
{
    unsigned char memory[36] = {0};
    add_inet(2, 443, 129, 128);
    add_attribute(7, memory, sizeof memory);
    end();
    size_t whole = size;
    add_unix(1, "/run/a", 7);
    size_t all = size;
    for (size_t cut = 0; cut < all; cut++) {
        unsigned char *copy = malloc(cut + 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, reply, cut);
        told_count = 0;
        struct sonde__diag_sink sink = {.listener = each, .data = told};
        int result = sonde__diag_read(copy, cut, sequence, &sink);
        ck_assert_int_eq(told_count, cut >= whole);
        if (cut != 0 && cut != whole) {
            ck_assert_int_eq(result, -1);
            ck_assert_int_eq(errno, EPROTO);
        }
        free(copy);
    }
}
END_TEST

START_TEST(lengths_that_lie_are_not_believed)
{
    static const uint32_t lies[] = {0, 1, 15, 17, 87, 0x7fffffff, 0xffffffff};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        setup();
        add_inet(2, 80, 0, 1);
        end();
        put(0, 4, lies[i]);
        ck_assert_int_eq(read_reply(), -1);
        ck_assert_int_eq(errno, EPROTO);
        ck_assert_int_eq(told_count, 0);
    }
    /* Attributes: what is not sound is as if it were not there.  */
    for (unsigned length = 0; length < 4; length++) {
        setup();
        add_inet(2, 80, 0, 1);
        add_attribute(7, lies, 20);
        put(16 + 72, 2, length);
        end();
        ck_assert_int_eq(read_reply(), 0);
        ck_assert_int_eq(told[0].queue.drops, -1);
    }
    setup();
    add_inet(2, 80, 0, 1);
    add_attribute(7, lies, 20);
    put(16 + 72, 2, 0xffff);
    end();
    ck_assert_int_eq(read_reply(), 0);
    ck_assert_int_eq(told[0].queue.drops, -1);
}
END_TEST

/* A name that no sockaddr_un holds, another family, no body.  */
START_TEST(what_cannot_be_is_an_error)
{
    static const char name[200] = "/";
    add_unix(1, name, 110);
    ck_assert_int_eq(read_reply(), -1);
    ck_assert_int_eq(errno, EPROTO);
    setup();
    add_inet(99, 80, 0, 1);
    end();
    ck_assert_int_eq(read_reply(), -1);
    ck_assert_int_eq(errno, EPROTO);
    setup();
    begin(kind_socket, sequence);
    end();
    ck_assert_int_eq(read_reply(), -1);
    ck_assert_int_eq(errno, EPROTO);
}
END_TEST

START_TEST(requests_say_what_is_wanted)
{
    unsigned char request[sonde__diag_request_size];
    ck_assert_uint_eq(sonde__diag_request(request, AF_INET6, 0, 5), 72);
    ck_assert_uint_eq(sonde_load(request, 4, SONDE_BYTEORDER), 72);
    ck_assert_uint_eq(sonde_load(request + 4, 2, SONDE_BYTEORDER), 20);
    ck_assert_uint_eq(sonde_load(request + 8, 4, SONDE_BYTEORDER), 5);
    ck_assert_uint_eq(request[16], 10);
    ck_assert_uint_eq(request[17], 6);
    ck_assert_uint_eq(sonde_load(request + 20, 4, SONDE_BYTEORDER), 1024);
    ck_assert_uint_eq(sonde__diag_request(request, AF_UNIX, 0, 5), 40);
    ck_assert_uint_eq(request[16], 1);
    ck_assert_uint_eq(sonde_load(request + 20, 4, SONDE_BYTEORDER), 1024);
}
END_TEST

static struct sonde_waiting waits[4];
static int waits_count;

static int keep_waiting(const struct sonde_waiting *waiting, void *data)
{
    waits[waits_count++] = *waiting;
    return *(int *)data;
}

static int read_waiting(int answer)
{
    struct sonde__diag_sink sink = {.waiting = keep_waiting, .data = &answer};
    waits_count = 0;
    return sonde__diag_read(reply, size, sequence, &sink);
}

/* A connection in STATE, of SOCKET, with QUEUED bytes, silent for 25 ms.  */
static void add_connection(unsigned state, unsigned socket, unsigned queued)
{
    unsigned char info[104] = {0};
    size_t body = add_inet(2, 80, queued, 0);
    reply[body + 1] = (unsigned char)state;
    sonde_store(reply + body + 6, 2, SONDE_BIG_ENDIAN, 4000);
    memcpy(reply + body + 8, "\x7f\0\0\1", 4);
    memcpy(reply + body + 24, "\x7f\0\0\2", 4);
    put(body + 68, 4, socket);
    sonde_store(info + 56, 4, SONDE_BYTEORDER, 25);
    add_attribute(2, info, sizeof info);
    end();
}

START_TEST(connections_that_wait)
{
    unsigned char request[sonde__diag_request_size];
    char text[SONDE_ADDRESS_TEXT];
    ck_assert_uint_eq(sonde__diag_request(request, AF_INET, 1, 5), 72);
    ck_assert_uint_eq(sonde_load(request + 20, 4, SONDE_BYTEORDER), 0x102);
    ck_assert_uint_eq(request[18], 2);
    add_connection(1, 0, 7);
    add_connection(8, 0, 8);  /* a FIN is one of the bytes */
    add_connection(8, 0, 0);  /* read by nobody, and without data */
    add_connection(1, 99, 7); /* accepted */
    add_connection(10, 0, 7); /* a listener */
    add_done(3, 0);
    ck_assert_int_eq(read_waiting(0), 1);
    ck_assert_int_eq(waits_count, 3);
    ck_assert_int_eq(waits[0].received, 7);
    ck_assert_int_eq(waits[0].silence, 25);
    ck_assert_int_eq(waits[0].ended, 0);
    sonde_address_print(&waits[0].local, text, sizeof text);
    ck_assert_str_eq(text, "127.0.0.1:80");
    sonde_address_print(&waits[0].peer, text, sizeof text);
    ck_assert_str_eq(text, "127.0.0.2:4000");
    ck_assert_int_eq(waits[1].received, 7);
    ck_assert_int_eq(waits[1].ended, 1);
    ck_assert_int_eq(waits[2].received, 0);
    FAILS(ECANCELED, read_waiting(1));
    ck_assert_int_eq(waits_count, 1);
}
END_TEST

static struct sonde_handshake handshakes[4];
static int handshakes_count;

static int keep_handshake(const struct sonde_handshake *handshake, void *data)
{
    handshakes[handshakes_count++] = *handshake;
    return *(int *)data;
}

static int read_handshakes(int answer)
{
    struct sonde__diag_sink sink = {.handshake = keep_handshake,
                                    .data = &answer};
    handshakes_count = 0;
    return sonde__diag_read(reply, size, sequence, &sink);
}

START_TEST(handshakes_in_progress)
{
    unsigned char request[sonde__diag_request_size];
    char text[SONDE_ADDRESS_TEXT];
    ck_assert_uint_eq(sonde__diag_request_handshakes(request, AF_INET6, 5), 72);
    ck_assert_uint_eq(request[16], 10);
    ck_assert_uint_eq(request[17], 6);
    ck_assert_uint_eq(request[18], 0);
    ck_assert_uint_eq(sonde_load(request + 20, 4, SONDE_BYTEORDER), 1 << 3);
    for (unsigned i = 0; i < 2; i++) {
        size_t body = add_inet(2, 80, 0, 0);
        reply[body + 1] = 3;
        reply[body + 3] = (unsigned char)(2 * i);
        sonde_store(reply + body + 6, 2, SONDE_BIG_ENDIAN, 4000 + i);
        memcpy(reply + body + 8, "\x7f\0\0\1", 4);
        memcpy(reply + body + 24, "\x7f\0\0\2", 4);
        put(body + 40, 4, 7);
        end();
    }
    add_connection(1, 0, 7); /* no handshake */
    add_done(3, 0);
    ck_assert_int_eq(read_handshakes(0), 1);
    ck_assert_int_eq(handshakes_count, 2);
    ck_assert_int_eq(handshakes[0].retransmits, 0);
    ck_assert_int_eq(handshakes[1].retransmits, 2);
    ck_assert_uint_eq(handshakes[1].ifindex, 7);
    sonde_address_print(&handshakes[1].local, text, sizeof text);
    ck_assert_str_eq(text, "127.0.0.1:80");
    sonde_address_print(&handshakes[1].peer, text, sizeof text);
    ck_assert_str_eq(text, "127.0.0.2:4001");
    FAILS(ECANCELED, read_handshakes(1));
    ck_assert_int_eq(handshakes_count, 1);
    size = 40;
    put(0, 4, 40); /* shorter than the structure */
    FAILS(EPROTO, read_handshakes(0));
}
END_TEST

START_TEST(no_connections)
{
    add_unix(1, "/a", 2);
    FAILS(EPROTO, read_waiting(0));
    size = 0;
    begin(kind_socket, sequence);
    reply[size] = 2;
    size += 71;
    end();
    FAILS(EPROTO, read_waiting(0));
}
END_TEST

#ifdef HAS_KERNEL_HEADERS
/* Append the SIZE bytes DATA, padded.  */
static void add_bytes(const void *data, size_t length)
{
    memcpy(reply + size, data, length);
    size += NLMSG_ALIGN(length);
}

static void add_header(size_t body_size)
{
    struct nlmsghdr header = {.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + body_size),
                              .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                              .nlmsg_flags = NLM_F_MULTI,
                              .nlmsg_seq = sequence};
    add_bytes(&header, sizeof header);
}

/* NLA_HDRLEN, without its conversion of a negative mask.  */
enum { nla_header = sizeof(struct nlattr) };

static void add_nlattr(unsigned kind, const void *data, size_t length)
{
    struct nlattr attribute = {.nla_type = (uint16_t)kind,
                               .nla_len = (uint16_t)(nla_header + length)};
    add_bytes(&attribute, sizeof attribute);
    add_bytes(data, length);
}

static void add_kernel_inet(void)
{
    struct inet_diag_msg body = {.idiag_family = 10,
                                 .idiag_state = 10,
                                 .idiag_rqueue = 5,
                                 .idiag_wqueue = 6,
                                 .idiag_uid = 7,
                                 .idiag_inode = 8};
    uint32_t memory[SK_MEMINFO_VARS] = {[SK_MEMINFO_DROPS] = 9};
    unsigned char only = 1;
    body.id.idiag_sport = htons(443);
    body.id.idiag_if = 11;
    ((unsigned char *)body.id.idiag_src)[0] = 0xfe;
    ((unsigned char *)body.id.idiag_src)[1] = 0x80;
    ((unsigned char *)body.id.idiag_src)[15] = 1;
    add_header(sizeof body + nla_header + sizeof memory + nla_header + 1);
    add_bytes(&body, sizeof body);
    add_nlattr(INET_DIAG_SKMEMINFO, memory, sizeof memory);
    add_nlattr(INET_DIAG_SKV6ONLY, &only, 1);
}

static void add_kernel_unix(void)
{
    struct unix_diag_msg body = {
        .udiag_family = 1, .udiag_type = 5, .udiag_state = 10, .udiag_ino = 12};
    struct unix_diag_rqlen queue = {.udiag_rqueue = 13, .udiag_wqueue = 14};
    struct unix_diag_vfs file = {.udiag_vfs_ino = 15, .udiag_vfs_dev = 16};
    uint32_t uid = 17;
    add_header(sizeof body + 4 * nla_header + sizeof queue + sizeof file +
               sizeof uid + 4);
    add_bytes(&body, sizeof body);
    add_nlattr(UNIX_DIAG_NAME, "/x/y", 4);
    add_nlattr(UNIX_DIAG_VFS, &file, sizeof file);
    add_nlattr(UNIX_DIAG_RQLEN, &queue, sizeof queue);
    add_nlattr(UNIX_DIAG_UID, &uid, sizeof uid);
}

START_TEST(answers_are_laid_out_as_in_the_kernel_headers)
{
    struct nlmsghdr done = {.nlmsg_len = NLMSG_HDRLEN + 4,
                            .nlmsg_type = NLMSG_DONE,
                            .nlmsg_seq = sequence};
    add_kernel_inet();
    add_kernel_unix();
    add_bytes(&done, sizeof done);
    add_bytes(&(int32_t){0}, 4);
    ck_assert_int_eq(read_reply(), 1);
    ck_assert_int_eq(told_count, 2);
    check_text(0, "[fe80::1%11]:443");
    ck_assert_int_eq(told[0].queue.queued, 5);
    ck_assert_int_eq(told[0].queue.backlog, 6);
    ck_assert_int_eq(told[0].uid, 7);
    ck_assert_uint_eq(told[0].inode, 8);
    ck_assert_int_eq(told[0].queue.drops, 9);
    ck_assert_int_eq(told[0].v6only, 1);
    check_text(1, "/x/y");
    ck_assert_int_eq(told[1].type, SOCK_SEQPACKET);
    ck_assert_uint_eq(told[1].inode, 12);
    ck_assert_int_eq(told[1].queue.queued, 13);
    ck_assert_int_eq(told[1].queue.backlog, 14);
    ck_assert_uint_eq(told[1].file_inode, 15);
    ck_assert_uint_eq(told[1].file_device, 16);
    ck_assert_int_eq(told[1].uid, 17);
}
END_TEST

START_TEST(requests_are_laid_out_as_in_the_kernel_headers)
{
    unsigned char request[sonde__diag_request_size];
    struct nlmsghdr header;
    struct inet_diag_req_v2 inet;
    struct unix_diag_req local;
    size_t length = sonde__diag_request(request, AF_INET6, 0, 3);
    memcpy(&header, request, sizeof header);
    memcpy(&inet, request + NLMSG_HDRLEN, sizeof inet);
    ck_assert_uint_eq(length, NLMSG_HDRLEN + sizeof inet);
    ck_assert_uint_eq(header.nlmsg_len, length);
    ck_assert_uint_eq(header.nlmsg_type, SOCK_DIAG_BY_FAMILY);
    ck_assert_uint_eq(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
    ck_assert_uint_eq(header.nlmsg_seq, 3);
    ck_assert_uint_eq(inet.sdiag_family, 10);
    ck_assert_uint_eq(inet.sdiag_protocol, IPPROTO_TCP);
    ck_assert_uint_eq(inet.idiag_ext, 1U << (INET_DIAG_SKMEMINFO - 1));
    ck_assert_uint_eq(inet.idiag_states, 1U << 10);
    length = sonde__diag_request(request, AF_UNIX, 0, 3);
    memcpy(&local, request + NLMSG_HDRLEN, sizeof local);
    ck_assert_uint_eq(length, NLMSG_HDRLEN + sizeof local);
    ck_assert_uint_eq(local.sdiag_family, 1);
    ck_assert_uint_eq(local.udiag_states, 1U << 10);
    ck_assert_uint_eq(local.udiag_show, UDIAG_SHOW_NAME | UDIAG_SHOW_VFS |
                                            UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID);
}
END_TEST

/* Of TCP the listener is the source, of UDP the destination.  */
START_TEST(exact_requests_are_laid_out_as_in_the_kernel_headers)
{
    unsigned char request[sonde__diag_request_size];
    struct nlmsghdr header;
    struct inet_diag_req_v2 inet;
    struct sonde_listener listener = {.type = SOCK_STREAM,
                                      .ifindex = 7,
                                      .cookie = UINT64_C(0x1122334455667788)};
    sonde_address_parse(&listener.address, "::ffff:127.0.0.1", 80);
    size_t length = sonde__diag_request_exact(request, &listener, 9, 3);
    memcpy(&header, request, sizeof header);
    memcpy(&inet, request + NLMSG_HDRLEN, sizeof inet);
    ck_assert_uint_eq(length, NLMSG_HDRLEN + sizeof inet);
    ck_assert_uint_eq(header.nlmsg_flags, NLM_F_REQUEST);
    ck_assert_uint_eq(inet.id.idiag_sport, htons(80));
    ck_assert_uint_eq(inet.id.idiag_dport, htons(9));
    ck_assert_uint_eq(inet.id.idiag_src[3], htonl(INADDR_LOOPBACK));
    ck_assert_uint_eq(inet.id.idiag_dst[2], htonl(0xffff));
    ck_assert_uint_eq(inet.id.idiag_if, 7);
    ck_assert_uint_eq(inet.id.idiag_cookie[0], 0x55667788);
    ck_assert_uint_eq(inet.id.idiag_cookie[1], 0x11223344);
    listener.type = SOCK_DGRAM;
    listener.cookie = 0;
    sonde_address_loopback(&listener.address, AF_INET, 80);
    sonde__diag_request_exact(request, &listener, 9, 3);
    memcpy(&inet, request + NLMSG_HDRLEN, sizeof inet);
    ck_assert_uint_eq(inet.sdiag_protocol, IPPROTO_UDP);
    ck_assert_uint_eq(inet.id.idiag_dport, htons(80));
    ck_assert_uint_eq(inet.id.idiag_dst[0], htonl(INADDR_LOOPBACK));
    ck_assert_uint_eq(inet.id.idiag_cookie[1], UINT32_MAX);
}
END_TEST

START_TEST(exact_requests_of_unix_sockets)
{
    unsigned char request[sonde__diag_request_size];
    struct unix_diag_req local;
    struct sonde_listener listener = {.type = SOCK_STREAM,
                                      .inode = 5,
                                      .cookie = UINT64_C(0x1122334455667788)};
    sonde_address_unix(&listener.address, "/x");
    size_t length = sonde__diag_request_exact(request, &listener, 0, 3);
    memcpy(&local, request + NLMSG_HDRLEN, sizeof local);
    ck_assert_uint_eq(length, NLMSG_HDRLEN + sizeof local);
    ck_assert_uint_eq(local.udiag_ino, 5);
    ck_assert_uint_eq(local.udiag_cookie[0], 0x55667788);
    ck_assert_uint_eq(local.udiag_cookie[1], 0x11223344);
}
END_TEST
#endif

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, tcp_listeners_are_read);
    tcase_add_test(tests, unix_listeners_are_read);
    tcase_add_test(tests, the_file_of_a_unix_listener_is_told);
    tcase_add_test(tests,
                   what_does_not_listen_or_is_not_the_answer_is_passed_over);
    tcase_add_test(tests, the_end_and_the_refusal);
    tcase_add_test(tests, each_may_stop);
    tcase_add_test(tests, a_reply_that_is_cut_is_read_no_further);
    tcase_add_test(tests, lengths_that_lie_are_not_believed);
    tcase_add_test(tests, what_cannot_be_is_an_error);
    tcase_add_test(tests, requests_say_what_is_wanted);
    tcase_add_test(tests, connections_that_wait);
    tcase_add_test(tests, handshakes_in_progress);
    tcase_add_test(tests, no_connections);
#ifdef HAS_KERNEL_HEADERS
    tcase_add_test(tests, answers_are_laid_out_as_in_the_kernel_headers);
    tcase_add_test(tests, requests_are_laid_out_as_in_the_kernel_headers);
    tcase_add_test(tests, exact_requests_are_laid_out_as_in_the_kernel_headers);
    tcase_add_test(tests, exact_requests_of_unix_sockets);
#endif
}

int main(void)
{
    return unit_main("sock-diag", add);
}
