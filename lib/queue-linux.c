/* queue-linux.c - the queue of a listening socket on Linux
   SPDX-License-Identifier: LGPL-2.1-or-later

   TCP_INFO on a listener: tcpi_unacked is the length of the accept queue,
   tcpi_sacked its limit (net/ipv4/tcp.c, tcp_get_info).  SO_MEMINFO, since
   4.12, holds the drop counter of the socket, shown by "ss -m" as d.  UNIX
   sockets have no such option: the list of listeners is searched by inode.  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/stat.h>

#include "private.h"

/* The drops of FD, or -1 if not known (errno may change).  The index of the
   counter is from linux/sock_diag.h.  */
static long read_drops(int fd)
{
#ifdef SO_MEMINFO
    enum { DROPS = 8, COUNT = 9 };
    uint32_t figures[COUNT] = {0};
    socklen_t size = sizeof figures;
    if (sonde__sys.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, figures, &size) ||
        size < sizeof figures)
        return -1;
    /* Negative would mean unknown, where long has 32 bits.  */
    int64_t drops = figures[DROPS];
    return drops > LONG_MAX ? LONG_MAX : (long)drops;
#else
    return -1;
#endif
}

/* Read TCP_INFO of FD into *INFO, cleared before.  Returns 0; or -1, and *INFO
   is undefined: with the errno of getsockopt; ENOTSUP: not TCP, or no such
   option; EINVAL: FD does not listen.  */
static int read_info(int fd, struct tcp_info *info)
{
    socklen_t size = sizeof *info;
    *info = (struct tcp_info){0};
    if (sonde__sys.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &size)) {
        int is_missing = errno == ENOPROTOOPT || errno == EOPNOTSUPP;
        return sonde__fail(is_missing ? ENOTSUP : errno);
    }
    if (info->tcpi_state != TCP_LISTEN)
        return sonde__fail(EINVAL);
    return 0;
}

/* Listen on a new stream socket at ADDRESS with a backlog of 7.  Returns the
   descriptor, to be closed, or -1 with the errno of socket, bind or listen.  */
static int queue_linux_listen(const struct sonde_address *address)
{
    int fd =
        sonde_socket(address->storage.ss_family, SOCK_STREAM, SONDE_CLOEXEC);
    if (fd >= 0 && (sonde__sys.bind(fd, (const void *)&address->storage,
                                    address->length) ||
                    sonde__sys.listen(fd, 7)))
        return sonde__close_failed(fd);
    return fd;
}

/* FD is an IPv4 or IPv6 listener, of which TCP_INFO has 0 for both counts.
   Check whether 0 is true, as after listen (fd, 0) with an empty queue: a stack
   that does not implement the counts (gVisor) always has 0.  Another listener
   at the same address, with a port of its own, opened and closed here, shows
   the difference, unless the cap is 0: then 0 is true for every backlog.
   Returns 0, and errno may change; or -1: ENOTSUP: the counts are not true; or
   the errno of getsockname or of the second listener.  */
static int check_zeros(int fd)
{
    struct sonde_address address;
    struct sonde_backlog_cap cap;
    struct tcp_info info = {0};
    if (!sonde_backlog_cap(&cap) && cap.value == 0)
        return 0;
    if (sonde_address_local(fd, &address) ||
        sonde_address_set_port(&address, 0))
        return -1;
    int other = queue_linux_listen(&address);
    if (other < 0)
        return -1;
    int truth = !read_info(other, &info) && info.tcpi_sacked != 0;
    sonde__close(other);
    return truth ? 0 : sonde__fail(ENOTSUP);
}

/* DATA is a struct sonde_listener with the wanted inode.  If LISTENER has this
   inode, copy LISTENER to *DATA and return 1, which stops the list.  Otherwise
   return 0.  */
static int queue_linux_take(const struct sonde_listener *listener, void *data)
{
    struct sonde_listener *wanted = data;
    if (listener->inode != wanted->inode)
        return 0;
    *wanted = *listener;
    return 1;
}

/* Read the queue of FD, a UNIX socket, into *QUEUE from the list of listeners;
   wait for the list up to 2 seconds.  Returns 0, and errno may change; or -1
   with *QUEUE unchanged: EINVAL: FD does not listen; ENOTSUP: the list is
   forbidden, has no backlogs, or lacks FD, which belongs to another network
   namespace; EAGAIN: no list within 2 seconds; or another errno of getsockopt,
   fstat or sonde_listeners.  */
static int queue_linux_read_unix(int fd, struct sonde_queue *queue)
{
    enum { LIST_TIMEOUT = 2000 }; /* far less than a millisecond is needed */
    int listens = 0;
    struct stat status;
    if (sonde__get_option(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens) ||
        fstat(fd, &status))
        return -1;
    if (!listens)
        return sonde__fail(EINVAL);
    struct sonde_listener wanted = {.inode = (uint64_t)status.st_ino,
                                    .queue.backlog = -1};
    if (sonde_listeners(AF_UNIX, LIST_TIMEOUT, queue_linux_take, &wanted) &&
        errno != ECANCELED && errno != EPERM && errno != EACCES)
        return -1;
    /* Missing, without a backlog, or the list is forbidden, by a filter.  */
    if (wanted.queue.backlog < 0)
        return sonde__fail(ENOTSUP);
    *queue = wanted.queue;
    return 0;
}

int sonde_queue(int fd, struct sonde_queue *queue)
{
    int saved = errno;
    struct tcp_info info;
    if (!read_info(fd, &info)) {
        if (info.tcpi_unacked == 0 && info.tcpi_sacked == 0 && check_zeros(fd))
            return -1;
        *queue =
            (struct sonde_queue){(long)info.tcpi_unacked,
                                 (long)info.tcpi_sacked, -1, read_drops(fd)};
    } else if (errno != ENOTSUP) {
        return -1;
    } else if (sonde_address_family(fd) != AF_UNIX) {
        return sonde__fail(ENOTSUP);
    } else if (queue_linux_read_unix(fd, queue)) {
        return -1;
    }
    errno = saved;
    return 0;
}
