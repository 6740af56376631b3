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
#ifdef __GNUC__
#pragma GCC visibility push(default)
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
int sonde_address_any(struct sonde_address *address, int family, uint16_t port);

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
   written "(unnamed)", and in a path spaces, backslashes and whatever is not
   printable ASCII as "\ooo", octal: only such a path, and one without a slash,
   does not read back as it was.
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
   queue").  For that another listener, at the same address with a port of its
   own, may be made and closed again.

   Returns 0.  ENOTSUP: this system, or this kind of socket, says nothing.
   EINVAL: FD does not listen.  EBADF, ENOTSOCK.  Any errno of sonde_listen:
   that other listener cannot be had, so nothing is known.  Since 0.1.  */
int sonde_queue(int fd, struct sonde_queue *queue);

/* ---- listen ------------------------------------------------------------- */

/* Named intents, for the flags of sonde_listen.  */

/* Take the port although connections of an earlier server are still dying;
   never from a live one.  */
#define SONDE_REBIND 4U

/* Listen on ADDRESS (port 0: one the system chooses, see sonde_address_local)
   with room for at least WANTED waiting connections (see sonde_backlog).
   FLAGS: SONDE_NONBLOCK, SONDE_CLOEXEC, SONDE_REBIND.  If QUEUE is not null
   it is set to what became effective, all -1 where the kernel does not say.

   Hides: IPV6_V6ONLY, whose default differs (0 on Linux and macOS, 1 on the
   BSDs) and which OpenBSD does not let one clear: an IPv6 listener here is for
   IPv6 alone, everywhere, and that is read back.  SO_REUSEADDR, which BSD
   needs to restart a server at once and which steals ports on Windows: only
   SONDE_REBIND sets it (portability: "Listening").

   Returns the descriptor, the caller's to close.  EADDRINUSE (from bind, or
   from listen, where some systems find it out), EADDRNOTAVAIL, EACCES, EINVAL
   (unknown flag), the errno of sonde_socket; EOPNOTSUPP: V6ONLY cannot be had.
   Since 0.1.  */
int sonde_listen(const struct sonde_address *address, int wanted,
                 unsigned flags, struct sonde_queue *queue);

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

/* ---- outcome: what became of it, for a client ---------------------------- */

/* What a client can be told, whatever errno this system uses for it.  */
enum sonde_outcome {
    SONDE_OUTCOME_CONNECTED,
    SONDE_OUTCOME_REFUSED,             /* nobody listens there */
    SONDE_OUTCOME_TIMED_OUT,           /* no answer within the time */
    SONDE_OUTCOME_HOST_UNREACHABLE,    /* a router or ARP says so */
    SONDE_OUTCOME_NETWORK_UNREACHABLE, /* no route, or no such family here */
    SONDE_OUTCOME_NAME_UNKNOWN,        /* no such host or service */
    SONDE_OUTCOME_NAME_NO_ANSWER,      /* the name service does not answer, or
                                          answers that it cannot: try later */
    SONDE_OUTCOME_SOURCE_NOT_LOCAL,    /* no such address here, or none to go
                                          there from, or no free port of it */
    SONDE_OUTCOME_PORT_IN_USE,         /* the source port is taken */
    SONDE_OUTCOME_PERMISSION,          /* a firewall, or a low source port */
    SONDE_OUTCOME_RESET,               /* the other side broke it off */
    SONDE_OUTCOME_RESOURCES,           /* descriptors, memory, threads */
    SONDE_OUTCOME_ABANDONED,           /* another address was faster */
    SONDE_OUTCOME_OTHER                /* see errno */
};

/* The outcome that ERROR means, an errno of a client's socket, bind, connect,
   send or receive; 0 is SONDE_OUTCOME_CONNECTED.

   Hides: that an unreachable host is EHOSTUNREACH, EHOSTDOWN (BSDs) or ENONET
   (Linux), a missing IPv6 EAFNOSUPPORT, EPROTONOSUPPORT or EADDRNOTAVAIL, a
   UNIX path without a server ECONNREFUSED or ENOENT (portability: "Errors of a
   client").

   Errors not known are SONDE_OUTCOME_OTHER.  Cannot fail.  Since 0.1.  */
enum sonde_outcome sonde_outcome(int error);

/* OUTCOME as one word of letters and hyphens, "host-unreachable", that will
   never change; and as part of a sentence, "the host cannot be reached".  Both
   are constants.  Cannot fail.  Since 0.1.  */
