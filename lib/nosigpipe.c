/* nosigpipe.c - send without SIGPIPE
   SPDX-License-Identifier: LGPL-2.1-or-later

   By a flag of the call, by an option of the socket, or by blocking the signal
   in this thread during the call and discarding a pending signal.  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* The maximum of interruptions of sigtimedwait.  */
enum { retries = 16 };

void sonde__nosigpipe_block(struct sonde__nosigpipe *quiet)
{
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    quiet->flags = 0;
    quiet->is_blocked = 1;
    quiet->was_pending = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&quiet->signal);
    sigaddset(&quiet->signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &quiet->signal, &quiet->mask);
}

void sonde__nosigpipe_begin(struct sonde__nosigpipe *quiet, int fd)
{
    quiet->flags = sonde__sys.send_nosigpipe;
    quiet->is_blocked = 0;
    if (!quiet->flags && sonde__sys.set_nosigpipe(fd))
        sonde__nosigpipe_block(quiet);
}

/* Discard a pending SIGPIPE. An ignored signal may not be pending though
   blocked, so sigwait alone could wait for ever.  */
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

void sonde__nosigpipe_end(const struct sonde__nosigpipe *quiet, ssize_t result)
{
    int saved = errno;
    if (!quiet->is_blocked)
        return;
    if (result < 0 && saved == EPIPE && !quiet->was_pending)
        take_signal(&quiet->signal);
    pthread_sigmask(SIG_SETMASK, &quiet->mask, NULL);
    errno = saved;
}
