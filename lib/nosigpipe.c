/* nosigpipe.c - send without SIGPIPE
   SPDX-License-Identifier: LGPL-2.1-or-later

   By a flag of the call, by an option of the socket, or by blocking the signal
   in this thread during the call and discarding a pending signal.  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* The maximum of interruptions of sigtimedwait.  */
enum { retries = 16 };

void sonde__nosigpipe_block(struct sonde__nosigpipe *nosigpipe)
{
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    nosigpipe->flags = 0;
    nosigpipe->is_blocked = 1;
    nosigpipe->was_pending = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&nosigpipe->signal);
    sigaddset(&nosigpipe->signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &nosigpipe->signal, &nosigpipe->mask);
}

void sonde__nosigpipe_begin(struct sonde__nosigpipe *nosigpipe, int fd)
{
    nosigpipe->flags = sonde__sys.send_nosigpipe;
    nosigpipe->is_blocked = 0;
    if (!nosigpipe->flags && sonde__sys.set_nosigpipe(fd))
        sonde__nosigpipe_block(nosigpipe);
}

/* Discard a pending SIGPIPE; do not wait if none is pending.  SIGNAL is the set
   of SIGPIPE alone; this thread blocks SIGPIPE.  sigwait alone would wait: a
   system may discard an ignored signal even while it is blocked.  After 16
   interruptions SIGPIPE stays pending.  May change errno.  */
static void take_signal(const sigset_t *signal)
{
    static const struct timespec at_once;
    sigset_t pending;
    int signo;
    for (int i = 0; i < retries; i++) {
        if (sonde__sys.sigtimedwait(signal, &at_once) >= 0)
            return;
        if (errno != EINTR)
            break;
    }
    if (errno == ENOSYS && !sigpending(&pending) &&
        sigismember(&pending, SIGPIPE) == 1)
        sigwait(signal, &signo);
}

void sonde__nosigpipe_end(const struct sonde__nosigpipe *nosigpipe,
                          ssize_t result)
{
    int saved = errno;
    if (!nosigpipe->is_blocked)
        return;
    if (result < 0 && saved == EPIPE && !nosigpipe->was_pending)
        take_signal(&nosigpipe->signal);
    pthread_sigmask(SIG_SETMASK, &nosigpipe->mask, NULL);
    errno = saved;
}
