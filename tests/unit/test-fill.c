/* test-fill.c - probes/queue/fill.c and those it stands on, on the real
   loopback SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/queue-client.h"
#include "probes/queue/allowance.h"
#include "probes/queue/fill.h"
#include "probes/run/runner.h"
#include "sonde.h"
#include "tests/unit/unit.h"

/* How long a client may be silent, in milliseconds.  A busy host needs no
   longer: the control connection waits for it.  */
enum { WAIT = 40, LATE = 30000 };

static int descriptors;

static void set_up(void)
{
    descriptors = unit_descriptors();
}

static void tear_down(void)
{
    ck_assert_int_eq(unit_descriptors(), descriptors);
}

static int calls_of_done;
static bool done(size_t index, void *data)
{
    struct fill *list = data;
    ck_assert_int_eq(list[index].state, FILL_DONE);
    calls_of_done++;
    return true;
}

static bool done_no_more(size_t index, void *data)
{
    calls_of_done++;
    return false;
}

/* Count by other means how many connections accept gives of a listener with
   BACKLOG: far more clients than that connect, each being given its time; who
   is not let in then goes, lest the next try fall between two accepts.  */
static long count_by_hand(int backlog)
{
    enum { CLIENTS = 40 };
    struct sonde_address address;
    struct pollfd clients[CLIENTS];
    long accepted = 0;
    sonde_address_loopback(&address, AF_INET, 0);
    int listener = sonde_socket(AF_INET, SOCK_STREAM, SONDE_NONBLOCK);
    ck_assert_int_eq(bind(listener, (void *)&address.storage, address.length),
                     0);
    ck_assert_int_eq(listen(listener, backlog), 0);
    ck_assert_int_eq(sonde_address_local(listener, &address), 0);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct pollfd){.events = POLLOUT};
        clients[i].fd = sonde_socket(AF_INET, SOCK_STREAM, SONDE_NONBLOCK);
        ck_assert_int_ge(clients[i].fd, 0);
        (void)!connect(clients[i].fd, (void *)&address.storage, address.length);
        poll(&clients[i], 1, 5);
    }
    for (int i = 0; i < CLIENTS; i++)
        if (poll(&clients[i], 1, 0) == 0) {
            close(clients[i].fd);
            clients[i].fd = -1;
        }
    int fd;
    while ((fd = sonde_accept(listener, NULL, 0)) >= 0) {
        accepted++;
        close(fd);
    }
    ck_assert_int_eq(errno, EAGAIN);
    for (int i = 0; i < CLIENTS; i++)
        if (clients[i].fd >= 0)
            close(clients[i].fd);
    close(listener);
    return accepted;
}

static void check_filled(const struct fill *fill)
{
    ck_assert_int_eq(fill->error, 0);
    ck_assert_int_eq(fill->limit, LIMIT_NONE);
    ck_assert_int_eq(fill->state, FILL_DONE);
    ck_assert_int_ne(fill->overflow, OVERFLOW_NONE);
    ck_assert_int_ge(fill->client, fill->accepted);
    ck_assert(fill->queued == -1 || fill->queued == fill->accepted);
}

START_TEST(the_counts_are_those_of_accept)
{
    struct fill fill = fill_new(AF_INET, 3);
    long expected = count_by_hand(3);
    ck_assert_int_ge(expected, 1);
    ck_assert_int_lt(expected, 40);
    ck_assert(fill_all(&fill, 1, WAIT, -1, done, &fill));
    ck_assert_int_eq(calls_of_done, 1);
    check_filled(&fill);
    ck_assert_int_eq(fill.accepted, expected);
    ck_assert(fill.effective == -1 || fill.effective == 3);
}
END_TEST

START_TEST(repeats_agree_whoever_stands_beside)
{
    enum { COUNT = 24 };
    struct fill list[COUNT];
    for (int i = 0; i < COUNT; i++)
        list[i] = fill_new(AF_INET, i % 8);
    ck_assert(fill_all(list, COUNT, WAIT, -1, done, list));
    ck_assert_int_eq(calls_of_done, COUNT);
    for (int i = 0; i < COUNT; i++) {
        check_filled(&list[i]);
        ck_assert_int_eq(list[i].accepted, list[i % 8].accepted);
        ck_assert_int_eq(list[i].client, list[i % 8].client);
    }
}
END_TEST

START_TEST(both_families_or_the_reason)
{
    struct fill list[] = {fill_new(AF_INET, 3), fill_new(AF_INET6, 3)};
    ck_assert(fill_all(list, 2, WAIT, -1, done, list));
    ck_assert_int_eq(calls_of_done, 2);
    check_filled(&list[0]);
    if (list[1].error) {
        /* A host without IPv6 says so, and the other row is not harmed.  */
        ck_assert(list[1].error == EAFNOSUPPORT ||
                  list[1].error == EADDRNOTAVAIL);
        ck_assert_ptr_nonnull(list[1].failed);
        ck_assert_int_eq(list[1].accepted, 0);
        return;
    }
    check_filled(&list[1]);
    ck_assert_int_eq(list[1].accepted, list[0].accepted);
}
END_TEST

