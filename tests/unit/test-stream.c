/* test-stream.c - lib/stream.c and lib/deadline.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

/* Milliseconds for what comes at once, but for a host that is busy.  */
enum { PATIENCE = 20000 };

/* Each test has a process of its own, so what it puts into sonde__sys is gone
   after it.  */
static struct sonde__calls real;
static int pair[2];
static int calls, quiet;

/* A host whose poll says ready, whatever recv says.  */
static int poll_lies(struct pollfd *fds, nfds_t count, int timeout)
{
    fds->revents = POLLIN;
    return 1;
}

static void setup(void)
{
    real = sonde__sys;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    calls = quiet = 0;
    errno = 0;
}

static void teardown(void)
{
    close(pair[0]);
    close(pair[1]);
}

static int64_t elapsed_ms(int64_t since)
{
    return (real.now() - since) / 1000000;
}

START_TEST(reads_what_is_there)
{
    char buffer[8];
    ck_assert_int_eq(write(pair[1], "abc", 3), 3);
    errno = 77;
    ck_assert_int_eq(sonde_read(pair[0], buffer, sizeof buffer, -1), 3);
    ck_assert_int_eq(sonde_read(pair[0], buffer, 0, -1), 0);
    ck_assert_int_eq(errno, 77);
    ck_assert_int_eq(sonde_half_close(pair[1]), 0);
    ck_assert_int_eq(sonde_read(pair[0], buffer, sizeof buffer, PATIENCE), 0);
}
END_TEST

START_TEST(a_deadline_holds_on_blocking_and_non_blocking_descriptors)
{
    char buffer[8];
    for (int i = 0; i < 2; i++) {
        int64_t start = real.now();
        ck_assert_int_eq(sonde_read(pair[0], buffer, sizeof buffer, 30), -1);
        ck_assert_int_eq(errno, EAGAIN);
        ck_assert_int_ge(elapsed_ms(start), 30);
        ck_assert_int_eq(sonde_read(pair[0], buffer, sizeof buffer, 0), -1);
        ck_assert_int_eq(errno, EAGAIN);
        ck_assert_int_eq(sonde__set_flags(pair[0], SONDE_NONBLOCK), 0);
    }
}
END_TEST

