/* test-datagrams.c - lib/datagrams.c and lib/datagram-buffer.c
   SPDX-License-Identifier: GPL-3.0-or-later

   Over loopback; IPv6 where the host has it.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

enum { TIMEOUT = 20000, LONGEST = 65507, COUNT = 5 };

static struct sonde_address local; /* of SERVER */
static int server, client;
static char buffers[SONDE_DATAGRAMS_MAX + 8][SONDE_DATAGRAM_MAX];
static char sent[SONDE_DATAGRAM_MAX], got[SONDE_DATAGRAM_MAX];
static struct sonde_datagram_item items[SONDE_DATAGRAMS_MAX + 8];

/* Start SERVER at the wildcard of FAMILY, and CLIENT, connected to it by HOST,
   or by the loopback address for NULL.  Returns 0, or -1 without IPv6.  */
static int start(int family, const char *host)
{
    struct sonde_connect_options udp = {.type = SOCK_DGRAM};
    struct sonde_address address;
    ck_assert_int_eq(sonde_address_any(&address, family, 0), 0);
    server = sonde_datagram_bind(&address, SONDE_CLOEXEC);
    if (server < 0 && family == AF_INET6)
        return -1;
    ck_assert_int_ge(server, 0);
    ck_assert_int_eq(sonde_address_local(server, &local), 0);
    uint16_t port = (uint16_t)sonde_address_port(&local);
    ck_assert_int_eq(host ? sonde_address_parse(&address, host, port)
                          : sonde_address_loopback(&address, family, port),
                     0);
    client = sonde_connect(&address, 1, TIMEOUT, &udp, NULL);
    if (client < 0 && family == AF_INET6)
        return close(server), -1;
    ck_assert_int_ge(client, 0);
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        items[i] = (struct sonde_datagram_item){.data = buffers[i],
                                                .size = sizeof buffers[i]};
    return 0;
}

static void end(void)
{
    close(client);
    close(server);
}

/* Send COUNT datagrams of SIZE bytes, each with its number, and receive them in
   one batch.  */
static void send_batch(int count, size_t size)
{
    for (int i = 0; i < count; i++) {
        memset(sent, 'a' + i, size);
        ck_assert_int_eq(sonde_datagram_send(client, sent, size, TIMEOUT), 0);
    }
    ck_assert_int_eq(sonde_datagrams_receive(server, items, (size_t)count + 1,
                                             TIMEOUT, &local),
                     count);
}

/* Receive one datagram of SIZE bytes, all LETTER.  */
static void receive_letter(size_t size, char letter)
{
    memset(sent, letter, size);
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, TIMEOUT),
                     (ssize_t)size);
    ck_assert_int_eq(memcmp(got, sent, size), 0);
}

static void receive_nothing(void)
{
    ck_assert_int_eq(sonde_datagram_receive(client, got, sizeof got, 0), -1);
    ck_assert_int_eq(errno, EAGAIN);
}

static int no_messages_errno = ENOSYS;

static int no_messages(int fd, sonde__message *list, unsigned count, int flags)
{
    return sonde__fail(no_messages_errno);
}

/* A batch of datagrams there and back.  */
static void go_round(int family, const char *host, size_t size)
{
    if (start(family, host))
        return;
    errno = ERANGE;
    send_batch(COUNT, size);
    for (int i = 0; i < COUNT; i++) {
        memset(sent, 'a' + i, size);
        ck_assert_int_eq(items[i].length, (ssize_t)size);
        ck_assert_int_eq(items[i].error, 0);
        ck_assert_int_eq(memcmp(items[i].data, sent, size), 0);
        ck_assert_int_eq(items[i].ends.wildcard, 1);
        ck_assert_ptr_null(sonde_datagram_check_source(&items[i].ends));
    }
    ck_assert_uint_eq(sonde_datagrams_reply(server, items, COUNT), COUNT);
    for (int i = 0; i < COUNT; i++)
        receive_letter(size, (char)('a' + i));
    ck_assert_int_eq(errno, ERANGE);
    receive_nothing();
    end();
}

/* With the calls of the system, and (from 1 on) without.  */
START_TEST(batches_go_round)
{
    static const size_t sizes[] = {0, 1, 512, 9000};
    static const int errors[] = {0, ENOSYS, EPERM, EACCES};
    if (_i > 0) {
        no_messages_errno = errors[_i];
        sonde__sys.recvmmsg = no_messages;
        sonde__sys.sendmmsg = no_messages;
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        go_round(AF_INET, NULL, sizes[i]);
        go_round(AF_INET6, NULL, sizes[i]);
    }
}
END_TEST

