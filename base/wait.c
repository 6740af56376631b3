/* wait.c - waits with a deadline that holds even if the call fails
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <sys/wait.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "sonde.h"

/* Sleep for NS nanoseconds, at least half the time.  A nanosleep that is
   interrupted for ever must not make a loop spin: poll then sleeps.  */
static void wait_sleep(int64_t ns)
{
    int error = errno;
    int64_t start = monotonic_now();
    monotonic_sleep(ns);
    if (monotonic_now() - start < ns / 2)
        poll(NULL, 0, (int)(ns / 1000000) + 1);
    errno = error;
}

void wait_pause(int milliseconds)
{
    wait_sleep(milliseconds * (int64_t)1000000);
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
    enum { LATE = 3 }; /* failures after the deadline: poll may fail once */
    int64_t deadline = sonde_deadline(timeout > 0 ? timeout : 0);
    struct pollfd poll_fd = {.fd = fd, .events = events};
    for (int late = 0;;) {
        int left = sonde_deadline_left(deadline);
        int ready = wait_poll(&poll_fd, 1, left);
        if (ready >= 0)
            return ready > 0 ? poll_fd.revents : 0;
        if (left == 0 && late++ == LATE)
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
    enum { FIRST = 100000, MAX = 5000000 }; /* nanoseconds */
    int64_t deadline = monotonic_now() + timeout * 1000000;
    int own, failures = 0;
    for (long pause = FIRST;; pause = pause < MAX ? 2 * pause : pause) {
        bool is_late = monotonic_now() >= deadline;
        pid_t done = waitpid(child, status ? status : &own, WNOHANG);
        failures = done < 0 ? failures + 1 : 0;
        if (done > 0 || (done < 0 && errno != EINTR) ||
            failures > WAIT_FAILURES)
            return done;
        if (is_late)
            return 0;
        wait_sleep(pause);
    }
}

int wait_status_of(int error)
{
    enum { MOST = 254 };
    return error < MOST ? error : MOST;
}
