/* test-poller.c - lib/poller.c, over each back end that this host has
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/poller.h"
#include "tests/unit/unit.h"

enum { kinds = 2 };

static struct sonde_poller *poller;
static struct sonde_event event;
static int pair[2];
static int value;

/* Open the poller of the kind a loop test is at.  */
static void open_kind(int kind)
{
    errno = 77;
    poller = sonde_poller_open((enum sonde_poller_kind)kind);
    ck_assert_ptr_nonnull(poller);
    ck_assert_int_eq(errno, 77);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
}

static void teardown(void)
{
    sonde_poller_close(poller);
}

static void expect(int fd, unsigned ready)
{
    ck_assert_int_eq(sonde_poller_wait(poller, 20000), 1);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 1);
    ck_assert_int_eq(event.fd, fd);
    ck_assert_uint_eq(event.ready, ready);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 0);
}

static void expect_nothing(void)
{
    ck_assert_int_eq(sonde_poller_wait(poller, 0), 0);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 0);
}

/* kqueue, as it is over a device that has no filter.  */
static int refusals;

static int change_refuses(struct sonde_poller *which, int fd, unsigned old,
                          unsigned new)
{
    refusals++;
    errno = EINVAL;
    return -1;
}

static int wait_finds_nothing(struct sonde_poller *which, int milliseconds)
{
    ck_assert_int_eq(milliseconds, 0);
    return 0;
}

static void close_nothing(struct sonde_poller *which)
{
}

static const struct sonde__poller_way refusing = {.close = close_nothing,
                                                  .change = change_refuses,
                                                  .wait = wait_finds_nothing};

/* What kqueue of macOS does with /dev/null and /dev/tty.  */
START_TEST(a_device_that_is_refused_is_always_ready)
{
    int device = open("/dev/null", O_RDWR);
    ck_assert_int_ge(device, 0);
    open_kind(SONDE_POLLER_POLL);
    poller->way = &refusing;
    errno = 77;
    ck_assert_int_eq(sonde_poller_add(poller, device, SONDE_READABLE, &value),
                     0);
    ck_assert_int_eq(errno, 77);
    expect(device, SONDE_READABLE);
    expect(device, SONDE_READABLE);
    ck_assert_ptr_eq(event.data, &value);
    ck_assert_int_eq(sonde_poller_modify(poller, device, SONDE_WRITABLE, NULL),
                     0);
    expect(device, SONDE_WRITABLE);
    ck_assert_int_eq(sonde_poller_modify(poller, device, 0, NULL), 0);
    expect_nothing();
    ck_assert_int_eq(sonde_poller_modify(poller, device, SONDE_READABLE, NULL),
                     0);
    expect(device, SONDE_READABLE);
    ck_assert_int_eq(sonde_poller_remove(poller, device), 0);
    expect_nothing();
    ck_assert_int_eq(refusals, 1);
    close(device);
}
END_TEST

/* Nothing else is: EINVAL is the caller's to hear.  */
START_TEST(a_socket_that_is_refused_is_an_error)
{
    open_kind(SONDE_POLLER_POLL);
    poller->way = &refusing;
    errno = 0;
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], SONDE_READABLE, NULL),
                     -1);
    ck_assert_int_eq(errno, EINVAL);
    expect_nothing();
}
END_TEST

START_TEST(each_kind_asks_as_it_should)
{
    const struct sonde__poller_way *best = &sonde__poller_poll;
#ifdef HAVE_EPOLL
    best = &sonde__poller_epoll;
#elif defined HAVE_KQUEUE
    best = &sonde__poller_kqueue;
#endif
    open_kind(_i);
    ck_assert_ptr_eq(poller->way,
                     _i == SONDE_POLLER_BEST ? best : &sonde__poller_poll);
}
END_TEST

START_TEST(readable_is_reported_as_long_as_it_lasts)
{
    open_kind(_i);
    errno = 77;
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], SONDE_READABLE, &value),
                     0);
    expect_nothing();
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    expect(pair[0], SONDE_READABLE);
    ck_assert_ptr_eq(event.data, &value);
    expect(pair[0], SONDE_READABLE);
    char byte;
    ck_assert_int_eq(read(pair[0], &byte, 1), 1);
    expect_nothing();
    ck_assert_int_eq(errno, 77);
}
END_TEST

