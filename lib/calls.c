/* calls.c - the table of system calls
   SPDX-License-Identifier: LGPL-2.1-or-later

   Each call has a small function of its own, because some C libraries declare
   system calls with parameters of special types or as macros.  */

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

/* Define call_NAME, which calls NAME with the same arguments.  */
#define CALL(type, name, parameters, arguments)                                \
    static type call_##name parameters                                         \
    {                                                                          \
        return name arguments;                                                 \
    }

CALL(int, socket, (int family, int type, int protocol),
     (family, type, protocol))
CALL(int, bind, (int fd, const struct sockaddr *address, socklen_t length),
     (fd, address, length))
CALL(int, listen, (int fd, int backlog), (fd, backlog))
CALL(int, accept, (int fd, struct sockaddr *address, socklen_t *length),
     (fd, address, length))
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

CALL(int, getsockopt,
     (int fd, int level, int name, void *value, socklen_t *length),
     (fd, level, name, value, length))
CALL(int, setsockopt,
     (int fd, int level, int name, const void *value, socklen_t length),
     (fd, level, name, value, length))
CALL(int, getsockname, (int fd, struct sockaddr *address, socklen_t *length),
     (fd, address, length))
CALL(int, getpeername, (int fd, struct sockaddr *address, socklen_t *length),
     (fd, address, length))
CALL(int, fcntl, (int fd, int command, int argument), (fd, command, argument))
CALL(int, close, (int fd), (fd))
CALL(int, shutdown, (int fd, int how), (fd, how))
CALL(ssize_t, recv, (int fd, void *buffer, size_t size, int flags),
     (fd, buffer, size, flags))
CALL(ssize_t, send, (int fd, const void *buffer, size_t size, int flags),
     (fd, buffer, size, flags))
CALL(ssize_t, read, (int fd, void *buffer, size_t size), (fd, buffer, size))
CALL(ssize_t, write, (int fd, const void *buffer, size_t size),
     (fd, buffer, size))
CALL(int, poll, (struct pollfd * fds, nfds_t count, int timeout),
     (fds, count, timeout))
CALL(int, sigaction,
     (int signo, const struct sigaction *action, struct sigaction *old),
     (signo, action, old))
CALL(int, connect, (int fd, const struct sockaddr *address, socklen_t length),
     (fd, address, length))
CALL(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags),
     (fd, message, flags))
CALL(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags),
     (fd, message, flags))
CALL(int, getaddrinfo,
     (const char *host, const char *service, const struct addrinfo *hints,
      struct addrinfo **list),
     (host, service, hints, list))
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

CALL(pid_t, waitpid, (pid_t child, int *status, int options),
     (child, status, options))
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

/* A program for macOS before 11 may be built with headers that have the flag,
   but run on a kernel without the flag.  */
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

CALL(DIR *, fdopendir, (int fd), (fd))
CALL(struct dirent *, readdir, (DIR * directory), (directory))
CALL(ssize_t, readlinkat,
     (int directory, const char *name, char *text, size_t size),
     (directory, name, text, size))
/* The kernels of macOS and DragonFly keep the backlog in a short, after a cap
   that may be larger: 32768 to 65535 become 0 and below, and then no connection
   is queued.  */
#if defined __APPLE__ || defined __DragonFly__
enum { backlog_max = 32767 };
#else
enum { backlog_max = INT_MAX };
#endif

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
    .shutdown = call_shutdown,
    .recv = call_recv,
    .send = call_send,
    .read = call_read,
    .write = call_write,
    .poll = call_poll,
    .sigaction = call_sigaction,
    .connect = call_connect,
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
    .fdopendir = call_fdopendir,
    .readdir = call_readdir,
    .readlinkat = call_readlinkat,
    .backlog_max = backlog_max,
    .cap_file = "/proc/sys/net/core/somaxconn",
    .proc = "/proc",
};
