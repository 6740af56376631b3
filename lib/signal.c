/* signal.c - install a signal handler with a stated restart rule
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <signal.h>

#include "private.h"

int sonde_signal(int signo, void (*handler)(int), enum sonde_restart restart)
{
    struct sigaction action = {0};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    if (restart == SONDE_RESTART)
        action.sa_flags |= SA_RESTART;
#ifdef SA_INTERRUPT
    /* SunOS 4 restarts calls without this flag; elsewhere the flag has no
       effect.  */
    else
        action.sa_flags |= SA_INTERRUPT;
#endif
    return sonde__sys.sigaction(signo, &action, NULL);
}