START_TEST(both_directions_are_one_event)
{
    open_kind(_i);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0],
                                      SONDE_READABLE | SONDE_WRITABLE, NULL),
                     0);
    expect(pair[0], SONDE_WRITABLE);
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    expect(pair[0], SONDE_READABLE | SONDE_WRITABLE);
}
END_TEST

START_TEST(modify_changes_interest_and_user)
{
    open_kind(_i);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], SONDE_WRITABLE, NULL),
                     0);
    ck_assert_int_eq(
        sonde_poller_modify(poller, pair[0], SONDE_READABLE, &value), 0);
    expect_nothing();
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    expect(pair[0], SONDE_READABLE);
    ck_assert_ptr_eq(event.data, &value);
    ck_assert_int_eq(sonde_poller_modify(poller, pair[0], 0, &value), 0);
    expect_nothing();
    ck_assert_int_eq(sonde_poller_modify(poller, pair[0], SONDE_READABLE, NULL),
                     0);
    expect(pair[0], SONDE_READABLE);
}
END_TEST

/* As without, but changed from and to nothing only.  */
START_TEST(exclusive_is_found_ready)
{
    const unsigned events = SONDE_READABLE | SONDE_EXCLUSIVE;
    open_kind(_i);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], SONDE_EXCLUSIVE, NULL),
                     -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], events, NULL), 0);
    expect_nothing();
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    expect(pair[0], SONDE_READABLE);
    ck_assert_int_eq(sonde_poller_modify(poller, pair[0], SONDE_READABLE, NULL),
                     -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_poller_modify(poller, pair[0], events, &value), 0);
    expect(pair[0], SONDE_READABLE);
    ck_assert_ptr_eq(event.data, &value);
    ck_assert_int_eq(sonde_poller_modify(poller, pair[0], 0, NULL), 0);
    expect_nothing();
    ck_assert_int_eq(sonde_poller_modify(poller, pair[0], events, NULL), 0);
    expect(pair[0], SONDE_READABLE);
    ck_assert_int_eq(sonde_poller_remove(poller, pair[0]), 0);
}
END_TEST

START_TEST(mistakes_are_told)
{
    open_kind(_i);
    int closed = dup(pair[0]);
    close(closed);
    ck_assert_int_eq(sonde_poller_add(poller, -1, SONDE_READABLE, NULL), -1);
    ck_assert_int_eq(errno, EBADF);
    ck_assert_int_eq(sonde_poller_add(poller, closed, SONDE_READABLE, NULL),
                     -1);
    ck_assert_int_eq(errno, EBADF);
    ck_assert_int_eq(sonde_poller_add(poller, closed, 0, NULL), -1);
    ck_assert_int_eq(errno, EBADF);
    /* This is no number to make room for.  */
    ck_assert_int_eq(sonde_poller_add(poller, INT_MAX, SONDE_READABLE, NULL),
                     -1);
    ck_assert_int_eq(errno, EBADF);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], 4, NULL), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(sonde_poller_modify(poller, pair[0], 0, NULL), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(sonde_poller_remove(poller, pair[0]), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], 0, NULL), 0);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], 0, NULL), -1);
    ck_assert_int_eq(errno, EEXIST);
    ck_assert_int_eq(sonde_poller_remove(poller, pair[0]), 0);
}
END_TEST

START_TEST(hung_up_means_try_the_call)
{
    open_kind(_i);
    char byte;
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], SONDE_READABLE, NULL),
                     0);
    close(pair[1]);
    expect(pair[0], SONDE_READABLE);
    ck_assert_int_eq(read(pair[0], &byte, 1), 0);
    ck_assert_int_eq(sonde_poller_modify(poller, pair[0], SONDE_WRITABLE, NULL),
                     0);
    expect(pair[0], SONDE_WRITABLE);
    /* Watched for nothing, it does not keep the loop awake.  */
    ck_assert_int_eq(sonde_poller_modify(poller, pair[0], 0, NULL), 0);
    expect_nothing();
}
END_TEST

