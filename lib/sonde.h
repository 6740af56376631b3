/* sonde.h - sockets that behave alike on hosts that differ
   SPDX-License-Identifier: LGPL-2.1-or-later

   Valid C11 and C++.  It includes POSIX headers only.

   What holds for every function, unless its own text says otherwise:
   - It never prints, never exits, never changes a signal's disposition.
   - On failure it returns -1 with errno set, has closed whatever it opened,
     and leaves its output arguments as they were.  On success errno is what it
     was before.
   - It is thread-safe: it keeps no state of its own.  But a thread must not be
     cancelled (pthread_cancel) in a call: what that had opened stays open.
   - It does not wait, unless it has a TIMEOUT or its text says so.  TIMEOUT is
     in milliseconds, for the whole call: 0 does what can be done at once, a
     negative one waits as long as it takes.  A signal neither ends the wait nor
     lengthens it: EINTR is not reported.
   - It does not loop without end.  A kernel may report for ever that a call was
     interrupted, or that a descriptor is ready though nothing is there.  Then
     the call is repeated at intervals until TIMEOUT has passed; without a
     timeout it fails after 128 such failures in a row, some two seconds, with
     EINTR or EAGAIN.
   - EAGAIN (never EWOULDBLOCK where it differs) says that it could not be done
     in time and may be asked for again.  Looking up names and connecting say
     ETIMEDOUT instead, as the system does when it is its own time that is over.
   - "Since 0.1" is the first release; see NEWS.

   Each difference between systems that is hidden here has a section in
   doc/portability.md, which says how it is known.  */

#ifndef SONDE_H
#define SONDE_H 1

/* The release that this header came with, 0xMMNNPP for M.N.P: to be compared
   in #if with the one in which a function first appeared.  Since 0.1.  */
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

/* Flags of the functions that make a descriptor.  The descriptor gets each
   property if its flag is given and does not have it otherwise, whatever the
   system would have done by itself.  */
#define SONDE_NONBLOCK 1U /* O_NONBLOCK */
#define SONDE_CLOEXEC  2U /* FD_CLOEXEC */

/* ---- address: addresses of sockets, exactly ----------------------------- */

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

/* Enough for the text of any struct sonde_address and its NUL: a UNIX path is
   the longest, if each byte of it is written as four.  */
