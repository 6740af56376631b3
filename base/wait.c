/* wait.c - waits that end, whatever the kernel returns
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <sys/wait.h>
#include <time.h>

#include "base/monotonic.h"
#include "base/wait.h"

static void sleep_ns(long nanoseconds)
{
    int error = errno;
    struct timespec time = {.tv_sec = nanoseconds / 1000000000,
                            .tv_nsec = nanoseconds % 1000000000};
    nanosleep(&time, NULL);
    errno = error;
}

void wait_pause(int milliseconds)
{
    sleep_ns(milliseconds * 1000000L);
}

int wait_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    int ready = poll(fds, count, timeout);
    if (ready >= 0)
        return ready;
    for (nfds_t i = 0; i < count; i++)
        fds[i].revents = 0;
    wait_pause(errno == EINTR ? 1 : 5);
    return -1;
}

int wait_one(int fd, short events, int timeout)
{
    enum { LATE = 3 }; /* failures after the end: poll may fail just once */
    int64_t end = monotonic_ms() + timeout;
    struct pollfd poll_fd = {.fd = fd, .events = events};
    for (int late = 0;;) {
        int64_t left = end - monotonic_ms();
        int ready = wait_poll(&poll_fd, 1, left > 0 ? (int)left : 0);
        if (ready >= 0)
            return ready > 0 ? poll_fd.revents : 0;
        if (left <= 0 && late++ == LATE)
            return -1;
    }
}

bool wait_retry(int *tries)
{
    if (errno != EINTR || *tries >= WAIT_FAILURES)
        return false;
    if (++*tries > 1)
        wait_pause(5);
    return true;
}

pid_t wait_child(pid_t child, int *status, int64_t timeout)
{
    enum { FIRST = 100000, LONGEST = 5000000 }; /* nanoseconds */
    int64_t end = monotonic_ms() + timeout;
    int own, failures = 0;
    for (long pause = FIRST;; pause = pause < LONGEST ? 2 * pause : pause) {
        bool is_late = monotonic_ms() >= end;
        pid_t done = waitpid(child, status ? status : &own, WNOHANG);
        failures = done < 0 ? failures + 1 : 0;
        if (done > 0 || (done < 0 && errno != EINTR) ||
            failures > WAIT_FAILURES)
            return done;
        if (is_late)
            return 0;
        sleep_ns(pause);
    }
}
