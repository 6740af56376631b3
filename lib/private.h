/* private.h - declarations shared by the files of lib/ and the unit tests
   SPDX-License-Identifier: LGPL-2.1-or-later

   Names here begin with sonde__ (two underscores), and are not exported.  */

#ifndef SONDE_PRIVATE_H
#define SONDE_PRIVATE_H 1

#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include "sonde.h"

/* One of several datagrams: the header, and the length transferred.  */
#ifdef HAVE_RECVMMSG
typedef struct mmsghdr sonde__message;
#else
typedef struct {
    struct msghdr msg_hdr;
    unsigned msg_len;
} sonde__message;
#endif

/* The system calls of the library.  A unit test may replace them, so that this
   host behaves like another (EPROTO, address length 0, no accept4, ...), while
   no other thread uses the library.  */
struct sonde__calls {
    int (*socket)(int, int, int);
    int (*bind)(int, const struct sockaddr *, socklen_t);
    int (*listen)(int, int);
    int (*accept)(int, struct sockaddr *, socklen_t *);
    /* The last parameter: SONDE_NONBLOCK, SONDE_CLOEXEC.  Fails with ENOSYS
       where configure found no accept4.  */
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
    int (*poll)(struct pollfd *, nfds_t, int);
    int (*sigaction)(int, const struct sigaction *, struct sigaction *);
    int (*connect)(int, const struct sockaddr *, socklen_t);
    ssize_t (*recvfrom)(int, void *, size_t, int, struct sockaddr *,
                        socklen_t *);
    ssize_t (*sendto)(int, const void *, size_t, int, const struct sockaddr *,
                      socklen_t);
    ssize_t (*recvmsg)(int, struct msghdr *, int);
    ssize_t (*sendmsg)(int, const struct msghdr *, int);
    /* Without a timeout.  Fail with ENOSYS where configure found neither.  */
    int (*recvmmsg)(int, sonde__message *, unsigned, int);
    int (*sendmmsg)(int, sonde__message *, unsigned, int);
    int (*getaddrinfo)(const char *, const char *, const struct addrinfo *,
                       struct addrinfo **);
    void (*freeaddrinfo)(struct addrinfo *);
    /* pthread_create: returns an errno.  */
    int (*thread)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
                  void *);
    /* Fails with ENOSYS where configure found none.  */
    int (*sigtimedwait)(const sigset_t *, const struct timespec *);
    pid_t (*waitpid)(pid_t, int *, int);
    /* Request SIGNO at the death of the parent.  Fails with ENOTSUP where
       configure found no such call.  */
    int (*parent_death)(int signo);
    /* As pipe, but both ends are close-on-exec and non-blocking where the
       system has pipe2.  Elsewhere neither flag is set.  */
    int (*pipe)(int[2]);
    /* Nanoseconds of a clock that is never set.  */
    int64_t (*now)(void);
    /* Sleep for MILLISECONDS, also if signals come.  */
    void (*sleep)(int milliseconds);
    /* Flags that keep send from raising SIGPIPE; 0 where there are none.  */
    int send_nosigpipe;
    /* Set the option of FD with the same effect, SO_NOSIGPIPE.  Fails with
       ENOPROTOOPT where the system has no such option.  */
    int (*set_nosigpipe)(int);
    /* Replaces the test of sonde__honours_dontwait, unless NULL.  */
    int (*honours_dontwait)(void);
    DIR *(*fdopendir)(int);
    struct dirent *(*readdir)(DIR *);
    ssize_t (*readlinkat)(int, const char *, char *, size_t);
    /* The largest argument of listen() kept unchanged by this kernel.  */
    int backlog_max;
    /* The file with the setting of the cap; the name of a sysctl is fixed.  */
    const char *cap_file;
    /* The mount point of the file system of processes, if there is one.  */
    const char *proc;
};

extern struct sonde__calls sonde__sys;

/* Write to PATH, of SIZE bytes, the path of the file NAME in the folder of the
   calling thread in sonde__sys.proc; if there is no such file, as before Linux
   3.17, in the folder of the main thread, even without such a file there.
   Changes errno.  */
void sonde__own_path(char *path, size_t size, const char *name);