START_TEST(a_family_that_cannot_listen_has_an_error)
{
    struct fill list[] = {fill_new(AF_UNSPEC, 3), fill_new(AF_INET, 3)};
    ck_assert(fill_all(list, 2, WAIT, -1, done, list));
    ck_assert_int_eq(list[0].error, EAFNOSUPPORT);
    ck_assert_str_eq(list[0].failed, "socket");
    check_filled(&list[1]);
}
END_TEST

START_TEST(nothing_to_do)
{
    ck_assert(fill_all(NULL, 0, WAIT, -1, done, NULL));
    ck_assert_int_eq(calls_of_done, 0);
}
END_TEST

/* Readable, or in error as the runner's pipe when nobody reads any more.  */
START_TEST(a_watch_ends_it)
{
    struct fill fill = fill_new(AF_INET, 3);
    int ends[2];
    long start = monotonic_ms();
    ck_assert_int_eq(pipe(ends), 0);
    if (_i == 0)
        ck_assert_int_eq(write(ends[1], "x", 1), 1);
    else
        close(ends[0]);
    /* The client could be silent for long, but for the watch.  */
    bool whole = fill_all(&fill, 1, LATE, ends[_i], done, &fill);
    ck_assert(!whole);
    ck_assert_int_eq(calls_of_done, 0);
    ck_assert_int_lt(monotonic_ms() - start, LATE / 2);
    if (_i == 0)
        close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(a_watch_that_says_nothing_does_not)
{
    struct fill fill = fill_new(AF_INET, 3);
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert(fill_all(&fill, 1, WAIT, ends[_i], done, &fill));
    check_filled(&fill);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(done_may_stop_it)
{
    struct fill list[] = {fill_new(AF_INET, 1), fill_new(AF_INET, 2),
                          fill_new(AF_UNIX, 3)};
    ck_assert(!fill_all(list, 3, WAIT, -1, done_no_more, list));
    ck_assert_int_ge(calls_of_done, 1);
}
END_TEST

/* ---- descriptors that do not suffice ------------------------------------ */

enum { ROWS = 4, MOST_SPARE = 40 };
static const int backlogs[ROWS] = {4, 0, 2, 0};

static void make_rows(struct fill *list)
{
    for (int i = 0; i < ROWS; i++)
        list[i] = fill_new(AF_INET, backlogs[i]);
}

/* Either what it was with descriptors enough, or no figure at all.  */
static void check_starved(const struct fill *found, const struct fill *whole)
{
    if (found->error) {
        ck_assert_int_eq(found->error, EMFILE);
        ck_assert_ptr_nonnull(found->failed);
        return;
    }
    ck_assert_int_eq(found->state, FILL_DONE);
    if (found->limit != LIMIT_NONE) {
        ck_assert_int_eq(found->limit, LIMIT_DESCRIPTORS);
        return;
    }
    ck_assert_int_eq(found->accepted, whole->accepted);
    ck_assert_int_eq(found->client, whole->client);
    ck_assert_int_eq(found->overflow, whole->overflow);
    ck_assert_int_eq(found->effective, whole->effective);
    ck_assert_int_eq(found->queued, whole->queued);
}

static int count_figures(const struct fill *list)
{
    int figures = 0;
    for (int i = 0; i < ROWS; i++)
        figures += !list[i].error && list[i].limit == LIMIT_NONE;
    return figures;
}

/* With _i descriptors to spare; all lie below the limit's own number, for the
   rest of this process is about as many.  */
START_TEST(never_a_wrong_number)
{
    struct fill whole[ROWS], list[ROWS + 1];
    struct rlimit files, few;
    make_rows(whole);
    make_rows(list);
    /* The preparation of the last has failed.  */
    list[ROWS] = fill_new(AF_INET, 3);
    list[ROWS].error = EPROTO;
    list[ROWS].failed = "preparing";
    ck_assert(fill_all(whole, ROWS, WAIT, -1, done, whole));
    ck_assert_int_eq(count_figures(whole), ROWS);
    int first = dup(0);
    close(first);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    few = files;
    few.rlim_cur = (rlim_t)(first + _i);
    calls_of_done = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    bool all = fill_all(list, ROWS + 1, WAIT, -1, done, list);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    ck_assert(all);
    ck_assert_int_eq(calls_of_done, ROWS + 1);
    ck_assert_int_eq(list[ROWS].error, EPROTO);
    ck_assert_str_eq(list[ROWS].failed, "preparing");
    ck_assert_int_eq(list[ROWS].client, 0);
    for (int i = 0; i < ROWS; i++)
        check_starved(&list[i], &whole[i]);
    if (_i == 0)
        ck_assert_int_eq(count_figures(list), 0);
    if (_i == MOST_SPARE && whole[0].client < 10)
        ck_assert_int_eq(count_figures(list), ROWS);
}
END_TEST

/* ---- clients ------------------------------------------------------------ */

/* Linux's poll refuses more descriptors than there may be.  That says nothing
   of the COUNT clients in FDS.  */
static void check_poll_fails(const int *fds, size_t count)
{
    struct rlimit limit, none;
    struct pollfd poll_fd = {.fd = fds[0]};
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    bool fails = poll(&poll_fd, 1, 0) < 0;
    errno = 0;
    long connected = queue_clients_connected(fds, count);
    int error = errno;
    enum client_state state = queue_client_check(fds[0]);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    if (!fails)
        return;
    ck_assert_int_eq(connected, -1);
    ck_assert_int_eq(error, EINVAL);
    ck_assert_int_eq(state, CLIENT_UNKNOWN);
}

START_TEST(clients_that_are_reset_are_not_counted)
{
    enum { CLIENTS = 3 };
    struct sonde_address address;
    int clients[CLIENTS];
    sonde_address_loopback(&address, AF_INET, 0);
    int listener = sonde_listen(&address, CLIENTS, 0, NULL);
    ck_assert_int_eq(sonde_address_local(listener, &address), 0);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = queue_client_socket(AF_INET);
        enum client_state state = queue_client_connect(clients[i], &address);
        for (int k = 0; k < 1000 && state == CLIENT_PENDING; k++) {
            poll(NULL, 0, 5);
            state = queue_client_check(clients[i]);
        }
        ck_assert_int_eq(state, CLIENT_CONNECTED);
    }
    ck_assert_int_eq(queue_clients_connected(clients, CLIENTS), CLIENTS);
    check_poll_fails(clients, CLIENTS);
    close(listener); /* resets whoever waits there */
    for (int k = 0; k < 1000 && queue_clients_connected(clients, CLIENTS) > 0;
         k++)
        poll(NULL, 0, 5);
    ck_assert_int_eq(queue_clients_connected(clients, CLIENTS), 0);
    ck_assert_int_eq(queue_client_check(clients[0]), CLIENT_FAILED);
    for (int i = 0; i < CLIENTS; i++)
        close(clients[i]);
    /* Nobody listens where somebody is bound who does not.  */
    int holder = queue_client_socket(AF_INET);
    sonde_address_loopback(&address, AF_INET, 0);
    ck_assert_int_eq(bind(holder, (void *)&address.storage, address.length), 0);
    ck_assert_int_eq(sonde_address_local(holder, &address), 0);
    int late = queue_client_socket(AF_INET);
    enum client_state state = queue_client_connect(late, &address);
    ck_assert(state == CLIENT_FAILED || state == CLIENT_PENDING);
    if (state == CLIENT_FAILED)
        ck_assert_int_eq(errno, ECONNREFUSED);
    close(late);
    close(holder);
}
END_TEST

/* Each connection takes the memory that the budget counts for it.  */
START_TEST(the_bound_does_not_grow_with_the_connections)
{
    enum { ROOM = 2000 };
    struct budget budget = {.memory.left = ROOM * BUDGET_CONNECTION};
    struct allowance allowance = {.max = BUDGET_UNBOUND};
    allowance_set(&allowance, &budget);
    ck_assert_int_eq(allowance.max, ROOM / 2);
    allowance.open = ROOM / 4;
    budget.memory.left -= allowance.open * BUDGET_CONNECTION;
    allowance_set(&allowance, &budget);
    ck_assert_int_eq(allowance.max, ROOM / 2);
    /* The next reading is due as many connections after those left.  */
    int64_t due = allowance.next_read - allowance.open;
    allowance_give(&allowance, allowance.open, 0);
    ck_assert_int_eq(allowance.next_read, due);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, the_counts_are_those_of_accept);
    tcase_add_test(tests, repeats_agree_whoever_stands_beside);
    tcase_add_test(tests, both_families_or_the_reason);
    tcase_add_test(tests, a_family_that_cannot_listen_has_an_error);
    tcase_add_test(tests, nothing_to_do);
    tcase_add_loop_test(tests, a_watch_ends_it, 0, 2);
    tcase_add_loop_test(tests, a_watch_that_says_nothing_does_not, 0, 2);
    tcase_add_test(tests, done_may_stop_it);
    tcase_add_loop_test(tests, never_a_wrong_number, 0, MOST_SPARE + 1);
    tcase_add_test(tests, clients_that_are_reset_are_not_counted);
    tcase_add_test(tests, the_bound_does_not_grow_with_the_connections);
}

int main(void)
{
    return unit_main("fill", add);
}
