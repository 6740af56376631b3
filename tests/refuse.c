/* refuse.c - system calls that refuse what they do elsewhere
   SPDX-License-Identifier: GPL-3.0-or-later

   To be preloaded.  With REFUSE there are no netlink sockets; it is the errno's
   name: EACCES, as a security module says, or EPROTONOSUPPORT, as a kernel
   without it does.  With REFUSE_FILES, a number, there is no higher limit of
   descriptors, whatever the hard one is, as on macOS.  With REFUSE_FORK there
   are no more processes.  With REFUSE_POLL every other call of poll that would
   not wait meets a signal, with REFUSE_WAIT every call of poll and of
   epoll_wait.  With REFUSE_INPUT, an errno, each read of standard input fails
   with it, whatever poll reports.  With REFUSE_HASTE, milliseconds, listen
   comes so much later.  With REFUSE_DONTWAIT send ignores MSG_DONTWAIT, as on
   macOS.  With REFUSE_FULL a call that may wait says that standard error takes
   more, as if another writer were to fill it just then.  With REFUSE_FLOCK
   flock locks nothing, as in a program that does not call it.  With
   REFUSE_CLOCK a process that has received a datagram "stop" stops at its next
   look at the clock, whatever it holds then.  With REFUSE_HURRY, a number, time
   passes so many times as fast.  With REFUSE_LINGER, a number, a signal comes
   into so many closes with SO_LINGER of a process, as SIGSTOP and SIGCONT
   would.  */

/* With _FORTIFY_SOURCE the headers define some of these functions inline.  */
#undef SONDE_FORTIFY
#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE_EPOLL
#include <sys/epoll.h>
#endif
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int socket(int family, int type, int protocol)
{
    int (*real)(int, int, int);
    /* ISO C knows no way from an object to a function pointer.  */
    void *symbol = dlsym(RTLD_NEXT, "socket");
    const char *how = getenv("REFUSE");
    memcpy(&real, &symbol, sizeof real);
#ifdef AF_NETLINK
    if (how && family == AF_NETLINK) {
        errno = strcmp(how, "EACCES") ? EPROTONOSUPPORT : EACCES;
        return -1;
    }
#endif
    return real(family, type, protocol);
}

/* The type of the first argument is the C library's own affair.  Where an
   rlim_t is no long there may be two of the function, and this is neither.  */
#ifdef __LP64__
#ifdef __GLIBC__
typedef __rlimit_resource_t resource_kind;
#else
typedef int resource_kind;
#endif

int setrlimit(resource_kind resource, const struct rlimit *limit)
{
    int (*real)(resource_kind, const struct rlimit *);
    void *symbol = dlsym(RTLD_NEXT, "setrlimit");
    const char *most = getenv("REFUSE_FILES");
    memcpy(&real, &symbol, sizeof real);
    if (most && resource == RLIMIT_NOFILE &&
        limit->rlim_cur > strtoul(most, NULL, 10)) {
        errno = EINVAL;
        return -1;
    }
    return real(resource, limit);
}
#endif

pid_t fork(void)
{
    pid_t (*real)(void);
    void *symbol = dlsym(RTLD_NEXT, "fork");
    memcpy(&real, &symbol, sizeof real);
    if (getenv("REFUSE_FORK")) {
        errno = EAGAIN;
        return -1;
    }
    return real();
}

/* TIMEOUT, of poll, where time may pass faster.  */
static int hurried(int timeout)
{
    const char *times = getenv("REFUSE_HURRY");
    return times && timeout > 0 ? (timeout - 1) / atoi(times) + 1 : timeout;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    static int calls;
    int (*real)(struct pollfd *, nfds_t, int);
    void *symbol = dlsym(RTLD_NEXT, "poll");
    memcpy(&real, &symbol, sizeof real);
    if ((timeout == 0 && getenv("REFUSE_POLL") && calls++ % 2 == 0) ||
        getenv("REFUSE_WAIT")) {
        errno = EINTR;
        return -1;
    }
    if (timeout != 0 && getenv("REFUSE_FULL") && count == 1 &&
        fds->fd == STDERR_FILENO) {
        fds->revents = POLLOUT;
        return 1;
    }
    return real(fds, count, hurried(timeout));
}