#define SONDE_ADDRESS_TEXT (4 * sizeof(struct sockaddr_storage))

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
   of hosts are not looked up.  A scope is the name of an interface or its
   number, which is taken as it is: only using the address tells whether there
   is such an interface.
   Returns 0.  EINVAL: TEXT is none of these, or a port is not 0 to 65535.
   ENXIO: no interface of that name, or a number above 4294967295.
   ENAMETOOLONG: as sonde_address_unix.  EMFILE, ENFILE, ENOBUFS, ENOMEM: no
   interface can be looked up for now.  Since 0.1.
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
   label and padding do not count, nor does whether the length of a UNIX path
   counts its NUL.  Returns less than, equal to or greater than 0.

   Hides: that the length of a path is as bind was given it, with the NUL or
   without (FreeBSD), or always with it (Linux) (portability: "Address
   lengths").

   Cannot fail.  Since 0.1.  */
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

/* ---- socket: make a socket, its flags stated ---------------------------- */

/* Make a socket of FAMILY and TYPE (SOCK_STREAM, ...), its default protocol,
   with FLAGS (SONDE_NONBLOCK, SONDE_CLOEXEC).

   Hides: SOCK_NONBLOCK and SOCK_CLOEXEC, missing on macOS; there the flags
   are set after the call, and another thread that forks between the two hands
   the descriptor on (portability: "Flags at birth").

   Returns the descriptor, the caller's to close.  EAFNOSUPPORT, EPROTOTYPE,
   EPROTONOSUPPORT, ESOCKTNOSUPPORT (Linux): not on this host.  EMFILE, ENFILE,
   ENOBUFS, ENOMEM: out of something.  EACCES, EPERM: not allowed.  EINVAL:
   unknown flag, or no TYPE at all.  Since 0.1.  */
int sonde_socket(int family, int type, unsigned flags);

/* ---- connect_status: what the errno of a connection attempt means ------- */

/* What a client can be told, whatever errno this system uses for it.  */
enum sonde_connect_status {
    SONDE_CONNECT_CONNECTED,
    SONDE_CONNECT_REFUSED,             /* nobody listens there */
    SONDE_CONNECT_TIMED_OUT,           /* no answer within the time */
    SONDE_CONNECT_HOST_UNREACHABLE,    /* a router or ARP says so */
    SONDE_CONNECT_NETWORK_UNREACHABLE, /* no route, or no such family here */
    SONDE_CONNECT_NAME_UNKNOWN,        /* no such host or service */
    SONDE_CONNECT_NAME_NO_ANSWER,      /* the name service does not answer, or
                                          answers that it cannot: try later */
    SONDE_CONNECT_SOURCE_NOT_LOCAL,    /* no such address here, or none to go
                                          there from, or no free port of it */
    SONDE_CONNECT_PORT_IN_USE,         /* the source port is taken */
    SONDE_CONNECT_PERMISSION,          /* a firewall, or a low source port */
    SONDE_CONNECT_RESET,               /* the other side broke it off */
    SONDE_CONNECT_RESOURCES,           /* descriptors, memory, threads */
    SONDE_CONNECT_ABANDONED,           /* another address was faster */
    SONDE_CONNECT_OTHER                /* see errno */
};

/* The status that ERROR means, an errno of a client's socket, bind, connect,
   send or receive; 0 is SONDE_CONNECT_CONNECTED.

   Hides: that an unreachable host is EHOSTUNREACH, EHOSTDOWN (BSDs) or ENONET
   (Linux), a missing IPv6 EAFNOSUPPORT or EPROTONOSUPPORT, a UNIX path without
   a server ECONNREFUSED or ENOENT (portability: "Errors of a client").  But
   EADDRNOTAVAIL, which Linux says where IPv6 is switched off, cannot be told
   from a source address that is not of this host.

   Not for an errno of sonde_resolve, nor of sonde_connect_name, whose report
   has the status: ENOENT means no such name there.  Errors not known are
   SONDE_CONNECT_OTHER.  Cannot fail.  Since 0.1.  */
enum sonde_connect_status sonde_connect_status(int error);

/* STATUS as one word of letters and hyphens, "host-unreachable", that will
   never change; and as part of a sentence, "the host cannot be reached".  Both
   are constants.  Cannot fail.  Since 0.1.  */
const char *sonde_connect_status_name(enum sonde_connect_status status);
const char *sonde_connect_status_text(enum sonde_connect_status status);

/* ---- deadline: one timeout for several calls ---------------------------- */

/* The deadline that never passes.  */
#define SONDE_NEVER ((int64_t)-1)

/* The deadline TIMEOUT milliseconds from now: nanoseconds of a clock that
   nobody sets (CLOCK_MONOTONIC).  SONDE_NEVER if TIMEOUT is negative.
   Cannot fail.  Since 0.1.  */
int64_t sonde_deadline(int timeout);

/* The milliseconds left until DEADLINE, rounded up, as poll and every TIMEOUT
   here take them: 0 once it has passed, -1 for SONDE_NEVER.  Several calls
   share one timeout if each is passed sonde_deadline_left (deadline).
   Cannot fail.  Since 0.1.  */
int sonde_deadline_left(int64_t deadline);

/* ---- resolve: from names to addresses, within a time -------------------- */

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

/* Find the addresses of TARGET within TIMEOUT and write the best SIZE of
   them to LIST, each once, in the order they should be tried: as the system
   sorts them, but the two families by turns.  If CODE is not null, *CODE is 0
   or the EAI code of getaddrinfo.

   Asks nobody, and starts no thread, if HOST and SERVICE are numbers or a
   path.  A HOST whose last part is a number and that is not four decimal
   numbers of 0 to 255, such as "127.0.0.300", "127.1", "0x7f.1" or "9877", is
   ENOENT at once.

   Hides: the addresses that getaddrinfo makes of such numbers ("9877" is
   0.0.38.149), or asks the name service for (portability: "Looking up names");
   AI_ADDRCONFIG, with which a host that has loopback alone knows no
   "localhost" (never used, so that addresses of a family this host lacks may
   be among the answers: sonde_connect passes over them); AI_V4MAPPED, unknown
   to NetBSD, OpenBSD and FreeBSD before 10.3 (never used); scope ids, kept here
   (portability: "Looking up names").  getaddrinfo has no deadline and cannot be
   stopped: a thread calls it, detached, with all signals blocked, and if it is
   late it goes on when this function has returned, owning what it needs, and
   frees that when its resolver comes back.  So the library must not be unloaded
   by dlclose while a lookup may still go on; exit does not wait for it.

   Returns how many addresses there are, at least 1.  ENOENT: no such host or
   service, or it has no address of FAMILY.  ENXIO: as sonde_address_parse.
   ENAMETOOLONG: the path does not fit.  EAGAIN: the name service does not
   answer.  ETIMEDOUT: it did not within TIMEOUT (CODE is EAI_AGAIN).
   EPROTO: it answered that it failed.  EAFNOSUPPORT, EPROTOTYPE: no such
   family, no such TYPE here.  EOVERFLOW: the name is too long.  EINVAL: SIZE is
   0.  EMFILE, ENFILE, ENOMEM, and with CODE EAI_SYSTEM any errno, such as
   EAGAIN: there is no room for a thread.  What LIST holds after a failure is
   not defined.  Since 0.1.
   Rests on: RFC 6724 (by the system), RFC 8305 section 4.  */
ssize_t sonde_resolve(const struct sonde_target *target, int timeout,
                      struct sonde_address *list, size_t size, int *code);

/* CODE, an EAI code of sonde_resolve or getaddrinfo, by its name, "EAI_AGAIN";
   as part of a sentence, in English whatever the locale; and as an status,
   for which ERROR is errno, that counts with EAI_SYSTEM alone.

   Hides: gai_strerror, whose sentences differ from system to system, and codes
   that are not everywhere (portability: "Looking up names").

   The strings are constants.  Cannot fail.  Since 0.1.  */
const char *sonde_resolve_code_name(int code);
const char *sonde_resolve_code_text(int code);
enum sonde_connect_status sonde_resolve_code_status(int code, int error);

/* ---- connect: connect to the address that answers first ----------------- */

/* How to connect.  All zero is what most callers want.  */
struct sonde_connect_options {
    int type;       /* SOCK_STREAM (also for 0), or SOCK_DGRAM: see datagram */
    int delay;      /* milliseconds from one attempt to the next while the
                       first has not failed; 0: 250, as RFC 8305 section 8 */
    unsigned flags; /* SONDE_NONBLOCK, SONDE_CLOEXEC: the result's */
    int family;     /* for sonde_connect_name: AF_UNSPEC (0), AF_INET, ... */
    /* To bind to first, or NULL; only addresses of its family can be reached
       then.  For a stream with a port SO_REUSEADDR is set, so that a
       connection that is still dying does not keep the port.  The file of a
       UNIX source is removed again on failure; else it is the caller's.  */
    const struct sonde_address *source;
};

/* One attempt: to which address, what came of it, the errno of it (0 if
   connected), and after how many milliseconds.  */
struct sonde_attempt {
    struct sonde_address address;
    enum sonde_connect_status status;
    int error;
    int milliseconds;
};

/* So many addresses are tried at most; further ones are left out.  */
#define SONDE_ATTEMPTS 32

/* What happened: the status of it all; the EAI code of the lookup, 0 if none
   was needed or it succeeded, and its milliseconds; and the attempts that were
   begun, COUNT of them, in the order they were begun.  */
struct sonde_connect_report {
    enum sonde_connect_status status;
    int code;
    int lookup_milliseconds;
    size_t count;
    struct sonde_attempt attempts[SONDE_ATTEMPTS];
};

/* Connect to whichever of the COUNT addresses LIST answers first, within
   TIMEOUT all in all.  The first is tried at once, each further one when
   the delay is over or an attempt has failed, the earlier ones going on.
   OPTIONS and REPORT may be null; *REPORT is filled in either way.

   Hides: connect after EINTR, which goes on by itself and must not be called
   again (it gives EALREADY or EISCONN though not connected, or waits); failed
   sockets that cannot be used for another attempt (BSDs, macOS): each
   attempt has its own; success that is none: SO_ERROR is asked and getpeername
   must have a peer; a connection to itself, which TCP makes if the port chosen
   for a client happens to be the one it asks for and nobody listens there: it
   counts as ECONNREFUSED, and is reset so that it leaves nothing behind; a
   full queue of a UNIX listener, which is EAGAIN on Linux: it is tried again
   after 1, 2, 4, ... at most 100 ms (on the BSDs and macOS it is ECONNREFUSED
   and cannot be told from nobody listening) (portability: "Connecting").

   Returns the descriptor, the caller's to close.  If all fail, status and
   errno are those of the attempt that tells most: refused, reset, timed out,
   host unreachable, permission, port in use, resources, other, source not
   local, network unreachable, in this order, so that a missing IPv6 never
   covers what IPv4 had to say; among equals of the first one begun.
   ETIMEDOUT: also if TIMEOUT is over.  EINVAL: COUNT is 0, or unknown flag or
   type.  EAFNOSUPPORT: also an address of another family than the source.
   Any errno of socket, bind, connect, poll.  Since 0.1.
   Rests on: RFC 8305 section 5, POSIX connect.  */
int sonde_connect(const struct sonde_address *list, size_t count, int timeout,
                  const struct sonde_connect_options *options,
                  struct sonde_connect_report *report);

/* The same for HOST and SERVICE, as in struct sonde_target; TIMEOUT is
   for looking up and connecting together.  Fails also as sonde_resolve; the
   report tells which of the two it was, and so the status.  errno alone does
   not: ENOENT is a name that is not known, or a UNIX path that nobody has
   bound.  Since 0.1.  */
int sonde_connect_name(const char *host, const char *service, int timeout,
                       const struct sonde_connect_options *options,
                       struct sonde_connect_report *report);

/* ---- backlog: the listen queue you want, and its cap -------------------- */

/* The argument for listen() that lets at least WANTED connections wait for
   accept, on every kernel whose rule is known, as far as its cap allows.

   Hides: what listen (fd, n) gives.  n + 1 connections on Linux and NetBSD,
   3n/2 + 1 on FreeBSD and illumos, exactly n on macOS, n on NuttX; 0 means
   none, one, 81 or 128, and a negative value anything from none to the cap
   (portability: "The listen queue").  So the argument is never below 1; each
   kernel cuts it to its cap by itself.  macOS and DragonFly keep 16 bits of it,
   with a sign: a backlog above 32767, where the cap is above that, makes a
   listener that no client reaches.  There the argument is 32767 at most.

   WANTED below 1 counts as 1.  Cannot fail.  Since 0.1.  */
int sonde_backlog(int wanted);

/* The cap of every listen queue of this host, as its setting says.  VALUE is
   the largest backlog in force.  SETTING is the name an administrator would
   use, such as "net.core.somaxconn".  SCOPE names what the setting belongs to:
   on Linux the network namespace, "net:[4026531833]", or "host" if the kernel
   has no network namespaces; elsewhere "host".  An empty SCOPE is not known:
   the name of the namespace could not be read, or this is a jail of FreeBSD 15
   or later with a network of its own, which has a cap of its own.  An empty
   SETTING: the cap is a constant of this kernel, which nothing can raise
   (NetBSD).  On macOS and DragonFly the setting may be above 32767, and VALUE
   with it; more than 32767 are not in force even so, see sonde_backlog.  */
struct sonde_backlog_cap {
    long value;
    char setting[40];
    char scope[40];
};

/* Read the cap into *CAP.
   Returns 0.  ENOTSUP: this system has no cap that is known.
   ENOENT, EACCES, EPERM: it has, but hides it here; SETTING and SCOPE are
   filled in even so, with VALUE -1 (ENOENT: older Linux kernels in a namespace
   of an unprivileged user).
   Any errno of open, read or sysctl; EPROTO: the answer is no number.
   Since 0.1.  */
int sonde_backlog_cap(struct sonde_backlog_cap *cap);

/* ---- queue: the state of a listen queue --------------------------------- */

/* Counts of connections; -1 where this system does not say.  */
struct sonde_queue {
    long queued;     /* complete, waiting for accept now */
    long backlog;    /* the backlog in force, after the kernel's cap; on macOS
                        0: no connection is ever queued */
    long incomplete; /* handshakes under way now */
    long drops;      /* packets that the listener discarded, for whatever
                        reason: not clients, and no sign of a full queue by
                        itself.  Linux's sk_drops counts SYNs (1 each) and last
                        ACKs (2 each) that found no room, with every
                        retransmission; but also last ACKs put off by
                        TCP_DEFER_ACCEPT, handshakes that the client reset
                        (half-open health checks, scans), stray RST and FIN */
};

/* Ask the kernel about the listening socket FD.

   Hides: TCP_INFO on Linux, whose tcpi_unacked and tcpi_sacked have this
   meaning on a listener only; stacks that take the call and leave both at 0
   (gVisor) are found out and not believed (portability: "Asking for the
   queue").  For that another listener, at the same address with a port of its
   own, may be made and closed again.  Of a UNIX socket, of which no option
   tells, sonde_listeners is asked, which takes a descriptor for a moment. On
   FreeBSD three options of the socket; on macOS the list of all TCP sockets, in
   which it is found by its address (compiled for both, not run there).

   Returns 0.  ENOTSUP: this system, or this kind of socket, says nothing.
   EINVAL: FD does not listen.  EBADF, ENOTSOCK.  Any errno of sonde_listen and
   of sonde_listeners: that cannot be had, so nothing is known.  Since 0.1.  */
int sonde_queue(int fd, struct sonde_queue *queue);

/* ---- listeners: every listening socket, and its owners ------------------ */

/* A listening socket.  QUEUE says -1 where this system does not.  */
struct sonde_listener {
    struct sonde_address address; /* where it is bound */
    int type;                     /* SOCK_STREAM, SOCK_SEQPACKET */
    struct sonde_queue queue;
    long capacity;    /* how many can wait: the limit by this kernel's rule,
                         limit + 1 on Linux; -1 if not known; 0: no client gets
                         in (macOS, its limit being 0) */
    uint64_t inode;   /* identifies the socket to sonde_owners, or 0 */
    long uid;         /* user that created it, -1 if not known */
    unsigned ifindex; /* index of the interface it is confined to, or 0 */
    int v6only;       /* IPv6: 1 for itself alone, 0 takes IPv4, too;
                         -1 if not known */
    /* The file that bind made for a UNIX path: its device, as st_dev of stat
       says it, and the low 32 bits of its st_ino.  Two names with the same
       numbers are one file, however they are spelled.  The kernel's own
       numbers: overlayfs over several file systems shows others by stat.
       Both 0: not known (no path, or not Linux).  */
    uint64_t file_device, file_inode;
};

/* Called for each; *LISTENER is gone when it has returned.  Not 0: stop.  */
typedef int sonde_listener_each(const struct sonde_listener *listener,
                                void *closure);

/* Call EACH, with CLOSURE, for every listening socket of FAMILY: AF_INET and
   AF_INET6, TCP; AF_UNIX.  No privilege is needed.  One that comes or goes
   during the call may be told of or not, and, seldom, one that stays may be
   passed over or told of twice, with the same INODE: the list is
   handed out in pieces and not held still meanwhile.

   Hides: netlink's sock_diag on Linux, where the list is that of the caller's
   network namespace (UNIX sockets included); the sysctls net.inet.tcp.pcblist
   and net.local.*.pcblist of FreeBSD; net.inet.tcp.pcblist_n of macOS, which
   says nothing of UNIX sockets here (both compiled, not run) (portability:
   "Listing the listeners").

   Returns 0.  EAFNOSUPPORT: another family.  ENOTSUP: this system does not
   say, or not of this family.  EAGAIN: not all was told within TIMEOUT, or the
   kernel answered "not now" again and again though it was ready (an
   interruption counts as one).  ECANCELED: EACH said to stop.  EPROTO: the
   answer is not laid out as known, or has no end.
   EACCES, EPERM: not allowed here.  EMFILE, ENFILE, ENOBUFS, ENOMEM.  Any errno
   of socket, sendmsg, recvmsg or sysctl.  EACH may have been called before a
   failure.  Since 0.1.  */
int sonde_listeners(int family, int timeout, sonde_listener_each *each,
                    void *closure);

/* A process that has a socket, and its name as the system knows it, which any
   process may choose: it can hold any byte but NUL.  */
struct sonde_owner {
    uint64_t inode;
    pid_t pid;
    char name[32];
};

typedef int sonde_owner_each(const struct sonde_owner *owner, void *closure);

/* Call EACH, with CLOSURE, for every process that has one of the COUNT SOCKETS,
   numbers as in struct sonde_listener, once for each descriptor of it; all of
   one process come together.  Several processes may share one socket.

   Hides: /proc/PID/fd on Linux, which shows the processes of one PID
   namespace.  Whether a process may be looked at is decided twice: by the mode
   of the folder, which an ordinary user may list for its own processes and root
   for all, and by ptrace's rules, which each link in it asks again: root needs
   CAP_SYS_PTRACE (which containers lack by default) for processes of other
   users or of more capabilities.  A process whose main thread has ended has an
   empty folder; what its other threads have is found.  The sysctl kern.file of
   FreeBSD (compiled, not run) (portability: "Whose socket").

   Returns how many processes are shown whose sockets could not be read, in
   whole or in part; 0 if there are none, or if this system does not say that
   there are others (FreeBSD).  What is not even shown is not counted:
   sonde_owners_complete.  ENOTSUP: this system does not tell, or its /proc is
   not there.  EAGAIN: not all was told within TIMEOUT.  ECANCELED: EACH said to
   stop.  EPROTO: the answer is not laid out as known.  EMFILE, ENFILE, ENOMEM.
   Any errno of reading the list of processes.  EACH may have been called before
   a failure.  Since 0.1.  */
int sonde_owners(const uint64_t *sockets, size_t count, int timeout,
                 sonde_owner_each *each, void *closure);

/* Whether sonde_owners is shown every process of the caller's PID namespace.
   Returns 1; 0 if some may be left out: /proc is mounted with hidepid=2
   (invisible) or 4 (ptraceable), and this process is neither in the group that
   is exempt nor has CAP_SYS_PTRACE; or -1 if that cannot be known: ENOTSUP, or
   any errno of reading the options of the mount.  Since 0.1.  */
int sonde_owners_complete(void);

/* Whether sonde_owners can read the sockets of the process PID.  Returns 0.
   ESRCH: there is no such process.  EACCES: there is, and its sockets could not
   be read, or /proc leaves it out.  ENOTSUP: this system does not tell, or its
   /proc is not there.  EMFILE, ENFILE, ENOMEM.  Since 0.1.  */
int sonde_owner_check(pid_t pid);

/* What all TCP listeners of the caller's network namespace together have
   counted since it began, those that have ended included.  */
struct sonde_listen_totals {
    int64_t overflows; /* SYNs and last ACKs dropped since an accept queue was
                          full: 0 proves that no queue was, whatever the drops
                          of a listener are */
    int64_t drops;     /* these, and handshakes dropped for another reason */
    int64_t deferred;  /* last ACKs put off by TCP_DEFER_ACCEPT, which harms
                          nobody; -1: not counted here */
    int64_t resets;    /* handshakes that the client reset; -1: not counted */
};

/* Read them into *TOTALS.  Linux: ListenOverflows, ListenDrops,
   TCPDeferAcceptDrop and EmbryonicRsts of /proc/net/netstat; the network
   namespace is that of the calling thread (before Linux 3.17: of the main
   thread).  Returns 0.  ENOTSUP: this system does not say, or its /proc is not
   there.  Any errno of open or read.  ENOMEM.  *TOTALS is not changed by a
   failure.  Since 0.1.  */
int sonde_listen_totals(struct sonde_listen_totals *totals);

/* ---- listen: listen on an address --------------------------------------- */

/* Named intents, for the flags of sonde_listen.  */

/* Take the port although connections of an earlier server are still dying;
   never from a live one.  */
#define SONDE_REUSEADDR 4U

/* Several sockets, all with this flag and of one user, listen on one address,
   and the system spreads the connections over them.  */
#define SONDE_REUSEPORT 8U

/* Listen on ADDRESS (port 0: one the system chooses, see sonde_address_local)
   with room for at least WANTED waiting connections (see sonde_backlog).
   FLAGS: SONDE_NONBLOCK, SONDE_CLOEXEC, SONDE_REUSEADDR, SONDE_REUSEPORT.  If
   QUEUE is not null it is set to what became effective, all -1 where the kernel
   does not say.

   Hides: IPV6_V6ONLY, whose default differs (0 on Linux and macOS, 1 on the
   BSDs) and which OpenBSD does not let one clear: an IPv6 listener here is for
   IPv6 alone, everywhere, and that is read back.  SO_REUSEADDR, which BSD
   needs to restart a server at once and which steals ports on Windows: only
   SONDE_REUSEADDR sets it (portability: "Listening").  SO_REUSEPORT, which
   shares on Linux and DragonFly, but on the other BSDs and macOS lets the last
   one take all; FreeBSD shares by SO_REUSEPORT_LB (portability: "Sharing a
   port").

   Returns the descriptor, the caller's to close.  EADDRINUSE (from bind, or
   from listen, where some systems find it out), EADDRNOTAVAIL, EACCES, EINVAL
   (unknown flag), the errno of sonde_socket; EOPNOTSUPP: V6ONLY cannot be had;
   ENOTSUP: SONDE_REUSEPORT, and this system does not, or not for this family;
   ENOENT, ENOTDIR, EROFS, ...: a UNIX path that cannot be made.
   Of a UNIX address the file is removed again if bind made it; once listening,
   it is the caller's to unlink, before the next bind and at the end.
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
   ports, are taken for one of them.  EAFNOSUPPORT: also an address without a
   port.  Others as sonde_listen, for FIRST, if both families are missing.
   Since 0.1.  */
int sonde_listen_dual(const struct sonde_address *first,
                      const struct sonde_address *second, int wanted,
                      unsigned flags, int fds[2]);

/* ---- accept: take connections, and survive what accept fails with ------- */

/* What to do about an errno of accept.  */
enum sonde_accept_class {
    SONDE_ACCEPT_RETRY,   /* that client is gone: accept again at once; but
                             back off if sonde_accept reports it, which has */
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
   fault, unless it goes on: then a policy forbids accept (EPERM, EACCES), or
   another process has shut the listener down, which is ECONNABORTED for ever on
   OpenBSD, and on NetBSD if the listener blocks (portability: "Errors of
   accept").

   Errors not known are SONDE_ACCEPT_FATAL.  Cannot fail.  Since 0.1.  */
enum sonde_accept_class sonde_accept_class(int error);

/* Take the next connection of LISTENER.  FLAGS (SONDE_NONBLOCK,
   SONDE_CLOEXEC) are the state of the new descriptor, set either way.  If
   PEER is not null it is set to the peer's address.

   Waits if LISTENER blocks and nobody is there.  Of class SONDE_ACCEPT_RETRY
   only the 64th error in a row is reported, with its own errno: until then the
   next connection is taken instead.  So EAGAIN means that no client waits, and
   every other errno that accept fails and goes on failing: leave LISTENER alone
   for the time of sonde_backoff_after.

   Hides: besides the errors above, O_NONBLOCK inherited from the listener (on
   the BSDs, macOS, illumos; not on Linux); accept4 missing (macOS) or refused
   at run time (ENOSYS, EPERM or EINVAL of a filter or an old kernel); macOS's
   success for a connection that died, with an address of length 0 (IPv6) or the
   client's (IPv4): without a peer it counts as ECONNABORTED, but for a UNIX
   socket, whose clients mostly have no address (portability: "Accepted
   sockets").

   Returns the descriptor, the caller's to close.  EAGAIN (never EWOULDBLOCK
   where it differs): nobody waits.  EMFILE, ENFILE, ENOBUFS, ENOMEM: see
   SONDE_ACCEPT_BACKOFF.  EACCES, EPERM, ECONNABORTED, EPROTO, EINTR and others
   of SONDE_ACCEPT_RETRY: 64 times in a row.  EINVAL: LISTENER does not listen,
   or unknown flag.  EBADF, ENOTSOCK, EOPNOTSUPP.  Since 0.1.  */
int sonde_accept(int listener, struct sonde_address *peer, unsigned flags);

/* A descriptor kept in reserve, for when there are no more.  One thread at a
   time.  */
struct sonde_reserve {
    int fd; /* -1: it is lost */
};

/* Put a descriptor in reserve: a socket without an address, which needs no file
   and works in a chroot, of whichever family a sandbox leaves.  Returns 0.
   EMFILE, ENFILE, ENOBUFS, ENOMEM.  EAFNOSUPPORT, EPROTONOSUPPORT, EACCES,
   EPERM: there is none.  Since 0.1.  */
int sonde_reserve_open(struct sonde_reserve *spare);

/* Give it up.  Since 0.1.  */
void sonde_reserve_close(struct sonde_reserve *spare);

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
int sonde_reserve_shed(struct sonde_reserve *spare, int listener);

/* The milliseconds to leave a listener alone after an error of class
   SONDE_ACCEPT_BACKOFF, LAST being the answer of the call before, or 0 after a
   success: 5, then twice as long each time, 1000 at most.  Cannot fail.
   Since 0.1.  */
int sonde_backoff(int last);

/* How a listener or a datagram socket has failed lately.  All zero at first;
   the members are the library's own.  */
struct sonde_backoff_state {
    int delay, idle;
};

/* The milliseconds to leave FD alone after a call that poll announced on it,
   sonde_accept or sonde_datagram_receive_from.  ERROR is its errno, 0 if it
   succeeded.  0: no time, go back to poll.  After an error other than EAGAIN:
   as sonde_backoff, growing until a call succeeds.  After EAGAIN: 0, but the
   same time after 64 of them in a row if poll says even so that FD is readable;
   without it a level-triggered loop takes the whole processor.

   Hides: a listener that another process has shut down.  accept says EINVAL on
   Linux, which is SONDE_ACCEPT_FATAL; ECONNABORTED for ever on OpenBSD; and for
   a non-blocking one EWOULDBLOCK for ever on NetBSD, with poll reporting it as
   readable (portability: "Errors of accept").

   Keeps errno.  Cannot fail.  Since 0.1.  */
int sonde_backoff_after(struct sonde_backoff_state *state, int fd, int error);

/* ---- activation: sockets inherited from inetd or systemd ---------------- */

/* What a socket is to a server.  */
enum sonde_role {
    SONDE_LISTENER,   /* accept from it */
    SONDE_CONNECTION, /* serve it; its peer may be gone already */
    SONDE_DATAGRAM,   /* receive from it */
    SONDE_UNUSABLE    /* nothing that a server can use: see error */
};

/* A descriptor that was there when the program started.  */
struct sonde_inherited {
    int fd;
    enum sonde_role role;
    int error;      /* SONDE_UNUSABLE: the errno of sonde_inherited; else 0 */
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

   Hides: SO_ACCEPTCONN, which macOS and older OpenBSD do not answer: there a
   stream socket without a peer that is neither writable nor hung up is taken
   for a listener.  A stream socket that was never connected is taken for one
   there; accept then fails with EINVAL.  A connection that was reset in the
   meantime has no peer either (portability: "Inherited sockets").

   Returns 0.  ENOTSOCK: it is something else.  EBADF.  EPROTOTYPE: a socket of
   another type (raw).  ENOTCONN: a stream socket that neither listens nor was
   ever connected.  Since 0.1.  */
int sonde_inherited(int fd, struct sonde_inherited *found);

/* A flag of sonde_activation: remove LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES and
   LISTEN_PIDFDID from the environment, so that children do not take them for
   theirs.  */
#define SONDE_UNSETENV 16U

/* Find the sockets that a service manager passed by LISTEN_FDS, LISTEN_PID and
   LISTEN_FDNAMES: descriptors 3 and up.  At most ROOM are written to FOUND, in
   the order given; each gets close-on-exec, O_NONBLOCK stays as it is.  A
   descriptor that sonde_inherited fails for, such as a FIFO among the sockets,
   has the role SONDE_UNUSABLE and that errno; the others can be used.
   FLAGS: SONDE_UNSETENV.

   Reading is strict: numbers are decimal digits, nothing else.  getenv and
   unsetenv make it a call for the start of main, before there are threads.

   Returns how many; 0 if the variables are missing or for another process,
   which is no error (then they are left alone), or say 0.  EINVAL: they are
   malformed, or the names are not as many as the sockets, or FLAGS is unknown.
   ENOSPC: more than ROOM.  ENOMEM.
   On failure the variables are unset all the same if FLAGS says so, and the
   descriptors stay open, the caller's as before.  Since 0.1.
   Rests on: sd_listen_fds(3).  */
int sonde_activation(struct sonde_inherited *found, size_t room,
                     unsigned flags);

/* ---- stream: whole reads and writes, with a timeout --------------------- */

/* What holds for all five functions:

   FD is a connected stream socket, blocking or not: that state is not
   changed.  A pipe or a terminal does too.

   ETIMEDOUT does not mean that TIMEOUT is over, which is EAGAIN, but that the
   peer's host has not answered for so long that the system gave the connection
   up.

   Writing never raises SIGPIPE and leaves its disposition alone: a peer that
   is gone is EPIPE or ECONNRESET, and nothing else.

   Hides: MSG_NOSIGNAL (Linux, the BSDs, macOS since 11), else SO_NOSIGPIPE
   (older macOS; it stays set on FD), else SIGPIPE blocked in this thread
   while it writes, and taken back if it came; macOS's EPROTOTYPE for a
   connection that is just being torn down; EINVAL on macOS for more than
   INT_MAX bytes; MSG_DONTWAIT, which send ignores on a blocking socket of
   macOS and NetBSD.  On macOS FD is then polled, and written by SO_SNDLOWAT
   bytes; of two threads or processes that write to one blocking socket at the
   same time, one may miss its TIMEOUT there (portability: "Writing without
   SIGPIPE", "Waiting").  */

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

   Hides: nothing of a system's, but what stdio does to a socket: no deadline,
   lines with a NUL inside cut by fgets, over-long ones handed out in pieces
   that look like lines, a buffer that no poll knows of.  There is at most one
   read for a buffer full, so several lines may be buffered: take lines until
   EAGAIN before waiting for FD in a poller.

   Returns the length, with the newline, which is missing from the last line
   only, if the stream ended without it; 0: the stream has ended.
   EAGAIN: no whole line came in time.  EMSGSIZE: the buffer is full, and there
   is no newline in it; also if the stream would end there, which has not been
   read yet.  Other errors as sonde_read.  After each of them what came is still
   there: call again, or sonde_line_partial, or sonde_line_skip.  Since 0.1.  */
ssize_t sonde_line(struct sonde_lines *lines, char **line, int timeout);

/* Let *PIECE point to what has come of the next line, up to and including its
   newline; only if that is nothing, wait for more.  So a line of any length is
   had in pieces, of which only the last ends in a newline; and so are the
   bytes that were read ahead, for a protocol that stops being lines.
   Returns and fails as sonde_line, but never with EMSGSIZE.  Since 0.1.  */
ssize_t sonde_line_partial(struct sonde_lines *lines, char **piece,
                           int timeout);

/* Drop what follows up to and including the next newline, or the stream's end.
   Returns 0.  EAGAIN: no newline came in time, nor in 64 reads after it of a
   peer that keeps sending; what came is dropped, and the next call goes on.
   Other errors as sonde_read.  Since 0.1.  */
int sonde_line_skip(struct sonde_lines *lines, int timeout);

/* ---- datagram: datagrams: whole, from where, and to where --------------- */

/* No datagram of UDP is longer, in bytes: over IPv4 they end at 65,507, over
   IPv6 at 65,527.  A buffer of this size never cuts one.  */
#define SONDE_DATAGRAM_MAX 65535

/* Clients: sonde_connect with the type SOCK_DGRAM makes a connected socket, to
   the first address there is a way to.  Then the kernel passes only what comes
   from there, and an ICMP error is told by the next call as ECONNREFUSED,
   EHOSTUNREACH, ...: sonde_connect_status says what it means.  No answer is not
   a proof of anything.

   Hides: the buffers of the BSDs and macOS, in which no datagram above 9,216
   bytes can be sent, and on the BSDs and macOS before 10.8 none above some
   42,000 received; they are enlarged (portability: "Datagrams").  */

/* Send the SIZE bytes DATA as one datagram on the connected socket FD, waiting
   for room if there is none.  Sent does not mean that it arrives.
   Returns 0.  EAGAIN: no room in time.  EMSGSIZE: too long.  ENOBUFS: no room
   either, where that cannot be waited for (BSDs, macOS).  ECONNREFUSED and
   others: see above; the datagram was not sent, but may be again.  EPIPE: FD is
   shut down for sending; never SIGPIPE, which the BSDs raise here as well
   (portability: "Writing without SIGPIPE").  ENOTCONN, EDESTADDRREQ, EBADF,
   ENOTSOCK.  Since 0.1.  */
int sonde_datagram_send(int fd, const void *data, size_t size, int timeout);

/* Receive one datagram of the peer on the connected socket FD into BUFFER of
   SIZE bytes, waiting for it if none is there.  What came from others before
   FD was connected is left out.
   Returns its length, which may be 0.  EMSGSIZE: it was longer than SIZE; the
   rest is lost, and BUFFER holds the beginning.  EAGAIN: none came in time, or
   64 in a row were left out.
   ECONNREFUSED and others: see above.  ENOTCONN: FD is not connected.  EBADF,
   ENOTSOCK.  Since 0.1.  */
ssize_t sonde_datagram_receive(int fd, void *buffer, size_t size, int timeout);

/* Both ends of a datagram that a server received: FROM its sender (length 0 if
   it has no address: a UNIX client that bound none), TO the address and port
   of this host it was sent to (the wildcard if the system does not tell).  An
   inherited IPv6 socket may be for IPv4 too, and then has ::ffff:192.0.2.1.
   GROUP is not 0 if it was sent to many hosts, broadcast or multicast, as far
   as the system tells.  WILDCARD is not 0 if the socket is bound to no address
   of the host, so that an answer has to say which it comes from: noted here,
   the system is asked for it once a datagram, not twice.  */
struct sonde_datagram {
    struct sonde_address from;
    struct sonde_address to;
    int group;
    int wildcard;
};

/* Servers: make a socket that receives datagrams at ADDRESS (port 0: one the
   system chooses).  FLAGS: SONDE_NONBLOCK, SONDE_CLOEXEC.

   Hides: IPV6_V6ONLY, as sonde_listen; the buffers, as above.

   Returns the descriptor, the caller's to close.  EADDRINUSE, EADDRNOTAVAIL,
   EACCES, the errno of sonde_socket; EOPNOTSUPP: V6ONLY cannot be had; ENOENT,
   ENOTDIR, EROFS, ...: a UNIX path that cannot be made.  One that was made is
   the caller's to unlink.  Since 0.1.  */
int sonde_datagram_bind(const struct sonde_address *address, unsigned flags);

/* Make of the datagram socket FD, which somebody else has bound, such as inetd,
   what sonde_datagram_bind makes: ask for the local addresses of datagrams, and
   enlarge the buffers.  Where these are not to be had it does without.
   Returns 0.  EPROTOTYPE: it is a socket of another type.  EBADF, ENOTSOCK.
   Since 0.1.  */
int sonde_datagram_prepare(int fd);

/* Receive one datagram on FD, of sonde_datagram_bind or sonde_datagram_prepare,
   with both its ends; the rest as sonde_datagram_receive.  With EMSGSIZE *ENDS
   is set too.

   Hides: how a system tells the local address (IP_PKTINFO, IP_RECVDSTADDR,
   IPV6_PKTINFO); errors that an earlier answer brought about, such as
   ECONNREFUSED of a client that is gone: only the 64th in a row is reported,
   with its own errno, until then the next datagram is taken instead
   (portability: "Datagrams").  So EAGAIN means that there is no datagram; after
   another errno but EMSGSIZE leave FD alone for the time of
   sonde_backoff_after.  */
ssize_t sonde_datagram_receive_from(int fd, void *buffer, size_t size,
                                    int timeout, struct sonde_datagram *ends);

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
   an address; a UNIX address that is, or leads to, the file of the service's
   own socket, by whatever path: relative, through links, another mount.  A
   client whose port is by chance the service's own is refused too; its next
   attempt has another one.

   Two servers that somebody has set on each other cannot be told from clients
   here: bound the answers to one sender.

   The string is a constant.  Cannot fail.  Since 0.1.  */
const char *sonde_datagram_check_source(const struct sonde_datagram *ends);

/* ---- keepalive: notice a peer that vanished ----------------------------- */

/* Have TCP ask the peer of the connected socket FD for a sign of life after
   SECONDS of silence, so that one that vanished is noticed some minutes later
   (the system's own spacing and count of probes) as ETIMEDOUT; 0 switches it
   off.  On a listener it may or may not pass to what it accepts: set it there
   and on the accepted socket.

   Hides: the name of the option, TCP_KEEPIDLE, on macOS TCP_KEEPALIVE; its
   absence (OpenBSD): then the system's own time holds, two hours as a rule
   (portability: "Keepalive").

   Returns the seconds in force; 0 if it was switched off, or on with the
   system's own time.  EINVAL: SECONDS is negative, or more or fewer than this
   system takes (Linux: 32767 at most; illumos: 10 at least); nothing is
   switched on then.  EBADF, ENOTSOCK; what the system says of a socket that is
   not TCP.  Since 0.1.  */
int sonde_keepalive(int fd, int seconds);

/* ---- signal: handlers, children, and a descriptor for loops ------------- */

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

/* Have the system send SIGNO to this process when its parent has ended, though
   by SIGKILL; 0: no more.  So that a child that waits in a call does not keep
   what its parent left behind, a port for instance.  A child made by fork
   begins without it.  The parent may have ended before: compare getppid with
   what the parent was, afterwards.

   Hides: prctl and procctl.  On Linux the parent is the thread that called
   fork, and a change of user or group takes the signal back (portability:
   "Parents").

   Returns 0.  EINVAL: no such signal.  ENOTSUP: the system has nothing of the
   kind (macOS, NetBSD, OpenBSD).  Since 0.1.  */
int sonde_parent_death_signal(int signo);

/* Turn signals into something to read, so that a loop that waits for
   descriptors can wait for signals too, and none comes between the check and
   the wait.  Returns a descriptor, for a poller or poll, which becomes readable
   when a signal chosen by sonde_selfpipe_catch has come.

   Hides: signalfd, which only Linux has, and the races of a flag tested before
   poll; pselect and ppoll close them only where they are system calls
   (portability: "Signals and loops").

   All the sonde_selfpipe functions work on one state of the whole process, the
   handler having no other way to find it: at most one wake-up at a time, opened
   and closed while no other thread uses it.  The descriptor is close-on-exec
   and non-blocking, and only sonde_selfpipe_close may close it.
   EBUSY: it is open already.  EMFILE, ENFILE.  Since 0.1.  */
int sonde_selfpipe_open(void);

/* Catch SIGNO from now on: its handler notes it, and wakes up.  System calls
   are restarted (SONDE_RESTART).  It changes the disposition for the whole
   process, until sonde_selfpipe_close.
   Returns 0.  EINVAL: no such signal, or one that cannot be caught, or above
   127.  ENOENT: sonde_selfpipe_open comes first.  Since 0.1.  */
int sonde_selfpipe_catch(int signo);

/* The number of a signal that has come since it was last returned here, each
   once, however often it came; 0: none.  Call it until it says 0.  Never waits.
   Since 0.1.  */
int sonde_selfpipe_read(void);

/* Give every signal the disposition it had before sonde_selfpipe_catch, and
   close the descriptor.  A child made by fork calls this first, if it goes on
   in the same program: what it was sent since fork, it is sent again, with the
   former disposition; and it has never woken its parent.  Since 0.1.  */
void sonde_selfpipe_close(void);

/* ---- poller: which descriptors are ready -------------------------------- */

/* What a descriptor is watched for, and found ready for.  */
#define SONDE_READABLE 1U /* read, or accept, would not block */
#define SONDE_WRITABLE 2U /* write would not block; a connect has ended */

/* How a poller asks the system.  */
enum sonde_poller_kind {
    SONDE_POLLER_BEST,   /* the first of the following that this host has */
    SONDE_POLLER_EPOLL,  /* Linux, illumos */
    SONDE_POLLER_KQUEUE, /* the BSDs, macOS */
    SONDE_POLLER_POLL    /* everywhere */
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
   of them: what stays ready is reported again.  No limit on the value of
   descriptors (select has FD_SETSIZE), and none on their number, but that the
   poll of macOS takes 10240 at most: with more, SONDE_POLLER_POLL fails in
   sonde_poller_wait, EINVAL.  A connection that is hung up
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
   a regular file.  EPIPE: under kqueue, FD is a pipe whose reader is gone.
   EINVAL: unknown events; under kqueue, FD is of a kind that it does not watch.
   A character device that kqueue refuses so (macOS: /dev/null, /dev/tty) is
   taken and always ready, as poll says it is.  A regular file is not readable
   at its end under kqueue (FreeBSD, macOS), though it is to poll: read it
   without a poller.  ENOMEM, ENOSPC.  Since 0.1.  */
int sonde_poller_add(struct sonde_poller *poller, int fd, unsigned events,
                     void *user);

/* Watch FD for EVENTS, with USER, from now on; 0 pauses it.  What was found
   before and is no longer watched for will not be reported.
   Returns 0.  ENOENT: it is not being watched.  EBADF, EPERM, EPIPE, EINVAL,
   ENOMEM, ENOSPC: as above.  Since 0.1.  */
int sonde_poller_modify(struct sonde_poller *poller, int fd, unsigned events,
                        void *user);

/* Watch FD no longer.  To be done before it is closed: epoll would go on
   watching what a duplicate keeps open.  What was found and not yet taken by
   sonde_poller_next is forgotten, so that USER may be freed at once, also for
   a descriptor other than the one just served, and a new descriptor with the
   same number starts with a clean slate.
   Returns 0.  ENOENT: it is not being watched.  Since 0.1.  */
int sonde_poller_remove(struct sonde_poller *poller, int fd);

/* Wait until a descriptor is ready.  What the last wait found and was not taken
   is dropped, to be found again.  A signal does not end the wait, unless by
   sonde_selfpipe_open.
   Returns how many are ready, 0 if the time is over.  ENOMEM.  EINVAL: more
   descriptors than poll takes, see sonde_poller_open.  EINTR: 128 times in a
   row, each time at once, which no signals do.  Since 0.1.  */
int sonde_poller_wait(struct sonde_poller *poller, int timeout);

/* Take the next of those that the last sonde_poller_wait found into *EVENT.
   Each descriptor comes once.  Returns 1, or 0 if there is none left.
   Since 0.1.  */
int sonde_poller_next(struct sonde_poller *poller, struct sonde_event *event);

/* ---- byteorder: which byte comes first ---------------------------------- */

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
