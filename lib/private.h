/* private.h - what the files of lib/ share and nobody else sees
   SPDX-License-Identifier: LGPL-2.1-or-later

   Names here begin with sonde__ (two underscores), which the library does not
   export.  */

#ifndef SONDE_PRIVATE_H
#define SONDE_PRIVATE_H 1

#include <dirent.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "sonde.h"

/* gnulib's mends F_DUPFD, which is not used here.  Without it the objects of a
   static library need no other names than their own.  */
#undef fcntl

/* The system calls of the library.  A unit test may put its own functions
   here, to have this host answer like another one (EPROTO, address length 0,
   no accept4, ...).  Not to be changed while other threads use the library. */
struct sonde__calls {
    int (*socket)(int, int, int);
    int (*bind)(int, const struct sockaddr *, socklen_t);
    int (*listen)(int, int);
    int (*accept)(int, struct sockaddr *, socklen_t *);
    /* Fails with ENOSYS where configure found none.  */
    int (*accept4)(int, struct sockaddr *, socklen_t *, unsigned);
    int (*getsockopt)(int, int, int, void *, socklen_t *);
    int (*setsockopt)(int, int, int, const void *, socklen_t);
    int (*getsockname)(int, struct sockaddr *, socklen_t *);
    int (*getpeername)(int, struct sockaddr *, socklen_t *);
    int (*fcntl)(int, int, int);
    int (*close)(int);
    int (*shutdown)(int, int);
    ssize_t (*recv)(int, void *, size_t, int);
    ssize_t (*send)(int, const void *, size_t, int);
    ssize_t (*read)(int, void *, size_t);
    ssize_t (*write)(int, const void *, size_t);
    int (*poll)(struct pollfd *, nfds_t, int);
    int (*sigaction)(int, const struct sigaction *, struct sigaction *);
    int (*connect)(int, const struct sockaddr *, socklen_t);
    ssize_t (*recvmsg)(int, struct msghdr *, int);
    ssize_t (*sendmsg)(int, const struct msghdr *, int);
    int (*getaddrinfo)(const char *, const char *, const struct addrinfo *,
                       struct addrinfo **);
    void (*freeaddrinfo)(struct addrinfo *);
    /* pthread_create: returns an errno.  */
    int (*thread)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
                  void *);
    /* Fails with ENOSYS where configure found none.  */
    int (*sigtimedwait)(const sigset_t *, const struct timespec *);
    pid_t (*waitpid)(pid_t, int *, int);
    /* Fails with ENOTSUP where configure found none.  */
    int (*parent_death)(int signo);
    /* Close-on-exec and non-blocking at birth, where that can be.  */
    int (*pipe)(int[2]);
    /* Nanoseconds of a clock that nobody sets.  */
    int64_t (*now)(void);
    /* Sleep for so many milliseconds; a signal may end it.  */
    void (*sleep)(int milliseconds);
    /* Flags that keep send from raising SIGPIPE; 0 where there are none.  */
    int send_nosigpipe;
    /* Set the option that does it; fails where there is none.  */
    int (*set_nosigpipe)(int);
    /* In place of the test of sonde__honours_dontwait, unless NULL.  */
    int (*honours_dontwait)(void);
    DIR *(*fdopendir)(int);
    struct dirent *(*readdir)(DIR *);
    ssize_t (*readlinkat)(int, const char *, char *, size_t);
    /* The largest argument of listen() that this kernel keeps as it is.  */
    int backlog_max;
    /* Where the setting of the cap is read; a sysctl's name is fixed.  */
    const char *cap_file;
    /* Where the kernel shows processes as folders, if it does.  */
    const char *proc;
};

extern struct sonde__calls sonde__sys;

/* Find the cap of listen queues among the COUNT settings NAMES, which READ
   reads: 0, or -1 with errno.  CONSTANT: the cap of a kernel that has no
   setting of it, or -1.  Contract and errno of sonde_backlog_cap.  Apart from
   the leaf that calls sysctl, so that it is tested on any host.  */