/* Read the cap of listen queues into *CAP by the first of the COUNT settings
   NAMES that READ can read.  CONSTANT: the cap of a kernel without a setting,
   or -1 for a kernel that must have a setting.  The scope is "host", but empty
   (not known) in a FreeBSD jail with a network stack of its own.  Returns 0; or
   -1 with *CAP unchanged: EPROTO: the setting is negative; or, if there is
   neither a setting nor a constant, the errno of the last READ, ENOTSUP instead
   of ENOENT.  READ returns 0 and sets *VALUE, or returns -1 with errno.
   Separate from the leaf that calls sysctl, so that the function is tested on
   any host.  */
typedef int sonde__setting_read(const char *name, int *value);
int sonde__cap_find(struct sonde_backlog_cap *cap, sonde__setting_read *read,
                    const char *const *names, size_t count, long constant);

/* The value of the sysctl NAME, to be freed by the caller, with its length in
   *SIZE; errno may change.  NULL with the errno of sysctl, and an undefined
   *SIZE.  ENOTSUP: no such sysctl.  ENOMEM: out of memory, or the list grew
   between two calls, in all of 4 tries.  */
void *sonde__sysctl_list(const char *name, size_t *size);

/* Set errno to ERROR.  Returns -1.  */
static inline int sonde__fail(int error)
{
    errno = error;
    return -1;
}

/* Close FD and keep errno.  An interrupted close is not repeated: the
   descriptor is gone on all systems but HP-UX.  */
void sonde__close(int fd);

/* Close FD and keep errno, as sonde__close.  Returns -1.  For a caller that
   fails.  */
int sonde__close_failed(int fd);

/* Free MEMORY and keep errno.  */
void sonde__free(void *memory);

/* Set or clear O_NONBLOCK and FD_CLOEXEC of FD, as FLAGS has SONDE_NONBLOCK and
   SONDE_CLOEXEC.  Returns 0, or -1 with the errno of fcntl; then FD_CLOEXEC may
   have been changed.  */
int sonde__set_flags(int fd, unsigned flags);

/* Set the option NAME of FD, an int, to VALUE; read the option into *VALUE.
   Returns 0, or -1 with the errno of the call.  */
int sonde__set_option(int fd, int level, int name, int value);
int sonde__get_option(int fd, int level, int name, int *value);

/* The host part inside ADDRESS, *SIZE bytes in network order; NULL, with *SIZE
   0, if the family is neither AF_INET nor AF_INET6.  Keeps errno.  */
const void *sonde__address_host(const struct sonde_address *address,
                                size_t *size);

/* Set *ADDRESS to FAMILY (AF_INET, AF_INET6), the 4 or 16 bytes at HOST in
   network order, and PORT in host order.  The scope is 0.  Returns 0, or -1
   with EAFNOSUPPORT; then *ADDRESS is unchanged.  */
int sonde__address_set(struct sonde_address *address, int family,
                       const void *host, uint16_t port);

/* The scope (the interface index) of ADDRESS; 0 unless IPv6.  */
uint32_t sonde__address_scope(const struct sonde_address *address);

/* Set the scope of *ADDRESS, of family AF_INET6, which is not checked.  */
void sonde__address_set_scope(struct sonde_address *address, uint32_t scope);

/* As sonde__address_set, for HOST in the form of kernels with KAME's IPv6 (the
   BSDs, macOS): the third and fourth byte of a link-local address hold the
   scope, which becomes the scope of *ADDRESS, and are 0 in its host.  */
int sonde__address_set_kame(struct sonde_address *address, int family,
                            const void *host, uint16_t port);

/* Set ADDRESS to the UNIX address with the LENGTH bytes NAME in sun_path: a
   path, an abstract name after a NUL, or none.  Returns 1, or -1 if NAME is
   longer than sun_path; then errno is not set and *ADDRESS unchanged.  */
int sonde__address_set_name(struct sonde_address *address, const void *name,
                            size_t length);

/* The *LENGTH significant bytes of ADDRESS after the family.  For UNIX: a path
   without its NUL, which is present or not, depending on the program that
   called bind; or an abstract name of Linux, which begins with a NUL.  0:
   unnamed.  Never more than fits in the storage.  The kernels of the BSDs
   accept paths longer than sun_path, up to 253 bytes.  */
const char *sonde__path(const struct sonde_address *address, size_t *length);

/* Copy the path of ADDRESS to PATH, of sizeof (struct sockaddr_storage) bytes.
   The string is empty for another family, an unnamed address or an abstract
   name of Linux.  */
void sonde__path_copy(const struct sonde_address *address, char *path);

