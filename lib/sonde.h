/* sonde.h - sockets that behave alike on hosts that differ
   SPDX-License-Identifier: LGPL-2.1-or-later

   Valid C11 and C++.  It includes POSIX headers only.

   What holds for every function, unless its own text says otherwise:
   - It never prints, never exits, never changes a signal's disposition.
   - On failure it returns -1 with errno set, has closed whatever it opened,
     and leaves its output arguments as they were.  On success errno is what it
     was before.
   - It is thread-safe: it keeps no state of its own.
   - It does not wait, unless it is said to.
   - "Since 0.1" is the first release; see NEWS.

   Each difference between systems that is hidden here has a section in
   doc/portability.md, which says how it is known.  */

#ifndef SONDE_H
#define SONDE_H 1

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Flags of the functions that make a descriptor.  The descriptor gets each
   property if its flag is given and does not have it otherwise, whatever the
   system would have done by itself.  */
#define SONDE_NONBLOCK 1U /* O_NONBLOCK */
#define SONDE_CLOEXEC  2U /* FD_CLOEXEC */

/* ---- address: where a socket is, exactly ------------------------------- */

/* An IPv4, IPv6 or UNIX address with the length that goes with it.  Pass
   (const struct sockaddr *) &a.storage and a.length to system calls.

   Hides: the length must be exact on the BSDs and macOS, where
   sizeof (struct sockaddr_storage) is EINVAL; the sa_len member, filled in
   where there is one (portability: "Address lengths").

   Owns nothing: copy it as you like.  All zero is "no address".  */
struct sonde_address {
    struct sockaddr_storage storage;
    socklen_t length;
};

/* Enough for the text of any address that sonde_address_print writes.  */
#define SONDE_ADDRESS_TEXT 460

/* Set *ADDRESS to the loopback address (127.0.0.1, ::1) of FAMILY (AF_INET,
   AF_INET6) with PORT in host order; 0 lets the system choose at bind.
   Returns 0.  EAFNOSUPPORT: another family.  Since 0.1.  */
int sonde_address_loopback(struct sonde_address *address, int family,
                           uint16_t port);

/* The same for the wildcard address (0.0.0.0, ::).  Since 0.1.  */
int sonde_address_any(struct sonde_address *address, int family,
                      uint16_t port);

/* Set *ADDRESS to the UNIX address PATH, terminating NUL included.
   Returns 0.  EINVAL: PATH is empty.  ENAMETOOLONG: it does not fit in
   sun_path of this system (108 bytes on Linux, 104 on the BSDs and macOS):
   it is never cut.  Since 0.1.  */
int sonde_address_unix(struct sonde_address *address, const char *path);

/* Read TEXT, one of
       192.0.2.1   192.0.2.1:80
       2001:db8::1   [2001:db8::1]   [fe80::1%eth0]:80   fe80::1%2
       /run/socket   ./socket           (whatever has a slash)
   into *ADDRESS.  PORT, in host order, is taken where TEXT names none.  Names
   of hosts are not looked up.  A scope is the name or the number of an
   interface.
   Returns 0.  EINVAL: TEXT is none of these, or a port is not 0 to 65535.
   ENXIO: no such interface.  ENAMETOOLONG: as sonde_address_unix.  Since 0.1.
   Rests on: RFC 4291 2.2, RFC 4007 11, RFC 3986 3.2.2.  */
int sonde_address_parse(struct sonde_address *address, const char *text,
                        uint16_t port);

/* Write ADDRESS as sonde_address_parse reads it (an IPv6 address with a port
   in brackets, a port of 0 left out) and a NUL to BUFFER of SIZE bytes;
   SONDE_ADDRESS_TEXT bytes are enough.  A UNIX address without a path is
   written "(unnamed)", and in a path whatever is not printable ASCII as
   "\ooo", octal: only such a path does not read back as it was.
   Returns the length without the NUL.  ENOSPC: it does not fit, and BUFFER
   is an empty string if SIZE is not 0.  EAFNOSUPPORT: another family.
   Since 0.1.  */
int sonde_address_print(const struct sonde_address *address, char *buffer,
                        size_t size);