START_TEST(a_refused_connect_is_writable)
{
    struct sonde_address address;
    open_kind(_i);
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET, 0), 0);
    /* Bound, so that nobody else has the port, and not listening.  */
    int bound = sonde_socket(AF_INET, SOCK_STREAM, SONDE_CLOEXEC);
    ck_assert_int_eq(bind(bound, (void *)&address.storage, address.length), 0);
    ck_assert_int_eq(sonde_address_local(bound, &address), 0);
    int fd = sonde_socket(AF_INET, SOCK_STREAM, SONDE_NONBLOCK);
    if (connect(fd, (void *)&address.storage, address.length) == 0 ||
        errno != EINPROGRESS)
        return; /* refused at once, as BSD does over loopback */
    ck_assert_int_eq(sonde_poller_add(poller, fd, SONDE_WRITABLE, NULL), 0);
    expect(fd, SONDE_WRITABLE);
    int error = 0;
    socklen_t size = sizeof error;
    ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size), 0);
    ck_assert_int_eq(error, ECONNREFUSED);
}
END_TEST

/* Two descriptors are ready; whoever is served first removes the other.  */
START_TEST(what_is_removed_in_a_batch_is_not_reported)
{
    open_kind(_i);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(
            sonde_poller_add(poller, pair[i], SONDE_WRITABLE, &pair[i]), 0);
    ck_assert_int_eq(sonde_poller_wait(poller, 20000), 2);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 1);
    int other = event.fd == pair[0] ? pair[1] : pair[0];
    ck_assert_int_eq(sonde_poller_remove(poller, other), 0);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 0);
}
END_TEST

START_TEST(a_reused_number_starts_clean_in_a_batch)
{
    open_kind(_i);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(
            sonde_poller_add(poller, pair[i], SONDE_WRITABLE, &pair[i]), 0);
    ck_assert_int_eq(sonde_poller_wait(poller, 20000), 2);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 1);
    int kept = event.fd;
    int other = kept == pair[0] ? pair[1] : pair[0];
    ck_assert_int_eq(sonde_poller_remove(poller, other), 0);
    int spare = dup(other);
    close(other);
    ck_assert_int_eq(dup2(spare, other), other);
    ck_assert_int_eq(sonde_poller_add(poller, other, SONDE_READABLE, &value),
                     0);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 0);
    ck_assert_int_eq(sonde_poller_remove(poller, kept), 0);
    ck_assert_int_eq(write(kept, "x", 1), 1);
    expect(other, SONDE_READABLE);
    ck_assert_ptr_eq(event.data, &value);
}
END_TEST

START_TEST(what_was_not_taken_is_found_again)
{
    open_kind(_i);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(
            sonde_poller_add(poller, pair[i], SONDE_WRITABLE, NULL), 0);
    ck_assert_int_eq(sonde_poller_wait(poller, 20000), 2);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 1);
    ck_assert_int_eq(sonde_poller_wait(poller, 20000), 2);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 1);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 1);
    ck_assert_int_eq(sonde_poller_next(poller, &event), 0);
}
END_TEST

