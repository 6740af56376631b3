/* activation.c - sockets inherited from inetd, or by LISTEN_FDS
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

/* The first descriptor of LISTEN_FDS.  */
enum { first_fd = 3 };

/* Whether the socket FD, of a connected type, is a listener.  Where
   SO_ACCEPTCONN cannot be read, the result is derived from the peer and from
   poll; 0 if poll fails.  */
static int activation_listens(int fd)
{
    int answer = 0;
    struct sonde_address peer;
    if (!sonde__get_option(fd, SOL_SOCKET, SO_ACCEPTCONN, &answer))
        return answer != 0;
    if (!sonde_address_peer(fd, &peer))
        return 0;
    /* No peer: a listener, or a reset connection.  A reset connection is
       writable, in error or hung up, a listener never.  */
    struct pollfd asked = {.fd = fd, .events = POLLIN | POLLOUT};
    int count = sonde__poll(&asked, 1, sonde_deadline(0));
    return count == 0 ||
           (count > 0 && !(asked.revents & (POLLOUT | POLLHUP | POLLERR)));
}

/* Whether the stream socket FD, not a listener, never had a peer; 0 also if
   poll fails.  A reset connection has no peer either, but is readable.  recv
   would show the same, but would take the error away from the next reader.  */
static int is_unconnected(int fd)
{
    struct sonde_address peer;
    struct pollfd asked = {.fd = fd, .events = POLLIN};
    return sonde_address_peer(fd, &peer) && errno == ENOTCONN &&
           sonde__poll(&asked, 1, sonde_deadline(0)) >= 0 &&
           !(asked.revents & (POLLIN | POLLERR));
}

int sonde_inherited(int fd, struct sonde_inherited *found)
{
    int saved = errno;
    struct sonde_inherited made = {.fd = fd, .name = "unknown"};
    if (sonde__get_option(fd, SOL_SOCKET, SO_TYPE, &made.type))
        return -1;
    made.family = sonde_address_family(fd);
    if (made.family < 0)
        return -1;
    switch (made.type) {
    case SOCK_STREAM:
    case SOCK_SEQPACKET:
        made.role = activation_listens(fd) ? SONDE_LISTENER : SONDE_CONNECTION;
        if (made.role == SONDE_CONNECTION && is_unconnected(fd)) {
            errno = ENOTCONN;
            return -1;
        }
        break;
    case SOCK_DGRAM:
        made.role = SONDE_DATAGRAM;
        break;
    default:
        errno = EPROTOTYPE;
        return -1;
    }
    *found = made;
    errno = saved;
    return 0;
}

/* Read TEXT, only digits, into *VALUE, 0 to LIMIT.  Returns 0, or -1 with
   EINVAL: TEXT is empty, has another character, or exceeds LIMIT; *VALUE is
   unchanged.  */
static int read_digits(const char *text, long limit, long *value)
{
    long number = 0;
    const char *digit = text;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        int next = *digit - '0';
        if (number > (limit - next) / 10)
            break; /* the next digit would exceed LIMIT */
        number = 10 * number + next;
    }
    if (digit == text || *digit != '\0') {
        errno = EINVAL;
        return -1;
    }
    *value = number;
    return 0;
}

/* The number of sockets passed to this process by LISTEN_PID and LISTEN_FDS; 0
   if either is missing, or LISTEN_PID is another process.  Returns -1 with
   EINVAL: malformed; ENOSPC: more than ROOM.  *OURS is whether the variables
   are for this process, even if LISTEN_FDS is malformed or 0; also 1 if
   LISTEN_PID is malformed.  */
static int count_passed(size_t room, int *ours)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    long process, count;
    *ours = pid && fds;
    if (!*ours)
        return 0;
    if (read_digits(pid, INT_MAX, &process))
        return -1;
    *ours = process == (long)getpid();
    if (!*ours)
        return 0;
    if (read_digits(fds, INT_MAX - first_fd, &count))
        return -1;
    if ((unsigned long)count > room) {
        errno = ENOSPC;
        return -1;
    }
    return (int)count;
}

/* Give the COUNT sockets in FOUND the names in LISTEN_FDNAMES, separated by
   colons; all are "unknown" without the variable.  Returns 0, or -1 with
   EINVAL: not COUNT names, or a name is too long.  */
static int read_names(struct sonde_inherited *found, size_t count)
{
    const char *name = getenv("LISTEN_FDNAMES");
    for (size_t i = 0; !name && i < count; i++)
        strcpy(found[i].name, "unknown");
    if (!name)
        return 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(name, ":");
        int is_last = name[length] == '\0';
        if (length >= sizeof found->name || is_last != (i + 1 == count)) {
            errno = EINVAL;
            return -1;
        }
        memcpy(found[i].name, name, length);
        found[i].name[length] = '\0';
        name += length + 1;
    }
    return 0;
}

/* Set close-on-exec of FD, and nothing else.  Returns 0, or -1 with the errno
   of fcntl.  */
static int set_cloexec(int fd)
{
    int old = sonde__sys.fcntl(fd, F_GETFD, 0);
    if (old < 0)
        return -1;
    return sonde__sys.fcntl(fd, F_SETFD, old | FD_CLOEXEC);
}

/* Describe the COUNT descriptors from first_fd on in MADE, with their names,
   and set close-on-exec on each.  A descriptor of no use for a server becomes
   SONDE_UNUSABLE, with the reason in its error.  Returns 0, or -1 with errno:
   malformed names, or close-on-exec could not be set.  */
static int activation_describe(struct sonde_inherited *made, size_t count)
{
    if (read_names(made, count))
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct sonde_inherited one;
        int fd = first_fd + (int)i;
        if (!sonde_inherited(fd, &one)) {
            memcpy(one.name, made[i].name, sizeof one.name);
            made[i] = one;
        } else {
            made[i].fd = fd;
            made[i].role = SONDE_UNUSABLE;
            made[i].error = errno;
        }
        if (set_cloexec(fd) && errno != EBADF)
            return -1;
    }
    return 0;
}

/* Read the passed descriptors into FOUND.  Returns their number, or -1 with
   errno; then FOUND is unchanged, but some descriptors may have close-on-exec
   set.  Errors, ROOM and *OURS as in count_passed.  */
static int take_passed(struct sonde_inherited *found, size_t room, int *ours)
{
    int count = count_passed(room, ours);
    if (count <= 0)
        return count;
    /* A copy, so that FOUND is unchanged on failure.  */
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
    if (flags & ~SONDE_UNSETENV) {
        errno = EINVAL;
        return -1;
    }
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
