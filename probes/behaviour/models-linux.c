/* models-linux.c - epoll and io_uring
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probes/behaviour/models.h"

int models_make_epoll(void)
{
    return epoll_create1(0);
}

int models_make_io_uring(void)
{
#ifdef SYS_io_uring_setup
    static char parameters[256]; /* all zero */
    return (int)syscall(SYS_io_uring_setup, 4L, parameters);
#else /* headers before Linux 5.1 */
    errno = ENOSYS;
    return -1;
#endif
}
