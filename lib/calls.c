/* calls.c - the table of system calls
   SPDX-License-Identifier: LGPL-2.1-or-later

   POSIX prescribes the type of each function.  But fcntl has a variable list of
   arguments, glibc declares addresses of sockets as a union, and illumos
   declares lengths of results as void * without _XPG4_2: these calls have a
   small function each.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
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
#define CALL(name, parameters, arguments)                                      \
    static int call_##name parameters                                          \
    {                                                                          \
        return name arguments;                                                 \
    }

CALL(bind, (int fd, const struct sockaddr *address, socklen_t length),
     (fd, address, length))
CALL(accept, (int fd, struct sockaddr *address, socklen_t *length),
     (fd, address, length))
CALL(getsockname, (int fd, struct sockaddr *address, socklen_t *length),
     (fd, address, length))
CALL(getpeername, (int fd, struct sockaddr *address, socklen_t *length),
     (fd, address, length))
CALL(getsockopt, (int fd, int level, int name, void *value, socklen_t *length),
     (fd, level, name, value, length))
CALL(fcntl, (int fd, int command, int argument), (fd, command, argument))
CALL(connect, (int fd, const struct sockaddr *address, socklen_t length),
     (fd, address, length))

/* accept4 with FLAGS, SONDE_NONBLOCK and SONDE_CLOEXEC, converted to those of
   the system.  Fails with ENOSYS where configure found no accept4.  */
static int call_accept4(int fd, struct sockaddr *address, socklen_t *length,
                        unsigned flags)
{
#ifdef HAVE_ACCEPT4
    int native = (flags & SONDE_NONBLOCK ? SOCK_NONBLOCK : 0) |
                 (flags & SONDE_CLOEXEC ? SOCK_CLOEXEC : 0);
    return accept4(fd, address, length, native);
#else
    return sonde__fail(ENOSYS);
#endif
}

static ssize_t call_recvfrom(int fd, void *buffer, size_t size, int flags,
                             struct sockaddr *address, socklen_t *length)
{
    return recvfrom(fd, buffer, size, flags, address, length);
}

static ssize_t call_sendto(int fd, const void *data, size_t size, int flags,
                           const struct sockaddr *address, socklen_t length)
{
    return sendto(fd, data, size, flags, address, length);
}

/* recvmmsg without a timeout.  Fails with ENOSYS where configure found no
   recvmmsg.  */
static int call_recvmmsg(int fd, sonde__message *list, unsigned count,
                         int flags)
{
#ifdef HAVE_RECVMMSG
    return (int)recvmmsg(fd, list, count, (SONDE_RECVMMSG_FLAGS)flags, NULL);
#else
    return sonde__fail(ENOSYS);
#endif
}

/* sendmmsg.  Fails with ENOSYS where configure found no sendmmsg.  */
static int call_sendmmsg(int fd, sonde__message *list, unsigned count,
                         int flags)
{
#ifdef HAVE_RECVMMSG
    return (int)sendmmsg(fd, list, count, (SONDE_RECVMMSG_FLAGS)flags);
#else
    return sonde__fail(ENOSYS);
#endif
}

/* sigtimedwait: take a pending signal of SET, waiting TIMEOUT at most.  Returns
   the number of the signal, or -1 with errno: EAGAIN: none within TIMEOUT;
   EINTR; ENOSYS: configure found no sigtimedwait.  */
static int call_sigtimedwait(const sigset_t *set,
                             const struct timespec *timeout)
{
#ifdef HAVE_SIGTIMEDWAIT
    return sigtimedwait(set, NULL, timeout);
#else
    return sonde__fail(ENOSYS);
#endif
}

/* Have SIGNO (0: none) sent to this process when its parent ends.  Returns 0,
   or -1 with errno; ENOTSUP where the system has no such call.  */
