/* sonde.h - sockets that behave alike on hosts that differ
   SPDX-License-Identifier: LGPL-2.1-or-later

   Valid C11 and C++.  The header includes POSIX headers only.

   Rules for every function, unless the text of the function differs:
   - The library never prints, exits or changes a signal's disposition.
   - A function that fails returns -1 with errno set, has closed every
     descriptor it opened, and leaves its output arguments unchanged.  After
     success errno has its former value.
   - Functions are thread-safe and keep no state.  But pthread_cancel in a call
     would leave descriptors open.
   - A function does not wait, unless it has a TIMEOUT or its text says so.
     TIMEOUT is in milliseconds, for the whole call; 0: only the work possible
     at once; negative: no limit.  A signal neither ends nor lengthens the
     wait; EINTR is not reported, but see the next rule.
   - No function loops without end.  If a call is interrupted again and again,
     each time within a millisecond, by the kernel or by as many signals, or a
     ready descriptor has no data, the call is repeated at intervals until
     TIMEOUT has passed.  Without a timeout the call fails after 128 such
     failures in a row, some two seconds, with EINTR or EAGAIN.
   - EAGAIN (never EWOULDBLOCK, where the two differ) means: not possible within
     TIMEOUT, may be repeated.  sonde_resolve and sonde_connect fail with
     ETIMEDOUT instead, as the system does when its own timeout expires.
   - A name without "Since" is as old as 0.1, the first release; see NEWS.

   doc/portability.md has the evidence for each difference that is hidden.  */

#ifndef SONDE_H
#define SONDE_H 1

/* The release of this header, 0xMMNNPP for M.N.P, for #if.  */
#define SONDE_VERSION 0x000100

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/* Flags of the functions that make a descriptor, which has each property if
   and only if the flag is given.  */
#define SONDE_NONBLOCK 1U /* O_NONBLOCK: calls never wait */
#define SONDE_CLOEXEC  2U /* FD_CLOEXEC: closed by exec */

/* ---- address: addresses of sockets, exactly ----------------------------- */

/* An IPv4, IPv6 or UNIX address with its exact length.  Pass
   (const struct sockaddr *) &a.storage and a.length to system calls.

   Hides: sizeof (struct sockaddr_storage) as length is EINVAL on the BSDs and
   macOS; the member sa_len, set where there is one (portability: "Address
   lengths").

   Owns nothing: copy freely.  All zero is "no address".  */
struct sonde_address {
    struct sockaddr_storage storage;
    socklen_t length;
};

/* Enough for the text of any struct sonde_address and its NUL: a UNIX path, if
   each byte is written as four.  */
#define SONDE_ADDRESS_TEXT (4 * sizeof(struct sockaddr_storage))

/* Set *ADDRESS to the loopback address (127.0.0.1, ::1) of FAMILY (AF_INET,
   AF_INET6) with PORT in host order; 0 lets the system choose at bind.
   Returns 0.  EAFNOSUPPORT: another family.  */
int sonde_address_loopback(struct sonde_address *address, int family,
                           uint16_t port);

/* As sonde_address_loopback, for the wildcard address (0.0.0.0, ::).  */
int sonde_address_any(struct sonde_address *address, int family, uint16_t port);

/* Set *ADDRESS to the UNIX address PATH, terminating NUL included.
   Returns 0.  EINVAL: PATH is empty.  ENAMETOOLONG: PATH does not fit in
   sun_path (108 bytes on Linux, 104 on the BSDs and macOS): a path is never
   truncated.  */
int sonde_address_unix(struct sonde_address *address, const char *path);

/* Set *ADDRESS to the UNIX address NAME in the form of users: "@NAME" is an
   abstract name of Linux, without a NUL at its end, which is in no file system;
   any other text is a path, as for sonde_address_unix.  "./@NAME" is a path.
   Returns 0.  EINVAL: NAME is empty or "@".  ENAMETOOLONG: as
   sonde_address_unix.  ENOTSUP: this system has no abstract names (all but
   Linux).  */
int sonde_address_unix_name(struct sonde_address *address, const char *name);

/* Read TEXT, in a form such as
       192.0.2.1   192.0.2.1:80
       2001:db8::1   [2001:db8::1]   [fe80::1%eth0]:80   fe80::1%2
       /run/socket   ./socket           (any text with a slash)
   into *ADDRESS.  PORT, in host order, applies where TEXT names no port; a path
   has no port.  Host names are not looked up.  A scope, of IPv6 only, is the
   name or the number of an interface; a number is not checked.
   Returns 0.  EINVAL: TEXT has none of these forms, or an empty scope or port,
   or a port outside 0 to 65535.  ENXIO: no interface of the given name, or a
   number above 4294967295.  ENAMETOOLONG: as sonde_address_unix.  EMFILE,
   ENFILE, ENOBUFS, ENOMEM: no interface can be looked up now.
   Rests on: RFC 4291 2.2, RFC 4007 11, RFC 3986 3.2.2.  */
int sonde_address_parse(struct sonde_address *address, const char *text,
                        uint16_t port);

/* Write ADDRESS in the form read by sonde_address_parse (an IPv6 address with a
   port in brackets, a port of 0 left out) and a NUL to BUFFER of SIZE bytes;
   SONDE_ADDRESS_TEXT bytes are enough.  A scope is written as the name of the
   interface, but as a number if there is no such interface, or if the name
   would not read back or has a byte outside printable ASCII; the flow label is
   not written.  A UNIX address
   without a path is written "(unnamed)".  In a path or an abstract name of
   Linux, which begins with a NUL, spaces, backslashes and all bytes outside
   printable ASCII are written "\ooo", octal.  Only such a path, and a path
   without a slash, does not read back unchanged.
   Returns the length without the NUL.  ENOSPC: BUFFER is too small, and an
   empty string then, unless SIZE is 0.  EAFNOSUPPORT: another family; BUFFER is
   unchanged.  */
int sonde_address_print(const struct sonde_address *address, char *buffer,
                        size_t size);

/* Compare A and B by family, address, scope and port, in this order; flow
   label and padding do not count, nor does a NUL at the end of a UNIX path.
   Returns less than, equal to or greater than 0.

   Hides: a path has its length as given to bind, with or without the NUL
   (FreeBSD), or always with the NUL (Linux) (portability: "Address lengths").

   Cannot fail.  */
int sonde_address_compare(const struct sonde_address *a,
                          const struct sonde_address *b);

/* Returns the port of ADDRESS in host order, 0 to 65535.  EAFNOSUPPORT: the
   family has no ports.  */
int sonde_address_port(const struct sonde_address *address);

/* Set the port of *ADDRESS, in host order.  Returns 0.  EAFNOSUPPORT: the
   family has no ports.  */
int sonde_address_set_port(struct sonde_address *address, uint16_t port);

/* Set *ADDRESS to the local address of the socket FD, or to the address of the
   peer.  A socket not yet bound has the wildcard address and port 0, or a UNIX
   address without a path; so has a UNIX peer without bind.
   Returns 0.  EBADF, ENOTSOCK.  For the peer ENOTCONN: there is none, also
   after the connection was reset, or on macOS shut down in both directions. For
   the local address EINVAL after a reset, on some systems.  */
int sonde_address_local(int fd, struct sonde_address *address);
int sonde_address_peer(int fd, struct sonde_address *address);

/* Returns the address family of the socket FD, bound or not.  EBADF, ENOTSOCK;
   EINVAL after a reset, as above.  */
int sonde_address_family(int fd);

/* ---- socket: make a socket, its flags stated ---------------------------- */

/* Make a socket of FAMILY and TYPE (SOCK_STREAM, ...), with the default
   protocol and FLAGS (SONDE_NONBLOCK, SONDE_CLOEXEC).

   Hides: SOCK_NONBLOCK and SOCK_CLOEXEC are missing on macOS, and refused by a
   kernel older than its headers: then the flags are set after the call, and a
   fork by another thread in between passes the descriptor on (portability:
   "Flags at birth").

   Returns the descriptor, the caller's to close.  EAFNOSUPPORT, EPROTOTYPE,
   EPROTONOSUPPORT, ESOCKTNOSUPPORT (Linux): not on this host.  EMFILE, ENFILE,
   ENOBUFS, ENOMEM: out of descriptors or memory.  EACCES, EPERM: not allowed.
   EINVAL: unknown flag, or an invalid TYPE.  */
int sonde_socket(int family, int type, unsigned flags);

/* ---- connect_status: what the errno of a connection attempt means ------- */

/* The result of a connection attempt, the same on every system.  */
enum sonde_connect_status {
    SONDE_CONNECT_CONNECTED,
    SONDE_CONNECT_REFUSED,             /* no listener there */
    SONDE_CONNECT_TIMED_OUT,           /* no answer within the timeout of the
                                          caller or the system */
    SONDE_CONNECT_HOST_UNREACHABLE,    /* reported by a router, or by ARP */
    SONDE_CONNECT_NETWORK_UNREACHABLE, /* no route, or no such family here */
    SONDE_CONNECT_NAME_UNKNOWN,        /* no such host or service */
    SONDE_CONNECT_NAME_NO_ANSWER,      /* the name service does not answer, or
                                          answers with a failure: try later */
    SONDE_CONNECT_SOURCE_NOT_LOCAL,    /* the source address is not of this
                                          host, or unfit for the destination,
                                          or has no free port */
    SONDE_CONNECT_PORT_IN_USE,         /* the source port is in use */
    SONDE_CONNECT_PERMISSION,          /* a firewall, or a low source port */
    SONDE_CONNECT_RESET,               /* connection reset or closed by peer */
    SONDE_CONNECT_RESOURCES,           /* descriptors, memory, threads */
    SONDE_CONNECT_ABANDONED,           /* another address was faster: ECANCELED,
                                          only in an attempt of the report of
                                          sonde_connect */
    SONDE_CONNECT_OTHER                /* see errno */
};

/* The status for ERROR, an errno of a client's socket, bind, connect, send or
   receive; 0 is SONDE_CONNECT_CONNECTED.

   Hides: an unreachable host is EHOSTUNREACH, EHOSTDOWN (BSDs) or ENONET
   (Linux), a missing IPv6 EAFNOSUPPORT or EPROTONOSUPPORT, a UNIX path without
   a server ECONNREFUSED or ENOENT (portability: "Errors of a client").  Not
   hidden: EADDRNOTAVAIL is the errno both for a source address of another host
   and, on Linux, for IPv6 switched off.

   Not for an errno of sonde_resolve or sonde_connect_name, where ENOENT is an
   unknown name: see the report of sonde_connect_name.  Unknown errors are
   SONDE_CONNECT_OTHER.  Cannot fail.  */
