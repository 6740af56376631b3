/* accept.c - take the next connection, despite failures of earlier ones
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* After 64 failures in a row the last is reported, and control returns to the
   caller.  Of interruptions only those less than 1 ms apart count.  */
enum { retries = 64 };

/* Whether ERROR, an errno of accept4, may mean that accept4 does not work here,
   and accept is to be tried: ENOSYS; EINVAL, flags unknown to the kernel; EPERM
   and EACCES, of a filter.  The last two may also come from a firewall: then
   accept fails in the same way, or takes the next connection.  */
static int no_accept4(int error)
{
    return error == ENOSYS || error == EPERM || error == EACCES ||
           error == EINVAL;
}

/* Whether accept4 sets exactly FLAGS.  On illumos O_NONBLOCK is inherited
   despite accept4; elsewhere the result is exact.  */
#ifdef ACCEPT4_INHERITS_NONBLOCK
enum { accept4_is_exact = 0 };
#else
enum { accept4_is_exact = 1 };
#endif

/* Whether FD, of plain accept, has a peer: 0 if sonde_address_peer fails with
   ENOTCONN; 1 otherwise, also after another error.  macOS returns a socket for
   an aborted connection; over IPv4 accept then reports the address of the peer,
   and only this check shows that the peer is gone.  May change errno.  */
static int has_peer(int fd)
{
    struct sonde_address peer;
    return !sonde_address_peer(fd, &peer) || errno != ENOTCONN;
}

/* Take one connection of LISTENER with accept4, or with accept if accept4 does
   not work.  Waits if LISTENER is blocking.  PEER is not NULL.  Returns a
   descriptor with exactly FLAGS, and the address of the client in *PEER; errno
   may change.  Returns -1 with errno: that of accept4, or of accept if both
   were called; that of fcntl, if FLAGS could not be set; or ECONNABORTED: the
   connection was aborted in the queue, so the address has length 0 or, after
   accept, there is no peer.  A UNIX connection is never ECONNABORTED for these
   reasons.  After -1 no descriptor is open, and *PEER is undefined.  */
static int accept_once(int listener, struct sonde_address *peer, unsigned flags)
{
    void *storage = &peer->storage;
    int plain = 0;
    peer->length = sizeof peer->storage;
    int fd = sonde__sys.accept4(listener, storage, &peer->length, flags);
    if (fd < 0 && no_accept4(errno)) {
        plain = 1;
        peer->length = sizeof peer->storage;
        fd = sonde__sys.accept(listener, storage, &peer->length);
    }
    if (fd < 0)
        return -1;
    /* A client of a UNIX socket may have no name.  */
    if ((peer->length == 0 || (plain && !has_peer(fd))) &&
        sonde_address_family(listener) != AF_UNIX) {
        sonde__close(fd);
        return sonde__fail(ECONNABORTED);
    }
    if (peer->length > sizeof peer->storage)
        peer->length = sizeof peer->storage; /* truncated by the kernel */
    if ((plain || !accept4_is_exact) && sonde__set_flags(fd, flags))
        return sonde__close_failed(fd);
    return fd;
}

int sonde_accept(int listener, struct sonde_address *peer, unsigned flags)
{
    if (flags & ~(SONDE_NONBLOCK | SONDE_CLOEXEC))
        return sonde__fail(EINVAL);
    int saved = errno;
    struct sonde__row interrupted = {0};
    for (int failures = 0; failures < retries;) {
        struct sonde_address found = {0};
        int fd = accept_once(listener, &found, flags);
        if (fd >= 0) {
            if (peer)
                *peer = found;
            /* The test must run before the caller forks.  */
            if (!(flags & SONDE_NONBLOCK))
                sonde__honours_dontwait();
            errno = saved;
            return fd;
        }
        enum sonde_accept_class class = sonde_accept_class(errno);
        if (class == SONDE_ACCEPT_WAIT)
            errno = EAGAIN;
        if (class != SONDE_ACCEPT_RETRY)
            return -1;
        /* A blocking listener may wait for long, and be interrupted often.  */
        if (errno != EINTR)
            failures++;
        else if (sonde__row_count(&interrupted) >= retries)
            return -1;
    }
    return -1;
}