/* Compare A and B by family, address, scope and port, in this order; flow
   label and padding do not count.  Returns less than, equal to or greater than
   0.  Cannot fail.  Since 0.1.  */
int sonde_address_compare(const struct sonde_address *a,
                          const struct sonde_address *b);

/* The port of ADDRESS in host order.  EAFNOSUPPORT: its family has no ports.
   Since 0.1.  */
int sonde_address_port(const struct sonde_address *address);

/* Set the port of *ADDRESS, in host order.  Returns 0.  EAFNOSUPPORT: its
   family has no ports.  Since 0.1.  */
int sonde_address_set_port(struct sonde_address *address, uint16_t port);

/* Set *ADDRESS to the local address of the socket FD, bound or not, or to the
   address of its peer.  Returns 0.  EBADF, ENOTSOCK; for the peer ENOTCONN,
   which is also what a connection that was reset says.  Since 0.1.  */
int sonde_address_local(int fd, struct sonde_address *address);
int sonde_address_peer(int fd, struct sonde_address *address);

/* The address family of the socket FD, bound or not.  EBADF, ENOTSOCK.
   Since 0.1.  */
int sonde_address_family(int fd);

/* ---- socket ------------------------------------------------------------- */

/* Make a socket of FAMILY and TYPE (SOCK_STREAM, ...), its default protocol,
   with FLAGS (SONDE_NONBLOCK, SONDE_CLOEXEC).

   Hides: SOCK_NONBLOCK and SOCK_CLOEXEC, missing on macOS; there the flags
   are set after the call, and another thread that forks between the two hands
   the descriptor on (portability: "Flags at birth").

   Returns the descriptor, the caller's to close.  EAFNOSUPPORT, EPROTOTYPE,
   EPROTONOSUPPORT: not on this host.  EMFILE, ENFILE, ENOBUFS, ENOMEM: out of
   something.  EACCES, EPERM: not allowed.  EINVAL: unknown flag.  Since 0.1. */
int sonde_socket(int family, int type, unsigned flags);

/* ---- backlog: the queue length you want --------------------------------- */

/* The argument for listen() that lets at least WANTED connections wait for
   accept, on every kernel whose rule is known, as far as its cap allows.

   Hides: what listen (fd, n) gives.  n + 1 connections on Linux and NetBSD,
   3n/2 + 1 on FreeBSD and illumos, exactly n on macOS, n on NuttX; 0 means
   none, one, 81 or 128, and a negative value anything from none to the cap
   (portability: "The listen queue").  So the argument is never below 1; each
   kernel cuts it to its cap by itself.

   WANTED below 1 counts as 1.  Cannot fail.  Since 0.1.  */
int sonde_backlog(int wanted);

/* The cap of every listen queue of this host, as its setting says.  VALUE is
   the largest backlog in force.  SETTING is the name an administrator would
   use, such as "net.core.somaxconn".  SCOPE names what the setting belongs to:
   on Linux the network namespace, "net:[4026531840]"; elsewhere "host".  */
struct sonde_backlog_cap {
    long value;
    char setting[40];
    char scope[40];
};

/* Read the cap into *CAP.
   Returns 0.  ENOTSUP: this system has no such setting that is known.
   ENOENT: it has, but hides it here; SETTING and SCOPE are filled in even so,
   with VALUE -1 (older Linux kernels in a namespace of an unprivileged user).
   Any errno of open, read or sysctl; EPROTO: the answer is no number.
   Since 0.1.  */
int sonde_backlog_cap(struct sonde_backlog_cap *cap);

/* ---- queue: what the kernel says of a listening socket ------------------ */

/* Counts of connections; -1 where this system does not say.  */
struct sonde_queue {
    long queued;     /* complete, waiting for accept now */
    long limit;      /* the backlog in force, after the kernel's cap */
    long incomplete; /* handshakes under way now */
    long drops;      /* refused for want of room, retries included */
};

