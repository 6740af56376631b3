/* test-hostile.c - sonde.h as somebody uses it who takes no care
   SPDX-License-Identifier: GPL-3.0-or-later

   Descriptors that are none, sizes and times at both ends, numbers that no
   enum has, null wherever the contract lets it be, and a fork in between.
   Whatever is asked, the answer comes at once, and is the contract's.  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static const int times[] = {0, 60000, INT_MAX, -1, INT_MIN};
enum { time_count = sizeof times / sizeof *times };

/* Descriptor FD is none, or none that is a socket: ERROR says which.  */
static void expect_no_socket(int fd, int error)
{
    char byte;
    struct sonde_address address;
    struct sonde_queue queue;
    struct sonde_inherited found;
    struct sonde_datagram ends = {0};
    sonde_address_loopback(&ends.from, AF_INET, 1);
    FAILS(error, sonde_address_local(fd, &address));
    FAILS(error, sonde_address_peer(fd, &address));
    FAILS(error, sonde_address_family(fd));
    FAILS(error, sonde_queue(fd, &queue));
    FAILS(error, sonde_accept(fd, NULL, 0));
    FAILS(error, sonde_inherited(fd, &found));
    FAILS(error, sonde_half_close(fd));
    FAILS(error, sonde_keepalive(fd, 60));
    FAILS(error, sonde_keepalive(fd, 0));
    FAILS(error, sonde_datagram_reply(fd, "x", 1, &ends));
    for (int i = 0; i < time_count; i++) {
        FAILS(error, sonde_datagram_send(fd, "x", 1, times[i]));
        FAILS(error, sonde_datagram_receive(fd, &byte, 1, times[i]));
        FAILS(error,
              sonde_datagram_receive_from(fd, &byte, 1, times[i], &ends));
    }
}

static void expect_no_stream(int fd)
{
    char byte = 0, buffer[4], *line;
    size_t done;
    struct sonde_lines lines;
    for (int i = 0; i < time_count; i++) {
        FAILS(EBADF, sonde_read(fd, &byte, 1, times[i]));
        FAILS(EBADF, sonde_write(fd, &byte, 1, times[i]));
        FAILS(EBADF, sonde_read_all(fd, &byte, 1, times[i], &done));
        FAILS(EBADF, sonde_write_all(fd, &byte, 1, times[i], &done));
        ck_assert_uint_eq(done, 0);
        ck_assert_int_eq(sonde_lines_open(&lines, fd, buffer, sizeof buffer),
                         0);
        FAILS(EBADF, sonde_line(&lines, &line, times[i]));
        FAILS(EBADF, sonde_line_partial(&lines, &line, times[i]));
        sonde_lines_close(&lines);
    }
}

START_TEST(a_number_that_is_no_descriptor)
{
    struct sonde_poller *poller = sonde_poller_open(SONDE_POLLER_BEST);
    int closed = dup(STDERR_FILENO);
    close(closed);
    const int numbers[] = {-1, INT_MIN, INT_MAX, closed};
    struct sonde_reserve spare = {-1};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        expect_no_socket(numbers[i], EBADF);
        expect_no_stream(numbers[i]);
        FAILS(EBADF, sonde_poller_add(poller, numbers[i], 0, NULL));
        FAILS(ENOENT, sonde_poller_modify(poller, numbers[i], 0, NULL));
        FAILS(ENOENT, sonde_poller_remove(poller, numbers[i]));
    }
    FAILS(EBADF, sonde_reserve_shed(&spare, -1));
    ck_assert_int_ge(spare.fd, 0);
    sonde_reserve_close(&spare);
    sonde_reserve_close(&spare);
    sonde_poller_close(poller);
}
END_TEST

START_TEST(a_descriptor_that_is_no_socket)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    expect_no_socket(ends[0], ENOTSOCK);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(nothing_to_read_or_write)
{
    int pair[2];
    size_t done = 7;
    struct sonde_lines lines;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    for (int i = 0; i < time_count; i++) {
        errno = 77;
        ck_assert_int_eq(sonde_read(pair[0], NULL, 0, times[i]), 0);
        ck_assert_int_eq(sonde_write(pair[0], NULL, 0, times[i]), 0);
        ck_assert_int_eq(sonde_read_all(pair[0], NULL, 0, times[i], &done), 0);
        ck_assert_int_eq(sonde_write_all(pair[0], NULL, 0, times[i], &done), 0);
        ck_assert_uint_eq(done, 0);
        ck_assert_int_eq(errno, 77);
    }
    FAILS(EINVAL, sonde_lines_open(&lines, pair[0], NULL, 0));
    close(pair[0]);
    close(pair[1]);
}
END_TEST