typedef int sonde__setting_read(const char *name, int *value);
int sonde__cap_find(struct sonde_backlog_cap *cap, sonde__setting_read *read,
                    const char *const *names, size_t count, long constant);

/* Close FD and keep errno as it is.  A close that was interrupted is not tried
   again: the descriptor is gone on all systems but HP-UX.  */
void sonde__close(int fd);

/* Free MEMORY and keep errno as it is.  */
void sonde__free(void *memory);

/* Give FD just the properties in FLAGS (SONDE_NONBLOCK, SONDE_CLOEXEC).
   Returns 0, or -1 with the errno of fcntl.  */
int sonde__set_flags(int fd, unsigned flags);

/* Set the option NAME of FD, an int, to VALUE; and read it into *VALUE. Returns
   0, or -1 with the errno of the call.  */
int sonde__set_option(int fd, int level, int name, int value);
int sonde__get_option(int fd, int level, int name, int *value);

/* Fill in the length member of ADDRESS's storage where there is one.  */
void sonde__set_sa_len(struct sonde_address *address);

/* The bytes of the host in ADDRESS, and their number in *SIZE; NULL and 0 if
   the family is neither AF_INET nor AF_INET6.  */
void *sonde__address_host(struct sonde_address *address, size_t *size);

/* Set *ADDRESS to FAMILY, the bytes at HOST in network order, and PORT. Returns
   0, or -1 with EAFNOSUPPORT.  */
int sonde__address_set(struct sonde_address *address, int family,
                       const void *host, uint16_t port);

/* Set the scope of *ADDRESS, of family AF_INET6.  */
void sonde__address_set_scope(struct sonde_address *address, uint32_t scope);

/* The same for HOST as in the kernels of KAME (the BSDs, macOS), where the
   third and fourth byte of a link-local IPv6 address are the scope.  */
int sonde__address_set_kame(struct sonde_address *address, int family,
                            const void *host, uint16_t port);

/* The bytes that ADDRESS has behind its family: of a UNIX address, its path.
   The kernels of the BSDs take longer ones than sun_path, up to 253.  */
size_t sonde__path_length(const struct sonde_address *address);

/* Remove the file that bind made for ADDRESS, if it is a UNIX path.  Keeps
   errno.  */
void sonde__remove_path(const struct sonde_address *address);

/* Confine FD, an IPv6 socket, to IPv6, and make sure that it is.  Returns 0,
   or -1 with the errno of the call, or EOPNOTSUPP.  */
int sonde__set_v6only(int fd);

/* Give FD, a datagram socket, buffers for the largest datagram, as far as the
   system lets it.  Keeps errno.  */
void sonde__datagram_room(int fd);

/* The leaf that knows to which address of this host an IPv4 datagram came.
   Ask for it on FD: 0, or -1 with the errno of setsockopt.  Take it, and
   whether the datagram went to many hosts, from a control MESSAGE: 1, or 0 if
   that is another message.  Write to MESSAGE that a datagram is to leave from
   LOCAL: the space it takes, 0 if this system cannot.  MESSAGE is not changed
   by take, but CMSG_DATA of macOS has no pointer to const.  */
int sonde__local4_ask(int fd);
int sonde__local4_take(struct cmsghdr *message, struct in_addr *local,
                       int *group);
size_t sonde__local4_put(struct cmsghdr *message, struct in_addr local);

/* SIGPIPE kept away from one call that sends: FLAGS are for that call.  */
struct sonde__nosigpipe {
    int flags;
    int is_blocked, was_pending;
    sigset_t signal, mask;
};

/* To go before a send or sendmsg on the socket FD; before a write to what is no
   socket; and behind either, with its RESULT and its errno, which is kept.  */
void sonde__nosigpipe_begin(struct sonde__nosigpipe *quiet, int fd);
void sonde__nosigpipe_block(struct sonde__nosigpipe *quiet);
void sonde__nosigpipe_end(const struct sonde__nosigpipe *quiet, ssize_t result);