enum sonde_connect_status sonde_connect_status(int error);

/* STATUS as one word, such as "host-unreachable", which will never change; and
   as part of a sentence, "host unreachable".  An unknown STATUS counts as
   SONDE_CONNECT_OTHER.  Both strings are constants.  Cannot fail.  */
const char *sonde_connect_status_name(enum sonde_connect_status status);
const char *sonde_connect_status_text(enum sonde_connect_status status);

/* ---- deadline: one timeout for several calls ---------------------------- */

/* The deadline that never passes.  */
#define SONDE_NEVER ((int64_t)-1)

/* The deadline TIMEOUT milliseconds from now: nanoseconds of CLOCK_MONOTONIC, a
   clock that is never set.  SONDE_NEVER if TIMEOUT is negative.  Cannot
   fail.  */
int64_t sonde_deadline(int timeout);

/* The milliseconds left until DEADLINE, rounded up, INT_MAX at most; 0 after
   the deadline, -1 for SONDE_NEVER.  Several calls share one timeout if this is
   the TIMEOUT of each.  Cannot fail.  */
int sonde_deadline_left(int64_t deadline);

/* ---- resolve: from names to addresses, within a time -------------------- */

/* The target of a client.  HOST is a name, an address as for
   sonde_address_parse but without a port (brackets are allowed), a path with a
   slash for a UNIX socket, or NULL for loopback: ::1, then 127.0.0.1; the same
   for "localhost" and names that end in ".localhost".  SERVICE
   is a name, a port number, or NULL for port 0; ignored with a path.  FAMILY is
   AF_UNSPEC for all families, or AF_INET, AF_INET6 or AF_UNIX for one family:
   only addresses of the family are results.  TYPE is SOCK_STREAM or SOCK_DGRAM:
   a service name may have a different port for each.  */
struct sonde_target {
    const char *host;
    const char *service;
    int family;
    int type;
};

/* Write the first SIZE addresses of TARGET to LIST, without duplicates, in the
   order in which to try: sorted by the system, but alternating between the two
   families.  If CODE is not null, *CODE is set in every case: 0 after success,
   else an EAI code of getaddrinfo.

   If HOST and SERVICE are numbers, a path, localhost or NULL, no name service
   is asked and no thread started.  Otherwise a TIMEOUT of 0 is too short as a
   rule.  A HOST that ends in a number but is not four decimal numbers of 0 to
   255, such as "127.0.0.300", "127.1", "0x7f.1" or "9877", is ENOENT at once.

   Hides: the addresses that getaddrinfo makes of such numbers ("9877" is
   0.0.38.149), or looks up; AI_ADDRCONFIG, with which a host with loopback
   alone has no "localhost" (never used, so addresses of a family missing on
   this host may be in the list: sonde_connect skips them); AI_V4MAPPED, unknown
   to NetBSD, OpenBSD and FreeBSD before 10.3 (never used); scope ids, kept
   here; a host without /etc/hosts and name server, which has no "localhost"; a
   host without /etc/services: echo is then 7, daytime 13 (portability: "Looking
   up names").  getaddrinfo has no deadline and cannot be stopped: a detached
   thread with all signals blocked calls getaddrinfo, and after a timeout
   continues, frees its memory and ends when the resolver returns.  So the
   library must not be unloaded by dlclose while a lookup may still run; exit
   does not wait for the thread.

   Returns the number of addresses, at least 1.  ENOENT: no such host or service
   (also a HOST with a port, a port outside 0 to 65535, an empty text, more than
   1024 bytes of HOST or 255 of SERVICE), or no address of FAMILY.  ENXIO: as
   sonde_address_parse.  ENAMETOOLONG: the path does not fit.  EAGAIN: the name
   service does not answer.  ETIMEDOUT: no answer within TIMEOUT (CODE is
   EAI_AGAIN).  EPROTO: the name service reports a failure.  EAFNOSUPPORT,
   EPROTOTYPE: no such family, no such TYPE here.  EOVERFLOW: the name is too
   long for the resolver.  EINVAL: SIZE is 0.  EMFILE, ENFILE, ENOMEM, and with
   CODE EAI_SYSTEM any errno, such as EAGAIN: no thread.  After a failure LIST
   is undefined.
   Rests on: RFC 6724 (by the system), RFC 8305 section 4, RFC 6761 section
   6.3.  */
ssize_t sonde_resolve(const struct sonde_target *target, int timeout,
                      struct sonde_address *list, size_t size, int *code);

/* CODE, an EAI code of sonde_resolve or getaddrinfo, as part of a sentence, in
   English.  0 is "found"; an unknown CODE is an unexpected error.

   Hides: the sentences of gai_strerror differ from system to system, and some
   codes are missing (portability: "Looking up names").  The string is a
   constant.  Cannot fail.  */
const char *sonde_resolve_code_text(int code);

/* ---- connect: connect to the address that answers first ----------------- */

/* How to connect.  All zero suits most callers.  */
struct sonde_connect_options {
    int type;       /* SOCK_STREAM (also for 0), or SOCK_DGRAM: see datagram */
    int delay;      /* milliseconds from one attempt to the next while the
                       first has not failed; 0 or less: 250, as RFC 8305
                       section 8 */
    unsigned flags; /* of the result: SONDE_NONBLOCK, SONDE_CLOEXEC */
    int family;     /* for sonde_connect_name: AF_UNSPEC (0), AF_INET, ... */
    /* Source address to bind to, or NULL; attempts to addresses of another
       family fail with EAFNOSUPPORT.  For a stream with a port SO_REUSEADDR is
       set: an old connection in TIME_WAIT does not block the port.  The file of
       a UNIX source is removed on failure; after success the caller's.  */
    const struct sonde_address *source;
};

/* One attempt: address, status, errno (0 if connected, ECANCELED if another
   attempt was faster) and duration in milliseconds.  */
struct sonde_attempt {
    struct sonde_address address;
    enum sonde_connect_status status;
    int error;
    int milliseconds;
};

/* The maximum number of addresses tried; further addresses are ignored.  */
#define SONDE_ATTEMPTS 32

/* The overall status; the EAI code of the lookup, 0 unless a lookup failed, and
   its milliseconds; and the COUNT attempts started, in this order.  After a
   failed lookup COUNT is 0, and STATUS is that of CODE: with EAI_SYSTEM
   SONDE_CONNECT_RESOURCES or SONDE_CONNECT_OTHER.  */
struct sonde_connect_report {
    enum sonde_connect_status status;
    int code;
    int lookup_milliseconds;
    size_t count;
    struct sonde_attempt attempts[SONDE_ATTEMPTS];
};

/* Connect to the first address to answer of the COUNT addresses LIST, within
   TIMEOUT for all together.  The first attempt starts at once, each further
   attempt when the delay has passed or an attempt has failed; earlier attempts
   continue.  The first success ends the rest and closes their sockets.  Only
   SONDE_ATTEMPTS addresses are tried.  OPTIONS and REPORT may be null;
   *REPORT is set after success and after failure.  A socket of type SOCK_DGRAM
   gets larger buffers, see datagram.

   Hides: connect after EINTR continues and must not be called again (a second
   call fails with EALREADY or EISCONN though not connected, or waits); a failed
   socket is unusable for another attempt (BSDs, macOS): each attempt has a
   socket of its own; false success: SO_ERROR is read and getpeername must
   return a peer; a connection to itself, made by TCP if the port chosen for a
   client happens to be the destination port without a listener: ECONNREFUSED,
   and reset; a full queue of a UNIX listener, EAGAIN on Linux: retried after 1,
   2, 4, ... at most 100 ms (on the BSDs and macOS ECONNREFUSED, the same as no
   listener) (portability: "Connecting").

   Returns the descriptor, the caller's to close.  If all attempts fail, status
   and errno are those of the most significant failure, in the order refused,
   reset, timed out, host unreachable, permission, port in use, resources,
   other, source not local, network unreachable: a missing IPv6 never hides the
   result of IPv4; among equals, of the attempt started first.  ETIMEDOUT: also
   if TIMEOUT has passed.  EINVAL: COUNT is 0, or unknown flag or type.
   EAFNOSUPPORT: also an address of another family than the source.  Any errno
   of socket, bind, connect, poll.
   Rests on: RFC 8305 section 5, POSIX connect.  */
int sonde_connect(const struct sonde_address *list, size_t count, int timeout,
                  const struct sonde_connect_options *options,
                  struct sonde_connect_report *report);

/* As sonde_connect, for HOST and SERVICE as in struct sonde_target, with the
   family of OPTIONS; TIMEOUT is for lookup and connection together.  Fails also
   as sonde_resolve.  errno alone does not tell the two apart, as the status
   does: ENOENT is an unknown name, or a UNIX path without a socket.  */
int sonde_connect_name(const char *host, const char *service, int timeout,
                       const struct sonde_connect_options *options,
                       struct sonde_connect_report *report);

/* ---- backlog: the listen queue you want, and its cap -------------------- */

/* The argument of listen() for a queue of at least WANTED connections, on every
   kernel with a known rule, as far as the kernel's cap allows.

   Hides: the queue made by listen (fd, n).  n + 1 connections on Linux and
   NetBSD, 3n/2 + 1 on FreeBSD and illumos, exactly n on macOS, n on NuttX; 0
   means none, one, 81 or 128, and a negative value anything from none to the
   cap (portability: "The listen queue").  So the argument is never below
   1; each kernel reduces the argument to its cap.  macOS and DragonFly keep 16
   bits of the backlog, with a sign: under a cap above 32767 a larger backlog
   makes a listener unreachable.  There the argument is 32767 at most.

   WANTED below 1 counts as 1.  Cannot fail.  */
int sonde_backlog(int wanted);

/* The cap of every listen queue of this host.  VALUE is the largest backlog in
   force.  SETTING is the administrator's name for the cap, such as
   "net.core.somaxconn"; empty: a constant of the kernel, which cannot be raised
   (NetBSD).  SCOPE is the range of the setting: on Linux the network namespace,
   "net:[4026531833]", or "host" if the kernel has none; elsewhere "host".  An
   empty SCOPE is unknown: the name of the namespace could not be read, or the
   process runs in a jail of FreeBSD 15 or later with a network and a cap of its
   own.  On macOS and DragonFly VALUE may be above 32767; the backlog in force
   stays below, see sonde_backlog.  */