START_TEST(datagrams_of_any_size)
{
    static const char large[SONDE_DATAGRAM_MAX + 1];
    struct sonde_address address;
    struct sonde_datagram ends;
    sonde_address_loopback(&address, AF_INET, 0);
    int server = sonde_datagram_bind(&address, SONDE_CLOEXEC);
    ck_assert_int_ge(server, 0);
    ck_assert_int_eq(sonde_address_local(server, &address), 0);
    struct sonde_connect_options options = {.type = SOCK_DGRAM};
    int client = sonde_connect(&address, 1, 20000, &options, NULL);
    ck_assert_int_ge(client, 0);
    FAILS(EMSGSIZE, sonde_datagram_send(client, large, sizeof large, -1));
    FAILS(EMSGSIZE, sonde_datagram_send(client, large, SIZE_MAX, -1));
    /* An empty one is one; in no room at all it fits, and one byte does not. */
    ck_assert_int_eq(sonde_datagram_send(client, NULL, 0, -1), 0);
    ck_assert_int_eq(sonde_datagram_receive_from(server, NULL, 0, -1, &ends),
                     0);
    ck_assert_int_eq(sonde_datagram_reply(server, NULL, 0, &ends), 0);
    ck_assert_int_eq(sonde_datagram_receive(client, NULL, 0, -1), 0);
    ck_assert_int_eq(sonde_datagram_send(client, "x", 1, INT_MAX), 0);
    FAILS(EMSGSIZE,
          sonde_datagram_receive_from(server, NULL, 0, INT_MAX, &ends));
    FAILS(EMSGSIZE, sonde_datagram_reply(server, large, SIZE_MAX, &ends));
    ends = (struct sonde_datagram){0};
    FAILS(EDESTADDRREQ, sonde_datagram_reply(server, "x", 1, &ends));
    ck_assert_ptr_nonnull(sonde_datagram_check_source(&ends));
    close(client);
    close(server);
}
END_TEST

/* All zero, and of a family and a length that there are not.  */
START_TEST(addresses_that_are_none)
{
    char text[SONDE_ADDRESS_TEXT];
    struct sonde_address addresses[3] = {0};
    addresses[1].storage.ss_family = (sa_family_t)~0;
    addresses[1].length = sizeof addresses[1].storage;
    sonde_address_loopback(&addresses[2], AF_INET, 9);
    addresses[2].length = 0;
    for (size_t i = 0; i < 3; i++) {
        struct sonde_address *address = &addresses[i];
        int before = unit_descriptors();
        ck_assert_int_eq(sonde_listen(address, 1, 0, NULL), -1);
        ck_assert_int_eq(sonde_datagram_bind(address, 0), -1);
        ck_assert_int_eq(sonde_connect(address, 1, 60000, NULL, NULL), -1);
        ck_assert_int_eq(unit_descriptors(), before);
        ck_assert_int_eq(sonde_address_compare(address, address), 0);
        if (i == 2)
            continue;
        FAILS(EAFNOSUPPORT, sonde_address_print(address, text, sizeof text));
        FAILS(EAFNOSUPPORT, sonde_address_port(address));
        FAILS(EAFNOSUPPORT, sonde_address_set_port(address, 1));
    }
    FAILS(EAFNOSUPPORT, sonde_address_loopback(addresses, AF_UNIX, 1));
    FAILS(EAFNOSUPPORT, sonde_address_any(addresses, INT_MAX, 1));
    FAILS(EINVAL, sonde_address_unix(addresses, ""));
}
END_TEST

