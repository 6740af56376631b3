/* models-kqueue.c - a kqueue, no epoll and no io_uring
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <sys/types.h>
/* After sys/types.h.  */
#include <errno.h>
#include <sys/event.h>

#include "probes/behaviour/models.h"

static int models_kqueue_missing(void)
{
    errno = ENOSYS;
    return -1;
}

int models_make_epoll(void)
{
    return models_kqueue_missing();
}

int models_make_kqueue(void)
{
    return kqueue();
}

int models_make_io_uring(void)
{
    return models_kqueue_missing();
}

int models_watch(int fd, enum models_mode mode)
{
    return models_kqueue_missing();
}

int models_wait(int instance, int timeout)
{
    return models_kqueue_missing();
}