/* Ask the kernel about the listening socket FD.

   Hides: TCP_INFO on Linux, whose tcpi_unacked and tcpi_sacked have this
   meaning on a listener only; stacks that take the call and leave both at 0
   (gVisor) are found out and not believed (portability: "Asking for the
   queue").  For that a socket of the same family may be made and closed again.
   On FreeBSD three options of the socket; on macOS the list of all TCP sockets,
   in which it is found by its address (compiled for both, not run there).

   Returns 0.  ENOTSUP: this system, or this kind of socket, says nothing.
   EINVAL: FD does not listen.  EBADF, ENOTSOCK.  Since 0.1.  */
int sonde_queue(int fd, struct sonde_queue *queue);

/* ---- listen ------------------------------------------------------------- */

/* Named intents, for the flags of sonde_listen.  */
#define SONDE_REBIND 4U /* take the port although connections of an earlier   \
                           server are still dying; never from a live one */
#define SONDE_SHARE  8U /* several sockets, all with this flag and of one     \
                           user, listen on one address, and the system spreads\
                           the connections over them */

/* Listen on ADDRESS (port 0: one the system chooses, see sonde_address_local)
   with room for at least WANTED waiting connections (see sonde_backlog).
   FLAGS: SONDE_NONBLOCK, SONDE_CLOEXEC, SONDE_REBIND, SONDE_SHARE.  If QUEUE
   is not null it is set to what became effective, all -1 where the kernel does
   not say.

   Hides: IPV6_V6ONLY, whose default differs (0 on Linux and macOS, 1 on the
   BSDs) and which OpenBSD does not let one clear: an IPv6 listener here is for
   IPv6 alone, everywhere, and that is read back.  SO_REUSEADDR, which BSD
   needs to restart a server at once and which steals ports on Windows: only
   SONDE_REBIND sets it (portability: "Listening").  SO_REUSEPORT, which shares
   on Linux and DragonFly, but on the other BSDs and macOS lets the last one
   take all; FreeBSD shares by SO_REUSEPORT_LB (portability: "Sharing a port").

   Returns the descriptor, the caller's to close.  EADDRINUSE (from bind, or
   from listen, where some systems find it out), EADDRNOTAVAIL, EACCES, EINVAL
   (unknown flag), the errno of sonde_socket; EOPNOTSUPP: V6ONLY cannot be had;
   ENOTSUP: SONDE_SHARE, and this system does not, or not for this family.
   Since 0.1.  */
int sonde_listen(const struct sonde_address *address, int wanted,
                 unsigned flags, struct sonde_queue *queue);

/* Listen on the addresses FIRST and SECOND, one of IPv6 and one of IPv4, by a
   socket for each, at the port of FIRST; if that is 0, at one the system
   chooses, the same for both.  WANTED and FLAGS as for sonde_listen.

   Hides: that one socket for both families is not to be had on OpenBSD, and
   elsewhere depends on a setting; that a host may lack a family, or an address
   of it: then there is one socket; and that the port the system chose for one
   may be taken for the other: then another is tried, 32 times at most
   (portability: "Both families").

   Returns the number of sockets, 1 or 2, in FDS, those of FIRST first, the
   caller's to close; FDS[1] is -1 if there is one.  EADDRINUSE: the port, or 32
   ports, are taken for one of them.  Others as sonde_listen, for FIRST, if both
   families are missing.  Since 0.1.  */
int sonde_listen_dual(const struct sonde_address *first,
                      const struct sonde_address *second, int wanted,
                      unsigned flags, int fds[2]);

/* ---- accept ------------------------------------------------------------- */

/* What to do about an errno of accept.  */
enum sonde_accept_class {
    SONDE_ACCEPT_RETRY,   /* that client is gone: accept again at once */
    SONDE_ACCEPT_WAIT,    /* nobody waits: go back to poll */
    SONDE_ACCEPT_BACKOFF, /* out of descriptors or memory: serve others, or
                             wait a little, before accepting again */
    SONDE_ACCEPT_FATAL    /* the listener itself is unusable */
};

