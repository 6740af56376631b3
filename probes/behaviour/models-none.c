/* models-none.c - neither epoll nor io_uring
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "probes/behaviour/models.h"

/* The result of every call here: -1 with ENOSYS.  */
static int models_none_missing(void)
{
    errno = ENOSYS;
    return -1;
}

int models_make_epoll(void)
{
    return models_none_missing();
}

int models_make_io_uring(void)
{
    return models_none_missing();
}

int models_watch(int fd, enum models_mode mode)
{
    return models_none_missing();
}

int models_wait(int instance, int timeout)
{
    return models_none_missing();
}