START_TEST(a_full_connection_reports_what_went)
{
    static char data[4 << 20];
    size_t done = 0;
    ck_assert_int_eq(sonde_write_all(pair[0], data, sizeof data, 30, &done),
                     -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_uint_gt(done, 0);
    ck_assert_uint_lt(done, sizeof data);
    /* Where the time was over before there was no room, fill it up.  */
    ssize_t more;
    while ((more = sonde_write(pair[0], data, sizeof data, 0)) > 0)
        done += (size_t)more;
    ck_assert_int_eq(more, -1);
    ck_assert_int_eq(errno, EAGAIN);
    size_t got = 0;
    ck_assert_int_eq(sonde_half_close(pair[0]), 0);
    while ((more = sonde_read(pair[1], data, sizeof data, PATIENCE)) > 0)
        got += (size_t)more;
    ck_assert_int_eq(more, 0);
    ck_assert_uint_eq(got, done);
}
END_TEST

/* A blocking descriptor without a deadline, too: all of it would never fit.  */
START_TEST(what_fits_is_written_and_no_more_waited_for)
{
    static char data[4 << 20];
    ssize_t count = sonde_write(pair[0], data, sizeof data, -1);
    ck_assert_int_gt(count, 0);
    ck_assert_int_lt(count, sizeof data);
}
END_TEST

START_TEST(a_stream_that_ends_early_is_no_error)
{
    char buffer[8];
    size_t done = 9;
    ck_assert_int_eq(write(pair[1], "abc", 3), 3);
    ck_assert_int_eq(sonde_read_all(pair[0], buffer, 8, 10, &done), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_uint_eq(done, 3);
    ck_assert_int_eq(write(pair[1], "de", 2), 2);
    ck_assert_int_eq(sonde_half_close(pair[1]), 0);
    errno = 77;
    ck_assert_int_eq(sonde_read_all(pair[0], buffer, 8, -1, &done), 0);
    ck_assert_uint_eq(done, 2);
    ck_assert_int_eq(errno, 77);
}
END_TEST

/* A host that gives one byte at a time, and every other time EINTR.  */
static ssize_t recv_mean(int fd, void *buffer, size_t size, int flags)
{
    if (++calls % 2) {
        errno = EINTR;
        return -1;
    }
    return real.recv(fd, buffer, size ? 1 : 0, flags);
}

static ssize_t send_mean(int fd, const void *buffer, size_t size, int flags)
{
    if (++calls % 2) {
        errno = EINTR;
        return -1;
    }
    return real.send(fd, buffer, size ? 1 : 0, flags);
}

START_TEST(short_counts_and_interruptions_are_made_up_for)
{
    char buffer[6];
    size_t done;
    sonde__sys.recv = recv_mean;
    sonde__sys.send = send_mean;
    for (int timeout = -1; timeout <= PATIENCE; timeout += PATIENCE + 1) {
        ck_assert_int_eq(sonde_write_all(pair[1], "secret", 6, timeout, &done),
                         0);
        ck_assert_uint_eq(done, 6);
        ck_assert_int_eq(sonde_read_all(pair[0], buffer, 6, timeout, &done), 0);
        ck_assert_uint_eq(done, 6);
        ck_assert_mem_eq(buffer, "secret", 6);
    }
}
END_TEST

static ssize_t recv_interrupted(int fd, void *buffer, size_t size, int flags)
{
    errno = EINTR;
    return -1;
}

/* A host where each read or write of a byte takes 10 ms, and always works.  */
static int64_t played;

static int64_t now_played(void)
{
    return played;
}

static ssize_t recv_slowly(int fd, void *buffer, size_t size, int flags)
{
    played += 10 * 1000000;
    memset(buffer, 'x', size ? 1 : 0);
    return size ? 1 : 0;
}

static ssize_t send_slowly(int fd, const void *buffer, size_t size, int flags)
{
    played += 10 * 1000000;
    return size ? 1 : 0;
}

START_TEST(bytes_that_keep_coming_do_not_move_the_deadline)
{
    char buffer[100];
    size_t done;
    sonde__sys.now = now_played;
    sonde__sys.recv = recv_slowly;
    sonde__sys.send = send_slowly;
    sonde__sys.poll = poll_lies;
    played = 1;
    ck_assert_int_eq(sonde_read_all(pair[0], buffer, 100, 95, &done), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_uint_eq(done, 10);
    ck_assert_int_eq(sonde_write_all(pair[0], buffer, 100, 95, &done), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_uint_eq(done, 10);
    /* In time, if it is the last; and what can be done at once is done.  */
    ck_assert_int_eq(sonde_read_all(pair[0], buffer, 10, 95, &done), 0);
    ck_assert_int_eq(sonde_read_all(pair[0], buffer, 100, 0, &done), 0);
    ck_assert_int_eq(sonde_write_all(pair[0], buffer, 100, 0, &done), 0);
    ck_assert_uint_eq(done, 100);
}
END_TEST

START_TEST(interruptions_do_not_move_the_deadline)
{
    char buffer[6];
    int64_t start = real.now();
    sonde__sys.recv = recv_interrupted;
    ck_assert_int_eq(sonde_read(pair[0], buffer, 6, 20), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_ge(elapsed_ms(start), 20);
}
END_TEST

static void note(int signo)
{
    calls++;
}

START_TEST(signals_do_not_move_the_deadline)
{
    char buffer[6];
    struct itimerval often = {{0, 5000}, {0, 5000}}, never = {{0}, {0}};
    ck_assert_int_eq(sonde_signal(SIGALRM, note, SONDE_INTERRUPT), 0);
    int64_t start = real.now();
    setitimer(ITIMER_REAL, &often, NULL);
    ck_assert_int_eq(sonde_read(pair[0], buffer, 6, 60), -1);
    setitimer(ITIMER_REAL, &never, NULL);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_ge(elapsed_ms(start), 60);
    ck_assert_int_gt(calls, 0);
}
END_TEST

/* The intervals of repeated calls, too.  */
START_TEST(signals_do_not_cut_a_sleep_short)
{
    struct itimerval often = {{0, 400}, {0, 400}}, never = {{0}, {0}};
    ck_assert_int_eq(sonde_signal(SIGALRM, note, SONDE_INTERRUPT), 0);
    int64_t start = real.now();
    setitimer(ITIMER_REAL, &often, NULL);
    real.sleep(20);
    setitimer(ITIMER_REAL, &never, NULL);
    ck_assert_int_ge(elapsed_ms(start), 20);
    ck_assert_int_gt(calls, 0);
}
END_TEST

START_TEST(a_wrong_word_of_poll_does_not_loop_for_ever)
{
    char buffer[6];
    sonde__sys.poll = poll_lies;
    ck_assert_int_eq(sonde_read(pair[0], buffer, 6, 20), -1);
    ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

static ssize_t recv_nothing(int fd, void *buffer, size_t size, int flags)
{
    calls++;
    errno = unit_error;
    return -1;
}

static ssize_t send_nothing(int fd, const void *buffer, size_t size, int flags)
{
    calls++;
    errno = unit_error;
    return unit_error ? -1 : 0;
}

/* What the kernel never should say, for ever: interrupted, ready though nothing
   is there, 0 bytes sent.  */
static int poll_interrupted(struct pollfd *fds, nfds_t count, int timeout)
{
    ck_assert_int_lt(++calls, 10000);
    errno = EINTR;
    return -1;
}

static void sleep_played(int milliseconds)
{
    played += (int64_t)milliseconds * 1000000;
}

/* _i: 0 read, 1 write: of pipes, for which poll comes first.  */
START_TEST(a_wait_that_is_always_interrupted_ends)
{
    int ends[2];
    char byte = 0;
    ck_assert_int_eq(pipe(ends), 0);
    sonde__sys.poll = poll_interrupted;
    sonde__sys.sleep = sleep_played;
    sonde__sys.now = now_played;
    errno = 0;
    ck_assert_int_eq(_i ? sonde_write(ends[1], &byte, 1, -1)
                        : sonde_read(ends[0], &byte, 1, -1),
                     -1);
    ck_assert_int_eq(errno, EINTR);
    ck_assert_int_eq(calls, 128);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(no_error_is_repeated_without_end)
{
    static const int errors[] = {EINTR, EAGAIN, 0};
    char buffer[6] = "";
    size_t done;
    unit_error = errors[_i];
    sonde__sys.recv = recv_nothing;
    sonde__sys.send = send_nothing;
    sonde__sys.poll = poll_lies;
    if (unit_error) {
        ck_assert_int_eq(sonde_read(pair[0], buffer, 6, 300), -1);
        ck_assert_int_eq(errno, EAGAIN);
        ck_assert_int_lt(calls, 200);
        ck_assert_int_eq(sonde_read(pair[0], buffer, 6, -1), -1);
        ck_assert_int_eq(errno, unit_error);
    }
    calls = 0;
    ck_assert_int_eq(sonde_write_all(pair[0], buffer, 6, 300, &done), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_lt(calls, 200);
    ck_assert_int_eq(sonde_write_all(pair[0], buffer, 6, -1, &done), -1);
    ck_assert_int_eq(errno, unit_error ? unit_error : EAGAIN);
    ck_assert_uint_eq(done, 0);
}
END_TEST

static int64_t now_slow(void)
{
    return played += 2 * 1000000;
}

/* _i: 0 read, 1 write.  Each look at the clock takes two milliseconds, as the
   calls do under a tracer.  */
START_TEST(a_slow_host_does_not_repeat_without_end)
{
    char byte = 0;
    unit_error = EAGAIN;
    sonde__sys.recv = recv_nothing;
    sonde__sys.send = send_nothing;
    sonde__sys.poll = poll_lies;
    sonde__sys.sleep = sleep_played;
    sonde__sys.now = now_slow;
    ck_assert_int_eq(_i ? sonde_write(pair[0], &byte, 1, -1)
                        : sonde_read(pair[0], &byte, 1, -1),
                     -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(calls, 128);
}
END_TEST

static void peer_is_gone(void)
{
    close(pair[1]);
    pair[1] = -1;
    ck_assert_int_eq(sonde_write(pair[0], "x", 1, PATIENCE), -1);
    ck_assert_int_eq(errno, EPIPE);
}

/* SIGPIPE has neither been raised nor is it blocked or pending.  */
static void no_trace_of_sigpipe(void)
{
    sigset_t set;
    ck_assert_int_eq(sigpending(&set), 0);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), 0);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &set), 0);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), 0);
}

START_TEST(no_sigpipe_by_flag)
{
    if (sonde__sys.send_nosigpipe == 0)
        return; /* this host has no such flag: the next tests are its ways */
    ck_assert_int_eq(sonde_signal(SIGPIPE, SIG_DFL, SONDE_RESTART), 0);
    peer_is_gone();
    no_trace_of_sigpipe();
}
END_TEST

/* A host with SO_NOSIGPIPE alone, played by one that has the flag.  */
static int set_nosigpipe_works(int fd)
{
    quiet++;
    return 0;
}

static ssize_t send_after_option(int fd, const void *buffer, size_t size,
                                 int flags)
{
    ck_assert_int_eq(flags & real.send_nosigpipe, 0);
    ck_assert_int_eq(quiet, ++calls);
    return real.send(fd, buffer, size, flags | real.send_nosigpipe);
}

START_TEST(no_sigpipe_by_option)
{
    sonde__sys.send_nosigpipe = 0;
    sonde__sys.set_nosigpipe = set_nosigpipe_works;
    sonde__sys.send = send_after_option;
    ck_assert_int_eq(sonde_write(pair[0], "x", 1, -1), 1);
    peer_is_gone();
    no_trace_of_sigpipe();
}
END_TEST

static int no_nosigpipe(int fd)
{
    errno = EINVAL; /* macOS, for a connection that is gone */
    return -1;
}

static int no_sigtimedwait(const sigset_t *set, const struct timespec *timeout)
{
    errno = ENOSYS;
    return -1;
}

/* The same for each disposition and each way to take the signal back.  */
START_TEST(no_sigpipe_by_block)
{
    sonde__sys.send_nosigpipe = 0;
    sonde__sys.set_nosigpipe = no_nosigpipe;
    if (_i & 1)
        sonde__sys.sigtimedwait = no_sigtimedwait;
    if (_i & 2)
        ck_assert_int_eq(sonde_signal(SIGPIPE, note, SONDE_RESTART), 0);
    if (_i & 4)
        ck_assert_int_eq(sonde_signal(SIGPIPE, SIG_IGN, SONDE_RESTART), 0);
    ck_assert_int_eq(sonde_write(pair[0], "x", 1, -1), 1);
    peer_is_gone();
    no_trace_of_sigpipe();
    ck_assert_int_eq(calls, 0);
}
END_TEST

START_TEST(a_sigpipe_of_others_stays_pending)
{
    sigset_t set;
    sonde__sys.send_nosigpipe = 0;
    sonde__sys.set_nosigpipe = no_nosigpipe;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    raise(SIGPIPE);
    peer_is_gone();
    sigpending(&set);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), 1);
}
END_TEST

START_TEST(a_pipe_does_as_well)
{
    int ends[2];
    char buffer[8];
    static char data[1 << 20];
    size_t done;
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(sonde_read(ends[0], buffer, 8, 10), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(sonde_write(ends[1], "abc", 3, -1), 3);
    ck_assert_int_eq(sonde_read(ends[0], buffer, 8, -1), 3);
    /* The pipe is a blocking one, and fills up.  */
    ck_assert_int_eq(sonde_write_all(ends[1], data, sizeof data, 20, &done),
                     -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_uint_gt(done, 0);
    close(ends[0]);
    ck_assert_int_eq(sonde_write(ends[1], "x", 1, PATIENCE), -1);
    ck_assert_int_eq(errno, EPIPE);
    no_trace_of_sigpipe();
    close(ends[1]);
}
END_TEST

/* It is ready for writing with any room, and write waits for all it was given.
   Where no terminal can be made nothing is asked.  */
START_TEST(a_terminal_that_is_full_keeps_nobody)
{
    static char bytes[1 << 16];
    size_t done;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) || unlockpt(master))
        return;
    int fd = open(ptsname(master), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(fd, 0);
    memset(bytes, 'x', sizeof bytes);
    while (!sonde_write_all(fd, bytes, sizeof bytes, 0, &done))
        ;
    ck_assert_int_eq(errno, EAGAIN);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_gt(read(master, bytes, 100), 0);
        ck_assert_int_eq(sonde_write_all(fd, bytes, sizeof bytes, 0, &done),
                         -1);
        ck_assert_int_eq(errno, EAGAIN);
    }
    close(fd);
    close(master);
}
END_TEST

/* The two ends of a TCP connection of which the other side broke off: there is
   a reset to be told of.  */
static int connect_and_reset(void)
{
    struct sonde_address address;
    struct linger at_once = {1, 0};
    ck_assert_int_eq(sonde_address_loopback(&address, AF_INET, 0), 0);
    int listener = sonde_listen(&address, 1, SONDE_CLOEXEC, NULL);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(sonde_address_local(listener, &address), 0);
    int client = sonde_socket(AF_INET, SOCK_STREAM, SONDE_CLOEXEC);
    ck_assert_int_eq(connect(client, (void *)&address.storage, address.length),
                     0);
    int server = sonde_accept(listener, NULL, SONDE_CLOEXEC);
    ck_assert_int_ge(server, 0);
    setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(server);
    close(listener);
    struct pollfd told = {.fd = client, .events = POLLIN};
    ck_assert_int_eq(poll(&told, 1, PATIENCE), 1);
    return client;
}

/* The four ways to be quiet, the three dispositions, SIGPIPE blocked or not. */
enum { ways = 4, dispositions = 3, writing_cases = ways * dispositions * 2 };

static void be_quiet_by(int way)
{
    if (way == 0)
        return; /* by what this host has */
    sonde__sys.send_nosigpipe = 0;
    sonde__sys.set_nosigpipe = way == 1 ? set_nosigpipe_works : no_nosigpipe;
    if (way == 1)
        sonde__sys.send = send_after_option;
    if (way == 3)
        sonde__sys.sigtimedwait = no_sigtimedwait;
}

START_TEST(a_reset_is_an_error_and_never_a_signal)
{
    void (*const handlers[dispositions])(int) = {SIG_DFL, SIG_IGN, note};
    void (*handler)(int) = handlers[_i / ways % dispositions];
    int blocked = _i / ways / dispositions;
    struct sigaction after;
    sigset_t set;
    int client = connect_and_reset();
    ck_assert_int_eq(sonde_signal(SIGPIPE, handler, SONDE_RESTART), 0);
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
    be_quiet_by(_i % ways);
    for (int i = 0; i < 3; i++) {
        calls = quiet; /* for send_after_option */
        size_t done;
        ck_assert_int_eq(sonde_write_all(client, "xyz", 3, PATIENCE, &done),
                         -1);
        ck_assert(errno == EPIPE || errno == ECONNRESET);
        ck_assert_uint_eq(done, 0);
    }
    ck_assert_int_eq(errno, EPIPE);
    ck_assert_int_eq(calls, quiet); /* the handler was not called */
    ck_assert_int_eq(sigaction(SIGPIPE, NULL, &after), 0);
    ck_assert(after.sa_handler == handler);
    ck_assert_int_eq(sigpending(&set), 0);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), 0);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &set), 0);
    ck_assert_int_eq(sigismember(&set, SIGPIPE), blocked);
    close(client);
}
END_TEST

