/* models-none.c - neither epoll nor io_uring
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "probes/behaviour/models.h"

int models_make_epoll(void)
{
    errno = ENOSYS;
    return -1;
}

int models_make_io_uring(void)
{
    errno = ENOSYS;
    return -1;
}