struct sonde_backlog_cap {
    long value;
    char setting[40];
    char scope[40];
};

/* Read the cap into *CAP.
   Returns 0.  ENOTSUP: no cap is known for this system.  ENOENT, EACCES, EPERM:
   the cap is hidden here; on Linux SETTING and SCOPE are set even so, with
   VALUE -1 (ENOENT: older kernels in a namespace of an unprivileged user),
   elsewhere *CAP is unchanged.  Any errno of open, read or sysctl; EPROTO: the
   answer is no number, or negative.  */
int sonde_backlog_cap(struct sonde_backlog_cap *cap);

/* ---- queue: the state of a listen queue --------------------------------- */

/* Counts of connections; -1: unknown here.  Linux reports no INCOMPLETE, and no
   DROPS of UNIX sockets; FreeBSD and macOS report no DROPS.  */
struct sonde_queue {
    long queued;     /* complete, in the accept queue now */
    long backlog;    /* the backlog in force, after the kernel's cap; on macOS
                        0: no connection is ever queued */
    long incomplete; /* handshakes in progress now */
    long drops;      /* packets discarded by the listener, for any reason: not
                        clients, and no proof of a full queue.  Linux's sk_drops
                        counts SYNs (1 each) and last ACKs (2 each) without room
                        in a queue, with every retransmission; but also last
                        ACKs postponed by TCP_DEFER_ACCEPT, handshakes reset by
                        the client (half-open health checks, scans), stray RST
                        and FIN */
};

/* Read the queue of the listening socket FD from the kernel.

   Hides: TCP_INFO on Linux.  Stacks with both counts always 0 (gVisor) are
   detected: another listener, at the same address with a port of its own, may
   be opened and closed again.  For UNIX sockets sonde_listeners is called,
   needs a descriptor for a moment, and may wait for the kernel, less than a
   millisecond as a rule, at most 2 seconds (EAGAIN).  On FreeBSD three options
   of the socket; on macOS the list of all TCP sockets, searched by address
   (both compiled, not run) (portability: "Asking for the queue").

   Returns 0.  ENOTSUP: not known on this system, or for this kind of socket;
   for UNIX sockets of Linux also a listener of another network namespace, or a
   request forbidden by a filter; on macOS also no listener, or several, with
   the address of FD.  EINVAL: FD does not listen; datagram sockets fail with
   EINVAL or ENOTSUP.  EPROTOTYPE: a raw socket, on macOS.  EBADF, ENOTSOCK.
   Any errno of socket, bind, listen and sonde_listeners.  */
int sonde_queue(int fd, struct sonde_queue *queue);

/* ---- listeners: every listening socket, and its owners ------------------ */

/* A listening socket, or a bound datagram socket.  Unknown counts in QUEUE are
   -1.  Of a UDP socket QUEUE has bytes: QUEUED, the memory of the datagrams
   that wait, with the kernel's overhead; BACKLOG, SO_RCVBUF in force, which is
   twice the value set; DROPS, datagrams lost, for any reason (see
   sonde_datagram_sockets).  */
struct sonde_listener {
    struct sonde_address address; /* local address */
    int type;                     /* SOCK_STREAM, SOCK_SEQPACKET (UNIX) or
                                     SOCK_DGRAM */
    struct sonde_queue queue;
    long capacity; /* connections that fit in the queue: by this kernel's
                      rule, backlog + 1 on Linux; -1 if not known; 0: no
                      connection is queued (macOS, with a backlog of 0); of a
                      UDP socket SO_RCVBUF in force */
    int pending;   /* of a datagram socket: 1, a datagram waits; 0, none, or
                      (UNIX) the first is empty; -1, not known */
    const struct sonde_address *peer; /* of a connected UDP socket, valid during
                                         the call only; otherwise NULL */
    uint64_t inode;   /* identifies the socket to sonde_owners; 0 if not known
                         (macOS) */
    long uid;         /* user that created the socket, -1 if not known */
    unsigned ifindex; /* interface to which the socket is confined; 0: none, or
                         not known (all but Linux) */
    int v6only;       /* IPv6: 1 for IPv6 alone, 0 accepts IPv4, too;
                         -1 if not known, or not IPv6 */
    /* The file made by bind for a UNIX path: the device, as st_dev of stat,
       and the low 32 bits of st_ino, as the kernel knows them.
       Two paths with the same numbers are one file.  stat differs on
       overlayfs over several file systems.  Both 0: not known (no path, or not
       Linux).  */
    uint64_t file_device, file_inode;
    uint64_t cookie; /* identifies the socket while the host is up: an inode may
                        return, a cookie never does.  0: not known (not Linux,
                        or by /proc) */
    uint16_t client; /* for sonde_watch_read; 0 at first */
};

/* Called for each listener; *LISTENER is valid during the call only.  A result
   other than 0 stops the list.  */
typedef int sonde_listener_each(const struct sonde_listener *listener,
                                void *data);

/* Call EACH, with DATA, for every listening socket of FAMILY: AF_INET and
   AF_INET6, TCP; AF_UNIX.  No privilege is needed.  A socket opened or closed
   during the call may be reported or not.  Seldom, an unchanged socket is
   missing or reported twice, with the same INODE: the kernel hands out the list
   in pieces, without a lock.

   Hides: netlink's sock_diag on Linux, for the caller's network namespace; the
   sysctls net.inet.tcp.pcblist and net.local.*.pcblist of FreeBSD;
   net.inet.tcp.pcblist_n of macOS, without UNIX sockets (both compiled, not
   run; they do not wait, and TIMEOUT is ignored) (portability: "Listing the
   listeners").

   Returns 0.  EAFNOSUPPORT: another family.  ENOTSUP: not known on this system,
   or not for this family.  EAGAIN: TIMEOUT passed before the end of the list,
   or the kernel failed with EAGAIN or EINTR again and again though ready.
   ECANCELED: EACH stopped the list.  EPROTO: the answer has an unknown layout,
   or no end.  EACCES, EPERM: not allowed here.  EMFILE, ENFILE, ENOBUFS,
   ENOMEM.  Any errno of socket, sendmsg, recvmsg or sysctl.  EACH may have been
   called before a failure.  */
int sonde_listeners(int family, int timeout, sonde_listener_each *each,
                    void *data);

/* Call EACH, with DATA, for every listening socket of FAMILY in the network
   namespace of the process PID, or of the calling thread for 0, by
   /proc/PID/net: for another namespace without entering it, and where
   sonde_listeners is not allowed.  No privilege is needed unless /proc hides
   the process.  /proc has less: address, type, inode, and for TCP the length of
   the queue and the user; the rest is unknown: -1, or 0 for IFINDEX and the
   file.  In a UNIX name the kernel prints '@' for each NUL and leaves a newline
   as it is: a name can pretend to be a further socket.  A TIMEOUT of 0 does not
   stop the list, because no read waits.  Linux only (portability: "Listing the
   listeners").

   Returns 0.  EAFNOSUPPORT: another family.  ESRCH: no process PID, or PID
   below 0, or /proc hides the process.  ENOTSUP: another system, or /proc is
   not mounted or has no such family, or the process has ended (a zombie).
   EAGAIN: TIMEOUT passed before the end of the list.  ECANCELED: EACH stopped
   the list.  EPROTO: a line has an unknown form.  Any errno of open or read.
   EACH may have been called before.  */
int sonde_listeners_proc(pid_t pid, int family, int timeout,
                         sonde_listener_each *each, void *data);

/* Call EACH, with DATA, for every bound datagram socket of FAMILY: AF_INET and
   AF_INET6, UDP, also connected sockets; AF_UNIX, sockets with a name.  A UDP
   socket that was never bound or connected, and never sent, has no port, and is
   left out.  Seldom, a socket is missing or reported twice, as by
   sonde_listeners.  No privilege is needed.

   The kernel charges the memory of each UDP datagram with its overhead, several
   hundred bytes, against SO_RCVBUF.  A datagram is lost, and counted, if the
   memory charged is above the limit; since Linux 6.18 also if the datagram
   would exceed the limit.  An empty queue takes any datagram.  So a queue may
   lose large datagrams while not full.  DROPS is Linux's sk_drops: datagrams
   without room; but also most of those with a wrong checksum, without memory by
   net.ipv4.udp_mem, rejected by a filter or by IPsec.  sonde_datagram_totals
   has counters by reason.

   Linux reports neither the number of datagrams that wait in a UNIX socket, nor
   the limit of this number: all counts are -1.  A full UNIX socket loses
   nothing: send waits, or fails with EAGAIN.

   Hides: netlink's sock_diag on Linux, for the caller's network namespace
   (portability: "Listing the datagram sockets").

   Returns as sonde_listeners.  EAFNOSUPPORT, on every system: another family.
   ENOTSUP: not Linux, or a kernel without udp_diag or unix_diag.  */
int sonde_datagram_sockets(int family, int timeout, sonde_listener_each *each,
                           void *data);

/* As sonde_datagram_sockets, for the network namespace of the process PID, or
   of the calling thread for 0, by /proc/PID/net.  /proc has less: no limit, and
   for UNIX sockets address and inode alone; otherwise as sonde_listeners_proc.
   QUEUED is the memory not yet read by a program, which may be less than the
   memory charged.  Linux only: elsewhere ENOTSUP, or EAFNOSUPPORT for another
   family.  Returns as sonde_listeners_proc.  */
int sonde_datagram_sockets_proc(pid_t pid, int family, int timeout,
                                sonde_listener_each *each, void *data);

/* The limits of new datagram sockets; -1: not known.  */
struct sonde_datagram_limits {
    long rcvbuf_default; /* bytes in force if SO_RCVBUF is never set */
    long rcvbuf_max;     /* max value of SO_RCVBUF; twice as much is in force */
    long unix_queue;     /* datagrams that wait in a UNIX socket */
};

/* Read into *LIMITS net.core.rmem_default, net.core.rmem_max and
   net.unix.max_dgram_qlen of Linux.  The last belongs to the network namespace
   of the caller, the others to the host: a network namespace shows them since
   Linux 6.11.  Returns 0 if any is known; the others are -1.  Otherwise -1, and
   *LIMITS is unchanged.  ENOTSUP: not known on this system.  EPROTO: no number.
   Any errno of open or read; the first failure counts that is not ENOTSUP.  */