/* All of 127/8 is this host on Linux; others have 127.0.0.1 alone.  The
   client is connected, and receives from the address it sends to alone.  */
START_TEST(answers_leave_from_the_destination)
{
    struct sonde_address second;
    int fd = sonde_socket(AF_INET, SOCK_DGRAM, SONDE_CLOEXEC);
    ck_assert_int_eq(sonde_address_parse(&second, "127.0.0.2", 0), 0);
    int missing = bind(fd, (const void *)&second.storage, second.length) != 0;
    close(fd);
    if (!missing)
        go_round(AF_INET, "127.0.0.2", 10);
}
END_TEST

START_TEST(a_full_batch_leaves_the_rest)
{
    start(AF_INET, NULL);
    for (int i = 0; i < SONDE_DATAGRAMS_MAX + 5; i++)
        ck_assert_int_eq(sonde_datagram_send(client, "x", 1, TIMEOUT), 0);
    ck_assert_int_eq(sonde_datagrams_receive(
                         server, items, SONDE_DATAGRAMS_MAX + 8, 0, &local),
                     SONDE_DATAGRAMS_MAX);
    ck_assert_int_eq(
        sonde_datagrams_receive(server, items, SONDE_DATAGRAMS_MAX, 0, &local),
        5);
    ck_assert_int_eq(
        sonde_datagrams_receive(server, items, SONDE_DATAGRAMS_MAX, 0, &local),
        -1);
    ck_assert_int_eq(errno, EAGAIN);
    end();
}
END_TEST

/* More replies than one call takes, and items without one between them.  */
START_TEST(many_replies_and_gaps)
{
    start(AF_INET, NULL);
    send_batch(1, 1);
    size_t count = sizeof items / sizeof *items;
    for (size_t i = 1; i < count; i++) {
        items[i].ends = items[0].ends;
        items[i].length = i % 3 ? 1 : -1;
        buffers[i][0] = (char)('a' + i);
    }
    size_t expected = count - (count - 1) / 3;
    ck_assert_uint_eq(sonde_datagrams_reply(server, items, count), expected);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || i % 3)
            receive_letter(1, (char)('a' + i));
    receive_nothing();
    end();
}
END_TEST

START_TEST(a_truncated_datagram_is_marked)
{
    start(AF_INET, NULL);
    items[1].size = 9;
    send_batch(3, 10);
    ck_assert_int_eq(items[0].error, 0);
    ck_assert_int_eq(items[1].error, EMSGSIZE);
    ck_assert_int_eq(items[1].length, 9);
    ck_assert_int_eq(items[2].error, 0);
    ck_assert_int_eq(items[2].length, 10);
    end();
}
END_TEST

static int failing; /* the errno of a datagram that begins with 'c' */
static int pending; /* the errno of the next call, whatever it sends */
static int calls;   /* of both functions */

static int fails(const struct msghdr *message)
{
    const char *data = message->msg_iov->iov_base;
    calls++;
    if (pending) {
        errno = pending;
        pending = 0;
        return -1;
    }
    errno = failing;
    return failing && message->msg_iov->iov_len > 0 && *data == 'c' ? -1 : 0;
}

static ssize_t failing_sendmsg(int fd, const struct msghdr *message, int flags)
{
    return fails(message) ? -1 : sendmsg(fd, message, flags);
}

/* As Linux: the number sent before the error, or the error.  */
static int failing_sendmmsg(int fd, sonde__message *list, unsigned count,
                            int flags)
{
    int done = 0;
    while (done < (int)count && !fails(&list[done].msg_hdr) &&
           sendmsg(fd, &list[done].msg_hdr, flags) >= 0)
        done++;
    return done > 0 ? done : -1;
}

static const int send_errors[] = {EPERM, ENOBUFS, EMSGSIZE, ECONNREFUSED,
                                  EAGAIN};

/* The third of five, or of three: the last; or the first.  */
START_TEST(one_failure_loses_one_reply)
{
    failing = send_errors[_i];
    sonde__sys.sendmsg = failing_sendmsg;
    sonde__sys.sendmmsg = failing_sendmmsg;
    for (int count = 1; count <= COUNT; count += 2) {
        start(AF_INET, NULL);
        failing = 0;
        send_batch(count, 3);
        failing = send_errors[_i];
        if (count == 1)
            memset(items[0].data, 'c', 3);
        errno = ERANGE;
        ck_assert_uint_eq(sonde_datagrams_reply(server, items, (size_t)count),
                          (size_t)count - 1);
        ck_assert_int_eq(errno, ERANGE);
        for (int i = 0; i < count; i++) {
            int failed = count == 1 || i == 2;
            ck_assert_int_eq(items[i].error, failed ? send_errors[_i] : 0);
            if (!failed)
                receive_letter(3, (char)('a' + i));
        }
        receive_nothing();
        end();
    }
}
END_TEST