static int call_parent_death(int signo)
{
#if defined HAVE_PR_SET_PDEATHSIG
    return prctl(PR_SET_PDEATHSIG, (unsigned long)signo);
#elif defined HAVE_PROC_PDEATHSIG_CTL
    return procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &signo);
#else
    return sonde__fail(ENOTSUP);
#endif
}

/* Make a pipe: ENDS[0] to read, ENDS[1] to write.  Both ends are non-blocking
   and close-on-exec if pipe2 exists; otherwise neither flag is set.  Returns 0,
   or -1 with errno.  */
static int call_pipe(int ends[2])
{
#ifdef HAVE_PIPE2
    return pipe2(ends, O_CLOEXEC | O_NONBLOCK);
#else
    return pipe(ends);
#endif
}

/* The nanoseconds of CLOCK_MONOTONIC.  */
static int64_t call_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Sleep for MILLISECONDS, also if signals come.  May change errno.  If signals
   ended the sleep, a storm of them would end a wait that is repeated at
   intervals.  A nanosleep that is interrupted for ever, and does not sleep,
   must not end it either: poll then sleeps.  */
static void call_sleep(int milliseconds)
{
    enum { often = 8, most = 1000 };
    struct timespec time = {.tv_sec = milliseconds / 1000,
                            .tv_nsec = milliseconds % 1000 * 1000000L};
    for (int i = 0; i < most; i++) {
        if (!nanosleep(&time, &time) || errno != EINTR)
            return;
        int left = (int)time.tv_sec * 1000 + (int)(time.tv_nsec / 1000000) + 1;
        if (i >= often && !poll(NULL, 0, left))
            return;
    }
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

/* Set SO_NOSIGPIPE of FD.  Returns 0, or -1 with errno: ENOPROTOOPT where the
   system has no such option.  */
static int call_set_nosigpipe(int fd)
{
#ifdef SO_NOSIGPIPE
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#else
    return sonde__fail(ENOPROTOOPT);
#endif
}

/* The kernels of macOS and DragonFly keep the backlog in a short, after a cap
   that may be larger: 32768 to 65535 become 0 and below, and then no connection
   is queued.  */
#if defined __APPLE__ || defined __DragonFly__
enum { backlog_max = 32767 };
#else
enum { backlog_max = INT_MAX };
#endif

struct sonde__calls sonde__sys = {
    .socket = socket,
    .bind = call_bind,
    .listen = listen,
    .accept = call_accept,
    .accept4 = call_accept4,
    .getsockopt = call_getsockopt,
    .setsockopt = setsockopt,
    .getsockname = call_getsockname,
    .getpeername = call_getpeername,
    .fcntl = call_fcntl,
    .close = close,
    .shutdown = shutdown,
    .recv = recv,
    .send = send,
    .poll = poll,
    .sigaction = sigaction,
    .connect = call_connect,
    .recvfrom = call_recvfrom,
    .sendto = call_sendto,
    .recvmsg = recvmsg,
    .sendmsg = sendmsg,
    .recvmmsg = call_recvmmsg,
    .sendmmsg = call_sendmmsg,
    .getaddrinfo = getaddrinfo,
    .freeaddrinfo = freeaddrinfo,
    .thread = pthread_create,
    .sigtimedwait = call_sigtimedwait,
    .waitpid = waitpid,
    .parent_death = call_parent_death,
    .pipe = call_pipe,
    .now = call_now,
    .sleep = call_sleep,
    .send_nosigpipe = send_nosigpipe,
    .set_nosigpipe = call_set_nosigpipe,
    .fdopendir = fdopendir,
    .readdir = readdir,
    .readlinkat = readlinkat,
    .backlog_max = backlog_max,
    .cap_file = "/proc/sys/net/core/somaxconn",
    .proc = "/proc",
};

void sonde__own_path(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/thread-self/%s", sonde__sys.proc, name);
    if (access(path, F_OK) && errno == ENOENT)
        snprintf(path, size, "%s/self/%s", sonde__sys.proc, name);
}