/* macOS: EPROTOTYPE for a while, or for ever.  */
static ssize_t send_prototype(int fd, const void *buffer, size_t size,
                              int flags)
{
    if (--calls >= 0) {
        errno = EPROTOTYPE;
        return -1;
    }
    return real.send(fd, buffer, size, flags);
}

START_TEST(eprototype_is_tried_again_and_then_epipe)
{
    sonde__sys.send = send_prototype;
    calls = 3;
    ck_assert_int_eq(sonde_write(pair[0], "x", 1, PATIENCE), 1);
    calls = 1000000;
    ck_assert_int_eq(sonde_write(pair[0], "x", 1, PATIENCE), -1);
    ck_assert_int_eq(errno, EPIPE);
}
END_TEST

static int shutdown_fails(int fd, int how)
{
    errno = calls;
    return -1;
}

/* macOS: MSG_DONTWAIT is ignored on a blocking socket.  */
static ssize_t send_that_blocks(int fd, const void *data, size_t size,
                                int flags)
{
    calls++;
    return real.send(fd, data, size, flags & ~sonde__dontwait);
}

static int dontwait_is_ignored(void)
{
    return 0;
}

static void be_macos(void)
{
    sonde__sys.send = send_that_blocks;
    sonde__sys.honours_dontwait = dontwait_is_ignored;
}

