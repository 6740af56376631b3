/* stop.c - signals that stop a server, and the grace period
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "servers/stop.h"
#include "sonde.h"

/* Raised to write to the self-pipe; never sent by another process.  */
enum { WAKE = SIGUSR2 };

static atomic_int asked, now, signalled;
/* WAKE is caught.  Without a self-pipe, as in a worker that cannot open its
   own, WAKE would kill the process, and no loop is to be woken.  */
static atomic_int is_caught;
static atomic_int watched = -1;
static unsigned grace_seconds;

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "handlers read it");

void stop_wake(void)
{
    struct sigaction action;
    if (!is_caught)
        return;
    /* A policy for system calls may forbid to send signals.  */
    if (raise(WAKE) && !sigaction(WAKE, NULL, &action) &&
        action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN)
        action.sa_handler(WAKE);
}

void stop_hurry(void)
{
    /* Interrupt calls once a second: a call that shutdown(2) does not free may
       begin after the first signal.  */
    asked = 1;
    now = 1;
    alarm(1);
}

/* Signal handler: end the grace period, shut down the descriptor of stop_watch,
   and wake the loop.  Keeps errno.  */
static void end_grace(int signo)
{
    int saved = errno;
    stop_hurry();
    int fd = watched;
    if (fd >= 0)
        shutdown(fd, SHUT_RDWR);
    stop_wake();
    errno = saved;
}

/* Set the alarm that ends the grace period, or end a grace period of 0 now, and
   wake the loop.  If the grace period is over already, start the alarm of
   stop_hurry instead.  Keeps errno.  */
static void begin_grace(int signo)
{
    if (grace_seconds == 0) {
        end_grace(signo);
        return;
    }
    alarm(grace_seconds);
    /* The second signal may have come before alarm.  */
    if (now)
        stop_hurry();
    int saved = errno;
    stop_wake();
    errno = saved;
}

/* Handler of STOP_SOON: begin the grace period, unless begun before.  */
static void on_soon(int signo)
{
    if (!atomic_exchange(&asked, 1))
        begin_grace(signo);
}

/* Handler of SIGTERM and the like: the first signal begins the grace period,
   unless begun before; each later signal ends the grace period.  A STOP_SOON of
   the parent does not count as the first.  */
static void on_stop(int signo)
{
    if (atomic_exchange(&signalled, 1))
        end_grace(signo);
    else
        on_soon(signo);
}

/* The caught signals, besides WAKE.  */
static const struct {
    int number;
    void (*handler)(int signo);
    enum sonde_restart restart;
} stop_signals[] = {
    {STOP_NOW, end_grace, SONDE_INTERRUPT}, {STOP_SOON, on_soon, SONDE_RESTART},
    {SIGTERM, on_stop, SONDE_RESTART},      {SIGINT, on_stop, SONDE_RESTART},
    {SIGQUIT, end_grace, SONDE_RESTART},    {SIGHUP, on_stop, SONDE_RESTART},
};
enum { STOP_SIGNALS = sizeof stop_signals / sizeof *stop_signals };

/* Block (HOW: SIG_BLOCK) or unblock (SIG_UNBLOCK) in this thread the caught
   signals, WAKE and SIGCHLD.  Returns 0, or -1 with errno after three failed
   tries.  A single try is not enough: a server whose signals stay blocked
   cannot be stopped.  */
static int stop_mask(int how)
{
    sigset_t set;
    int error = 0;
    sigemptyset(&set);
    for (int i = 0; i < STOP_SIGNALS; i++)
        sigaddset(&set, stop_signals[i].number);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, WAKE);
    for (int tries = 0; tries < 3; tries++) {
        error = pthread_sigmask(how, &set, NULL);
        if (error == 0)
            return 0;
    }
    errno = error;
    return -1;
}

/* Open the self-pipe, and have WAKE make the self-pipe readable.  Returns the
   descriptor; or -1 with errno, and the self-pipe may be open.  */
static int open_wake(void)
{
    int fd = sonde_selfpipe_open();
    if (fd < 0 || sonde_selfpipe_catch(WAKE))
        return -1;
    is_caught = 1;
    return fd;
}

int stop_begin(long grace)
{
    struct sigaction found;
    grace_seconds = (unsigned)grace;
    int fd = open_wake();
    if (fd < 0 || sigaction(SIGHUP, NULL, &found))
        return -1;
    /* SIGHUP, the last, stays ignored, as by nohup(1).  */
    int count = STOP_SIGNALS - (found.sa_handler == SIG_IGN);
    for (int i = 0; i < count; i++)
        if (sonde_signal(stop_signals[i].number, stop_signals[i].handler,
                         stop_signals[i].restart))
            return -1;
    /* The parent process may have blocked the signals.  */
    return stop_mask(SIG_UNBLOCK) ? -1 : fd;
}

int stop_begin_child(void)
{
    is_caught = 0;
    sonde_selfpipe_close();
    int fd = open_wake();
    return stop_mask(SIG_UNBLOCK) ? -1 : fd;
}

void stop_hold(void)
{
    stop_mask(SIG_BLOCK);
}

void stop_release(void)
{
    stop_mask(SIG_UNBLOCK);
}

bool stop_asked(void)
{
    return asked;
}

bool stop_now(void)
{
    return now;
}

void stop_ask(void)
{
    on_soon(0);
}

void stop_watch(int fd)
{
    watched = fd;
    if (fd >= 0 && now)
        shutdown(fd, SHUT_RDWR);
}

bool stop_woken(void)
{
    bool any = false;
    /* Bytes that are left wake the loop again.  */
    for (int i = 0; i < 64 && sonde_selfpipe_read(); i++)
        any = true;
    return any;
}