/* An error that an earlier ICMP message left at the socket: the next call
   reports and clears it, whatever that call sends.  */
START_TEST(an_earlier_error_loses_nothing)
{
    sonde__sys.sendmsg = failing_sendmsg;
    sonde__sys.sendmmsg = failing_sendmmsg;
    start(AF_INET, NULL);
    send_batch(COUNT, 3);
    pending = ECONNREFUSED;
    ck_assert_uint_eq(sonde_datagrams_reply(server, items, COUNT), COUNT);
    for (int i = 0; i < COUNT; i++)
        receive_letter(3, (char)('a' + i));
    end();
}
END_TEST

/* Every one fails: no call is repeated for ever.  */
START_TEST(all_may_fail)
{
    sonde__sys.sendmsg = failing_sendmsg;
    sonde__sys.sendmmsg = failing_sendmmsg;
    start(AF_INET, NULL);
    send_batch(COUNT, 3);
    failing = EPERM;
    for (int i = 0; i < COUNT; i++)
        memset(items[i].data, 'c', 3);
    calls = 0;
    ck_assert_uint_eq(sonde_datagrams_reply(server, items, COUNT), 0);
    ck_assert_int_le(calls, 2 * COUNT);
    for (int i = 0; i < COUNT; i++)
        ck_assert_int_eq(items[i].error, EPERM);
    items[1].ends.from.length = 0;
    ck_assert_uint_eq(sonde_datagrams_reply(server, items, COUNT), 0);
    ck_assert_int_eq(items[1].error, EDESTADDRREQ);
    end();
}
END_TEST

static int receives, receive_error;
static int (*recvmmsg_or_none)(int, sonde__message *, unsigned, int);

static int failing_recvmmsg(int fd, sonde__message *list, unsigned count,
                            int flags)
{
    return receives-- > 0 ? sonde__fail(receive_error)
                          : recvmmsg_or_none(fd, list, count, flags);
}

START_TEST(errors_of_earlier_answers_are_skipped)
{
    recvmmsg_or_none = sonde__sys.recvmmsg;
    sonde__sys.recvmmsg = failing_recvmmsg;
    start(AF_INET, NULL);
    receives = 63;
    receive_error = ECONNREFUSED;
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, TIMEOUT), 0);
    ck_assert_int_eq(sonde_datagrams_receive(server, items, 2, TIMEOUT, &local),
                     1);
    receives = 1000;
    ck_assert_int_eq(sonde_datagrams_receive(server, items, 2, TIMEOUT, &local),
                     -1);
    ck_assert_int_eq(errno, ECONNREFUSED);
    ck_assert_int_eq(receives, 1000 - 64);
    receive_error = EBADF;
    ck_assert_int_eq(sonde_datagrams_receive(server, items, 2, TIMEOUT, &local),
                     -1);
    ck_assert_int_eq(errno, EBADF);
    end();
}
END_TEST

static ssize_t failing_recvmsg(int fd, struct msghdr *message, int flags)
{
    return receives-- > 0 ? sonde__fail(receive_error)
                          : recvmsg(fd, message, flags);
}

static ssize_t failing_recvfrom(int fd, void *buffer, size_t size, int flags,
                                struct sockaddr *from, socklen_t *length)
{
    return receives-- > 0 ? sonde__fail(receive_error)
                          : recvfrom(fd, buffer, size, flags, from, length);
}

/* ICMP's "fragmentation needed", and signals, before a datagram that waits: by
   recvmmsg, by recvmsg without that, and by recvmsg and recvfrom for one.  */
START_TEST(what_is_no_datagram_is_skipped_without_waiting)
{
    static const int errors[] = {EMSGSIZE, EINTR, ECONNREFUSED};
    size_t count = _i < 2 ? 2 : 1;
    recvmmsg_or_none = sonde__sys.recvmmsg;
    sonde__sys.recvmmsg = _i == 0 ? failing_recvmmsg : no_messages;
    sonde__sys.recvmsg = failing_recvmsg;
    sonde__sys.recvfrom = failing_recvfrom;
    start(AF_INET, NULL);
    if (_i == 3)
        ck_assert_int_eq(
            sonde_address_loopback(&local, AF_INET,
                                   (uint16_t)sonde_address_port(&local)),
            0);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        struct pollfd waited = {.fd = server, .events = POLLIN};
        ck_assert_int_eq(sonde_datagram_send(client, "x", 1, TIMEOUT), 0);
        ck_assert_int_eq(poll(&waited, 1, TIMEOUT), 1);
        receives = 3;
        receive_error = errors[i];
        ck_assert_int_eq(
            sonde_datagrams_receive(server, items, count, 0, &local), 1);
        ck_assert_int_lt(receives, 0);
    }
    end();
}
END_TEST