#ifdef HAVE_EPOLL
int epoll_wait(int fd, struct epoll_event *events, int max, int timeout)
{
    int (*real)(int, struct epoll_event *, int, int);
    void *symbol = dlsym(RTLD_NEXT, "epoll_wait");
    memcpy(&real, &symbol, sizeof real);
    if (getenv("REFUSE_WAIT")) {
        errno = EINTR;
        return -1;
    }
    return real(fd, events, max, hurried(timeout));
}
#endif

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    ssize_t (*real)(int, const void *, size_t, int);
    void *symbol = dlsym(RTLD_NEXT, "send");
    memcpy(&real, &symbol, sizeof real);
    if (getenv("REFUSE_DONTWAIT"))
        flags &= ~MSG_DONTWAIT;
    return real(fd, data, size, flags);
}

ssize_t read(int fd, void *data, size_t size)
{
    ssize_t (*real)(int, void *, size_t);
    void *symbol = dlsym(RTLD_NEXT, "read");
    const char *error = getenv("REFUSE_INPUT");
    memcpy(&real, &symbol, sizeof real);
    if (error && fd == STDIN_FILENO) {
        errno = atoi(error);
        return -1;
    }
    return real(fd, data, size);
}

static void nothing(int number)
{
    (void)number;
}

int close(int fd)
{
    static int done;
    int (*real)(int);
    void *symbol = dlsym(RTLD_NEXT, "close");
    const char *times = getenv("REFUSE_LINGER");
    struct linger linger = {0};
    socklen_t size = sizeof linger;
    memcpy(&real, &symbol, sizeof real);
    int saved = errno;
    if (times && done < atoi(times) &&
        !getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size) &&
        linger.l_onoff && linger.l_linger > 0) {
        const struct sigaction action = {.sa_handler = nothing};
        const struct itimerval soon = {.it_value = {.tv_usec = 400000}};
        sigaction(SIGALRM, &action, NULL);
        setitimer(ITIMER_REAL, &soon, NULL);
        done++;
    }
    errno = saved;
    return real(fd);
}

int listen(int fd, int backlog)
{
    int (*real)(int, int);
    void *symbol = dlsym(RTLD_NEXT, "listen");
    const char *delay = getenv("REFUSE_HASTE");
    memcpy(&real, &symbol, sizeof real);
    if (delay)
        poll(NULL, 0, atoi(delay));
    return real(fd, backlog);
}

int flock(int fd, int operation)
{
    int (*real)(int, int);
    void *symbol = dlsym(RTLD_NEXT, "flock");
    memcpy(&real, &symbol, sizeof real);
    return getenv("REFUSE_FLOCK") ? 0 : real(fd, operation);
}

/* Programs of 32 bits read the clock by other names.  */
#if defined __linux__ && defined __LP64__
#ifdef __GLIBC__
typedef int message_flags;
#else
typedef unsigned message_flags;
#endif
static int must_stop;

int recvmmsg(int fd, struct mmsghdr *messages, unsigned count,
             message_flags flags, struct timespec *timeout)
{
    int (*real)(int, struct mmsghdr *, unsigned, message_flags,
                struct timespec *);
    void *symbol = dlsym(RTLD_NEXT, "recvmmsg");
    memcpy(&real, &symbol, sizeof real);
    int got = real(fd, messages, count, flags, timeout);
    for (int i = 0; i < got && getenv("REFUSE_CLOCK"); i++)
        if (messages[i].msg_len == 4 &&
            !memcmp(messages[i].msg_hdr.msg_iov->iov_base, "stop", 4))
            must_stop = 1;
    return got;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int (*real)(clockid_t, struct timespec *);
    void *symbol = dlsym(RTLD_NEXT, "clock_gettime");
    memcpy(&real, &symbol, sizeof real);
    if (must_stop) {
        must_stop = 0;
        raise(SIGSTOP);
    }
    int failed = real(clock, now);
    const char *times = getenv("REFUSE_HURRY");
    if (times && !failed && clock == CLOCK_MONOTONIC) {
        /* No more than 64 bits hold, after years.  */
        long long time =
            (now->tv_sec * 1000000000LL + now->tv_nsec) * atoi(times);
        now->tv_sec = (time_t)(time / 1000000000);
        now->tv_nsec = (long)(time % 1000000000);
    }
    return failed;
}
#endif