const char *sonde_outcome_name(enum sonde_outcome outcome);
const char *sonde_outcome_text(enum sonde_outcome outcome);

/* ---- resolve: from names to addresses ------------------------------------ */

/* Whom to reach.  HOST is a name, an address as sonde_address_parse reads it
   but without a port (brackets are allowed), a path with a slash for a UNIX
   socket, or NULL for loopback: ::1, then 127.0.0.1.  SERVICE is a name, a
   port number, or NULL for port 0; with a path it does not count.  FAMILY is
   AF_UNSPEC, AF_INET, AF_INET6 or AF_UNIX.  TYPE is SOCK_STREAM or
   SOCK_DGRAM, which one name of a service may have different ports for.  */
struct sonde_target {
    const char *host;
    const char *service;
    int family;
    int type;
};

/* Find the addresses of TARGET within MILLISECONDS and write the best SIZE of
   them to LIST, each once, in the order they should be tried: as the system
   sorts them, but the two families by turns.  If CODE is not null, *CODE is 0
   or the EAI code of getaddrinfo.

   Asks nobody, and starts no thread, if HOST and SERVICE are numbers or a
   path.  Waits otherwise, MILLISECONDS at most; EINTR does not end the wait.

   Hides: AI_ADDRCONFIG, with which a host that has loopback alone knows no
   "localhost" (never used, so that addresses of a family this host lacks may
   be among the answers: sonde_connect passes over them); AI_V4MAPPED, unknown
   on some BSDs (never used); scope ids, kept here (portability: "Looking up
   names").  getaddrinfo has no deadline and cannot be stopped: a thread calls
   it, detached, with all signals blocked, and if it is late it goes on when
   this function has returned, owning what it needs, and frees that when its
   resolver comes back.  So the library must not be unloaded by dlclose while
   a lookup may still go on; exit does not wait for it.

   Returns how many addresses there are, at least 1.  ENOENT: no such host or
   service, or it has no address of FAMILY.  ENXIO: no such scope.
   ENAMETOOLONG: the path does not fit.  EAGAIN: the name service does not
   answer.  ETIMEDOUT: it did not within MILLISECONDS (CODE is EAI_AGAIN).
   EPROTO: it answered that it failed.  EAFNOSUPPORT: no such family here.
   EINVAL: SIZE is 0.  EMFILE, ENFILE, ENOMEM, and with CODE EAI_SYSTEM any
   errno.  What LIST holds after a failure is not defined.  Since 0.1.
   Rests on: RFC 6724 (by the system), RFC 8305 section 4.  */
ssize_t sonde_resolve(const struct sonde_target *target, int milliseconds,
                      struct sonde_address *list, size_t size, int *code);

/* CODE, an EAI code of sonde_resolve or getaddrinfo, by its name, "EAI_AGAIN";
   as part of a sentence, in English whatever the locale; and as an outcome,
   for which ERROR is errno, that counts with EAI_SYSTEM alone.

   Hides: gai_strerror, whose sentences differ from system to system, and codes
   that are not everywhere (portability: "Looking up names").

   The strings are constants.  Cannot fail.  Since 0.1.  */
const char *sonde_resolve_code_name(int code);
const char *sonde_resolve_code_text(int code);
enum sonde_outcome sonde_resolve_code_outcome(int code, int error);

/* ---- connect: to whichever address answers first ------------------------- */

/* How to connect.  All zero is what most callers want.  */
struct sonde_connect_options {
    int type;       /* SOCK_STREAM (also for 0), or SOCK_DGRAM: see datagram */
    int delay;      /* milliseconds from one attempt to the next while the
                       first has not failed; 0: 250, as RFC 8305 section 8 */
    unsigned flags; /* SONDE_NONBLOCK, SONDE_CLOEXEC: the result's */
    int family;     /* for sonde_connect_name: AF_UNSPEC (0), AF_INET, ... */
    /* To bind to first, or NULL; only addresses of its family can be reached
       then.  For a stream with a port SO_REUSEADDR is set, so that a
       connection that is still dying does not keep the port.  */
    const struct sonde_address *source;
};

/* One attempt: to which address, what came of it, the errno of it (0 if
   connected), and after how many milliseconds.  */
struct sonde_attempt {
    struct sonde_address address;
    enum sonde_outcome outcome;
    int error;
    int milliseconds;
};