int sonde_datagram_limits(struct sonde_datagram_limits *limits);

/* UDP datagrams lost in the caller's network namespace since its start, by all
   sockets, closed sockets included; -1: not counted.  */
struct sonde_datagram_totals {
    int64_t errors;   /* all reasons */
    int64_t full;     /* the receive buffer of the socket was full */
    int64_t memory;   /* the memory of UDP was (net.ipv4.udp_mem) */
    int64_t checksum; /* wrong checksums */
};

/* Read the counters of FAMILY into *TOTALS.  Linux: InErrors, RcvbufErrors,
   MemErrors and InCsumErrors of UDP, in /proc/net/snmp (AF_INET) or snmp6
   (AF_INET6).  IPv4 datagrams to an IPv6 socket count as IPv4.  Returns 0.
   EAFNOSUPPORT: another family.  ENOTSUP: not known on this system, or /proc is
   not mounted, or the kernel has no count of ERRORS.  Any errno of open or
   read.  */
int sonde_datagram_totals(int family, struct sonde_datagram_totals *totals);

/* As sonde_datagram_totals, for the network namespace of the process PID, or of
   the calling thread for 0.  No privilege is needed unless /proc hides the
   process.
   Returns as sonde_datagram_totals.  ESRCH, on Linux and never with PID 0: PID
   is below 0, no process PID exists, the process has ended (a zombie), or /proc
   hides the process, is not mounted or has no such file (IPv6 is missing).  */
int sonde_datagram_totals_proc(pid_t pid, int family,
                               struct sonde_datagram_totals *totals);

/* A TCP connection that waits for accept.  */
struct sonde_waiting {
    struct sonde_address local, peer;
    long silence;     /* milliseconds since the last ACK of the client, at first
                         that of the handshake; -1 if not known */
    int64_t received; /* bytes of data received */
    int ended;        /* 1: the client has ended its stream (CLOSE-WAIT) */
};

/* Called for each connection; *WAITING is valid during the call only.  A result
   other than 0 stops the list.  */
typedef int sonde_waiting_each(const struct sonde_waiting *waiting, void *data);

/* Call EACH, with DATA, for every TCP connection of FAMILY that waits for
   accept in the network namespace of the caller.  A connection reset by the
   client stays in the queue of the listener until accept, but is reported here
   no more: the queue may be longer than this list.  Not reported either: a
   handshake that is not complete, or that TCP_DEFER_ACCEPT puts off.  No
   privilege is needed.

   Hides: netlink's sock_diag on Linux, where these connections are ESTABLISHED
   or CLOSE-WAIT and without an inode (portability: "Listing the listeners").

   Returns 0.  EAFNOSUPPORT: another family than AF_INET and AF_INET6.  ENOTSUP:
   not known on this system.  All others as sonde_listeners.  */
int sonde_waiting(int family, int timeout, sonde_waiting_each *each,
                  void *data);

/* A TCP handshake in progress: the last ACK has not arrived, found no room in
   the accept queue, or was put off by TCP_DEFER_ACCEPT.  */
struct sonde_handshake {
    struct sonde_address local, peer;
    unsigned ifindex; /* interface to which the listener is confined, or 0 */
    int retransmits;  /* of the SYN-ACK, which has not been answered */
};

/* Called for each handshake; *HANDSHAKE is valid during the call only.  A
   result other than 0 stops the list.  */
typedef int sonde_handshake_each(const struct sonde_handshake *handshake,
                                 void *data);

/* Call EACH, with DATA, for every TCP handshake of FAMILY in progress at a
   listener of the caller's network namespace.  Of several listeners at LOCAL
   (SO_REUSEPORT) the system does not report which has the handshake.  A client
   that was answered with a SYN cookie is in no list.  No privilege is needed.

   Hides: netlink's sock_diag on Linux, the state SYN_RECV (portability:
   "Listing the listeners").

   Returns 0.  EAFNOSUPPORT: another family than AF_INET and AF_INET6.  ENOTSUP:
   not known on this system.  All others as sonde_listeners.  */
int sonde_handshakes(int family, int timeout, sonde_handshake_each *each,
                     void *data);

/* The settings of the SYN queues; -1: not known.  */
struct sonde_handshake_limits {
    long cookies;     /* net.ipv4.tcp_syncookies: 0, a SYN that finds its
                         queue full is dropped; 1, answered with a cookie; 2,
                         every SYN is */
    long max_backlog; /* net.ipv4.tcp_max_syn_backlog: with COOKIES 0 the last
                         quarter is for peers known to the kernel */
};

/* Read into *LIMITS the settings of the caller's network namespace.  Returns 0
   if any is known; the other is -1.  Otherwise -1, and *LIMITS is unchanged;
   errno as of sonde_datagram_limits.  */
int sonde_handshake_limits(struct sonde_handshake_limits *limits);

/* A connection to the kernel, to look at single listeners often.  One thread at
   a time uses it.  */
struct sonde_watch;

/* Open *WATCH, for the network namespace of the calling thread; free by
   sonde_watch_close.

   Hides: netlink's sock_diag on Linux (portability: "Looking at one listener
   often").

   Returns 0; or -1, and *WATCH is NULL.  ENOTSUP: not known on this system.
   EACCES, EPERM: not allowed here.  EMFILE, ENFILE, ENOBUFS, ENOMEM.  */
int sonde_watch_open(struct sonde_watch **watch);

/* Read QUEUE, CAPACITY and PENDING of LISTENER, one of sonde_listeners or
   sonde_datagram_sockets, into *LISTENER; the other members stay, except
   CLIENT, which belongs to this function.  PEER must be NULL.  A look costs two
   system calls and no memory, whatever the number of sockets.  If another
   socket answers at the address (SO_REUSEPORT, or the successor of a closed
   listener), LISTENER is searched by up to 1024 such looks: in the first look,
   after the group has changed, and if the result is ENOENT.  A large group, a
   socket connected to a peer, or a BPF program that directs connections to
   other sockets (sk_lookup) may hide a listener that exists.

   Returns 0; or -1, and *LISTENER is unchanged but for CLIENT.  ENOENT: the
   listener has been closed, or is hidden; sonde_listeners can tell.  EINVAL:
   the cookie or, of UNIX, the inode is not known.  EAFNOSUPPORT: another
   family.
   ENOTSUP: this kernel has no such look-up.  EAGAIN: a request was not sent
   within a tenth of a second, or not answered within another.  EPROTO: an
   answer of unknown layout.  EACCES, EPERM, ENOBUFS, ENOMEM, or any errno of
   send and recv.  */
int sonde_watch_read(struct sonde_watch *watch,
                     struct sonde_listener *listener);

/* Free WATCH, which may be NULL.  Keeps errno.  */
void sonde_watch_close(struct sonde_watch *watch);

/* A process with a given socket.  A process chooses its name: any byte but NUL
   is possible.  */
struct sonde_owner {
    uint64_t inode; /* of the socket, as in struct sonde_listener */
    pid_t pid;
    char name[32]; /* of the process, cut to 31 bytes; empty if not readable,
                      for instance because the process has ended */
};

/* Called for each descriptor; *OWNER is valid during the call only.  A result
   other than 0 stops the list.  */
typedef int sonde_owner_each(const struct sonde_owner *owner, void *data);

/* Call EACH, with DATA, for every process with a descriptor of the COUNT
   SOCKETS, inodes as in struct sonde_listener (0 is ignored), once for each
   descriptor; all calls for one process come together.  Several processes may
   share a socket.  With a COUNT of 0, EACH is not called.  A TIMEOUT of 0 does
   not stop the list, because no read waits: a positive TIMEOUT limits the time,
   except on FreeBSD.

   Hides: /proc/PID/fd on Linux, for the processes of one PID namespace.
   Permission is checked by the mode of the folder, which an ordinary user may
   list for processes of the same user and root for all, and for each link by
   the rules of ptrace: root needs CAP_SYS_PTRACE (missing by default in
   containers) for processes of another user or with more capabilities.  A
   process without its main thread has an empty folder: the remaining threads
   are read.  The sysctl kern.file of FreeBSD (compiled, not run) (portability:
   "Whose socket").

   Returns the number of visible processes with sockets not readable, in whole
   or in part; always 0 on FreeBSD.  Invisible processes are not counted: see
   sonde_owners_complete.  ENOTSUP: not known on this system, or /proc is not
   mounted.  EAGAIN: TIMEOUT passed before the end.  ECANCELED: EACH stopped the
   list.  EPROTO: the answer has an unknown layout.  EMFILE, ENFILE, ENOMEM.
   Any errno of reading the list of processes.  EACH may have been called before
   a failure.  */
int sonde_owners(const uint64_t *sockets, size_t count, int timeout,
                 sonde_owner_each *each, void *data);

/* Whether sonde_owners sees every process of the caller's PID namespace.
   Returns 1; 0 if processes may be invisible: this process has no
   CAP_SYS_PTRACE, and /proc is mounted with hidepid=2 (invisible), and this
   process is not in the exempt group of the mount; or with hidepid=4
   (ptraceable), without an exempt group.  In a child user namespace without a
   PID namespace of its own neither capability nor group counts: then 0 with
   hidepid=2 or 4.  ENOTSUP: not known, as on all systems but Linux, and, if
   /proc hides processes, before Linux 4.9.  Any errno of reading the options of
   the mount, the capabilities or the groups.  */
int sonde_owners_complete(void);

/* Check whether sonde_owners can read the sockets of the process PID.
   Returns 0 if so, also for a process without descriptors (a zombie).  ESRCH:
   no such process, or PID below 1.  EACCES: its sockets cannot be read, or
   /proc hides the process.  ENOTSUP: not known on this system, or /proc is not
   mounted.  EMFILE, ENFILE, ENOMEM.  */
int sonde_owner_check(pid_t pid);

/* The state of the process PID, of its main thread, as a letter of Linux's
   /proc/PID/stat: among others R, running; S, sleeping; D, sleeping and not to
   be woken by a signal; T, stopped by a signal; t, stopped by a debugger; Z,
   ended.  With several threads S stands for D and Z: another thread may run.
   ESRCH: no such process, or PID below 1, or /proc hides the process or is not
   mounted.  ENOTSUP: not known, as on all systems but Linux.  EPROTO: unknown
   layout.  Any errno of open or read.  */
