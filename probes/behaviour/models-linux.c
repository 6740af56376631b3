/* models-linux.c - epoll and io_uring
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probes/behaviour/models.h"

#ifndef EPOLLEXCLUSIVE
#define EPOLLEXCLUSIVE (1U << 28) /* headers before Linux 4.5 */
#endif

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

int models_watch(int fd, enum models_mode mode)
{
    struct epoll_event event = {.events = EPOLLIN};
    if (mode == MODELS_EDGE)
        event.events |= EPOLLET;
    if (mode == MODELS_EXCLUSIVE)
        event.events |= EPOLLEXCLUSIVE;
    int instance = models_make_epoll();
    if (instance < 0)
        return -1;
    if (epoll_ctl(instance, EPOLL_CTL_ADD, fd, &event)) {
        int error = errno;
        close(instance);
        errno = error;
        return -1;
    }
    return instance;
}

int models_wait(int instance, int timeout)
{
    struct epoll_event event;
    return epoll_wait(instance, &event, 1, timeout);
}