/* So many addresses are tried at most; further ones are left out.  */
#define SONDE_ATTEMPTS 32

/* What happened: the outcome of it all; the EAI code of the lookup, 0 if none
   was needed or it succeeded, and its milliseconds; and the attempts that were
   begun, COUNT of them, in the order they were begun.  */
struct sonde_connect_report {
    enum sonde_outcome outcome;
    int code;
    int lookup_milliseconds;
    size_t count;
    struct sonde_attempt attempts[SONDE_ATTEMPTS];
};

/* Connect to whichever of the COUNT addresses LIST answers first, within
   MILLISECONDS all in all.  The first is tried at once, each further one when
   the delay is over or an attempt has failed, the earlier ones going on.
   OPTIONS and REPORT may be null; *REPORT is filled in either way.

   Waits, MILLISECONDS at most.  EINTR does not end the wait.

   Hides: connect after EINTR, which goes on by itself and must not be called
   again (it gives EALREADY or EISCONN though not connected, or waits); failed
   sockets that cannot be used for another attempt (BSDs, macOS): each attempt
   has its own; success that is none: SO_ERROR is asked and getpeername must
   have a peer; a connection to itself, which TCP makes if the port chosen for
   a client happens to be the one it asks for and nobody listens there: it
   counts as ECONNREFUSED, and is reset so that it leaves nothing behind; a
   full queue of a UNIX listener, which is EAGAIN on Linux: it is tried again
   after 1, 2, 4, ... at most 100 ms (on the BSDs and macOS it is ECONNREFUSED
   and cannot be told from nobody listening) (portability: "Connecting").

   Returns the descriptor, the caller's to close.  If all fail, outcome and
   errno are those of the attempt that tells most: refused, reset, timed out,
   host unreachable, permission, port in use, resources, other, source not
   local, network unreachable, in this order, so that a missing IPv6 never
   covers what IPv4 had to say; among equals of the first one begun.
   ETIMEDOUT is also the deadline's.  EINVAL: COUNT is 0, or unknown flag or
   type.  EAFNOSUPPORT: also an address of another family than the source.
   Any errno of socket, bind, connect, poll.  Since 0.1.
   Rests on: RFC 8305 section 5, POSIX connect.  */
int sonde_connect(const struct sonde_address *list, size_t count,
                  int milliseconds, const struct sonde_connect_options *options,
                  struct sonde_connect_report *report);

/* The same for HOST and SERVICE, as in struct sonde_target; MILLISECONDS are
   for looking up and connecting together.  Fails also as sonde_resolve; the
   report tells which of the two it was.  Since 0.1.  */
int sonde_connect_name(const char *host, const char *service, int milliseconds,
                       const struct sonde_connect_options *options,
                       struct sonde_connect_report *report);

/* ---- datagram: whole, from whom, and where to ---------------------------- */

/* No datagram of UDP is longer, in bytes: over IPv4 they end at 65,507, over
   IPv6 at 65,527.  A buffer of this size never cuts one.  */
#define SONDE_DATAGRAM_MOST 65535

/* Clients: sonde_connect with the type SOCK_DGRAM makes a connected socket, to
   the first address there is a way to.  Then the kernel passes only what comes
   from there, and an ICMP error is told by the next call as ECONNREFUSED,
   EHOSTUNREACH, ...: sonde_outcome says what it means.  No answer is not a
   proof of anything.

   Hides: the buffers of the BSDs and macOS, in which no datagram above 9,216
   bytes can be sent and none above some 42,000 received; they are enlarged
   (portability: "Datagrams").  */

/* Send the SIZE bytes DATA as one datagram on the connected socket FD, and
   wait for room for it MILLISECONDS at most (0: not at all).  Sent does not
   mean that it arrives.
   Returns 0.  EAGAIN: no room, and no time to wait.  ETIMEDOUT: no room in
   time.  EMSGSIZE: too long.  ENOBUFS: no room either, where that cannot be
   waited for (BSDs, macOS).  ECONNREFUSED and others: see above; the datagram
   was not sent, but may be again.  ENOTCONN, EDESTADDRREQ, EBADF, ENOTSOCK.
   Since 0.1.  */
int sonde_datagram_send(int fd, const void *data, size_t size,
                        int milliseconds);