/* Read the LENGTH bytes TEXT, only digits, into *NUMBER.  Returns 0, or -1,
   without errno: no digits, another character, or more than MAX; *NUMBER is
   unchanged.  */
int sonde__read_number(const char *text, size_t length, uint32_t max,
                       uint32_t *number);

/* Remove the file made by bind for ADDRESS, if ADDRESS is a UNIX path.  The
   type of the file is not checked, and a failure is ignored.  Keeps errno.  */
void sonde__remove_path(const struct sonde_address *address);

/* Confine FD, an IPv6 socket not yet bound, to IPv6, and check the option.
   Returns 0, or -1: with the errno of the call; EOPNOTSUPP: the option is
   missing, read-only or without effect.  */
int sonde__set_v6only(int fd);

/* Enlarge the buffers of FD, a datagram socket, as far as the system allows:
   the send buffer to SONDE_DATAGRAM_MAX bytes, the receive buffer to twice that
   size.  A larger buffer is unchanged; a failure limits the length of
   datagrams, and is ignored.  Keeps errno.  */
void sonde__datagram_room(int fd);

/* Room for every requested control message, and some more, aligned for the
   first.  Not a struct cmsghdr, which ends in a flexible array: clang warns of
   arrays of such.  */
union sonde__control {
    max_align_t align;
    char bytes[512];
};

/* Whether every datagram of a socket bound to ADDRESS has this destination, so
   that no control message need be requested.  True of 127.0.0.1, also as
   ::ffff:127.0.0.1, and of ::1; of no other address of 127.0.0.0/8, and of no
   UNIX address.  */
int sonde__is_only_destination(const struct sonde_address *address);

/* Let MESSAGE refer to PART, set to the buffer by the caller, to FROM and to
   CONTROL, to receive one datagram; all must outlive the receive.  PART is cut
   to at most 2^30 bytes.  *FROM is cleared.  CONTROL is the room for control
   messages; NULL: these are dropped.  */
void sonde__receive_prepare(struct msghdr *message, struct iovec *part,
                            struct sonde_address *from,
                            union sonde__control *control);

/* Set the length of *FROM after the receive of MESSAGE, at most the size of the
   storage; 0 for a UNIX sender without a name.  Returns 0, or EMSGSIZE: the
   datagram was longer than its buffer.  errno is not set.  */
int sonde__receive_finish(const struct msghdr *message,
                          struct sonde_address *from);

/* To be called after a failed receive of a datagram, with its errno.  EMSGSIZE
   becomes EINTR: on a connected socket Linux so reports ICMP's "fragmentation
   needed" for a datagram sent before.  Nothing was received, and the receive is
   to be repeated.  Returns -1.  */
int sonde__receive_failed(void);

/* Whether ERROR of a receive was caused by an earlier answer: an ICMP error, or
   the system's errno for one.  These are the errnos of which
   sonde_connect_status is refused, host unreachable or network unreachable, and
   ECONNRESET, ENOPROTOOPT and EPROTO.  */
int sonde__is_icmp_error(int error);

/* Whether the host of ADDRESS is the wildcard: 0.0.0.0, :: or ::ffff:0.0.0.0.
   Returns 0 for UNIX and any other family.  */
int sonde__is_any(const struct sonde_address *address);

/* Read the destination of MESSAGE into ENDS->to, which holds the socket's own
   address, and is kept if the system does not report a destination; the port is
   always kept.  Set ENDS->group, 0 before, if the datagram was broadcast or
   multicast.  */
void sonde__take_local(struct msghdr *message, struct sonde_datagram *ends);

/* Let MESSAGE refer to PART, set to the data of a reply by the caller, and to
   the sender of ENDS.  If the source must be stated, write it to CONTROL, and
   let MESSAGE refer to CONTROL: the socket is bound to the wildcard, ENDS->to
   is not the wildcard, ENDS->group is 0, and the system has such a message.
   Otherwise MESSAGE has no control message.  All must outlive the send.  */
void sonde__reply_prepare(struct msghdr *message, struct iovec *part,
                          struct sonde_datagram *ends,
                          union sonde__control *control);

/* Send MESSAGE, a datagram with one part, on FD, without SIGPIPE, waiting up to
   TIMEOUT milliseconds for room.  Returns 0 with errno kept, or -1 with errno:
   EAGAIN: no room, or 64 attempts failed; EMSGSIZE: too long; or of sendmsg or
   poll.  */
int sonde__send_message(int fd, const struct msghdr *message, int timeout);

