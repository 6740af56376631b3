/* reap.c - collect the status of every child that has ended
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <sys/wait.h>

#include "private.h"

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