/* More than one batch, and numbers above FD_SETSIZE (1024 here).  */
START_TEST(every_one_of_many_gets_its_turn)
{
    enum { many = 1100 };
    static int served[8192];
    struct rlimit limit;
    open_kind(_i);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t wanted = many + 32;
    if (limit.rlim_cur < wanted && limit.rlim_max >= wanted) {
        limit.rlim_cur = wanted;
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    /* As many as an ordinary user may have here, if that is fewer.  */
    int count = 0;
    for (int fd; count < many && (fd = dup(pair[0])) >= 0; count++)
        ck_assert_int_eq(
            sonde_poller_add(poller, fd, SONDE_WRITABLE, &served[fd]), 0);
    ck_assert_int_gt(count, 200);
    for (int round = 0, left = count; left > 0; round++) {
        ck_assert_int_lt(round, 12);
        ck_assert_int_gt(sonde_poller_wait(poller, 20000), 0);
        while (sonde_poller_next(poller, &event)) {
            int *mine = event.data;
            left -= (*mine)++ == 0;
        }
    }
}
END_TEST

static int poll_calls;

static int poll_says(struct pollfd *fds, nfds_t count, int timeout)
{
    poll_calls++;
    errno = unit_error;
    return -1;
}

START_TEST(errors_of_poll_end_the_wait)
{
    static const struct {
        int error, told;
    } errors[] = {{ENOMEM, ENOMEM}, {EAGAIN, ENOMEM}, {EINVAL, EINVAL}};
    open_kind(SONDE_POLLER_POLL);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], SONDE_READABLE, NULL),
                     0);
    sonde__sys.poll = poll_says;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        unit_error = errors[i].error;
        ck_assert_int_eq(sonde_poller_wait(poller, -1), -1);
        ck_assert_int_eq(errno, errors[i].told);
    }
}
END_TEST

static void sleep_not(int milliseconds)
{
    value += milliseconds;
}

/* Open a poller each of whose waits is interrupted, and whose sleeps are
   counted.  */
static void open_interrupted(void)
{
    open_kind(SONDE_POLLER_POLL);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], SONDE_READABLE, NULL),
                     0);
    sonde__sys.poll = poll_says;
    sonde__sys.sleep = sleep_not;
    unit_error = EINTR;
}

START_TEST(interruptions_without_end_end_the_wait)
{
    open_interrupted();
    ck_assert_int_eq(sonde_poller_wait(poller, -1), -1);
    ck_assert_int_eq(errno, EINTR);
    ck_assert_int_gt(value, 1000);
}
END_TEST

START_TEST(each_wait_without_limit_sleeps_before_it_ends)
{
    open_interrupted();
    for (int i = 0; i < 3; i++) {
        value = 0;
        ck_assert_int_eq(sonde_poller_wait(poller, -1), -1);
        ck_assert_int_gt(value, 1000);
    }
}
END_TEST

static int64_t played_now(void)
{
    return (int64_t)value * 1000000;
}

START_TEST(interruptions_without_end_do_not_move_the_deadline)
{
    open_interrupted();
    sonde__sys.now = played_now;
    ck_assert_int_eq(sonde_poller_wait(poller, 100), 0);
    ck_assert_int_eq(value, 100);
    ck_assert_int_eq(sonde_poller_wait(poller, 0), 0);
    ck_assert_int_eq(value, 100);
}
END_TEST

START_TEST(short_waits_interrupted_without_end_are_one_row)
{
    open_interrupted();
    sonde__sys.now = played_now;
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(sonde_poller_wait(poller, 10), 0);
    ck_assert_int_eq(value, 1000);
    /* 64 in a row, and in each wait one for each sleep.  */
    ck_assert_int_lt(poll_calls, 64 + 100 * 6);
}
END_TEST

static int poll_often_interrupted(struct pollfd *fds, nfds_t count, int timeout)
{
    if (value++ % 4 == 3)
        return poll(fds, count, timeout);
    errno = EINTR;
    return -1;
}

START_TEST(an_interrupted_check_is_repeated)
{
    open_kind(SONDE_POLLER_POLL);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], SONDE_WRITABLE, NULL),
                     0);
    sonde__sys.poll = poll_often_interrupted;
    ck_assert_int_eq(sonde_poller_wait(poller, 0), 1);
    ck_assert_int_eq(value, 4);
}
END_TEST

/* A descriptor that was closed, and not removed, which a duplicate keeps in
   epoll.  */
START_TEST(what_is_found_and_not_watched_does_not_take_the_processor)
{
    open_kind(_i);
    int copy = dup(pair[0]);
    ck_assert_int_ge(copy, 0);
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], SONDE_READABLE, NULL),
                     0);
    close(pair[0]);
    sonde_poller_remove(poller, pair[0]);
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    /* Longer than a row of failures: 2 s.  */
    ck_assert_int_eq(sonde_poller_wait(poller, 5000), 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    ck_assert_int_lt((after.tv_sec - before.tv_sec) * 1000 +
                         (after.tv_nsec - before.tv_nsec) / 1000000,
                     1000);
    close(copy);
}
END_TEST