int sonde_owner_state(pid_t pid);

/* The counters of all TCP listeners of the caller's network namespace together,
   since its start, closed listeners included.  */
struct sonde_listen_totals {
    int64_t overflows; /* SYNs and last ACKs dropped because of a full accept
                          queue: 0 proves that no queue was full */
    int64_t drops;    /* overflows, and handshakes dropped for another reason */
    int64_t deferred; /* last ACKs postponed by TCP_DEFER_ACCEPT, harmless;
                         -1: not counted here */
    int64_t resets;   /* handshakes reset by the client; -1: not counted */
    /* Of full SYN queues and SYN cookies; each is -1 if not counted.  */
    int64_t cookies_sent;     /* SYNs answered with a cookie */
    int64_t cookies_received; /* last ACKs with a valid cookie: the client is
                                 real; a retransmitted ACK counts again */
    int64_t cookies_failed;   /* last ACKs with an invalid cookie */
    int64_t full_cookies;     /* SYNs for which a SYN queue was full, and a
                                 cookie was due; with tcp_syncookies 2, all */
    int64_t full_drops;       /* the same, dropped: tcp_syncookies is 0 */
};

/* Read the counters into *TOTALS.  Linux: ListenOverflows, ListenDrops,
   TCPDeferAcceptDrop and EmbryonicRsts of /proc/net/netstat, SyncookiesSent,
   SyncookiesRecv, SyncookiesFailed, TCPReqQFullDoCookies and TCPReqQFullDrop,
   in the network namespace of the calling thread (before Linux 3.17: of the
   main thread).
   Returns 0.  ENOTSUP: not known on this system, or /proc is not mounted, or
   the kernel has no count of OVERFLOWS or DROPS.  Any errno of open or read.
   ENOMEM.  */
int sonde_listen_totals(struct sonde_listen_totals *totals);

/* As sonde_listen_totals, for the network namespace of the process PID.  With
   PID 0 the same as sonde_listen_totals.  No privilege is needed unless /proc
   hides the process.
   Returns as sonde_listen_totals.  ESRCH, never with PID 0: PID is below 0, no
   process PID exists, or /proc hides the process, has no such file or is not
   mounted.  */
int sonde_listen_totals_proc(pid_t pid, struct sonde_listen_totals *totals);

/* ---- listen: listen on an address --------------------------------------- */

/* A flag of sonde_listen: bind to the port despite connections of a former
   server in TIME_WAIT; never to the address and port of a live listener.  On
   the BSDs and macOS the wildcard and a single address are different: either
   may be bound beside a live listener at the other.  */
#define SONDE_REUSEADDR 4U

/* Make a SOCK_STREAM socket that listens on ADDRESS (port 0: chosen by the
   system, see sonde_address_local) with a queue for at least WANTED connections
   (see sonde_backlog).  FLAGS: SONDE_NONBLOCK, SONDE_CLOEXEC, SONDE_REUSEADDR
   (ignored for UNIX).  If QUEUE is not null, *QUEUE is set as by
   sonde_queue, all -1 if sonde_queue fails, which is no failure here.

   Hides: IPV6_V6ONLY is 0 by default on Linux and macOS, 1 on the BSDs, and
   cannot be cleared on OpenBSD: an IPv6 listener here is for IPv6 alone, and
   the option is read back.  A server of both families opens two listeners
   (portability: "Both families").  SO_REUSEADDR, needed on the BSDs to restart
   a server at once, steals ports on Windows: only SONDE_REUSEADDR sets the
   option.  SO_REUSEPORT, which shares connections on Linux and DragonFly alone,
   is never set (portability: "Listening").

   Returns the descriptor, the caller's to close.  EADDRINUSE (from bind or
   listen), EADDRNOTAVAIL, EACCES, EINVAL (unknown flag), the errno of
   sonde_socket; EOPNOTSUPP: V6ONLY cannot be set; ENOENT, ENOTDIR, EROFS, ...:
   the UNIX path cannot be created.  On failure the file of a UNIX address is
   removed if bind made the file; after success the file is the caller's to
   unlink, before the next bind and at the end.  */
int sonde_listen(const struct sonde_address *address, int wanted,
                 unsigned flags, struct sonde_queue *queue);

/* ---- accept: take connections, and survive what accept fails with ------- */

/* What to do about an errno of accept.  */
enum sonde_accept_class {
    SONDE_ACCEPT_RETRY,   /* the client is gone, or a signal came (EINTR):
                             accept again at once; but back off after
                             sonde_accept, which has retried */
    SONDE_ACCEPT_WAIT,    /* empty queue: go back to poll */
    SONDE_ACCEPT_BACKOFF, /* out of descriptors or memory: serve existing
                             clients, or wait a little, before accepting */
    SONDE_ACCEPT_FATAL    /* the listener itself is unusable */
};

/* The class of ERROR, an errno of accept or sonde_accept, on any system.

   Hides: a connection reset in the queue is ECONNABORTED on the BSDs and
   illumos, EPROTO on System V, ENOTCONN on lwIP and NuttX, none on Linux.
   Linux also reports errors pending on the new connection, such as ENETDOWN;
   EPERM comes from a firewall.  None of these is a fault of the listener,
   unless persistent: then a policy forbids accept (EPERM, EACCES), or another
   process has shut the listener down: ECONNABORTED on OpenBSD, and on NetBSD if
   the listener blocks (portability: "Errors of accept").

   Unknown errors are SONDE_ACCEPT_FATAL.  Cannot fail.  */
enum sonde_accept_class sonde_accept_class(int error);

/* Take the next connection of LISTENER.  FLAGS: SONDE_NONBLOCK, SONDE_CLOEXEC.
   If PEER is not null, *PEER is set to the peer's address, of a UNIX client
   mostly without a path.

   Waits if LISTENER blocks and its queue is empty, without a limit.  Of class
   SONDE_ACCEPT_RETRY only the 64th error in a row is reported, with its own
   errno; before, the next connection is taken instead.  So EAGAIN means an
   empty queue, and every other errno a persistent failure of accept: leave
   LISTENER alone for the time of sonde_backoff_after.

   Hides: besides the errors above, O_NONBLOCK inherited from the listener (on
   the BSDs, macOS, illumos; not on Linux); accept4 missing (macOS) or refused
   at run time (ENOSYS, EPERM or EINVAL of a filter or an old kernel); macOS's
   success for a connection already reset, with an address of length 0 (IPv6) or
   the client's (IPv4): ECONNABORTED, but for UNIX (portability: "Accepted
   sockets").  Without SONDE_NONBLOCK the first success in a process tests
   MSG_DONTWAIT, see stream.

   Returns the descriptor, the caller's to close.  EAGAIN: empty queue.  EMFILE,
   ENFILE, ENOBUFS, ENOMEM: see SONDE_ACCEPT_BACKOFF.  EACCES, EPERM,
   ECONNABORTED, EPROTO, EINTR and more of SONDE_ACCEPT_RETRY: 64 times in a
   row.  EINVAL: LISTENER does not listen, or unknown flag.  EBADF, ENOTSOCK,
   EOPNOTSUPP.  */
int sonde_accept(int listener, struct sonde_address *peer, unsigned flags);

/* A descriptor kept in reserve, for a process out of descriptors.  One thread
   at a time.  An unopened reserve needs an FD of -1: all zero is descriptor
   0.  */
struct sonde_reserve {
    int fd; /* -1: none, or lost */
};

/* Put a descriptor in reserve: a socket without an address, which needs no
   file, of any family allowed by a sandbox.  The former content of *RESERVE is
   ignored, and not closed.  Returns 0.  EMFILE, ENFILE, ENOBUFS, ENOMEM.
   EAFNOSUPPORT, EPROTONOSUPPORT, EACCES, EPERM: no family is allowed.  */
int sonde_reserve_open(struct sonde_reserve *reserve);

/* Close the descriptor of RESERVE, unless FD is -1, and set FD to -1.  Keeps
   errno.  */
void sonde_reserve_close(struct sonde_reserve *reserve);

/* After sonde_accept on LISTENER failed with EMFILE or ENFILE: reject the next
   client in the queue, which sees the end of its connection.  The descriptor in
   reserve is closed, so that the client can be accepted and closed, and is
   opened again.  Without this call a level-triggered loop would report the
   client without end.

   Hides: on Linux, the BSDs and illumos a connection without a descriptor stays
   in the queue; macOS and gVisor have already closed the connection
   (portability: "Out of descriptors").

   LISTENER should be non-blocking: a blocking accept may wait if the client
   reported by poll has just gone.  Another thread may take the descriptor while
   the reserve is free: then the call fails, without harm.

   Returns 0: one client was rejected.  EAGAIN: empty queue.  Any errno of poll
   or sonde_accept, such as EMFILE: wait, see sonde_backoff.  If the reserve
   could not be opened again, which is no failure here, FD is -1, and the next
   call tries again.  */
int sonde_reserve_shed(struct sonde_reserve *reserve, int listener);

/* The milliseconds to leave a listener alone after an error of class
   SONDE_ACCEPT_BACKOFF, LAST being the result of the previous call, or 0 after
   a success: 5, then twice as long each time, 1000 at most.  Cannot fail.  */
int sonde_backoff(int last);

/* The recent failures of a listener or a datagram socket.  All zero at first;
   the members are private to the library.  */
struct sonde_backoff_state {
    int delay, idle;
};

/* The milliseconds to leave FD alone after sonde_accept or
   sonde_datagram_receive_from on FD, called because poll reported FD.  ERROR is
   the errno of the call, 0 after success.  0: no time, go back to poll.  After
   an error other than EAGAIN: as sonde_backoff, growing until a call succeeds.
   After EAGAIN (or EWOULDBLOCK): 0; but from the 64th in a row on, the same
   time if poll still reports FD as readable, so that a level-triggered loop
   does not take the whole processor.  If poll does not, *STATE is reset.
   EMSGSIZE counts as an error here: after a truncated datagram pass 0.

   Hides: a listener shut down by another process.  accept fails with EINVAL on
   Linux, which is SONDE_ACCEPT_FATAL; with ECONNABORTED for ever on OpenBSD;
   and on NetBSD, for a non-blocking listener, with EWOULDBLOCK for ever while
   poll reports the listener as readable (portability: "Errors of accept").

   Keeps errno.  Cannot fail.  */
