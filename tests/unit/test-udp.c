/* test-udp.c - datagram sockets: the kernel's answers, and their explanation
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/proc-net.h"
#include "lib/sock-diag.h"
#include "probes/listeners/datagrams.h"
#include "tests/unit/unit.h"

enum { sequence = 7, kind_socket = 20, udp_size = 16 + 72 + 4 + 36 };

static struct sonde_listener found[8];
static struct sonde_address peers[8];
static int found_count;

static int each(const struct sonde_listener *socket, void *data)
{
    ck_assert_int_lt(found_count, 8);
    if (socket->peer)
        peers[found_count] = *socket->peer;
    found[found_count++] = *socket;
    return data != NULL;
}

static void put(unsigned char *at, size_t size, uint64_t value)
{
    sonde_store(at, size, SONDE_BYTEORDER, value);
}

/* A message on a UDP socket in STATE, with 3 figures; at REPLY, udp_size bytes.
 */
static void make_udp(unsigned char *reply, int family, unsigned state,
                     unsigned queued, unsigned limit, unsigned drops)
{
    unsigned char *body = reply + 16, *memory = body + 72;
    memset(reply, 0, udp_size);
    put(reply, 4, udp_size);
    put(reply + 4, 2, kind_socket);
    put(reply + 8, 4, sequence);
    body[0] = (unsigned char)family;
    body[1] = (unsigned char)state;
    sonde_store(body + 4, 2, SONDE_BIG_ENDIAN, 514);
    sonde_store(body + 6, 2, SONDE_BIG_ENDIAN, 4000);
    body[8] = 127, body[11] = 1;
    body[24] = 127, body[27] = 2;
    put(body + 40, 4, 3);
    put(body + 56, 4, 5);
    put(body + 64, 4, 1000);
    put(body + 68, 4, 77);
    put(memory, 2, 40);
    put(memory + 2, 2, 7);
    put(memory + 4, 4, queued);
    put(memory + 8, 4, limit);
    put(memory + 36, 4, drops);
}

static int read_one(const unsigned char *reply, size_t size, void *data)
{
    struct sonde__diag_sink sink = {.datagram = each, .data = data};
    found_count = 0;
    return sonde__diag_read(reply, size, sequence, &sink);
}

static void check_address(const struct sonde_address *address, const char *text)
{
    char printed[SONDE_ADDRESS_TEXT];
    sonde_address_print(address, printed, sizeof printed);
    ck_assert_str_eq(printed, text);
}

START_TEST(udp_sockets_are_read)
{
    unsigned char reply[udp_size];
    make_udp(reply, 2, 7, 832, 212992, 10000);
    ck_assert_int_eq(read_one(reply, sizeof reply, NULL), 0);
    ck_assert_int_eq(found_count, 1);
    check_address(&found[0].address, "127.0.0.1:514");
    ck_assert_int_eq(found[0].type, SOCK_DGRAM);
    ck_assert_int_eq(found[0].queue.queued, 832);
    ck_assert_int_eq(found[0].queue.backlog, 212992);
    ck_assert_int_eq(found[0].capacity, 212992);
    ck_assert_int_eq(found[0].queue.drops, 10000);
    ck_assert_int_eq(found[0].queue.incomplete, -1);
    ck_assert_int_eq(found[0].pending, 1);
    ck_assert_int_eq(found[0].uid, 1000);
    ck_assert_uint_eq(found[0].inode, 77);
    ck_assert_uint_eq(found[0].ifindex, 3);
    ck_assert_int_eq(found[0].v6only, -1);
    ck_assert_ptr_null(found[0].peer);
    make_udp(reply, 2, 1, 0, 2304, 0);
    ck_assert_int_eq(read_one(reply, sizeof reply, NULL), 0);
    ck_assert_ptr_nonnull(found[0].peer);
    check_address(&peers[0], "127.0.0.2:4000");
    ck_assert_int_eq(found[0].pending, 0);
    FAILS(ECANCELED, read_one(reply, sizeof reply, found));
    make_udp(reply, 2, 10, 0, 2304, 0); /* another state */
    ck_assert_int_eq(read_one(reply, sizeof reply, NULL), 0);
    ck_assert_int_eq(found_count, 0);
}
END_TEST

