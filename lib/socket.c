/* socket.c - make a socket or a pipe, set flags and options
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "private.h"

void sonde__close(int fd)
{
    int saved = errno;
    sonde__sys.close(fd);
    errno = saved;
}

int sonde__close_failed(int fd)
{
    sonde__close(fd);
    return -1;
}

void sonde__free(void *memory)
{
    int saved = errno;
    free(memory);
    errno = saved;
}

/* Set BIT, or clear BIT if ON is 0, in the flags of FD by the fcntl commands
   GET and SET; SET is left out if nothing changes.  Returns 0, or -1 with the
   errno of fcntl, and the flags unchanged.  */
static int set_bit(int fd, int get, int set, int bit, int on)
{
    int old = sonde__sys.fcntl(fd, get, 0);
    if (old < 0)
        return -1;
    int flags = on ? old | bit : old & ~bit;
    return flags == old ? 0 : sonde__sys.fcntl(fd, set, flags);
}

int sonde__set_flags(int fd, unsigned flags)
{
    if (set_bit(fd, F_GETFD, F_SETFD, FD_CLOEXEC, (flags & SONDE_CLOEXEC) != 0))
        return -1;
    return set_bit(fd, F_GETFL, F_SETFL, O_NONBLOCK,
                   (flags & SONDE_NONBLOCK) != 0);
}

int sonde__set_option(int fd, int level, int name, int value)
{
    return sonde__sys.setsockopt(fd, level, name, &value, sizeof value);
}

int sonde__get_option(int fd, int level, int name, int *value)
{
    socklen_t size = sizeof *value;
    return sonde__sys.getsockopt(fd, level, name, value, &size);
}

int sonde__pipe(int ends[2])
{
    if (sonde__sys.pipe(ends))
        return -1;
    if (sonde__set_flags(ends[0], SONDE_NONBLOCK | SONDE_CLOEXEC) ||
        sonde__set_flags(ends[1], SONDE_NONBLOCK | SONDE_CLOEXEC)) {
        sonde__close(ends[0]);
        return sonde__close_failed(ends[1]);
    }
    return 0;
}

/* SOCK_NONBLOCK and SOCK_CLOEXEC, as in FLAGS; 0 where the system lacks
   either.  */
static int native_type(unsigned flags)
{
#if defined SOCK_NONBLOCK && defined SOCK_CLOEXEC
    return (flags & SONDE_NONBLOCK ? SOCK_NONBLOCK : 0) |
           (flags & SONDE_CLOEXEC ? SOCK_CLOEXEC : 0);
#else
    return 0;
#endif
}

int sonde_socket(int family, int type, unsigned flags)
{
    if (flags & ~(SONDE_NONBLOCK | SONDE_CLOEXEC))
        return sonde__fail(EINVAL);
    int saved = errno;
    int native = native_type(flags);
    int fd = sonde__sys.socket(family, type | native, 0);
    if (fd < 0 && native != 0 && (errno == EINVAL || errno == EPROTOTYPE)) {
        /* A kernel older than its headers; or an invalid call.  */
        native = 0;
        fd = sonde__sys.socket(family, type, 0);
    }
    if (fd < 0)
        return -1;
    if (flags && !native && sonde__set_flags(fd, flags))
        return sonde__close_failed(fd);
    errno = saved;
    return fd;
}