START_TEST(silence_ends_at_the_timeout)
{
    start(AF_INET, NULL);
    int64_t begun = sonde__sys.now();
    ck_assert_int_eq(sonde_datagrams_receive(server, items, 2, 30, &local), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_ge(sonde__since(begun), 30);
    end();
}
END_TEST

/* ---- the receive buffer -------------------------------------------------- */

static int buffer_now, buffer_max, buffer_factor, is_refusing;

static int set_buffer(int fd, int level, int name, const void *value,
                      socklen_t size)
{
    int wanted = *(const int *)value;
    if (name != SO_RCVBUF)
        return setsockopt(fd, level, name, value, size);
    if (is_refusing && wanted > buffer_max)
        return sonde__fail(ENOBUFS);
    buffer_now = (wanted < buffer_max ? wanted : buffer_max) * buffer_factor;
    return 0;
}

static int get_buffer(int fd, int level, int name, void *value, socklen_t *size)
{
    if (name != SO_RCVBUF)
        return getsockopt(fd, level, name, value, size);
    memcpy(value, &buffer_now, sizeof buffer_now);
    return 0;
}

static int play_buffer(int max, int factor, int refuses)
{
    sonde__sys.setsockopt = set_buffer;
    sonde__sys.getsockopt = get_buffer;
    buffer_max = max;
    buffer_factor = factor;
    is_refusing = refuses;
    buffer_now = 42080;
    return sonde_socket(AF_INET, SOCK_DGRAM, SONDE_CLOEXEC);
}

/* Linux takes what it may, and doubles it.  */
START_TEST(linux_cuts_the_buffer)
{
    struct sonde_datagram_buffer buffer;
    int fd = play_buffer(212992, 2, 0);
    ck_assert_int_eq(sonde_datagram_buffer(fd, 256, LONGEST, &buffer), 0);
    ck_assert_int_eq(buffer.bytes, 425984);
    ck_assert_uint_eq(buffer.count, 2);
    ck_assert_ptr_nonnull(buffer.setting);
    buffer_now = 0;
    ck_assert_int_eq(sonde_datagram_buffer(fd, 100, 64, &buffer), 0);
    ck_assert_uint_eq(buffer.count, 100);
    ck_assert_ptr_null(buffer.setting);
    ck_assert_int_eq(sonde_datagram_buffer(fd, 0, 64, &buffer), 0);
    ck_assert_uint_eq(buffer.count, 1);
    ck_assert_ptr_null(buffer.setting);
    for (size_t count = 0; count < 2; count++) {
        ck_assert_int_eq(sonde_datagram_buffer(fd, count, 1 << 28, &buffer), 0);
        ck_assert_uint_eq(buffer.count, 0);
        ck_assert_ptr_nonnull(buffer.setting);
    }
    buffer_now = 0;
    buffer_max = 3000; /* the probe is cut */
    ck_assert_int_eq(sonde_datagram_buffer(fd, 100, 64, &buffer), 0);
    ck_assert_int_eq(buffer.bytes, 6000);
    ck_assert_uint_eq(buffer.count, 2);
    ck_assert_int_eq(sonde_datagram_buffer(fd, 1, (1 << 28) + 1, &buffer), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_datagram_buffer(fd, 1, SIZE_MAX, &buffer), -1);
    ck_assert_int_eq(errno, EINVAL);
    close(fd);
}
END_TEST

/* The BSDs refuse what is too much.  */
START_TEST(bsd_refuses_the_buffer)
{
    struct sonde_datagram_buffer buffer;
    int fd = play_buffer(1864135, 1, 1);
    ck_assert_int_eq(sonde_datagram_buffer(fd, 256, LONGEST, &buffer), 0);
    ck_assert_int_gt(buffer.bytes, 1864135 / 4 * 3 - 1);
    ck_assert_int_le(buffer.bytes, 1864135);
    ck_assert_uint_ge(buffer.count, 15);
    ck_assert_uint_le(buffer.count, 21);
    ck_assert_ptr_nonnull(buffer.setting);
    close(fd);
}
END_TEST

/* A system that gives more than is requested at most.  */
START_TEST(the_request_is_the_limit)
{
    struct sonde_datagram_buffer buffer;
    int fd = play_buffer(1 << 30, 1, 0);
    ck_assert_int_eq(sonde_datagram_buffer(fd, 1000000, LONGEST, &buffer), 0);
    ck_assert_uint_lt(buffer.count, 1000000);
    ck_assert_str_eq(buffer.setting, "");
    close(fd);
}
END_TEST

static int own_fd, own_buffer;

static int set_two(int fd, int level, int name, const void *value,
                   socklen_t size)
{
    if (name == SO_RCVBUF && fd == own_fd)
        own_buffer = 0;
    return set_buffer(fd, level, name, value, size);
}

static int get_two(int fd, int level, int name, void *value, socklen_t *size)
{
    if (name != SO_RCVBUF || fd != own_fd)
        return get_buffer(fd, level, name, value, size);
    memcpy(value, &own_buffer, sizeof own_buffer);
    return 0;
}

/* As of a service manager with the privilege for more than the limit, which
   setsockopt would cut.  */
START_TEST(a_larger_buffer_is_kept)
{
    struct sonde_datagram_buffer buffer;
    own_fd = play_buffer(212992, 2, 0);
    own_buffer = 1 << 27;
    sonde__sys.setsockopt = set_two;
    sonde__sys.getsockopt = get_two;
    ck_assert_int_eq(sonde_datagram_buffer(own_fd, 256, LONGEST, &buffer), 0);
    ck_assert_int_eq(buffer.bytes, 1 << 27);
    ck_assert_uint_eq(buffer.count, 256);
    ck_assert_ptr_null(buffer.setting);
    close(own_fd);
}
END_TEST

/* On this host: as many as said arrive, although nobody reads.  */
START_TEST(the_buffer_holds_what_it_says)
{
    static const size_t sizes[] = {1, 64, 1472, 9000, LONGEST};
    struct sonde_datagram_buffer buffer;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t received = 0;
        start(AF_INET, NULL);
        ck_assert_int_eq(sonde_datagram_buffer(server, 256, sizes[i], &buffer),
                         0);
        ck_assert(!buffer.setting == (buffer.count == 256));
        for (size_t j = 0; j < buffer.count; j++)
            ck_assert_int_eq(
                sonde_datagram_send(client, sent, sizes[i], TIMEOUT), 0);
        ssize_t more = 0;
        while (received < buffer.count &&
               (more = sonde_datagrams_receive(
                    server, items, SONDE_DATAGRAMS_MAX, TIMEOUT, &local)) > 0)
            received += (size_t)more;
        ck_assert_uint_eq(received, buffer.count);
        end();
    }
}
END_TEST

