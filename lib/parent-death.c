/* parent-death.c - a signal when the parent has ended
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>

#include "private.h"

int sonde_parent_death_signal(int signo)
{
    /* Linux and FreeBSD report EINVAL for an invalid signal.  The check is
       here, too, because systems without the call report ENOTSUP for any
       signal.  */
    sigset_t set;
    sigemptyset(&set);
    if (signo != 0 && sigaddset(&set, signo))
        return sonde__fail(EINVAL);
    if (!sonde__sys.parent_death(signo))
        return 0;
    /* A kernel older than its headers.  */
    if (errno == EINVAL || errno == ENOSYS)
        errno = ENOTSUP;
    return -1;
}