/* Receive one datagram of the peer on the connected socket FD into BUFFER of
   SIZE bytes, and wait for it MILLISECONDS at most (0: not at all).  What came
   from others before FD was connected is left out.
   Returns its length, which may be 0.  EMSGSIZE: it was longer than SIZE; the
   rest is lost, and BUFFER holds the beginning.  EAGAIN: none is there, and no
   time to wait.  ETIMEDOUT: none in time.  ECONNREFUSED and others: see above.
   ENOTCONN: FD is not connected.  EBADF, ENOTSOCK.  Since 0.1.  */
ssize_t sonde_datagram_receive(int fd, void *buffer, size_t size,
                               int milliseconds);

/* Both ends of a datagram that a server received: FROM its sender (length 0 if
   it has no address: a UNIX client that bound none), TO the address and port
   of this host it was sent to (the wildcard if the system does not tell).
   GROUP is not 0 if it was sent to many hosts, broadcast or multicast, as far
   as the system tells.  */
struct sonde_datagram {
    struct sonde_address from;
    struct sonde_address to;
    int group;
};

/* Servers: make a socket that receives datagrams at ADDRESS (port 0: one the
   system chooses).  FLAGS: SONDE_NONBLOCK, SONDE_CLOEXEC.

   Hides: IPV6_V6ONLY, as sonde_listen; the buffers, as above.

   Returns the descriptor, the caller's to close.  EADDRINUSE, EADDRNOTAVAIL,
   EACCES, the errno of sonde_socket; EOPNOTSUPP: V6ONLY cannot be had.
   Since 0.1.  */
int sonde_datagram_bind(const struct sonde_address *address, unsigned flags);

/* Receive one datagram on FD, of sonde_datagram_bind, with both its ends; the
   rest as sonde_datagram_receive.  With EMSGSIZE *ENDS is set too.

   Hides: how a system tells the local address (IP_PKTINFO, IP_RECVDSTADDR,
   IPV6_PKTINFO); errors that an earlier answer brought about, such as
   ECONNREFUSED of a client that is gone, which are not reported: the next
   datagram is taken instead, at most 64 times in a row, then EAGAIN lets the
   caller do other things (portability: "Datagrams").  */
ssize_t sonde_datagram_receive_from(int fd, void *buffer, size_t size,
                                    int milliseconds,
                                    struct sonde_datagram *ends);

/* Answer a datagram that FD received with ENDS: send the SIZE bytes DATA to
   its sender, from the very address it was sent to, which on a host with
   several is the only one the client takes an answer from.  Never waits: an
   answer there is no room for is lost, as it might be on the way.
   Returns 0.  EAGAIN, ENOBUFS: no room.  EMSGSIZE: too long.  EDESTADDRREQ:
   the sender has no address.  Any other errno of sendmsg.  Since 0.1.  */
int sonde_datagram_reply(int fd, const void *data, size_t size,
                         const struct sonde_datagram *ends);

/* Why a service that answers everything must not answer a datagram with ENDS,
   as part of a sentence; NULL if it may.  Not to be answered are: what was
   sent to, or claims to come from, many hosts; a source port below 1024, which
   other services may answer in turn, and the service's own, which would: two
   servers then talk for ever (CVE-1999-0103, CVE-2024-2169); a sender without
   an address.  A client whose port is by chance the service's own is refused
   too; its next attempt has another one.

   The string is a constant.  Cannot fail.  Since 0.1.  */
const char *sonde_datagram_refuse(const struct sonde_datagram *ends);

/* ---- keepalive: a peer that vanished ------------------------------------ */

/* Have TCP ask the peer of the connected socket FD for a sign of life after
   SECONDS of silence, so that one that vanished is noticed some minutes later
   (the system's own spacing and count of probes) as ETIMEDOUT; 0 switches it
   off.  On a listener it may or may not pass to what it accepts: set it there
   and on the accepted socket.

   Hides: the name of the option, TCP_KEEPIDLE, on macOS TCP_KEEPALIVE; its
   absence (OpenBSD): then the system's own time holds, two hours as a rule
   (portability: "Keepalive").

   Returns the seconds in force; 0 if it was switched off, or on with the
   system's own time.  EINVAL: SECONDS is negative, or more than this system
   takes (Linux: 32767); nothing is switched on then.  EBADF, ENOTSOCK; what
   the system says of a socket that is not TCP.  Since 0.1.  */
int sonde_keepalive(int fd, int seconds);

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