START_TEST(not_a_socket)
{
    struct sonde_datagram_buffer buffer;
    ck_assert_int_eq(sonde_datagram_buffer(-1, 1, 1, &buffer), -1);
    ck_assert_int_eq(errno, EBADF);
    ck_assert_int_eq(sonde_datagrams_receive(-1, items, 0, 0, NULL), -1);
    ck_assert_int_eq(errno, EINVAL);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, batches_go_round, 0, 4);
    tcase_add_test(tests, answers_leave_from_the_destination);
    tcase_add_test(tests, a_full_batch_leaves_the_rest);
    tcase_add_test(tests, many_replies_and_gaps);
    tcase_add_test(tests, a_truncated_datagram_is_marked);
    tcase_add_loop_test(tests, one_failure_loses_one_reply, 0,
                        sizeof send_errors / sizeof *send_errors);
    tcase_add_test(tests, an_earlier_error_loses_nothing);
    tcase_add_test(tests, all_may_fail);
    tcase_add_test(tests, errors_of_earlier_answers_are_skipped);
    tcase_add_loop_test(tests, what_is_no_datagram_is_skipped_without_waiting,
                        0, 4);
    tcase_add_test(tests, silence_ends_at_the_timeout);
    tcase_add_test(tests, linux_cuts_the_buffer);
    tcase_add_test(tests, bsd_refuses_the_buffer);
    tcase_add_test(tests, the_request_is_the_limit);
    tcase_add_test(tests, a_larger_buffer_is_kept);
    tcase_add_test(tests, the_buffer_holds_what_it_says);
    tcase_add_test(tests, not_a_socket);
}

int main(void)
{
    return unit_main("datagrams", add);
}