/* The leaf for the local address of IPv4 datagrams.

   ask: request the address for every datagram received on FD.  Returns 0; or -1
   with the errno of setsockopt, ENOTSUP if the system has no such option.

   take: read MESSAGE, one control message of a received datagram.  Returns 1 if
   MESSAGE has the destination of the datagram: *LOCAL is set to the
   destination, and *GROUP to whether the destination is a broadcast or
   multicast address.  *GROUP is always 0 with IP_RECVDSTADDR and on macOS,
   which do not report groups.  Returns 0 for any other MESSAGE; *LOCAL and
   *GROUP are unchanged.  MESSAGE is not const for CMSG_DATA of macOS.

   put: write to MESSAGE the request to send a datagram from LOCAL.  MESSAGE
   must be cleared, and have room for any control message.  Returns the space
   used, for msg_controllen; or 0, with MESSAGE unchanged, if the system has no
   such message.  */
int sonde__local4_ask(int fd);
int sonde__local4_take(struct cmsghdr *message, struct in_addr *local,
                       int *group);
size_t sonde__local4_put(struct cmsghdr *message, struct in_addr local);

/* The suppression of SIGPIPE for one call.  is_blocked: SIGPIPE is blocked in
   this thread until sonde__nosigpipe_end.  was_pending: SIGPIPE was pending
   before, and must stay pending.  signal: SIGPIPE alone.  mask: the signal mask
   to restore.  */
struct sonde__nosigpipe {
    int flags;
    int is_blocked, was_pending;
    sigset_t signal, mask;
};

/* begin and block set all of NOSIGPIPE, and end follows in the same thread.
   begin: call before send or sendmsg on the socket FD, and add the member flags
   to the flags of the call.  Without such a flag begin sets SO_NOSIGPIPE, which
   stays set on FD; if that fails, begin blocks SIGPIPE in this thread.  begin
   may change errno.  block: call before write to a pipe or terminal; blocks
   SIGPIPE in this thread.  end: call with the RESULT of the call, negative
   after a failure, and its errno.  If SIGPIPE is blocked, end discards the
   SIGPIPE of a call that failed with EPIPE, unless SIGPIPE was pending before,
   and restores the signal mask.  end keeps errno.  */
void sonde__nosigpipe_begin(struct sonde__nosigpipe *nosigpipe, int fd);
void sonde__nosigpipe_block(struct sonde__nosigpipe *nosigpipe);
void sonde__nosigpipe_end(const struct sonde__nosigpipe *nosigpipe,
                          ssize_t result);

/* The flags of a non-blocking send.  NetBSD's kernel tests MSG_NBIO and not
   MSG_DONTWAIT (sosend of 7.99.34); FreeBSD tests both.  */
#ifdef MSG_NBIO
enum { sonde__dontwait = MSG_DONTWAIT | MSG_NBIO };
#else
enum { sonde__dontwait = MSG_DONTWAIT };
#endif

/* Whether the system's send honours sonde__dontwait on a blocking socket; 1 if
   the test is not possible.  The first call tests the system, with some ten
   system calls, and takes 60 ms where the flag is ignored; without descriptors
   or memory the next call tests again.  On macOS the result is 0, without a
   test.  A process that forks for each connection calls the function before.
   Keeps errno.  */
int sonde__honours_dontwait(void);

/* Whether a send on FD may block despite sonde__dontwait, because FD is
   blocking, and the system ignores the flag; 0 also for an invalid FD.  Keeps
   errno.  Then the caller waits for POLLOUT, and sends no more than
   sonde__send_limit of SIZE bytes: on a stream socket at most the low-water
   mark, which poll promises (2048 if not reported, or if the mark is 1 and
   cannot be set); else SIZE.  Another writer may fill the room first.
   sonde__send_limit may change errno.  */
int sonde__send_may_block(int fd);
size_t sonde__send_limit(int fd, size_t size);

/* Make a pipe, both ends close-on-exec and non-blocking: ENDS[0] to read,
   ENDS[1] to write.  Returns 0, or -1 with the errno of pipe or fcntl; then
   neither end is open.  */
int sonde__pipe(int ends[2]);

/* The deadline TIMEOUT milliseconds from now, for a call that usually need not
   wait: a TIMEOUT of 0 gives a time in the past without reading the clock,
   which takes 20 ns (measured).  SONDE_NEVER if TIMEOUT is negative.  */
int64_t sonde__call_deadline(int timeout);

