/* calls.c - the table of system calls
   SPDX-License-Identifier: LGPL-2.1-or-later

   Each call has a small function of its own, because some C libraries declare
   these with parameters of special types or as macros.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "private.h"

static int call_socket(int family, int type, int protocol)
{
    return socket(family, type, protocol);
}

static int call_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    return bind(fd, address, length);
}

static int call_listen(int fd, int backlog)
{
    return listen(fd, backlog);
}

static int call_accept(int fd, struct sockaddr *address, socklen_t *length)
{
    return accept(fd, address, length);
}

#ifdef HAVE_ACCEPT4
static int call_accept4(int fd, struct sockaddr *address, socklen_t *length,
                        unsigned flags)
{
    int native = (flags & SONDE_NONBLOCK ? SOCK_NONBLOCK : 0) |
                 (flags & SONDE_CLOEXEC ? SOCK_CLOEXEC : 0);
    return accept4(fd, address, length, native);
}
#else
static int call_accept4(int fd, struct sockaddr *address, socklen_t *length,
                        unsigned flags)
{
    (void)fd;
    (void)address;
    (void)length;
    (void)flags;
    errno = ENOSYS;
    return -1;
}
#endif

static int call_getsockopt(int fd, int level, int name, void *value,
                           socklen_t *length)
{
    return getsockopt(fd, level, name, value, length);
}

static int call_setsockopt(int fd, int level, int name, const void *value,
                           socklen_t length)
{
    return setsockopt(fd, level, name, value, length);
}

static int call_getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
    return getsockname(fd, address, length);
}

static int call_getpeername(int fd, struct sockaddr *address, socklen_t *length)
{
    return getpeername(fd, address, length);
}

static int call_fcntl(int fd, int command, int argument)
{
    return fcntl(fd, command, argument);
}

static int call_close(int fd)
{
    return close(fd);
}

static int call_sigaction(int signo, const struct sigaction *action,
                          struct sigaction *old)
{
    return sigaction(signo, action, old);
}

static int call_connect(int fd, const struct sockaddr *address,
                        socklen_t length)
{
    return connect(fd, address, length);
}

static ssize_t call_recvmsg(int fd, struct msghdr *message, int flags)
{
    return recvmsg(fd, message, flags);
}

static ssize_t call_sendmsg(int fd, const struct msghdr *message, int flags)
{
    return sendmsg(fd, message, flags);
}

static int call_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    return poll(fds, count, milliseconds);
}

static int call_getaddrinfo(const char *host, const char *service,
                            const struct addrinfo *hints,
                            struct addrinfo **list)
{
    return getaddrinfo(host, service, hints, list);
}

static void call_freeaddrinfo(struct addrinfo *list)
{
    freeaddrinfo(list);
}

static int call_thread(pthread_t *thread, const pthread_attr_t *attributes,
                       void *(*run)(void *), void *argument)
{
    return pthread_create(thread, attributes, run, argument);
}

static int64_t call_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct sonde__calls sonde__sys = {
    .socket = call_socket,
    .bind = call_bind,
    .listen = call_listen,
    .accept = call_accept,
    .accept4 = call_accept4,
    .getsockopt = call_getsockopt,
    .setsockopt = call_setsockopt,
    .getsockname = call_getsockname,
    .getpeername = call_getpeername,
    .fcntl = call_fcntl,
    .close = call_close,
    .sigaction = call_sigaction,
    .connect = call_connect,
    .recvmsg = call_recvmsg,
    .sendmsg = call_sendmsg,
    .poll = call_poll,
    .getaddrinfo = call_getaddrinfo,
    .freeaddrinfo = call_freeaddrinfo,
    .thread = call_thread,
    .clock = call_clock,
    .cap_file = "/proc/sys/net/core/somaxconn",
};