/* The flags of a send that is not to block.  NetBSD's kernel tests MSG_NBIO and
   not MSG_DONTWAIT (sosend of 7.99.34); FreeBSD tests both.  */
#ifdef MSG_NBIO
enum { sonde__dontwait = MSG_DONTWAIT | MSG_NBIO };
#else
enum { sonde__dontwait = MSG_DONTWAIT };
#endif

/* Whether the system's send honours sonde__dontwait on a blocking socket; 1
   where that cannot be tested.  The first call tests it, with some ten system
   calls, and 60 ms where the flag is ignored: a process that is to fork for
   each connection calls it before.  Keeps errno.  */
int sonde__honours_dontwait(void);

/* Whether a send on FD with sonde__dontwait may block all the same: FD is
   blocking, and the flag is ignored.  Then wait for POLLOUT, and send no more
   than sonde__send_limit of SIZE bytes: the low-water mark, which poll promises
   on a stream socket.  Another writer may take that room first.  */
int sonde__send_may_block(int fd);
size_t sonde__send_limit(int fd, size_t size);

/* Make a pipe, both ends close-on-exec and non-blocking.  Returns 0, or -1 with
   the errno of pipe or fcntl.  */
int sonde__pipe(int ends[2]);

/* Whichever of the deadlines A and B comes first.  */
int64_t sonde__sooner(int64_t a, int64_t b);

/* The whole milliseconds from START, by sonde__sys.now, until now.  */
int sonde__since(int64_t start);

/* Failures of a call in a row, each less than a millisecond after the one
   before: only a call that should have waited, and did not, fails so often. All
   zero at first.  */
struct sonde__row {
    int failures;
    int64_t last;
};

/* Count one more failure, and return how many there are in the row.  Keeps
   errno.  */
int sonde__row_count(struct sonde__row *row);

/* The same before the call is made again: after 64 failures sleep, 1 ms at
   first, 32 at most, and not beyond DEADLINE.  So a kernel that reports for
   ever that FD is ready, or that the call was interrupted, does not take the
   processor.  Returns 0, or -1 after 128 failures if DEADLINE is never: two
   seconds then.  Keeps errno.  */
int sonde__row_sleep(struct sonde__row *row, int64_t deadline);

/* Wait until one of the COUNT descriptors FDS is ready, or DEADLINE passes.
   Interruptions do not end the wait and do not lengthen it.
   Returns how many are ready, 0 at the deadline; -1 with the errno of poll,
   EAGAIN being ENOMEM if it does not pass: that is what poll means by it; EINTR
   as sonde__row_sleep says.  */
int sonde__poll(struct pollfd *fds, nfds_t count, int64_t deadline);

/* The same for FD and EVENTS alone.  Returns 0 if it is ready, hung up or in
   error, or -1 with EAGAIN at DEADLINE, or with the errno of poll.  */
int sonde__wait(int fd, short events, int64_t deadline);

/* After a call on FD that failed: 0 if it may be made again, it having been
   interrupted, or FD being ready for EVENTS now; else -1 with errno.  Once
   DEADLINE is over nothing is tried again, whatever poll would say: EAGAIN.  */
int sonde__again(int fd, short events, int64_t deadline);

/* Whether ERROR means "not now".  */
int sonde__not_now(int error);

/* sonde_read with a deadline of the above; errno may change on success.  */
ssize_t sonde__read(int fd, void *buffer, size_t size, int64_t deadline);

/* The status that goes with CODE, an EAI code; with EAI_SYSTEM, that of
   ERROR.  */
enum sonde_connect_status sonde__resolve_status(int code, int error);

/* The errno that goes with CODE, an EAI code; ERROR with EAI_SYSTEM.  */
int sonde__resolve_error(int code, int error);

#endif /* SONDE_PRIVATE_H */
