/* known.c - what is known of systems that were not asked
   SPDX-License-Identifier: GPL-3.0-or-later

   Source: read in FreeBSD 9.3 and 13.0, NetBSD 7, OpenBSD (2003 to 2021), xnu
   of macOS 15.4 and its history, illumos of 2015, gVisor and lwIP of 2026,
   Linux 6.18.  Documented: manual pages, kernel documents, and Unix Network
   Programming.  Measured: by a small test program on stacks that run in user
   space, FreeBSD 9.1 (2012) and 13.0, NetBSD 7.99.34, gVisor, lwIP 2.2.2,
   NuttX; OpenBSD 2.8 in an emulator.  */

#include <config.h>

#include <string.h>

#include "probes/known.h"

#define S MARK_SOURCE
#define D MARK_DOCUMENTED
#define M MARK_MEASURED

static const struct known rows[] = {
    {"accept.aborted", "FreeBSD 9.1 and 13.0", "ECONNABORTED", M},
    {"accept.aborted", "NetBSD 7.99", "ECONNABORTED", M},
    {"accept.aborted", "OpenBSD, illumos", "ECONNABORTED", S},
    {"accept.aborted", "macOS", "success, perhaps with an address length of 0",
     S},
    {"accept.aborted", "Solaris 9, SVR4", "EPROTO", D},
    {"accept.aborted", "gVisor 2022, 2024", "a socket; then read ECONNRESET",
     M},
    {"accept.aborted", "lwIP, NuttX", "ENOTCONN", M},
    {"accept.aborted", "OpenBSD 2.8", "a socket; then read ECONNRESET", M},
    {"accept.fdlimit", "FreeBSD 13, NetBSD 7, illumos", "kept in the queue", S},
    {"accept.fdlimit", "macOS", "the connection is closed", S},
    {"accept.fdlimit", "gVisor", "lost", S},
    {"accept.flags", "FreeBSD, OpenBSD, illumos", "accept4 and both flags", S},
    {"accept.flags", "NetBSD 7", "paccept and both flags", S},
    {"accept.flags", "macOS", "neither accept4 nor the flags", S},
    {"accept.inherits.async", "FreeBSD, NetBSD, OpenBSD, macOS", "yes", S},
    {"accept.inherits.cloexec", "FreeBSD, NetBSD", "no", S},
    {"accept.inherits.keepalive", "FreeBSD, NetBSD, OpenBSD, macOS", "yes", S},
    {"accept.inherits.linger", "FreeBSD, macOS", "yes", S},
    {"accept.inherits.nonblock", "FreeBSD 13.0, NetBSD 7.99", "yes", M},
    {"accept.inherits.nonblock", "OpenBSD, macOS", "yes", S},
    {"accept.inherits.nonblock", "illumos", "yes, for accept4, too", S},
    {"accept.inherits.nonblock", "gVisor, NuttX, lwIP", "no", M},
    {"accept.inherits.oobinline", "FreeBSD, NetBSD, OpenBSD, macOS", "yes", S},
    {"accept.inherits.rcvbuf", "FreeBSD, macOS", "yes", S},
    {"accept.inherits.rcvlowat", "FreeBSD", "yes", S},
    {"accept.inherits.rcvtimeo", "FreeBSD, OpenBSD", "yes", S},
    {"accept.inherits.rcvtimeo", "macOS", "no", S},
    {"accept.inherits.reuseaddr", "FreeBSD, NetBSD, OpenBSD, macOS", "yes", S},
    {"accept.inherits.sndbuf", "FreeBSD, macOS", "yes", S},
    {"accept.inherits.sndtimeo", "FreeBSD, OpenBSD", "yes", S},
    {"accept.inherits.sndtimeo", "macOS", "no", S},
    {"address.length", "FreeBSD, DragonFly, macOS",
     "sin_len; the length must be exact, else EINVAL", S},
    {"address.length", "NetBSD", "sin_len, overwritten with the length given",
     S},
    {"address.length", "Cygwin", "no sin_len", S},
    {"bind.reuse.addr", "Cygwin", "SO_REUSEADDR is dropped on streams", S},
    {"bind.reuse.port", "FreeBSD", "SO_REUSEPORT_LB is what balances", S},
    {"bind.reuse.port", "macOS", "there is no SO_REUSEPORT_LB", S},
    {"bind.reuse.timewait", "NetBSD 7.99", "works once the listener is gone",
     M},
    {"bind.reuse.timewait-new", "gVisor",
     "SO_REUSEADDR counts only if the first listener had it", M},
    {"bind.v6only", "FreeBSD, NetBSD", "1 by default", S},
    {"bind.v6only", "OpenBSD", "1; setting 0 is EINVAL", S},
    {"bind.v6only", "macOS", "0 by default", S},
    {"close.linger", "lwIP", "SO_LINGER 0: FIN, unless data is outstanding", M},
    {"close.timewait", "FreeBSD, NetBSD", "60 s", S},
    {"close.timewait", "macOS", "30 s", S},
    {"close.timewait", "illumos", "60 s", S},
    {"close.timewait", "gVisor", "60 s", S},
    {"connect.refused", "Berkeley-derived kernels",
     "the socket must be closed then", D},
    {"connect.timeout", "FreeBSD, NetBSD, macOS", "75 s", S},
    {"connect.timeout", "illumos", "180 s", S},
    {"connect.timeout", "gVisor", "6 SYNs are retried", S},
    {"connect.timeout", "Linux",
     "131 s; 127 s where no steps of 1 s come first", D},
    {"listen.again", "FreeBSD, NetBSD, OpenBSD, macOS, illumos", "resizes", S},
    {"listen.again", "gVisor", "EINVAL if more wait than the new size", S},
    {"listen.cap", "FreeBSD, DragonFly", "kern.ipc.soacceptqueue, 128", S},
    {"listen.cap", "NetBSD", "somaxconn, 128", S},
    {"listen.cap", "OpenBSD", "kern.somaxconn 128, kern.sominconn 80", S},
    {"listen.cap", "macOS", "kern.ipc.somaxconn, 128", S},
    {"listen.cap", "illumos", "_conn_req_max_q, 128", S},
    {"listen.cap", "gVisor", "1024, built in", S},
    {"listen.cap", "lwIP", "255", S},
    {"listen.connected", "FreeBSD, NetBSD, OpenBSD, macOS", "EINVAL", S},
    {"listen.negative", "FreeBSD, DragonFly, OpenBSD, macOS", "the cap", S},
    {"listen.negative", "NetBSD", "as 0", S},
    {"listen.negative", "illumos", "1 connection", S},
    {"listen.negative", "gVisor", "1025", S},
    {"listen.negative", "NuttX", "0", M},
    {"listen.overflow", "FreeBSD 9.1 and 13.0", "the connected client is reset",
     M},
    {"listen.overflow", "NetBSD, OpenBSD, macOS, illumos",
     "silence: the SYN is dropped", S},
    {"listen.overflow", "gVisor", "silence: the SYN is dropped", S},
    {"listen.overflow", "Linux before 4.10",
     "two more clients believe themselves connected", S},
    {"listen.queue", "FreeBSD 9.1 and 13.0", "3n/2+1 accepted", M},
    {"listen.queue", "NetBSD 7.99", "n+1", M},
    {"listen.queue", "OpenBSD", "n+1, and 81 at least", S},
    {"listen.queue", "macOS since 10.5", "n", S},
    {"listen.queue", "illumos, Solaris 8 and later", "3n/2+1", S},
    {"listen.queue", "gVisor 2022, 2024", "n+1", M},
    {"listen.queue", "Linux 2.4 to 4.9", "clients n+3, accepted n+1", S},
    {"listen.queue", "lwIP", "max (n, 1)", M},
    {"listen.queue", "NuttX", "n: none for 0", M},
    {"listen.queue", "OpenBSD 2.8", "at least 190, whatever the backlog", M},
    {"listen.synqueue", "FreeBSD", "15360 for all listeners, in the syncache",
     S},
    {"listen.synqueue", "macOS", "none of its own: part of the queue", S},
    {"listen.synqueue", "illumos", "1024 more than the queue", S},
    {"listen.synqueue", "gVisor", "SYN cookies when full", S},
    {"listen.unbound", "illumos", "the system chooses a port", S},
    {"listen.zero", "FreeBSD, NetBSD, DragonFly, illumos", "1", S},
    {"listen.zero", "OpenBSD", "81", S},
    {"listen.zero", "macOS since 10.5", "the cap, 128", S},
    {"listen.zero", "NuttX", "none", M},
    {"option.defaults", "macOS", "SO_LINGER counts ticks", S},
    {"option.lowat", "FreeBSD, macOS", "SO_RCVLOWAT settable", S},
    {"option.lowat", "illumos", "not implemented", S},
    {"signal.connect-again", "FreeBSD 13, NetBSD 7", "EALREADY, then EISCONN",
     S},
    {"signal.connect-again", "macOS", "EISCONN, although not connected", S},
    {"signal.connect-again", "illumos", "EALREADY, then EISCONN", S},
    {"signal.reset", "dietlibc on Linux", "System V: accept is not restarted",
     M},
    {"signal.restart.accept", "FreeBSD, NetBSD, macOS", "restarted", S},
    {"signal.restart.accept", "gVisor 2022, 2024", "EINTR", M},
    {"signal.restart.connect", "FreeBSD, NetBSD, OpenBSD, macOS",
     "EINTR, always", S},
    {"signal.restart.poll", "NetBSD, macOS", "EINTR", S},
    {"signal.restart.read", "FreeBSD", "restarted, with a timeout, too", S},
    {"signal.restart.read", "illumos", "restarted", D},
    {"signal.restart.recv", "FreeBSD", "restarted, with a timeout, too", S},
    {"signal.restart.recv", "illumos", "restarted", D},
    {"signal.restart.select", "NetBSD, macOS", "EINTR", S},
    {"signal.restart.send", "FreeBSD", "restarted, or the count so far", S},
    {"signal.restart.write", "FreeBSD", "restarted, or the count so far", S},
    {"signal.sigpipe", "FreeBSD, NetBSD", "MSG_NOSIGNAL and SO_NOSIGPIPE", S},
    {"signal.sigpipe", "macOS", "SO_NOSIGPIPE; MSG_NOSIGNAL since 11", S},
    {"signal.sigpipe", "OpenBSD", "MSG_NOSIGNAL", S},
};

const struct known *known_next(const char *id, const struct known *row)
{
    row = row ? row + 1 : rows;
    for (; row < rows + sizeof rows / sizeof *rows; row++)
        if (!strcmp(row->id, id))
            return row;
    return NULL;
}

size_t known_count(void)
{
    return sizeof rows / sizeof *rows;
}

const char *mark_name(enum mark mark)
{
    static const char *const names[] = {
        [MARK_SOURCE] = "source",
        [MARK_DOCUMENTED] = "documented",
        [MARK_MEASURED] = "measured",
    };
    return names[mark];
}