static void ignore(int signo)
{
    value++;
}

START_TEST(signals_do_not_end_the_wait_nor_move_its_deadline)
{
    struct itimerval often = {{0, 5000}, {0, 5000}}, never = {{0}, {0}};
    open_kind(_i);
    ck_assert_int_eq(sonde_signal(SIGALRM, ignore, SONDE_INTERRUPT), 0);
    int64_t start = sonde__sys.now();
    setitimer(ITIMER_REAL, &often, NULL);
    ck_assert_int_eq(sonde_poller_wait(poller, 50), 0);
    setitimer(ITIMER_REAL, &never, NULL);
    ck_assert_int_ge(sonde__sys.now() - start, 50 * 1000000);
    ck_assert_int_gt(value, 0);
}
END_TEST

/* A new one first, which may have the number of the old one where that is not
   inherited.  */
START_TEST(a_child_closes_its_parents_poller_and_nothing_else)
{
    int status = 0;
    open_kind(_i);
    pid_t child = fork();
    if (child == 0) {
        struct sonde_poller *own =
            sonde_poller_open((enum sonde_poller_kind)_i);
        sonde_poller_close(poller);
        int works = own && write(pair[1], "x", 1) == 1 &&
                    !sonde_poller_add(own, pair[0], SONDE_READABLE, NULL) &&
                    sonde_poller_wait(own, 5000) == 1;
        _exit(works ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(sonde_poller_add(poller, pair[0], SONDE_READABLE, NULL),
                     0);
    expect(pair[0], SONDE_READABLE);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, a_device_that_is_refused_is_always_ready);
    tcase_add_test(tests, a_socket_that_is_refused_is_an_error);
    unit_fake_calls(tests);
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_loop_test(tests, each_kind_asks_as_it_should, 0, kinds);
    tcase_add_loop_test(tests, readable_is_reported_as_long_as_it_lasts, 0,
                        kinds);
    tcase_add_loop_test(tests, both_directions_are_one_event, 0, kinds);
    tcase_add_loop_test(tests, modify_changes_interest_and_user, 0, kinds);
    tcase_add_loop_test(tests, exclusive_is_found_ready, 0, kinds);
    tcase_add_loop_test(tests, mistakes_are_told, 0, kinds);
    tcase_add_loop_test(tests, hung_up_means_try_the_call, 0, kinds);
    tcase_add_loop_test(tests, a_refused_connect_is_writable, 0, kinds);
    tcase_add_loop_test(tests, what_is_removed_in_a_batch_is_not_reported, 0,
                        kinds);
    tcase_add_loop_test(tests, a_reused_number_starts_clean_in_a_batch, 0,
                        kinds);
    tcase_add_loop_test(tests, what_was_not_taken_is_found_again, 0, kinds);
    tcase_add_test(tests, errors_of_poll_end_the_wait);
    tcase_add_test(tests, interruptions_without_end_end_the_wait);
    tcase_add_test(tests, each_wait_without_limit_sleeps_before_it_ends);
    tcase_add_test(tests, interruptions_without_end_do_not_move_the_deadline);
    tcase_add_test(tests, short_waits_interrupted_without_end_are_one_row);
    tcase_add_test(tests, an_interrupted_check_is_repeated);
    tcase_add_loop_test(
        tests, what_is_found_and_not_watched_does_not_take_the_processor, 0,
        kinds);
    tcase_add_loop_test(tests, every_one_of_many_gets_its_turn, 0, kinds);
    tcase_add_loop_test(
        tests, signals_do_not_end_the_wait_nor_move_its_deadline, 0, kinds);
    tcase_add_loop_test(
        tests, a_child_closes_its_parents_poller_and_nothing_else, 0, kinds);
}

int main(void)
{
    return unit_main("poller", add);
}