/* Without memory figures: the queue of the message, and no limit.  */
START_TEST(missing_figures_are_unknown)
{
    unsigned char reply[udp_size];
    make_udp(reply, 10, 7, 1, 2, 3);
    put(reply, 4, 16 + 72);
    ck_assert_int_eq(read_one(reply, 16 + 72, NULL), 0);
    ck_assert_int_eq(found[0].queue.queued, 5);
    ck_assert_int_eq(found[0].queue.backlog, -1);
    ck_assert_int_eq(found[0].capacity, -1);
    ck_assert_int_eq(found[0].queue.drops, -1);
    make_udp(reply, 99, 7, 1, 2, 3);
    FAILS(EPROTO, read_one(reply, sizeof reply, NULL));
    for (size_t cut = 1; cut < udp_size; cut++) {
        unsigned char *copy = malloc(cut);
        ck_assert_ptr_nonnull(copy);
        make_udp(reply, 2, 7, 1, 2, 3);
        memcpy(copy, reply, cut);
        FAILS(EPROTO, read_one(copy, cut, NULL));
        ck_assert_int_eq(found_count, 0);
        free(copy);
    }
}
END_TEST

/* A message on a UNIX socket of TYPE, with the NAME of LENGTH bytes, 4 at most,
   and FIRST, the length of the first datagram.  */
static int read_unix(unsigned type, const char *name, size_t length,
                     unsigned first)
{
    unsigned char reply[16 + 16 + 8 + 12] = {0}, *body = reply + 16;
    put(reply, 4, sizeof reply);
    put(reply + 4, 2, kind_socket);
    put(reply + 8, 4, sequence);
    body[0] = 1;
    body[1] = (unsigned char)type;
    body[2] = 7;
    put(body + 4, 4, 78);
    put(body + 16, 2, 4 + length);
    put(body + 18, 2, length ? 0 : 99);
    memcpy(body + 20, name, length);
    put(body + 24, 2, 12);
    put(body + 26, 2, 4);
    put(body + 28, 4, first);
    return read_one(reply, sizeof reply, NULL);
}

START_TEST(unix_datagram_sockets_are_read)
{
    ck_assert_int_eq(read_unix(2, "/a/b", 4, 5), 0);
    ck_assert_int_eq(found_count, 1);
    check_address(&found[0].address, "/a/b");
    ck_assert_int_eq(found[0].type, SOCK_DGRAM);
    ck_assert_int_eq(found[0].pending, 1);
    ck_assert_int_eq(found[0].queue.queued, -1);
    ck_assert_int_eq(found[0].queue.backlog, -1);
    ck_assert_int_eq(found[0].queue.drops, -1);
    ck_assert_int_eq(found[0].capacity, -1);
    ck_assert_uint_eq(found[0].inode, 78);
    ck_assert_int_eq(read_unix(2, "\0a", 2, 0), 0);
    ck_assert_int_eq(found[0].pending, 0);
    ck_assert_int_eq(read_unix(1, "/a/b", 4, 5), 0); /* a stream */
    ck_assert_int_eq(found_count, 0);
    ck_assert_int_eq(read_unix(2, "", 0, 5), 0); /* without a name */
    ck_assert_int_eq(found_count, 0);
}
END_TEST

START_TEST(requests_ask_for_datagram_sockets)
{
    unsigned char request[sonde__diag_request_size];
    ck_assert_uint_eq(sonde__diag_request_datagrams(request, AF_INET6, 5), 72);
    ck_assert_uint_eq(request[16], 10);
    ck_assert_uint_eq(request[17], 17);
    ck_assert_uint_eq(request[18], 1U << 6);
    ck_assert_uint_eq(sonde_load(request + 20, 4, SONDE_BYTEORDER), 0x82);
    ck_assert_uint_eq(sonde__diag_request_datagrams(request, AF_UNIX, 5), 40);
    ck_assert_uint_eq(request[16], 1);
    ck_assert_uint_eq(sonde_load(request + 20, 4, SONDE_BYTEORDER), 0x82);
}
END_TEST