/* The class of ERROR, an errno of accept or sonde_accept, on any system.

   Hides: what a connection that died in the queue gives: ECONNABORTED on the
   BSDs and illumos, EPROTO on System V, ENOTCONN on lwIP and NuttX, nothing
   on Linux; Linux also hands over errors pending on the new connection, such
   as ENETDOWN; EPERM is a firewall's word.  None of these is the listener's
   fault (portability: "Errors of accept").

   Errors not known are SONDE_ACCEPT_FATAL.  Cannot fail.  Since 0.1.  */
enum sonde_accept_class sonde_accept_class(int error);

/* Take the next connection of LISTENER.  FLAGS (SONDE_NONBLOCK,
   SONDE_CLOEXEC) are the state of the new descriptor, set either way.  If
   PEER is not null it is set to the peer's address.

   Waits if LISTENER blocks and nobody is there.  Errors of class
   SONDE_ACCEPT_RETRY are not reported: the next connection is taken instead,
   at most 64 times in a row, then EAGAIN lets the caller do other things.

   Hides: besides the errors above, O_NONBLOCK inherited from the listener (on
   the BSDs, macOS, illumos; not on Linux); accept4 missing (macOS) or refused
   at run time (ENOSYS, EPERM or EINVAL of a filter or an old kernel); macOS's
   success with an address of length 0 for a connection that died, which counts
   as ECONNABORTED (portability: "Accepted sockets").

   Returns the descriptor, the caller's to close.  EAGAIN (never EWOULDBLOCK
   where it differs): nobody waits.  EMFILE, ENFILE, ENOBUFS, ENOMEM: see
   SONDE_ACCEPT_BACKOFF.  EINVAL: LISTENER does not listen, or unknown flag.
   EBADF, ENOTSOCK, EOPNOTSUPP.  Since 0.1.  */
int sonde_accept(int listener, struct sonde_address *peer, unsigned flags);

/* A descriptor kept in reserve, for when there are no more.  One thread at a
   time.  */
struct sonde_spare {
    int fd; /* -1: it is lost */
};

/* Put a descriptor in reserve: a socket without an address, which needs no file
   and works in a chroot.  Returns 0.  EMFILE, ENFILE, ENOBUFS, ENOMEM.
   Since 0.1.  */
int sonde_spare_open(struct sonde_spare *spare);

/* Give it up.  Since 0.1.  */
void sonde_spare_close(struct sonde_spare *spare);

/* After sonde_accept on LISTENER failed with EMFILE or ENFILE: turn the next
   waiting client away, with the descriptor in reserve, which is back after it.
   The client sees its connection end.  Otherwise a level-triggered loop would
   be told of that client without end.

   Hides: that on Linux, the BSDs and illumos the connection stays in the queue
   when there is no descriptor for it; macOS and gVisor have already closed it,
   and then nobody is there to be turned away (portability: "Out of
   descriptors").

   LISTENER should be non-blocking: a blocking one is asked only if poll says
   that a client is there, but may still wait if that one has just gone.  Other
   threads, which may take the descriptor in the instant in which it is free,
   do no harm, but then this fails.

   Returns 0: one client was turned away.  EAGAIN: nobody waits.  Others, such
   as EMFILE: it did not work; wait, see sonde_backoff.  If the reserve could
   not be restored it is tried again by the next call.  Since 0.1.  */
int sonde_spare_shed(struct sonde_spare *spare, int listener);

/* The milliseconds to leave a listener alone after an error of class
   SONDE_ACCEPT_BACKOFF, LAST being the answer of the call before, or 0 after a
   success: 5, then twice as long each time, 1000 at most.  Cannot fail.
   Since 0.1.  */
int sonde_backoff(int last);

/* ---- signal ------------------------------------------------------------- */

/* Whether system calls are restarted after the handler returns.  */
enum sonde_restart {
    SONDE_RESTART,  /* where the system restarts that call: never rely on it
                       for connect, poll, select, or with a socket timeout */
    SONDE_INTERRUPT /* the call fails with EINTR */
};

/* Call HANDLER, a function or SIG_DFL or SIG_IGN, on SIGNO from now on.  The
   handler stays installed, and SIGNO is blocked while it runs.

   Hides: signal(), which resets the handler on System V, dietlibc and strict
   XSI builds of glibc, and restarts or not at will (portability: "Signals").

   Changes the disposition for the whole process: that is what it is for.
   Returns 0.  EINVAL: no such signal, or one that cannot be caught.
   Since 0.1.  */