START_TEST(a_deadline_holds_though_send_blocks)
{
    enum { SIZE = 4 << 20 };
    static char bytes[SIZE];
    size_t done = 0;
    be_macos();
    int64_t start = real.now();
    ck_assert_int_eq(sonde_write_all(pair[0], bytes, SIZE, 300, &done), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_uint_gt(done, 0);
    ck_assert_uint_lt(done, SIZE);
    ck_assert_int_ge(elapsed_ms(start), 300);
    ck_assert_int_eq(sonde_write(pair[0], bytes, SIZE, 0), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_lt(elapsed_ms(start), PATIENCE);
    ck_assert_int_eq(fcntl(pair[0], F_GETFL) & O_NONBLOCK, 0);
}
END_TEST

START_TEST(all_is_written_though_send_blocks)
{
    enum { SIZE = 1 << 20 };
    static char bytes[SIZE], back[SIZE];
    size_t done = 0;
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 31 / 7);
    be_macos();
    pid_t child = fork();
    if (child == 0) {
        sonde__sys = real;
        close(pair[0]);
        int bad = sonde_read_all(pair[1], back, SIZE, PATIENCE, &done) ||
                  done != SIZE || memcmp(bytes, back, SIZE) != 0;
        _exit(bad);
    }
    ck_assert_int_eq(sonde_write_all(pair[0], bytes, SIZE, PATIENCE, &done), 0);
    ck_assert_uint_eq(done, SIZE);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_gt(calls, 1);
}
END_TEST

/* SO_SNDLOWAT of a BSD: 2048, or what the program has set.  */
static int lowat_played, can_set_lowat;

static int getsockopt_lowat(int fd, int level, int name, void *value,
                            socklen_t *size)
{
    if (level != SOL_SOCKET || name != SO_SNDLOWAT)
        return real.getsockopt(fd, level, name, value, size);
    memcpy(value, &lowat_played, sizeof lowat_played);
    return 0;
}

static int setsockopt_lowat(int fd, int level, int name, const void *value,
                            socklen_t size)
{
    if (level != SOL_SOCKET || name != SO_SNDLOWAT)
        return real.setsockopt(fd, level, name, value, size);
    errno = ENOPROTOOPT;
    return can_set_lowat ? 0 : -1;
}

START_TEST(no_more_is_sent_than_poll_promises)
{
    static const struct {
        int lowat, can_set;
        size_t limit;
    } cases[] = {{2048, 1, 2048}, {512, 1, 512}, {1, 1, 1}, {1, 0, 2048}};
    sonde__sys.getsockopt = getsockopt_lowat;
    sonde__sys.setsockopt = setsockopt_lowat;
    lowat_played = cases[_i].lowat;
    can_set_lowat = cases[_i].can_set;
    ck_assert_uint_eq(sonde__send_limit(pair[0], 1 << 16), cases[_i].limit);
    ck_assert_uint_eq(sonde__send_limit(pair[0], 1), 1);
}
END_TEST

/* This host's kernel honours the flag, as far as is known of all that run the
   tests.  */
START_TEST(the_kernel_is_tested)
{
    errno = 77;
    int honours = sonde__honours_dontwait();
    ck_assert_int_eq(sonde__honours_dontwait(), honours);
    ck_assert_int_eq(errno, 77);
#ifdef __linux__
    ck_assert_int_eq(honours, 1);
#endif
}
END_TEST

START_TEST(half_close_of_a_peer_that_is_gone)
{
    static const int lost[] = {ENOTCONN, ECONNRESET, EINVAL, ETIMEDOUT};
    sonde__sys.shutdown = shutdown_fails;
    for (size_t i = 0; i < sizeof lost / sizeof *lost; i++) {
        calls = lost[i];
        errno = 77;
        ck_assert_int_eq(sonde_half_close(pair[0]), 0);
        ck_assert_int_eq(errno, 77);
    }
    calls = ENOTSOCK;
    ck_assert_int_eq(sonde_half_close(pair[0]), -1);
    ck_assert_int_eq(errno, ENOTSOCK);
}
END_TEST

START_TEST(half_close_after_a_real_reset)
{
    char byte;
    int client = connect_and_reset();
    ck_assert_int_eq(sonde_read(client, &byte, 1, PATIENCE), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    ck_assert_int_eq(sonde_half_close(client), 0);
#ifdef __linux__
    ck_assert_int_eq(shutdown(client, SHUT_WR), -1);
    ck_assert_int_eq(errno, ENOTCONN);
#endif
    close(client);
}
END_TEST

/* A clock at which the arithmetic of deadlines shows.  */
static int64_t fixed_now;

static int64_t now_fixed(void)
{
    return fixed_now;
}

START_TEST(deadlines_round_up_and_do_not_overflow)
{
    sonde__sys.now = now_fixed;
    fixed_now = 5000000;
    ck_assert_int_eq(sonde_deadline(-1), SONDE_NEVER);
    ck_assert_int_eq(sonde_deadline_left(SONDE_NEVER), -1);
    int64_t deadline = sonde_deadline(2);
    fixed_now += 1;
    ck_assert_int_eq(sonde_deadline_left(deadline), 2);
    fixed_now += 1999999;
    ck_assert_int_eq(sonde_deadline_left(deadline), 0);
    ck_assert_int_eq(sonde_deadline_left(deadline - 1), 0);
    ck_assert_int_eq(sonde_deadline_left(sonde_deadline(INT_MAX)), INT_MAX);
    ck_assert_int_eq(sonde_deadline_left(INT64_MAX), INT_MAX);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, reads_what_is_there);
    tcase_add_test(tests,
                   a_deadline_holds_on_blocking_and_non_blocking_descriptors);
    tcase_add_test(tests, a_full_connection_reports_what_went);
    tcase_add_test(tests, what_fits_is_written_and_no_more_waited_for);
    tcase_add_test(tests, a_stream_that_ends_early_is_no_error);
    tcase_add_test(tests, short_counts_and_interruptions_are_made_up_for);
    tcase_add_test(tests, bytes_that_keep_coming_do_not_move_the_deadline);
    tcase_add_test(tests, interruptions_do_not_move_the_deadline);
    tcase_add_test(tests, signals_do_not_move_the_deadline);
    tcase_add_test(tests, signals_do_not_cut_a_sleep_short);
    tcase_add_test(tests, a_wrong_word_of_poll_does_not_loop_for_ever);
    tcase_add_loop_test(tests, a_wait_that_is_always_interrupted_ends, 0, 2);
    tcase_add_loop_test(tests, no_error_is_repeated_without_end, 0, 3);
    tcase_add_loop_test(tests, a_slow_host_does_not_repeat_without_end, 0, 2);
    tcase_add_test(tests, no_sigpipe_by_flag);
    tcase_add_test(tests, no_sigpipe_by_option);
    tcase_add_loop_test(tests, no_sigpipe_by_block, 0, 6);
    tcase_add_test(tests, a_sigpipe_of_others_stays_pending);
    tcase_add_test(tests, a_pipe_does_as_well);
    tcase_add_test(tests, a_terminal_that_is_full_keeps_nobody);
    tcase_add_loop_test(tests, a_reset_is_an_error_and_never_a_signal, 0,
                        writing_cases);
    tcase_add_test(tests, eprototype_is_tried_again_and_then_epipe);
    tcase_add_test(tests, a_deadline_holds_though_send_blocks);
    tcase_add_test(tests, all_is_written_though_send_blocks);
    tcase_add_loop_test(tests, no_more_is_sent_than_poll_promises, 0, 4);
    tcase_add_test(tests, the_kernel_is_tested);
    tcase_add_test(tests, half_close_of_a_peer_that_is_gone);
    tcase_add_test(tests, half_close_after_a_real_reset);
    tcase_add_test(tests, deadlines_round_up_and_do_not_overflow);
}

int main(void)
{
    return unit_main("stream", add);
}