/* The address is the same in either byte order.  */
START_TEST(lines_of_proc)
{
    static const char *const wrong[] = {
        "",
        "\n",
        "  sl  local_address rem_address   st tx_queue",
        " 0: 7F00007F:0202 00000000:0000 07 0:0 00:0 00 0 0",
        " 0: 7F00007:0202 00000000:0000 07 0:0 00:0 00 0 0 7 2 0 1",
        " 0: 7F00007F:0202 0000000:0000 01 0:0 00:0 00 0 0 7 2 0 1"};
    struct sonde_listener socket;
    struct sonde_address peer;
    ck_assert_int_eq(
        sonde__proc_net_read_datagram(
            &socket, &peer, AF_INET,
            "1976: 7F00007F:0202 00000000:0000 07 00000000:00000340 "
            "00:00000000 00000000  1000        0 194133141 2 "
            "000000009b04354a 4294967295  \n"),
        1);
    check_address(&socket.address, "127.0.0.127:514");
    ck_assert_int_eq(socket.type, SOCK_DGRAM);
    ck_assert_int_eq(socket.queue.queued, 832);
    ck_assert_int_eq(socket.pending, 1);
    ck_assert(socket.queue.drops == 4294967295);
    ck_assert_int_eq(socket.queue.backlog, -1);
    ck_assert_int_eq(socket.capacity, -1);
    ck_assert_int_eq(socket.uid, 1000);
    ck_assert_uint_eq(socket.inode, 194133141);
    ck_assert_ptr_null(socket.peer);
    ck_assert_int_eq(
        sonde__proc_net_read_datagram(
            &socket, &peer, AF_INET,
            " 0: 7F00007F:0202 01000001:0009 01 0:0 00:0 00 0 0 7 2\n"),
        1);
    ck_assert_ptr_eq(socket.peer, &peer);
    check_address(&peer, "1.0.0.1:9");
    ck_assert_int_eq(socket.queue.drops, -1);
    ck_assert_int_eq(socket.pending, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_int_eq(
            sonde__proc_net_read_datagram(&socket, &peer, AF_INET, wrong[i]),
            -1);
    static const char head[] = "00: 00000002 00000000 00000000 000";
    char line[80];
    snprintf(line, sizeof line, "%s2 01 9 /a\n", head);
    ck_assert_int_eq(
        sonde__proc_net_read_datagram(&socket, &peer, AF_UNIX, line), 1);
    check_address(&socket.address, "/a");
    ck_assert_int_eq(socket.pending, -1);
    ck_assert_int_eq(socket.queue.queued, -1);
    snprintf(line, sizeof line, "%s2 01 9\n", head);
    ck_assert_int_eq(
        sonde__proc_net_read_datagram(&socket, &peer, AF_UNIX, line), 0);
    snprintf(line, sizeof line, "%s1 03 9 /a\n", head);
    ck_assert_int_eq(
        sonde__proc_net_read_datagram(&socket, &peer, AF_UNIX, line), 0);
}
END_TEST

#ifdef TEST_LISTENERS_LINUX

/* A /proc of the test's own.  */
static char root[] = "/tmp/test-udp.XXXXXX";

static const char *const folders[] = {"thread-self",  "thread-self/net",
                                      "sys",          "sys/net",
                                      "sys/net/core", "sys/net/unix"};
static const char *const files[] = {
    "thread-self/net/snmp", "thread-self/net/snmp6", "sys/net/core/rmem_max",
    "sys/net/core/rmem_default", "sys/net/unix/max_dgram_qlen"};

static void make_proc(void)
{
    char path[128];
    ck_assert_ptr_nonnull(mkdtemp(root));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s", root, folders[i]);
        ck_assert_int_eq(mkdir(path, 0700), 0);
    }
    sonde__sys.proc = root;
}

static void remove_proc(void)
{
    char path[128];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", root, files[i]);
        remove(path);
    }
    for (size_t i = sizeof folders / sizeof *folders; i-- > 0;) {
        snprintf(path, sizeof path, "%s/%s", root, folders[i]);
        remove(path);
    }
    remove(root);
}