int sonde_signal(int signo, void (*handler)(int), enum sonde_restart restart);

/* Take the exit status of every child that has ended, and call EACH, unless it
   is null, with its process number, its status as waitpid gives it, and USER.
   To be called after SIGCHLD: as signals do not queue, one may stand for many
   children.  It is async-signal-safe if EACH is, and may be called in the
   handler.  It takes all children of the process, also those that a library
   started: a program that waits for one by number must not call it.
   Returns how many; 0 also if there are no children.  Since 0.1.  */
int sonde_reap(void (*each)(pid_t child, int status, void *user), void *user);

/* Turn signals into something to read, so that a loop that waits for
   descriptors can wait for signals too, and none comes between the check and
   the wait.  Returns a descriptor, for a poller or poll, which becomes readable
   when a signal chosen by sonde_wake_on has come.

   Hides: signalfd, which only Linux has, and the races of a flag tested before
   poll; pselect and ppoll close them only where they are system calls
   (portability: "Signals and loops").

   All the sonde_wake functions work on one state of the whole process, the
   handler having no other way to find it: at most one wake-up at a time, opened
   and closed while no other thread uses it.  The descriptor is close-on-exec
   and non-blocking, and only sonde_wake_close may close it.
   EBUSY: it is open already.  EMFILE, ENFILE.  Since 0.1.  */
int sonde_wake_open(void);

/* Catch SIGNO from now on: its handler notes it, and wakes up.  System calls
   are restarted (SONDE_RESTART).  It changes the disposition for the whole
   process, until sonde_wake_close.
   Returns 0.  EINVAL: no such signal, or one that cannot be caught, or above
   127.  ENOENT: sonde_wake_open comes first.  Since 0.1.  */
int sonde_wake_on(int signo);

/* The number of a signal that has come since it was last returned here, each
   once, however often it came; 0: none.  Call it until it says 0.  Never waits.
   Since 0.1.  */
int sonde_wake_take(void);

/* Give every signal the disposition it had before sonde_wake_on, and close the
   descriptor.  A child made by fork calls this first, if it goes on in the same
   program: what it was sent since fork, it is sent again, with the former
   disposition; and it has never woken its parent.  Since 0.1.  */
void sonde_wake_close(void);

/* ---- stream: whole reads and writes, under a deadline ------------------- */

/* What holds for all five functions:

   FD is a connected stream socket, blocking or not: its state is neither
   looked at nor changed.  A pipe or a terminal does too.

   TIMEOUT is in milliseconds, for the whole call: negative waits as long as
   it takes, 0 does what can be done at once.  EAGAIN (never EWOULDBLOCK where
   it differs) says that it is over.  ETIMEDOUT is something else: the peer's
   host has not answered for so long that the system gave the connection up.

   EINTR is not reported: the call goes on with the time that is left.

   Writing never raises SIGPIPE and leaves its disposition alone: a peer that
   is gone is EPIPE or ECONNRESET, and nothing else.

   Hides: MSG_NOSIGNAL (Linux, the BSDs, macOS since 11), else SO_NOSIGPIPE
   (older macOS; it stays set on FD), else SIGPIPE blocked in this thread
   while it writes, and taken back if it came; macOS's EPROTOTYPE for a
   connection that is just being torn down; EINVAL on macOS for more than
   INT_MAX bytes (portability: "Writing without SIGPIPE", "Waiting").  */

/* Read what is there, at least one byte and at most SIZE, into BUFFER.
   Returns the count; 0: the peer has ended the stream, or SIZE is 0.
   EAGAIN: nothing came in time.  ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ...:
   the connection is lost.  ENOTCONN, EBADF.  Since 0.1.  */
ssize_t sonde_read(int fd, void *buffer, size_t size, int timeout);

/* Write what fits, at least one byte and at most SIZE, of BUFFER.
   Returns the count; 0: SIZE is 0.  EAGAIN: nothing fitted in time.  EPIPE,
   ECONNRESET, ...: the connection is lost.  ENOTCONN, EBADF.  Since 0.1.  */