int sonde_backoff_after(struct sonde_backoff_state *state, int fd, int error);

/* ---- activation: sockets inherited from inetd or systemd ---------------- */

/* The use of a socket for a server.  */
enum sonde_role {
    SONDE_LISTENER,   /* accept connections */
    SONDE_CONNECTION, /* serve the client; the peer may be gone already */
    SONDE_DATAGRAM,   /* receive datagrams */
    SONDE_UNUSABLE    /* of no use for a server: see error */
};

/* A descriptor that was open when the program started.  */
struct sonde_inherited {
    int fd;
    enum sonde_role role;
    int error;      /* SONDE_UNUSABLE: the errno of sonde_inherited; else 0 */
    int family;     /* AF_INET, AF_INET6, AF_UNIX, ...; AF_UNSPEC on OpenBSD, of
                       a connection that was reset */
    int type;       /* SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET */
    char name[256]; /* from LISTEN_FDNAMES; "unknown" without */
};

/* Find out the kind of the socket FD, and fill in *FOUND, with the NAME
   "unknown".  Changes nothing of FD.  Of use under inetd, where descriptor 0 is
   the listening or datagram socket ("wait") or the connection ("nowait"),
   without close-on-exec, and 1 and 2 are the same socket: write nothing to
   standard error.  A socket as descriptor 0 does not prove inetd: some shells
   give their children socket pairs.  So use an option of the program.

   Hides: SO_ACCEPTCONN, missing on macOS and older OpenBSD: there a stream
   socket without a peer, neither writable nor hung up, counts as a listener, as
   does a stream socket that was never connected; accept then fails with EINVAL.
   A connection reset in the meantime has no peer either (portability:
   "Inherited sockets").

   Returns 0.  ENOTSOCK: not a socket.  EBADF.  EPROTOTYPE: a socket of another
   type (raw).  ENOTCONN: a SOCK_STREAM or SOCK_SEQPACKET socket that neither
   listens nor was ever connected.  */
int sonde_inherited(int fd, struct sonde_inherited *found);

/* A flag of sonde_activation: remove LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES and
   LISTEN_PIDFDID from the environment of children.  */
#define SONDE_UNSETENV 16U

/* Find the sockets passed by a service manager in LISTEN_FDS, LISTEN_PID and
   LISTEN_FDNAMES: descriptors 3 and up.  At most ROOM are written to FOUND, in
   the order given; each gets close-on-exec, O_NONBLOCK is not changed.  A
   descriptor for which sonde_inherited fails, such as a FIFO or a closed
   descriptor, has the role SONDE_UNUSABLE and the errno.  FLAGS:
   SONDE_UNSETENV.

   Numbers are decimal digits, nothing else.  Call at the start of main, before
   there are threads, because of getenv and unsetenv.

   Returns the number of descriptors; 0 if the variables are missing or for
   another process, which is no error (then the variables are kept), or say 0.
   EINVAL: malformed variables, or a different number of names and sockets, or a
   name above 255 bytes, or unknown FLAGS.  ENOSPC: more than ROOM.  ENOMEM.
   On failure FOUND is unchanged, but the variables are removed if known FLAGS
   request that, and the descriptors stay open; some may have close-on-exec.
   Rests on: sd_listen_fds(3).  */
int sonde_activation(struct sonde_inherited *found, size_t room,
                     unsigned flags);

/* ---- stream: whole reads and writes, with a timeout --------------------- */

/* Rules for all five functions:

   FD is a connected stream socket, or a pipe or a terminal, but not for
   sonde_half_close; blocking or not: the mode is not changed.

   ETIMEDOUT does not mean TIMEOUT, but that the system closed the connection
   because the peer's host did not answer.

   Writing never raises SIGPIPE: a closed connection is EPIPE or ECONNRESET.

   Hides: MSG_NOSIGNAL (Linux, the BSDs, macOS since 11), else SO_NOSIGPIPE
   (older macOS; the option stays set on FD), else SIGPIPE blocked in this
   thread during the write, and discarded if pending; macOS's EPROTOTYPE during
   the teardown of a connection; EINVAL on macOS for more than INT_MAX bytes;
   MSG_DONTWAIT, ignored by send on a blocking socket of macOS and NetBSD.  What
   is no socket, such as a pipe, is polled: of two readers, or two writers, of
   one blocking pipe one may exceed TIMEOUT.  On macOS FD is polled, and written
   by SO_SNDLOWAT bytes; of two writers to one blocking socket at the same time
   one may exceed TIMEOUT there.  The first write of a process which needs
   MSG_DONTWAIT tests the system, except on macOS: two descriptors for a moment,
   some ten system calls, and 60 ms where the flag is ignored (portability:
   "Writing without SIGPIPE", "Waiting").  */

/* Read the available bytes, at least one and at most SIZE, into BUFFER.
   Returns the count, 2^30 at most in one call; 0: end of stream, or SIZE is 0
   (then FD is not examined).  EAGAIN: no data within TIMEOUT.  ECONNRESET,
   ETIMEDOUT, EHOSTUNREACH, ...: the connection is lost.  ENOTCONN, EBADF.  */
ssize_t sonde_read(int fd, void *buffer, size_t size, int timeout);

/* Write as many bytes as fit, at least one and at most SIZE, of BUFFER.
   Returns the count, in one call 2^30 at most, PIPE_BUF for a pipe or a
   terminal; 0: SIZE is 0 (then FD is not examined).  EAGAIN: no room within
   TIMEOUT.  EPIPE, ECONNRESET, ...: the connection is lost.  ENOTCONN,
   EBADF.  */
ssize_t sonde_write(int fd, const void *buffer, size_t size, int timeout);

/* Read SIZE bytes into BUFFER.  *DONE is the count read, after a failure, too:
   after EAGAIN repeat the call with BUFFER *DONE bytes further on and SIZE less
   *DONE.  DONE is not NULL.
   Returns 0; *DONE is less than SIZE if the stream ended before.  Errors as
   sonde_read.  */
int sonde_read_all(int fd, void *buffer, size_t size, int timeout,
                   size_t *done);

/* Write the SIZE bytes at BUFFER.  *DONE is the count taken by the system, as
   for sonde_read_all; their arrival is not known.  DONE is not NULL.
   Returns 0: all.  Errors as sonde_write.  */
int sonde_write_all(int fd, const void *buffer, size_t size, int timeout,
                    size_t *done);

/* Shut the connection FD down for sending, in every process that shares the
   socket: the peer reads the data sent and then the end of stream, and may
   still answer.  Never waits.
   Returns 0, also if the connection is lost, for which systems have several
   errnos: the next read reports the loss.  A socket that was never connected is
   no error either.  EBADF, ENOTSOCK.  */
int sonde_half_close(int fd);

/* How many segments the kernel has sent again on FD, a connected TCP socket,
   including SYNs sent again while FD connected.  A client whose count is not 0
   right after connecting needed a second SYN: the accept queue of the listener
   was full, or a packet was lost.  Linux only: FreeBSD and macOS count segments
   with data alone.

   Hides: the structures and members (portability: "Retransmissions").

   Returns the count, INT_MAX at most.  -1: ENOTSUP: no TCP socket, or another
   system than Linux; EINVAL: FD listens; EBADF, ENOTSOCK.  */
long sonde_retransmissions(int fd);

/* ---- line: text by lines, a buffer for each connection ------------------ */

/* The lines of one stream.  The members are private to the library.  One thread
   at a time.  */
struct sonde_lines {
    int fd;
    int ended;     /* end of stream: only buffered bytes are left */
    int allocated; /* the buffer was allocated here */
    char *buffer;
    size_t size;       /* of the buffer, and of the longest line */
    size_t start, end; /* of the buffered bytes */
    size_t searched;   /* no newline before this index */
};

/* Prepare *LINES, whose former content is ignored, to read lines from FD, a
   stream as for sonde_read, which stays the caller's.  Nothing is read yet.  No
   line, its newline included, is longer than SIZE bytes (RFC 5321 4.5.3.1.6
   asks for 1000; 16 KiB make system calls cheap).  BUFFER, of SIZE bytes, is
   lent until sonde_lines_close; if null, a buffer is allocated.
   Returns 0.  EINVAL: SIZE is 0.  ENOMEM.  */
int sonde_lines_open(struct sonde_lines *lines, int fd, void *buffer,
                     size_t size);

/* Free the memory of sonde_lines_open, but not a BUFFER of the caller.
   Buffered bytes are lost; FD stays open.  A second call has no effect.  */
void sonde_lines_close(struct sonde_lines *lines);

/* Let *LINE point to the next line, inside the buffer: valid until the next
   call for LINES, writable, and not followed by a NUL.

   Hides: the effects of stdio on a socket: no deadline, lines with a NUL inside
   cut by fgets, over-long lines returned in pieces that look like lines, a
   buffer unknown to poll.  A read takes all available bytes for which there is
   room, so several lines may be buffered: take lines until EAGAIN before
   waiting for FD in a poller.

   Returns the length, with the newline, which only the last line may lack; 0:
   end of stream, for every further call, too.  EAGAIN: no whole line within
   TIMEOUT.  EMSGSIZE: the buffer is full, without a newline, even if the stream
   ends there.  Further errors as sonde_read.  After each error the received
   bytes are kept: call again, or sonde_line_partial.  */
ssize_t sonde_line(struct sonde_lines *lines, char **line, int timeout);

/* Let *PIECE point to the received part of the next line, up to and including
   its newline; wait only if nothing has been received.  So a line of any length
   is read in pieces, only the last with a newline; and so are bytes read ahead,
   where binary data follow the lines.
   Returns and fails as sonde_line, but never with EMSGSIZE.  */
ssize_t sonde_line_partial(struct sonde_lines *lines, char **piece,
                           int timeout);

/* ---- datagram: datagrams: whole, from where, and to where --------------- */

/* No less than the maximum length of a UDP datagram, in bytes: 65,507 over
   IPv4, 65,527 over IPv6.  */
#define SONDE_DATAGRAM_MAX 65535