/* The earlier of the deadlines A and B; SONDE_NEVER is later than all.  */
int64_t sonde__sooner(int64_t a, int64_t b);

/* Whether a call with TIMEOUT must stop because DEADLINE has passed, though
   more bytes may be available at once; if so, errno is EAGAIN.  Always 0 for a
   TIMEOUT of 0: such a call takes all bytes available at once.  */
int sonde__is_late(int timeout, int64_t deadline);

/* The whole milliseconds since START, a time in nanoseconds by sonde__sys.now;
   at most INT_MAX.  */
int sonde__since(int64_t start);

/* Failures of a call in a row, each less than a millisecond after the previous
   failure: only a call that should have waited, and did not, fails so often.
   All zero at first.  */
struct sonde__row {
    int failures;
    int64_t last; /* INT64_MAX: the next failure belongs to the row */
};

/* Count a failure, and return the length of the row, 128 at most; a failure a
   millisecond or more after the last begins a new row.  Keeps errno.  */
int sonde__row_count(struct sonde__row *row);

/* Count a failure before the call is repeated.  After 64 failures sleep, 1 ms
   at first, 32 at most, and not beyond DEADLINE: a kernel that reports for ever
   that FD is ready, or that the call was interrupted, does not take the
   processor.
   Returns 0: repeat the call.  Returns -1, to give up, after 128 failures, two
   seconds, if DEADLINE is SONDE_NEVER; otherwise the caller checks the time.
   The sleep does not end the row.  Keeps errno.  */
int sonde__row_sleep(struct sonde__row *row, int64_t deadline);

/* Wait until one of the COUNT descriptors FDS is ready, or DEADLINE passes;
   after DEADLINE check once.  Interruptions neither end nor lengthen the wait;
   after EAGAIN of poll a millisecond passes.
   Returns the number of ready descriptors, 0 at the deadline, also if poll then
   fails with EAGAIN, or 64 times with EINTR; -1 with the errno of poll.
   ENOMEM: poll failed 64 times with EAGAIN, which means a lack of memory.
   EINTR: as often in a row as sonde__row_sleep allows without a deadline.  */
int sonde__poll(struct pollfd *fds, nfds_t count, int64_t deadline);

/* Wait until FD is ready for EVENTS, or DEADLINE passes, as sonde__poll.
   Returns 0 if FD is ready, hung up or in error, or -1: EAGAIN at DEADLINE;
   EBADF if FD is negative; or the errno of poll.  An FD that is not open counts
   as ready: the next call on FD fails.  */
int sonde__wait(int fd, short events, int64_t deadline);

/* After a failed call on FD, with its errno: whether to repeat the call.
   Returns 0 to repeat: after EINTR at once, after EAGAIN or EWOULDBLOCK when FD
   is ready for EVENTS.  Returns -1 with errno: EAGAIN after these if DEADLINE
   has passed, even if FD is ready; that of sonde__wait; or that of the call, if
   another.  A caller bounds the repeats, by sonde__row_sleep or a count.  */
int sonde__again(int fd, short events, int64_t deadline);

/* Whether ERROR is EAGAIN or EWOULDBLOCK.  */
int sonde__not_now(int error);

/* Read the available bytes of FD, a stream socket, a pipe or a terminal, at
   least one and at most SIZE, which is above 0, or 2^30, waiting until
   DEADLINE.  Returns the count; 0: end of stream; -1 with errno: EAGAIN: no
   data at DEADLINE; without a deadline EAGAIN or EINTR, as sonde__row_sleep; or
   of the call.  errno may change on success.  */
ssize_t sonde__read(int fd, void *buffer, size_t size, int64_t deadline);

/* The status for CODE, an EAI code of getaddrinfo.  With EAI_SYSTEM,
   SONDE_CONNECT_RESOURCES if the errno ERROR means a lack of resources, and
   SONDE_CONNECT_OTHER for any other ERROR: ECONNREFUSED of a resolver does not
   mean that the destination has no listener.  SONDE_CONNECT_OTHER for an
   unknown CODE.  */
enum sonde_connect_status sonde__resolve_status(int code, int error);

/* The errno for CODE, an EAI code; ERROR with EAI_SYSTEM.  EPROTO for an
   unknown CODE, and for EAI_SYSTEM with ERROR 0.  0 for CODE 0.  */
int sonde__resolve_error(int code, int error);

#endif /* SONDE_PRIVATE_H */