ssize_t sonde_write(int fd, const void *buffer, size_t size, int timeout);

/* Read SIZE bytes into BUFFER.  *DONE is how many came, on failure too.
   Returns 0; *DONE is less than SIZE if the stream ended before.  Errors as
   sonde_read: with EAGAIN the call may be made again for the rest.
   Since 0.1.  */
int sonde_read_all(int fd, void *buffer, size_t size, int timeout,
                   size_t *done);

/* Write the SIZE bytes at BUFFER.  *DONE is how many the system took, on
   failure too; whether they arrived nobody knows.
   Returns 0: all.  Errors as sonde_write: with EAGAIN the call may be made
   again for the rest.  Since 0.1.  */
int sonde_write_all(int fd, const void *buffer, size_t size, int timeout,
                    size_t *done);

/* End the stream in this direction: the peer reads to its end, and may still
   answer.  Never waits.
   Returns 0, also if the peer is gone by now, which some systems call
   ENOTCONN and others do not: the next read tells.  EBADF, ENOTSOCK.
   Since 0.1.  */
int sonde_half_close(int fd);

/* ---- line: text by lines, a buffer for each connection ------------------ */

/* The lines of one stream.  The members are the library's own.  One thread at
   a time.  */
struct sonde_lines {
    int fd;
    int ended;     /* the stream has: what is buffered is the rest */
    int allocated; /* the buffer is ours */
    char *buffer;
    size_t size;       /* of the buffer, and of the longest line */
    size_t start, end; /* what is buffered */
    size_t searched;   /* up to here there is no newline */
};

/* Read lines from FD, a stream as for sonde_read, which stays the caller's.
   No line, its newline included, is longer than SIZE bytes (RFC 5321 4.5.3.1.6
   asks for 1000; with 16 KiB the system calls no longer count).
   BUFFER, of SIZE bytes, is the caller's until sonde_lines_close; if it is
   null, one is allocated.
   Returns 0.  EINVAL: SIZE is 0.  ENOMEM.  Since 0.1.  */
int sonde_lines_open(struct sonde_lines *lines, int fd, void *buffer,
                     size_t size);

/* Free what sonde_lines_open allocated.  What was buffered is lost; FD stays
   open.  Since 0.1.  */
void sonde_lines_close(struct sonde_lines *lines);

/* Let *LINE point to the next line, inside the buffer: it holds until the next
   call for LINES, may be written to, and is not followed by a NUL.
   TIMEOUT as for sonde_read.

   Hides: nothing of a system's, but what stdio does to a socket: no deadline,
   lines with a NUL inside cut by fgets, over-long ones handed out in pieces
   that look like lines, a buffer that no poll knows of.  There is at most one
   system call for a buffer full, so several lines may be buffered: take lines
   until EAGAIN before waiting for FD in a poller.

   Returns the length, with the newline, which is missing from the last line
   only, if the stream ended without it; 0: the stream has ended.
   EAGAIN: no whole line came in time.  EMSGSIZE: the line is longer than the
   buffer.  Other errors as sonde_read.  After each of them what came is still
   there: call again, or sonde_line_piece, or sonde_line_skip.  Since 0.1.  */
ssize_t sonde_line(struct sonde_lines *lines, char **line, int timeout);

/* Let *PIECE point to what has come of the next line, up to and including its
   newline; only if that is nothing, wait for more.  So a line of any length is
   had in pieces, of which only the last ends in a newline; and so are the
   bytes that were read ahead, for a protocol that stops being lines.
   Returns and fails as sonde_line, but never with EMSGSIZE.  Since 0.1.  */
ssize_t sonde_line_piece(struct sonde_lines *lines, char **piece, int timeout);

/* Drop what follows up to and including the next newline, or the stream's end.
   Returns 0.  EAGAIN: no newline came in time; what came is dropped, and the
   next call goes on.  Other errors as sonde_read.  Since 0.1.  */
int sonde_line_skip(struct sonde_lines *lines, int timeout);

/* ---- poller: which descriptors are ready -------------------------------- */