/* Clients: sonde_connect with the type SOCK_DGRAM makes a connected socket, to
   the first address with a route.  Then the kernel passes only datagrams of
   this peer, and the next call reports an ICMP error as ECONNREFUSED,
   EHOSTUNREACH, ...: see sonde_connect_status.  A missing answer proves
   nothing.

   Hides: buffers too small to send datagrams above 9,216 bytes (BSDs, macOS)
   and to receive datagrams above some 42,000 (BSDs, macOS before 10.8) are
   enlarged; an ICMP "fragmentation needed", EMSGSIZE on Linux, which is not an
   error: the datagram is lost, and later ones are sent in fragments
   (portability: "Datagrams").  */

/* Send the SIZE bytes DATA as one datagram on the connected socket FD, waiting
   for room if there is none.  Success does not prove arrival.
   Returns 0.  EAGAIN: no room within TIMEOUT, or poll reported room 64 times
   without effect.  EMSGSIZE: too long.  ENOBUFS: no room either, on systems
   unable to wait for room (BSDs, macOS).  ECONNREFUSED, EHOSTUNREACH: an ICMP
   error, see above; the datagram was not sent, and may be sent again.  EPIPE:
   FD is shut down for sending; never SIGPIPE, raised here by the BSDs
   (portability: "Writing without SIGPIPE").  EPERM, EACCES: a firewall, or a
   broadcast address.  ENETUNREACH: no route any more.  ENOTCONN, EDESTADDRREQ,
   EBADF, ENOTSOCK.  Any errno of sendmsg or poll.  */
int sonde_datagram_send(int fd, const void *data, size_t size, int timeout);

/* Receive one datagram of the peer on the connected socket FD into BUFFER of
   SIZE bytes, waiting if there is none.  Datagrams of strangers, received
   before FD was connected, are skipped, and may leave bytes in BUFFER.
   Returns the length, which may be 0.  EMSGSIZE: the datagram was longer than
   SIZE; the rest is lost, and BUFFER holds the beginning.  EAGAIN: no datagram
   within TIMEOUT, or 64 in a row were skipped or discarded by the kernel.
   ECONNREFUSED, EHOSTUNREACH: an ICMP error, see above.  ENOTCONN: FD is not
   connected.  EBADF, ENOTSOCK.  Any errno of recvmsg or poll.  */
ssize_t sonde_datagram_receive(int fd, void *buffer, size_t size, int timeout);

/* Both ends of a datagram received by a server: FROM, the sender (length 0 if
   the sender has no address: a UNIX client without bind); TO, the destination
   address and port on this host (the wildcard if the system does not report the
   address).  An inherited IPv6 socket may serve IPv4, too,
   with addresses of the form ::ffff:192.0.2.1.  GROUP is not 0 for broadcast or
   multicast, as far as the system reports them.  WILDCARD is not 0 if the
   socket is bound to no address, so that a reply has to name its source.  */
struct sonde_datagram {
    struct sonde_address from;
    struct sonde_address to;
    int group;
    int wildcard;
};

/* Servers: make a socket that receives datagrams at ADDRESS (port 0: chosen by
   the system).  FLAGS: SONDE_NONBLOCK, SONDE_CLOEXEC.

   Hides: IPV6_V6ONLY, as sonde_listen; the buffers, as above.

   Returns the descriptor, the caller's to close.  EADDRINUSE, EADDRNOTAVAIL,
   EACCES, the errno of sonde_socket; EOPNOTSUPP: V6ONLY cannot be set; ENOENT,
   ENOTDIR, EROFS, ...: the UNIX path cannot be created.  The file of a UNIX
   socket is the caller's to unlink.  */
int sonde_datagram_bind(const struct sonde_address *address, unsigned flags);

/* Prepare FD, a datagram socket bound by another program, such as inetd, like a
   socket of sonde_datagram_bind: request the local address of each datagram,
   and enlarge the buffers.  Failures of these options are ignored.
   Returns 0.  EPROTOTYPE: a socket of another type.  EBADF, ENOTSOCK.  */
int sonde_datagram_prepare(int fd);

/* Receive one datagram and both its ends on FD, of sonde_datagram_bind or
   sonde_datagram_prepare; the rest as sonde_datagram_receive, but FD need not
   be connected.  *ENDS is set with EMSGSIZE, too, and unchanged after any other
   failure.  Descriptors passed by a UNIX sender are closed.

   Hides: the options for the local address (IP_PKTINFO, IP_RECVDSTADDR,
   IPV6_PKTINFO); errors caused by an earlier reply, such as ECONNREFUSED of a
   client that is gone: only the 64th in a row is reported, with its own errno;
   before, the next datagram is taken instead (portability: "Datagrams").  So
   EAGAIN means an empty queue; after any errno but EAGAIN and EMSGSIZE leave FD
   alone for the time of sonde_backoff_after.  */
ssize_t sonde_datagram_receive_from(int fd, void *buffer, size_t size,
                                    int timeout, struct sonde_datagram *ends);

/* Reply to a datagram received on FD with ENDS: send the SIZE bytes DATA to the
   sender, from the destination address of the datagram.  On a host with several
   addresses the client accepts a reply from this address alone.  The
   system chooses the source if GROUP is not 0, or TO is the wildcard.  Never
   waits: a reply without room is lost.
   Returns 0.  EAGAIN, ENOBUFS: no room.  EMSGSIZE: too long.  EDESTADDRREQ:
   the sender has no address.  Any errno of sendmsg.  */
int sonde_datagram_reply(int fd, const void *data, size_t size,
                         const struct sonde_datagram *ends);

/* The maximum of datagrams of one sonde_datagrams_receive.  */
#define SONDE_DATAGRAMS_MAX 32

/* One of several datagrams.  DATA: the caller's buffer, of SIZE bytes.  LENGTH:
   of the datagram in DATA.  ERROR: an errno, or 0.  */
struct sonde_datagram_item {
    void *data;
    size_t size;
    ssize_t length;
    int error;
    struct sonde_datagram ends;
};

/* Receive up to COUNT datagrams, SONDE_DATAGRAMS_MAX at most, on FD into LIST,
   waiting only for the first.  The caller has set DATA and SIZE of each item.
   LOCAL is the address of FD, as sonde_address_local gives it.
   Returns the number received, at least 1; items beyond are undefined.  In each
   item LENGTH and ENDS are set, and ERROR: EMSGSIZE, if the datagram was longer
   than SIZE, which is then LENGTH; or 0.  Fewer than COUNT: no further datagram
   was in the queue.  -1: as sonde_datagram_receive_from; LIST is undefined
   then, but for DATA and SIZE.  EINVAL: COUNT is 0.

   Hides: a system without recvmmsg, or a filter that refuses recvmmsg (ENOSYS,
   EPERM, EACCES), where each datagram costs a call.  */
ssize_t sonde_datagrams_receive(int fd, struct sonde_datagram_item *list,
                                size_t count, int timeout,
                                const struct sonde_address *local);

/* Send a reply for each of the COUNT items of LIST, as sonde_datagram_reply:
   LENGTH bytes of DATA to the sender in ENDS.  COUNT has no limit.  Items with
   a negative LENGTH are skipped, and get ERROR 0.  One reply that fails does
   not affect the others.
   Returns the number sent.  ERROR of each item is set to 0, or to an errno of
   sonde_datagram_reply; the ERROR from before has no effect.  errno is
   unchanged.

   Hides: a system without sendmmsg; that sendmmsg ends at the first error, and
   drops the errno.  */
size_t sonde_datagrams_reply(int fd, struct sonde_datagram_item *list,
                             size_t count);

/* The receive buffer of a socket.  BYTES: as getsockopt gives it.  COUNT: how
   many of the requested datagrams fit.  SETTING: what limits the buffer if not
   all fit: the name of the system's setting, or "" if the limit is not known or
   fixed, such as the 512 MiB below; otherwise NULL.  */
struct sonde_datagram_buffer {
    int bytes;
    size_t count;
    const char *setting;
};

/* Enlarge the receive buffer of FD, a datagram socket of a server, to hold
   COUNT datagrams (0 counts as 1) of up to SIZE bytes, as far as the system
   allows, and fill in *BUFFER.  A receive buffer that is larger already stays.
   The kernel uses memory only for datagrams that wait.  512 MiB at most are
   requested.  A second socket is made, and closed again.
   Returns 0; after -1 *BUFFER is unchanged.  EINVAL: SIZE is over 256 MiB.  Any
   errno of sonde_socket, getsockopt and setsockopt.

   Hides: what a kernel counts for a datagram, twice its length and more; that a
   size too large is an error on the BSDs and macOS, and is cut on Linux, which
   then gives twice the size (portability: "Datagrams").  */
int sonde_datagram_buffer(int fd, size_t count, size_t size,
                          struct sonde_datagram_buffer *buffer);

/* Why a service that answers everything must not answer a datagram with ENDS,
   as part of a sentence; NULL if an answer is allowed.  Refused are: a
   broadcast or multicast destination or source; a source port below 1024, of a
   service which may answer in turn, and the service's own port, where two
   servers would answer each other for ever (CVE-1999-0103, CVE-2024-2169); a
   sender without an address, or with the wildcard address; a UNIX address that
   leads to the service's own socket file, by any path: relative, through links,
   another mount (stat is called for both paths).  A client with the service's
   own port by chance is refused, too.

   Two servers set on each other by an attacker look like clients here: limit
   the rate of answers to one sender.  The string is a constant.  Cannot
   fail.  */
const char *sonde_datagram_check_source(const struct sonde_datagram *ends);

/* ---- keepalive: notice a peer that vanished ----------------------------- */

/* Have TCP probe the peer of the connected socket FD after SECONDS of silence,
   so that a vanished peer is noticed some minutes later (interval and count of
   the probes are the system's) as ETIMEDOUT of the next call; 0 switches
   keepalive off.  Accepted sockets may or may not inherit the setting of the
   listener: set both.

   Hides: the name of the option, TCP_KEEPIDLE, on macOS TCP_KEEPALIVE; its
   absence (OpenBSD): then the system's own time applies, two hours as a rule
   (portability: "Keepalive").

   Returns the seconds in force; 0 if switched off, or on with the system's own
   time.  EINVAL: SECONDS is negative, or outside the range of this system
   (Linux: 32767 at most; illumos: 10 at least); nothing is switched on then.
   EBADF, ENOTSOCK; ECONNRESET or EINVAL after the connection was reset (macOS,
   the BSDs); any errno of setsockopt for a socket other than TCP.  */
int sonde_keepalive(int fd, int seconds);

