/* signal.c - install handlers, collect children, notice the parent's end
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "private.h"

int sonde_signal(int signo, void (*handler)(int), enum sonde_restart restart)
{
    struct sigaction action = {0};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    if (restart == SONDE_RESTART)
        action.sa_flags |= SA_RESTART;
#ifdef SA_INTERRUPT
    /* SunOS 4 restarts calls without this flag; elsewhere: no effect.  */
    else
        action.sa_flags |= SA_INTERRUPT;
#endif
    return sonde__sys.sigaction(signo, &action, NULL);
}

/* The maximum of interruptions of waitpid.  */
enum { retries = 64 };

int sonde_reap(void (*each)(pid_t child, int status, void *data), void *data)
{
    int saved = errno;
    int count = 0;
    /* The loop ends: each turn but the last collects a child, or was
       interrupted, at most 64 times.  */
    for (int interrupted = 0;;) {
        int status;
        pid_t child = sonde__sys.waitpid(-1, &status, WNOHANG);
        if (child < 0 && errno == EINTR && ++interrupted < retries)
            continue;
        if (child <= 0)
            break;
        count++;
        if (each)
            each(child, status, data);
    }
    errno = saved;
    return count;
}

int sonde_parent_death_signal(int signo)
{
    /* Linux and FreeBSD report EINVAL for an invalid signal; so does this
       function where, without the call, every signal is ENOTSUP.  */
    sigset_t set;
    sigemptyset(&set);
    /* A function: the macro of macOS does not look at SIGNO.  */
    if (signo != 0 && (sigaddset)(&set, signo))
        return sonde__fail(EINVAL);
    if (!sonde__sys.parent_death(signo))
        return 0;
    /* A kernel older than its headers.  */
    if (errno == EINVAL || errno == ENOSYS)
        errno = ENOTSUP;
    return -1;
}