/* What a descriptor is watched for, and found ready for.  */
#define SONDE_READABLE 1U /* read, or accept, would not block */
#define SONDE_WRITABLE 2U /* write would not block; a connect has ended */

/* How a poller asks the system.  */
enum sonde_poller_kind {
    SONDE_POLLER_BEST,  /* the first of the following that this host has */
    SONDE_POLLER_EPOLL, /* Linux, illumos */
    SONDE_POLLER_KQUEUE, /* the BSDs, macOS */
    SONDE_POLLER_POLL   /* everywhere */
};

/* A set of watched descriptors.  One thread at a time.  It does not survive
   fork: close it in the child, and make a new one.  */
struct sonde_poller;

/* A descriptor that is ready.  */
struct sonde_event {
    int fd;
    unsigned ready; /* SONDE_READABLE, SONDE_WRITABLE: what it is watched for
                       only */
    void *user;     /* as given with it */
};

/* Make a poller of KIND, watching nothing.

   Hides: epoll, kqueue and poll, and where they differ.  Level-triggered all
   of them: what stays ready is reported again.  No limit on the number or the
   value of descriptors (select has FD_SETSIZE).  A connection that is hung up
   or in error is reported as ready for whatever it is watched for: the call
   then says what happened, which the bits of poll do not, alike.  One that is
   watched for nothing is not reported, not even as hung up, which epoll and
   poll would do without end (portability: "Readiness").

   Returns the poller, the caller's to close; null with errno: ENOTSUP, this
   host has no such kind; EMFILE, ENFILE, ENOMEM.  Since 0.1.  */
struct sonde_poller *sonde_poller_open(enum sonde_poller_kind kind);

/* Free POLLER.  The descriptors stay open.  Null is allowed.  Since 0.1.  */
void sonde_poller_close(struct sonde_poller *poller);

/* The kind that POLLER is, for the log: "epoll", "kqueue" or "poll".
   Since 0.1.  */
const char *sonde_poller_name(const struct sonde_poller *poller);

/* Watch FD for EVENTS, SONDE_READABLE, SONDE_WRITABLE, both or 0.
   Returns 0.  EEXIST: it is being watched.  EBADF.  EPERM: under epoll, FD is
   a regular file.  EINVAL: unknown events.  ENOMEM, ENOSPC.  Since 0.1.  */
int sonde_poller_add(struct sonde_poller *poller, int fd, unsigned events,
                     void *user);

/* Watch FD for EVENTS, with USER, from now on; 0 pauses it.  What was found
   before and is no longer watched for will not be reported.
   Returns 0.  ENOENT: it is not being watched.  EBADF, EINVAL, ENOMEM.
   Since 0.1.  */
int sonde_poller_modify(struct sonde_poller *poller, int fd, unsigned events,
                        void *user);

/* Watch FD no longer.  To be done before it is closed: epoll would go on
   watching what a duplicate keeps open.  What was found and not yet taken by
   sonde_poller_next is forgotten, so that USER may be freed at once, also for
   a descriptor other than the one just served, and a new descriptor with the
   same number starts with a clean slate.
   Returns 0.  ENOENT: it is not being watched.  Since 0.1.  */
int sonde_poller_remove(struct sonde_poller *poller, int fd);

/* Wait until a descriptor is ready, for TIMEOUT milliseconds at most; negative:
   as long as it takes.  What the last wait found and was not taken is dropped,
   to be found again.  A signal does not end the wait: see sonde_wake_open.
   Returns how many are ready, 0 if the time is over.  ENOMEM.  Since 0.1.  */
int sonde_poller_wait(struct sonde_poller *poller, int timeout);

/* Take the next of those that the last sonde_poller_wait found into *EVENT.
   Each descriptor comes once.  Returns 1, or 0 if there is none left.
   Since 0.1.  */
int sonde_poller_next(struct sonde_poller *poller, struct sonde_event *event);

/* ---- activation: sockets inherited from who started the program --------- */

/* What a socket is to a server.  */
enum sonde_role {
    SONDE_LISTENER,   /* accept from it */
    SONDE_CONNECTION, /* serve it; its peer may be gone already */
    SONDE_DATAGRAM    /* receive from it */
};

