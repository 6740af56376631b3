/* calls.c - the table of system calls
   SPDX-License-Identifier: LGPL-2.1-or-later

   Each call has a small function of its own, because some C libraries declare
   these with parameters of special types or as macros.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined HAVE_PR_SET_PDEATHSIG
#include <sys/prctl.h>
#elif defined HAVE_PROC_PDEATHSIG_CTL
#include <sys/procctl.h>
#endif

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

static int calls_call_accept(int fd, struct sockaddr *address,
                             socklen_t *length)
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

static int call_shutdown(int fd, int how)
{
    return shutdown(fd, how);
}

static ssize_t calls_call_recv(int fd, void *buffer, size_t size, int flags)
{
    return recv(fd, buffer, size, flags);
}

static ssize_t calls_call_send(int fd, const void *buffer, size_t size,
                               int flags)
{
    return send(fd, buffer, size, flags);
}

static ssize_t calls_call_read(int fd, void *buffer, size_t size)
{
    return read(fd, buffer, size);
}

static ssize_t calls_call_write(int fd, const void *buffer, size_t size)
{
    return write(fd, buffer, size);
}

static int calls_call_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    return poll(fds, count, timeout);
}

static int call_sigaction(int signo, const struct sigaction *action,
                          struct sigaction *old)
{
    return sigaction(signo, action, old);
}

static int calls_call_connect(int fd, const struct sockaddr *address,
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

static int call_sigtimedwait(const sigset_t *set,
                             const struct timespec *timeout)
{
#ifdef HAVE_SIGTIMEDWAIT
    return sigtimedwait(set, NULL, timeout);
#else
    (void)set;
    (void)timeout;
    errno = ENOSYS;
    return -1;
#endif
}

static pid_t call_waitpid(pid_t child, int *status, int options)
{
    return waitpid(child, status, options);
}

#if defined HAVE_PR_SET_PDEATHSIG
static int call_parent_death(int signo)
{
    return prctl(PR_SET_PDEATHSIG, signo);
}
#elif defined HAVE_PROC_PDEATHSIG_CTL
static int call_parent_death(int signo)
{
    return procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &signo);
}
#else
static int call_parent_death(int signo)
{
    (void)signo;
    errno = ENOTSUP;
    return -1;
}
#endif

static int call_pipe(int ends[2])
{
#ifdef HAVE_PIPE2
    return pipe2(ends, O_CLOEXEC | O_NONBLOCK);
#else
    return pipe(ends);
#endif
}

static int64_t call_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void call_sleep(int milliseconds)
{
    struct timespec time = {.tv_sec = milliseconds / 1000,
                            .tv_nsec = milliseconds % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

/* A program for macOS before 11 is built with headers that have the flag, but
   may run on a kernel that does not.  */
#if defined MSG_NOSIGNAL &&                                                    \
    !(defined __ENVIRONMENT_MAC_OS_X_VERSION_MIN_REQUIRED__ &&                 \
      __ENVIRONMENT_MAC_OS_X_VERSION_MIN_REQUIRED__ < 110000)
enum { send_nosigpipe = MSG_NOSIGNAL };
#else
enum { send_nosigpipe = 0 };
#endif

static int call_set_nosigpipe(int fd)
{
#ifdef SO_NOSIGPIPE
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#else
    (void)fd;
    errno = ENOPROTOOPT;
    return -1;
#endif
}

static DIR *call_fdopendir(int fd)
{
    return fdopendir(fd);
}

static struct dirent *call_readdir(DIR *directory)
{
    return readdir(directory);
}

static ssize_t call_readlinkat(int directory, const char *name, char *text,
                               size_t size)
{
    return readlinkat(directory, name, text, size);
}

/* The kernels of macOS and DragonFly keep the backlog in a short, after a cap
   that may be larger: 32768 to 65535 become 0 and below, and then no connection
   is queued at all.  */
#if defined __APPLE__ || defined __DragonFly__
enum { backlog_max = 32767 };
#else
enum { backlog_max = INT_MAX };
#endif

struct sonde__calls sonde__sys = {
    .socket = call_socket,
    .bind = call_bind,
    .listen = call_listen,
    .accept = calls_call_accept,
    .accept4 = call_accept4,
    .getsockopt = call_getsockopt,
    .setsockopt = call_setsockopt,
    .getsockname = call_getsockname,
    .getpeername = call_getpeername,
    .fcntl = call_fcntl,
    .close = call_close,
    .shutdown = call_shutdown,
    .recv = calls_call_recv,
    .send = calls_call_send,
    .read = calls_call_read,
    .write = calls_call_write,
    .poll = calls_call_poll,
    .sigaction = call_sigaction,
    .connect = calls_call_connect,
    .recvmsg = call_recvmsg,
    .sendmsg = call_sendmsg,
    .getaddrinfo = call_getaddrinfo,
    .freeaddrinfo = call_freeaddrinfo,
    .thread = call_thread,
    .sigtimedwait = call_sigtimedwait,
    .waitpid = call_waitpid,
    .parent_death = call_parent_death,
    .pipe = call_pipe,
    .now = call_now,
    .sleep = call_sleep,
    .send_nosigpipe = send_nosigpipe,
    .set_nosigpipe = call_set_nosigpipe,
    .honours_dontwait = sonde__test_dontwait,
    .fdopendir = call_fdopendir,
    .readdir = call_readdir,
    .readlinkat = call_readlinkat,
    .backlog_max = backlog_max,
    .cap_file = "/proc/sys/net/core/somaxconn",
    .proc = "/proc",
};