/* ---- signal: handlers, children, and a descriptor for loops ------------- */

/* Whether system calls are restarted after the handler returns.  */
enum sonde_restart {
    SONDE_RESTART,  /* where the system restarts the call: never rely on it
                       for connect, poll, select, or with a socket timeout */
    SONDE_INTERRUPT /* the call fails with EINTR */
};

/* Call HANDLER, a function or SIG_DFL or SIG_IGN, on SIGNO from now on.  The
   handler stays installed, and SIGNO is blocked while the handler runs.

   Hides: signal(), which resets the handler on System V, dietlibc and strict
   XSI builds of glibc, and restarts or not at will (portability: "Signals").

   Changes the disposition for the whole process, by purpose.
   Returns 0.  EINVAL: invalid signal, or one that cannot be caught.  */
int sonde_signal(int signo, void (*handler)(int), enum sonde_restart restart);

/* Collect the exit status of every child that has ended, and call EACH, unless
   null, with the process id, the status as from waitpid, and DATA.  Call after
   SIGCHLD, which may stand for many children.  Async-signal-safe if EACH is.
   All children of the process are collected, also children started by a
   library: a program that waits for a child by process id must not call this
   function.  Never waits; keeps errno.
   Returns the number of children collected, 0 if no child has ended or there
   are no children.  Cannot fail.  */
int sonde_reap(void (*each)(pid_t child, int status, void *data), void *data);

/* Have the system send SIGNO to this process when its parent has ended, even by
   SIGKILL; 0: no longer.  A child made by fork begins without the signal.  The
   parent may have ended before the call: compare getppid with the former parent
   afterwards.

   Hides: prctl and procctl.  On Linux the parent is the thread that called
   fork, and a change of user or group cancels the signal (portability:
   "Parents").

   Returns 0.  EINVAL: invalid signal.  ENOTSUP: not possible on this system
   (macOS, NetBSD, OpenBSD, or a kernel older than its headers), for a SIGNO of
   0, too.  */
int sonde_parent_death_signal(int signo);

/* Turn signals into a readable descriptor, so that a loop that waits for
   descriptors can wait for signals, too, and lose none between check and wait.
   Returns a descriptor, readable after a signal of sonde_selfpipe_catch.

   Hides: signalfd, which only Linux has; pselect and ppoll lose signals where
   they are no system calls (portability: "Signals and loops").

   One state of the whole process, because a handler has no argument: at most
   one self-pipe at a time, opened and closed while no thread uses the pipe.
   The descriptor is close-on-exec and non-blocking; close by
   sonde_selfpipe_close.  EBUSY: already open.  EMFILE, ENFILE.  */
int sonde_selfpipe_open(void);

/* Catch SIGNO from now on: the handler records the signal and makes the
   descriptor readable.  System calls are restarted (SONDE_RESTART).  Changes
   the disposition for the whole process, until sonde_selfpipe_close.
   Returns 0.  EINVAL: invalid signal, or one that cannot be caught, or above
   127.  ENOENT: sonde_selfpipe_open comes first.  */
int sonde_selfpipe_catch(int signo);

/* The number of a signal caught since the last call that returned the same
   number, once however often the signal came, the smallest number first; 0:
   none, or the self-pipe is not open.  Call until 0: only then is the
   descriptor no longer readable.  Never waits.  Cannot fail.  Where the handler
   cannot write, as under a policy for system calls, the descriptor stays
   readable after the first signal, and each call that returns 0 takes a
   millisecond.  */
int sonde_selfpipe_read(void);

/* Restore for every signal the disposition before the first
   sonde_selfpipe_catch, and close the descriptor, if open.  In the process that
   opened the self-pipe, signals caught and not yet read are dropped.  Keeps
   errno.  A child made by fork without exec calls this function first: signals
   sent to the child since fork are raised again, with the former disposition;
   they never wake the parent.  Not so if both have the PID 1, each of another
   PID namespace: such signals are lost, and may wake the parent.  */
void sonde_selfpipe_close(void);

/* ---- poller: which descriptors are ready -------------------------------- */

/* Events to watch for, and events found.  */
#define SONDE_READABLE 1U /* read, or accept, would not block */
#define SONDE_WRITABLE 2U /* write would not block; a connect has ended */

/* Added to these: where several processes watch a socket by a poller each, wake
   one of those that wait, not all.  The others may stay asleep even if the
   process that was woken makes no call on the socket; each sees the socket as
   ready when adding it, or modifying from 0.  Such events can be modified to 0
   and from 0 only, else EINVAL.
   Hides: epoll of Linux 4.5 can; elsewhere all are woken.  */
#define SONDE_EXCLUSIVE 4U

/* The system interface of a poller.  */
enum sonde_poller_kind {
    SONDE_POLLER_BEST, /* epoll (Linux, illumos) or kqueue (the BSDs, macOS)
                          where the system has one, else poll */
    SONDE_POLLER_POLL  /* poll: everywhere */
};

/* A set of watched descriptors.  One thread at a time.  A poller does not
   survive fork: close the poller in the child, and open a new one.  */
struct sonde_poller;

/* A ready descriptor.  */
struct sonde_event {
    int fd;
    unsigned ready; /* SONDE_READABLE, SONDE_WRITABLE: watched events only */
    void *data;     /* as given to sonde_poller_add */
};

/* Make a poller of KIND, watching nothing.

   Hides: epoll, kqueue and poll, and their differences.  All are
   level-triggered: a descriptor still ready is reported again.  No limit on the
   value of descriptors, and none on their number, but for the poll of macOS:
   with more than 10240 SONDE_POLLER_POLL fails in sonde_poller_wait, EINVAL.  A
   connection hung up or in error is reported as ready for all its watched
   events: the next call on the connection shows the reason.  A descriptor
   watched for nothing is not reported, not even when hung up, which epoll and
   poll would report without end (portability: "Readiness").

   Returns the poller, the caller's to close; null with errno: EINVAL,
   unknown KIND; EMFILE, ENFILE, ENOMEM.  */
struct sonde_poller *sonde_poller_open(enum sonde_poller_kind kind);

/* Free POLLER.  The descriptors stay open.  Null is allowed.  */
void sonde_poller_close(struct sonde_poller *poller);

/* Watch FD for EVENTS, SONDE_READABLE, SONDE_WRITABLE, both, or 0: none until
   sonde_poller_modify.  SONDE_EXCLUSIVE may be added.  DATA is returned with
   each event.
   Returns 0.  EEXIST: FD is watched already.  EBADF.  EPERM: under epoll, FD is
   a regular file, a directory, or a device that cannot be waited for, such as
   /dev/null.  EPIPE: under kqueue, FD is a pipe without a reader.
   EINVAL: unknown events, or SONDE_EXCLUSIVE alone; under kqueue, FD is of a
   kind not supported.
   A character device refused so by kqueue (macOS: /dev/null, /dev/tty) is
   accepted and always ready, as with poll.  Under kqueue (FreeBSD, macOS) a
   regular file is not readable at its end, unlike with poll: read files without
   a poller.  ENOMEM, ENOSPC.  */
int sonde_poller_add(struct sonde_poller *poller, int fd, unsigned events,
                     void *data);

/* Watch FD for EVENTS, with DATA, from now on; 0 pauses FD.  Events found
   before and no longer watched for are not reported; the remaining events are
   reported with the new DATA.  After a failure the former EVENTS and DATA
   apply.
   Returns 0.  ENOENT: FD is not watched.  EBADF, EPERM, EPIPE, EINVAL,
   ENOMEM, ENOSPC: as above.  */
int sonde_poller_modify(struct sonde_poller *poller, int fd, unsigned events,
                        void *data);

/* Watch FD no longer.  Call before closing FD: epoll would continue to watch a
   file kept open by a duplicate.  Events found and not yet taken are dropped:
   DATA may be freed at once, and a new descriptor with the same number begins
   without events.
   Returns 0.  ENOENT: FD is not watched.  */
int sonde_poller_remove(struct sonde_poller *poller, int fd);

/* Wait until a descriptor is ready.  Events of the last wait that were not
   taken are dropped, to be found again.  A signal does not end the wait, unless
   by sonde_selfpipe_open.
   Returns the number of ready descriptors, 256 at most (the next call finds the
   others), 0 after TIMEOUT, also if the last check is interrupted,
   as the 64th in a row.
   ENOMEM.  EINVAL: more descriptors than poll takes, see sonde_poller_open.
   EINTR: without a TIMEOUT, 128 interruptions in a row, each within a
   millisecond of the last.  */
int sonde_poller_wait(struct sonde_poller *poller, int timeout);

/* Take the next event of the last sonde_poller_wait into *EVENT.  Each
   descriptor comes once.  Returns 1, or 0 if no event is left: *EVENT is
   unchanged.  Never waits.  Cannot fail.  */
int sonde_poller_next(struct sonde_poller *poller, struct sonde_event *event);

/* ---- byteorder: which byte comes first ---------------------------------- */

enum sonde_byteorder {
    SONDE_LITTLE_ENDIAN = 1, /* the least significant byte comes first */
    SONDE_BIG_ENDIAN = 2     /* the most significant: network byte order */
};

/* The byte order for which this translation unit is compiled, from the
   compiler: in a universal build each half has its own (portability: "Byte
   order").  */
#if !defined __BYTE_ORDER__
#error "sonde.h: the compiler does not define __BYTE_ORDER__"
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SONDE_BYTEORDER SONDE_LITTLE_ENDIAN
#elif __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define SONDE_BYTEORDER SONDE_BIG_ENDIAN
#else
#error "sonde.h: neither little- nor big-endian"
#endif

/* The byte order of this process, of a two-byte and an eight-byte value in
   memory.  Returns an enum sonde_byteorder.  EPROTO: the
   two disagree, or have neither order.  */
int sonde_byteorder(void);

/* Load the unsigned value of the SIZE bytes (1 to 8) at BYTES, stored in ORDER;
   and store VALUE, without its excess higher bytes.  BYTES needs no alignment.
   Cannot fail; SIZE above 8 counts as 8, a SIZE of 0 loads 0 and stores
   nothing; an unknown ORDER counts as SONDE_LITTLE_ENDIAN.  */
uint64_t sonde_load(const void *bytes, size_t size, enum sonde_byteorder order);
void sonde_store(void *bytes, size_t size, enum sonde_byteorder order,
                 uint64_t value);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif /* SONDE_H */