/* A socket that was there when the program started.  */
struct sonde_inherited {
    int fd;
    enum sonde_role role;
    int family;     /* AF_INET, AF_INET6, AF_UNIX, ... */
    int type;       /* SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET */
    char name[256]; /* from LISTEN_FDNAMES; "unknown" without it */
};

/* Find out what the socket FD is.  Changes nothing.  Of use for descriptor 0
   under inetd, where it is the listening or datagram socket ("wait") or the
   connection ("nowait"), and 1 and 2 are the same socket: nothing may be
   written to standard error, and 0 stays as it is, without close-on-exec.
   That 0 is a socket does not prove inetd: some shells and test harnesses give
   their children socket pairs; so let an option say it.

   Hides: SO_ACCEPTCONN, which macOS and OpenBSD do not answer: there a stream
   socket without a peer that is neither writable nor hung up is taken for a
   listener.  An unconnected stream socket, which nobody hands over, would be
   taken for one by mistake; accept then says EINVAL.  A connection that was
   reset in the meantime has no peer either (portability: "Inherited sockets").

   Returns 0.  ENOTSOCK: it is something else.  EBADF.  EPROTOTYPE: a socket of
   another type (raw).  Since 0.1.  */
int sonde_inherited(int fd, struct sonde_inherited *found);

/* A flag of sonde_activation.  */
#define SONDE_UNSETENV 16U /* remove the three variables: children shall not \
                              take them for theirs */

/* Find the sockets that a service manager passed by LISTEN_FDS, LISTEN_PID and
   LISTEN_FDNAMES: descriptors 3 and up.  At most ROOM are written to FOUND, in
   the order given; each gets close-on-exec, O_NONBLOCK stays as it is.
   FLAGS: SONDE_UNSETENV.

   Reading is strict: numbers are decimal digits, nothing else.  getenv and
   unsetenv make it a call for the start of main, before there are threads.

   Returns how many; 0 if the variables are missing or for another process,
   which is no error (then they are left alone).  EINVAL: they are malformed, or
   the names are not as many as the sockets, or FLAGS is unknown.  ENOSPC: more
   than ROOM.  EBADF, ENOTSOCK, EPROTOTYPE: as sonde_inherited, for one of them.
   On failure the variables are unset all the same if FLAGS says so, and the
   descriptors stay open, the caller's as before.  Since 0.1.
   Rests on: sd_listen_fds(3).  */
int sonde_activation(struct sonde_inherited *found, size_t room,
                     unsigned flags);

/* ---- byteorder ---------------------------------------------------------- */

enum sonde_byteorder {
    SONDE_LITTLE_ENDIAN = 1, /* the least significant byte comes first */
    SONDE_BIG_ENDIAN = 2     /* the most significant: network byte order */
};

/* The order this translation unit is compiled for.  It comes from the
   compiler, not from configure: in a universal build each half has its own
   (portability: "Byte order").  Since 0.1.  */
#if !defined __BYTE_ORDER__
#error "sonde.h: the compiler does not define __BYTE_ORDER__"
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SONDE_BYTEORDER SONDE_LITTLE_ENDIAN
#elif __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define SONDE_BYTEORDER SONDE_BIG_ENDIAN
#else
#error "sonde.h: neither little- nor big-endian"
#endif

/* The order this process really has, by looking at how a two-byte and an
   eight-byte value stand in memory.  Returns an enum sonde_byteorder.  EPROTO:
   the two disagree, or it is neither.  Since 0.1.  */
int sonde_byteorder(void);

/* The unsigned value of the SIZE bytes (1 to 8) at BYTES, stored in ORDER; and
   the other way round, the higher bytes of VALUE being left out.  BYTES needs
   no alignment.  Cannot fail; SIZE above 8 counts as 8.  Since 0.1.  */
uint64_t sonde_load(const void *bytes, size_t size,
                    enum sonde_byteorder order);
void sonde_store(void *bytes, size_t size, enum sonde_byteorder order,
                 uint64_t value);

#ifdef __cplusplus
}
#endif

#endif /* SONDE_H */