START_TEST(numbers_that_no_enum_has)
{
    static const int numbers[] = {-1, 1000, INT_MAX, INT_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int number = numbers[i];
        ck_assert_int_eq(sonde_connect_status(number), SONDE_CONNECT_OTHER);
        ck_assert_str_eq(
            sonde_connect_status_name((enum sonde_connect_status)number),
            "other");
        ck_assert_ptr_nonnull(
            sonde_connect_status_text((enum sonde_connect_status)number));
        ck_assert_ptr_nonnull(sonde_resolve_code_text(number));
        ck_assert_int_eq(sonde_accept_class(number), SONDE_ACCEPT_FATAL);
        FAILS(EINVAL, sonde_signal(number, SIG_IGN, SONDE_RESTART));
        FAILS(EINVAL, sonde_parent_death_signal(number));
        ck_assert_int_ge(sonde_backlog(number), 1);
        ck_assert_int_ge(sonde_backoff(number), 5);
        ck_assert_int_le(sonde_backoff(number), 1000);
        errno = 0;
        ck_assert_ptr_null(sonde_poller_open((enum sonde_poller_kind)number));
        ck_assert_int_eq(errno, EINVAL);
        ck_assert_int_eq(sonde_socket(number, SOCK_STREAM, 0), -1);
        ck_assert_int_eq(sonde_socket(AF_INET, number, 0), -1);
        FAILS(EINVAL, sonde_socket(AF_INET, SOCK_STREAM, (unsigned)number));
    }
}
END_TEST

START_TEST(null_where_it_may_be)
{
    struct sonde_target target = {NULL, NULL, AF_UNSPEC, SOCK_STREAM};
    struct sonde_address list[4], address;
    ck_assert_int_ge(sonde_resolve(&target, 0, list, SIZE_MAX, NULL), 1);
    FAILS(EINVAL, sonde_resolve(&target, 0, NULL, 0, NULL));
    FAILS(EINVAL, sonde_connect(NULL, 0, 0, NULL, NULL));
    sonde_poller_close(NULL);
    ck_assert_int_eq(sonde_reap(NULL, NULL), 0);
    ck_assert_int_eq(sonde_activation(NULL, 0, 0), 0);
    FAILS(EINVAL, sonde_activation(NULL, 0, ~0U));
    sonde_address_loopback(&address, AF_INET, 0);
    FAILS(ENOSPC, sonde_address_print(&address, NULL, 0));
    int listener = sonde_listen(&address, INT_MAX, 0, NULL);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(sonde_address_local(listener, &address), 0);
    int client = sonde_connect(&address, 1, INT_MAX, NULL, NULL);
    ck_assert_int_ge(client, 0);
    int server = sonde_accept(listener, NULL, 0);
    ck_assert_int_ge(server, 0);
    close(server);
    close(client);
    close(listener);
    /* Nobody listens where somebody is bound who does not.  */
    int holder = sonde_socket(AF_INET, SOCK_STREAM, 0);
    sonde_address_loopback(&address, AF_INET, 0);
    ck_assert_int_eq(bind(holder, (void *)&address.storage, address.length), 0);
    ck_assert_int_eq(sonde_address_local(holder, &address), 0);
    FAILS(ECONNREFUSED, sonde_connect(&address, 1, INT_MIN, NULL, NULL));
    close(holder);
}
END_TEST

START_TEST(options_that_are_none)
{
    struct sonde_address address;
    struct sonde_connect_report report;
    sonde_address_loopback(&address, AF_INET, 0);
    const struct sonde_connect_options options[] = {
        {.type = INT_MAX}, {.type = -1}, {.flags = ~0U}, {.flags = 4}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        FAILS(EINVAL, sonde_connect(&address, 1, -1, &options[i], &report));
        ck_assert_uint_eq(report.count, 0);
        FAILS(EINVAL,
              sonde_connect_name("127.0.0.1", "0", -1, &options[i], &report));
    }
    struct sonde_connect_options delays = {.delay = INT_MIN};
    ck_assert_int_eq(sonde_connect(&address, 1, 0, &delays, NULL), -1);
    delays.delay = INT_MAX;
    ck_assert_int_eq(sonde_connect(&address, 1, 0, &delays, NULL), -1);
}
END_TEST

START_TEST(names_without_end)
{
    static char name[100000];
    struct sonde_address list[2];
    static const char letters[] = "a.1:[]%/ ";
    for (size_t i = 0; i < sizeof letters - 1; i++) {
        memset(name, letters[i], sizeof name - 1);
        const struct sonde_target targets[] = {
            {name, "80", AF_UNSPEC, SOCK_STREAM},
            {"127.0.0.1", name, AF_UNSPEC, SOCK_STREAM}};
        for (size_t k = 0; k < 2; k++)
            ck_assert_int_eq(sonde_resolve(&targets[k], -1, list, 2, NULL), -1);
        ck_assert_int_eq(sonde_connect_name(name, name, -1, NULL, NULL), -1);
    }
}
END_TEST