static void write_text(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

START_TEST(counters_as_played)
{
    struct sonde_datagram_totals totals = {7, 7, 7, 7};
    make_proc();
    FAILS(EAFNOSUPPORT, sonde_datagram_totals(AF_UNIX, &totals));
    FAILS(ENOTSUP, sonde_datagram_totals(AF_INET, &totals));
    write_text(files[0], "Tcp: InErrors\nTcp: 5\n");
    FAILS(ENOTSUP, sonde_datagram_totals(AF_INET, &totals));
    ck_assert_int_eq(totals.errors, 7);
    write_text(files[0], "Tcp: InErrors\nTcp: 5\n"
                         "Udp: InDatagrams InErrors RcvbufErrors InCsumErrors\n"
                         "Udp: 1 6 4444444444 2\nUdpLite: InErrors\n");
    errno = 33;
    ck_assert_int_eq(sonde_datagram_totals(AF_INET, &totals), 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(totals.errors, 6);
    ck_assert(totals.full == 4444444444);
    ck_assert_int_eq(totals.checksum, 2);
    ck_assert_int_eq(totals.memory, -1);
    write_text(files[1], "Udp6InDatagrams    \t2244\nUdp6InErrors   \t9\n"
                         "Udp6RcvbufErrors  \t3\nUdp6MemErrors \t4\n"
                         "UdpLite6InErrors \t1\n");
    ck_assert_int_eq(sonde_datagram_totals(AF_INET6, &totals), 0);
    ck_assert_int_eq(totals.errors, 9);
    ck_assert_int_eq(totals.full, 3);
    ck_assert_int_eq(totals.memory, 4);
    ck_assert_int_eq(totals.checksum, -1);
    remove_proc();
}
END_TEST

START_TEST(limits_as_played)
{
    struct sonde_datagram_limits limits = {7, 7, 7};
    make_proc();
    FAILS(ENOTSUP, sonde_datagram_limits(&limits));
    write_text(files[2], "many\n");
    write_text(files[4], "-3\n");
    FAILS(EPROTO, sonde_datagram_limits(&limits));
    ck_assert_int_eq(limits.rcvbuf_max, 7);
    write_text(files[2], "425984\n");
    errno = 33;
    ck_assert_int_eq(sonde_datagram_limits(&limits), 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(limits.rcvbuf_max, 425984);
    ck_assert_int_eq(limits.rcvbuf_default, -1);
    ck_assert_int_eq(limits.unix_queue, -1);
    remove_proc();
}
END_TEST

#endif

START_TEST(other_families_have_none)
{
    FAILS(EAFNOSUPPORT, sonde_datagram_sockets(AF_UNSPEC, 0, each, NULL));
    FAILS(EAFNOSUPPORT,
          sonde_datagram_sockets_proc(0, AF_UNSPEC, 0, each, NULL));
}
END_TEST

/* ---- explanations ---------------------------------------------------- */

enum { DEFAULT = 212992, MAX = 425984 };

/* A socket with LIMIT and DROPS, in a namespace with the errors TOTALS, and
   what is told.  */
static const struct {
    long limit, drops, max;
    struct sonde_datagram_totals totals;
    const char *words;
} cases[] = {
    {DEFAULT, 0, MAX, {9, 9, 0, 0}, "requested nothing, probably"},
    {DEFAULT, 0, MAX, {9, 9, 0, 0}, "to do nothing"},
    {2L * MAX, 0, MAX, {0, 0, 0, 0}, "requested 425984 or more, by SO_RCVBUF"},
    {2L * MAX, 0, MAX, {0, 0, 0, 0}, "cut by net.core.rmem_max = 425984, if"},
    {2304, 0, MAX, {0, 0, 0, 0}, "requested 1152 or less"},
    {8000, 0, MAX, {0, 0, 0, 0}, "requested 4000, probably"},
    {4L * MAX,
     0,
     MAX,
     {0, 0, 0, 0},
     "requested 851968, probably, by SO_RCVBUFF"},
    {8001, 0, MAX, {0, 0, 0, 0}, "requested unknown: "},
    {8000, 0, -1, {0, 0, 0, 0}, "cut by unknown: net.core.rmem_max cannot be"},
    {-1, 3, MAX, {3, 3, 0, 0}, "in force unknown: only sock_diag"},
    {-1, 3, MAX, {3, 3, 0, 0}, "let the program set a larger SO_RCVBUF"},
    {8000, 1, MAX, {1, 1, 0, 0}, "drops 1 datagram lost"},
    {8000, 1, MAX, {1, 1, 0, 0}, "set SO_RCVBUF to 8000 or more; then"},
    {DEFAULT, 3, MAX, {9, 9, 0, 0}, "the buffer was full: all losses counted"},
    {DEFAULT, 3, MAX, {9, 8, 1, 0}, "was full, probably: 8 of 9 losses"},
    {DEFAULT, 3, MAX, {9, 9, 0, 0}, "SO_RCVBUF to 212992 or more (for 425984 "},
    {2L * MAX, 3, MAX, {9, 9, 0, 0}, "which is 425984 and cuts the value"},
    {DEFAULT, 3, MAX, {9, 0, 0, 9}, "look for damaged packets"},
    {DEFAULT, 3, MAX, {9, 0, 0, 0}, "look for a filter, or for IPsec"},
    {DEFAULT, 3, MAX, {0, 0, 0, 0}, "to do look at net.ipv4.udp_mem: no loss"},
    {DEFAULT, 3, MAX, {9, 0, 5, 0}, "to do raise net.ipv4.udp_mem"},
    {DEFAULT, 3, MAX, {-1, -1, -1, -1}, "the counters cannot be read here"},
    {DEFAULT, 3, MAX, {9, 2, 3, 4}, "2 because a receive buffer was full (Rc"},
    {DEFAULT, -1, MAX, {9, 2, 3, 4}, "to do unknown: "},
};

enum { CASES = sizeof cases / sizeof *cases };

/* TEXT in one line.  */
static void flatten(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        bool is_blank = *from == ' ' || *from == '\n';
        if (!is_blank || (to > text && to[-1] != ' '))
            *to++ = is_blank ? ' ' : *from;
    }
    *to = '\0';
}

START_TEST(each_case_is_told)
{
    char local[] = "127.0.0.1:514", *text;
    size_t size;
    struct listener_row row = {
        .local = local,
        .listener = {.type = SOCK_DGRAM,
                     .uid = -1,
                     .capacity = cases[_i].limit,
                     .queue = {0, cases[_i].limit, -1, cases[_i].drops}}};
    struct listeners listeners = {
        .rows = &row,
        .count = 1,
        .limits = {DEFAULT, cases[_i].max, 10},
        .datagrams = {cases[_i].totals, {-1, -1, -1, -1}}};
    sonde_address_loopback(&row.listener.address, AF_INET, 514);
    FILE *out = open_memstream(&text, &size);
    listeners_explain(out, &listeners);
    fclose(out);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        ck_assert_uint_le(strcspn(line, "\n"), 80);
    flatten(text);
    ck_assert_msg(strstr(text, cases[_i].words), "%s: %s", cases[_i].words,
                  text);
    free(text);
}
END_TEST

/* Only a UDP socket that was asked for makes the check unknown.  */
START_TEST(a_check_without_a_limit)
{
    char local[] = "127.0.0.1:514";
    struct listener_row rows[] = {
        {.local = local,
         .percent = 50,
         .listener = {.type = SOCK_STREAM,
                      .capacity = 4,
                      .queue = {2, 3, 0, 0}}},
        {.local = local,
         .percent = -1,
         .listener = {.type = SOCK_DGRAM, .capacity = -1}}};
    struct check_ranges ranges = {0};
    ck_assert(check_range_read(&ranges.warning, "70"));
    ck_assert(check_range_read(&ranges.critical, "90"));
    for (size_t i = 0; i < 2; i++)
        sonde_address_loopback(&rows[i].listener.address, AF_INET, 514);
    for (int optional = 0; optional < 2; optional++) {
        struct check check = {0};
        struct listeners listeners = {
            .rows = rows, .count = 2, .datagrams_optional = optional};
        listeners_check(&check, &listeners, &ranges, true);
        ck_assert_int_eq(check.state, optional ? CHECK_OK : CHECK_UNKNOWN);
    }
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_test(tests, udp_sockets_are_read);
    tcase_add_test(tests, missing_figures_are_unknown);
    tcase_add_test(tests, unix_datagram_sockets_are_read);
    tcase_add_test(tests, requests_ask_for_datagram_sockets);
    tcase_add_test(tests, lines_of_proc);
    tcase_add_test(tests, other_families_have_none);
#ifdef TEST_LISTENERS_LINUX
    tcase_add_test(tests, counters_as_played);
    tcase_add_test(tests, limits_as_played);
#endif
    tcase_add_test(tests, a_check_without_a_limit);
    tcase_add_loop_test(tests, each_case_is_told, 0, CASES);
}

int main(void)
{
    return unit_main("udp", add);
}
