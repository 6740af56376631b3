/* activation.c - sockets inherited from inetd, or by LISTEN_FDS
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

/* The first descriptor of LISTEN_FDS.  */
enum { first_fd = 3 };

/* Set *ROLE of FD, a stream or SEQPACKET socket: SONDE_LISTENER by
   SO_ACCEPTCONN or, without that option, if FD has no peer and poll reports
   neither room nor an error nor a hang-up; otherwise SONDE_CONNECTION, also
   after a reset, and if poll fails.  Returns 0, or -1 with ENOTCONN: FD is no
   listener by the rule above and was never connected, since getpeername fails
   with ENOTCONN, and poll reports neither input nor an error; *ROLE is
   undefined then.  May change errno on success.  */
static int activation_find_role(int fd, enum sonde_role *role)
{
    int listens;
    struct sonde_address peer;
    struct pollfd asked = {.fd = fd, .events = POLLIN | POLLOUT};
    if (sonde__get_option(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens))
        listens = -1; /* not known */
    *role = listens > 0 ? SONDE_LISTENER : SONDE_CONNECTION;
    if (listens > 0 || !sonde_address_peer(fd, &peer))
        return 0;
    int error = errno;
    if (sonde__poll(&asked, 1, sonde_deadline(0)) < 0)
        return 0;
    /* A reset connection has no peer either, but is readable, writable, in
       error or hung up; a listener is never the last three.  recv would take
       the error away from the next reader.  */
    if (listens < 0 && !(asked.revents & (POLLOUT | POLLHUP | POLLERR)))
        *role = SONDE_LISTENER;
    else if (error == ENOTCONN && !(asked.revents & (POLLIN | POLLERR)))
        return sonde__fail(ENOTCONN);
    return 0;
}

int sonde_inherited(int fd, struct sonde_inherited *found)
{
    int saved = errno;
    struct sonde_inherited made = {.fd = fd, .name = "unknown"};
    if (sonde__get_option(fd, SOL_SOCKET, SO_TYPE, &made.type))
        return -1;
    made.family = sonde_address_family(fd);
    if (made.family < 0) {
        if (made.type != SOCK_STREAM)
            return -1;
        /* On OpenBSD a connection that was reset has no address.  */
        made.family = AF_UNSPEC;
    }
    switch (made.type) {
    case SOCK_STREAM:
    case SOCK_SEQPACKET:
        if (activation_find_role(fd, &made.role))
            return -1;
        break;
    case SOCK_DGRAM:
        made.role = SONDE_DATAGRAM;
        break;
    default:
        return sonde__fail(EPROTOTYPE);
    }
    *found = made;
    errno = saved;
    return 0;
}

/* The number of sockets passed to this process by LISTEN_PID and LISTEN_FDS; 0
   if either is missing, or LISTEN_PID is another process.  Returns -1 with
   EINVAL: malformed; ENOSPC: more than ROOM.  *OURS: 1 if both variables are
   set, and LISTEN_PID is this process or malformed; otherwise 0.  LISTEN_FDS
   may be malformed or 0 even if *OURS is 1.  */
static int count_passed(size_t room, int *ours)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    uint32_t process, count;
    *ours = pid && fds;
    if (!*ours)
        return 0;
    if (sonde__read_number(pid, strlen(pid), INT_MAX, &process))
        return sonde__fail(EINVAL);
    *ours = process == (uint32_t)getpid();
    if (!*ours)
        return 0;
    if (sonde__read_number(fds, strlen(fds), INT_MAX - first_fd, &count))
        return sonde__fail(EINVAL);
    return count > room ? sonde__fail(ENOSPC) : (int)count;
}

/* Give the COUNT sockets in FOUND the names in LISTEN_FDNAMES, separated by
   colons; without the variable the names stay.  Returns 0, or -1 with EINVAL:
   not COUNT names, or a name above 255 bytes; some names may be set then.  */
static int read_names(struct sonde_inherited *found, size_t count)
{
    const char *name = getenv("LISTEN_FDNAMES");
    for (size_t i = 0; name && i < count; i++) {
        size_t length = strcspn(name, ":");
        int is_last = name[length] == '\0';
        if (length >= sizeof found->name || is_last != (i + 1 == count))
            return sonde__fail(EINVAL);
        memcpy(found[i].name, name, length);
        found[i].name[length] = '\0';
        name += length + 1;
    }
    return 0;
}

/* Describe the COUNT descriptors from first_fd on in MADE, with the names in
   LISTEN_FDNAMES, and set close-on-exec on each, usable or not.  A closed
   descriptor or one without a usable socket is SONDE_UNUSABLE, no failure.
   Returns 0, or -1 with errno: EINVAL: malformed names; or of fcntl:
   close-on-exec could not be set.  After -1 close-on-exec stays set, and MADE
   is undefined.  May change errno on success.  */
static int activation_describe(struct sonde_inherited *made, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int fd = first_fd + (int)i;
        if (sonde_inherited(fd, &made[i]))
            made[i] = (struct sonde_inherited){.fd = fd,
                                               .role = SONDE_UNUSABLE,
                                               .error = errno,
                                               .name = "unknown"};
        int flags = sonde__sys.fcntl(fd, F_GETFD, 0);
        if ((flags < 0 ||
             sonde__sys.fcntl(fd, F_SETFD, flags | FD_CLOEXEC) < 0) &&
            errno != EBADF)
            return -1;
    }
    return read_names(made, count);
}

/* Read the descriptors that LISTEN_FDS passes to this process into FOUND, and
   set close-on-exec on each.  *OURS: 1 if LISTEN_PID and LISTEN_FDS are set,
   and LISTEN_PID is this process or malformed; otherwise 0.  Returns the
   number, 0 also for another process; or -1 with FOUND unchanged: ENOSPC: more
   than ROOM; EINVAL: malformed; ENOMEM; or the errno of fcntl.  Close-on-exec
   may be set then.  The environment is unchanged.  */
static int take_passed(struct sonde_inherited *found, size_t room, int *ours)
{
    int count = count_passed(room, ours);
    if (count <= 0)
        return count;
    struct sonde_inherited *made = calloc((size_t)count, sizeof *made);
    if (!made)
        return -1;
    int result = activation_describe(made, (size_t)count);
    if (!result)
        memcpy(found, made, (size_t)count * sizeof *made);
    sonde__free(made);
    return result ? -1 : count;
}

int sonde_activation(struct sonde_inherited *found, size_t room, unsigned flags)
{
    if (flags & ~SONDE_UNSETENV)
        return sonde__fail(EINVAL);
    int saved = errno, ours = 0;
    int count = take_passed(found, room, &ours);
    if (count < 0)
        saved = errno;
    if (ours && flags & SONDE_UNSETENV) {
        unsetenv("LISTEN_PID");
        unsetenv("LISTEN_FDS");
        unsetenv("LISTEN_FDNAMES");
        unsetenv("LISTEN_PIDFDID");
    }
    errno = saved;
    return count;
}