START_TEST(loads_and_stores_of_any_size)
{
    unsigned char bytes[10];
    memset(bytes, 0x11, sizeof bytes);
    sonde_store(bytes, SIZE_MAX, SONDE_BIG_ENDIAN, UINT64_MAX);
    ck_assert_uint_eq(bytes[7], 0xff);
    ck_assert_uint_eq(bytes[8], 0x11);
    ck_assert(sonde_load(bytes, SIZE_MAX, SONDE_BIG_ENDIAN) == UINT64_MAX);
    ck_assert(sonde_load(NULL, 0, SONDE_BIG_ENDIAN) == 0);
    sonde_store(NULL, 0, SONDE_LITTLE_ENDIAN, 1);
}
END_TEST

/* A lookup that goes on in the parent, while a child makes one of its own: no
   lock and no descriptor of the one is in the other's way.  The calls are not
   put back: the parent's goes on using them.  */
static int hold[2], held[2];

static int getaddrinfo_held(const char *host, const char *service,
                            const struct addrinfo *hints,
                            struct addrinfo **list)
{
    char byte;
    if (write(held[1], "x", 1) != 1)
        return EAI_SYSTEM;
    /* Until the other end is closed, in every process.  */
    while (read(hold[0], &byte, 1) > 0)
        continue;
    return EAI_NONAME;
}

static int getaddrinfo_says_no(const char *host, const char *service,
                               const struct addrinfo *hints,
                               struct addrinfo **list)
{
    return EAI_NONAME;
}

START_TEST(a_fork_while_names_are_looked_up)
{
    struct sonde_target target = {"name", "80", AF_UNSPEC, SOCK_STREAM};
    struct sonde_address list[2];
    char byte;
    int status = -1;
    ck_assert(pipe(hold) == 0 && pipe(held) == 0);
    sonde__sys.getaddrinfo = getaddrinfo_held;
    FAILS(ETIMEDOUT, sonde_resolve(&target, 1, list, 2, NULL));
    /* A thread that is still starting holds locks of a sanitizer, which a
       child would wait for.  */
    ck_assert_int_eq(read(held[0], &byte, 1), 1);
    pid_t child = fork();
    if (child == 0) {
        sonde__sys.getaddrinfo = getaddrinfo_says_no;
        if (unit_has_tsan)
            target.host = ""; /* no thread: it lets none start after fork */
        if (sonde_resolve(&target, 20000, list, 2, NULL) != -1 ||
            errno != ENOENT)
            _exit(1);
        /* Valgrind would miss what the parent's thread is to free.  */
        raise(SIGKILL);
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(hold[1]);
}
END_TEST

/* A poller does not survive fork; closing it in the child leaves the parent's
   as it was.  */
START_TEST(a_fork_with_a_poller_open)
{
    static const enum sonde_poller_kind kinds[] = {SONDE_POLLER_BEST,
                                                   SONDE_POLLER_POLL};
    for (size_t i = 0; i < 2; i++) {
        int pair[2], status = -1;
        struct sonde_event event;
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        struct sonde_poller *poller = sonde_poller_open(kinds[i]);
        ck_assert_int_eq(
            sonde_poller_add(poller, pair[0], SONDE_READABLE, pair), 0);
        pid_t child = fork();
        if (child == 0) {
            sonde_poller_close(poller);
            _exit(write(pair[1], "x", 1) == 1 ? 0 : 1);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(status, 0);
        ck_assert_int_eq(sonde_poller_wait(poller, 20000), 1);
        ck_assert_int_eq(sonde_poller_next(poller, &event), 1);
        ck_assert_ptr_eq(event.data, pair);
        sonde_poller_close(poller);
        close(pair[0]);
        close(pair[1]);
    }
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, a_number_that_is_no_descriptor);
    tcase_add_test(tests, a_descriptor_that_is_no_socket);
    tcase_add_test(tests, nothing_to_read_or_write);
    tcase_add_test(tests, datagrams_of_any_size);
    tcase_add_test(tests, addresses_that_are_none);
    tcase_add_test(tests, numbers_that_no_enum_has);
    tcase_add_test(tests, null_where_it_may_be);
    tcase_add_test(tests, options_that_are_none);
    tcase_add_test(tests, names_without_end);
    tcase_add_test(tests, loads_and_stores_of_any_size);
    tcase_add_test(tests, a_fork_while_names_are_looked_up);
    tcase_add_test(tests, a_fork_with_a_poller_open);
}

int main(void)
{
    return unit_main("hostile", add);
}
