/* watch-linux.c - looks at single listeners, by netlink's sock_diag
   SPDX-License-Identifier: LGPL-2.1-or-later

   A request without NLM_F_DUMP names one socket, and the kernel looks the
   socket up as for a SYN (inet_diag_find_one_icsk).  The answer is in the
   receive queue when send returns.  The socket is connected to the kernel,
   which then rejects messages of other processes.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sock-diag.h"

#ifndef AF_NETLINK
#define AF_NETLINK 16
#endif

enum {
    netlink_sock_diag = 4,
    name_size = 12,    /* of a netlink address: the family, then zeros */
    reply_size = 4096, /* an answer has less than 500 bytes */
    max_replies = 64,  /* that belong to earlier requests */
    reply_timeout = 100,
    /* The listeners of a group of 64 are all found with a probability of
       0.9999.  */
    max_searches = 1024
};

struct sonde_watch {
    int fd;
    uint32_t sequence;
};

int sonde_watch_open(struct sonde_watch **watch)
{
    unsigned char name[name_size] = {0};
    const sa_family_t family = AF_NETLINK;
    int saved = errno;
    *watch = NULL;
    struct sonde_watch *opened = malloc(sizeof *opened);
    if (!opened)
        return -1;
    memcpy(name, &family, sizeof family);
    opened->sequence = 0;
    opened->fd = sonde__sys.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
                                   netlink_sock_diag);
    if (opened->fd < 0 ||
        sonde__sys.connect(opened->fd, (const void *)name, sizeof name)) {
        if (opened->fd >= 0)
            sonde__close(opened->fd);
        sonde__free(opened);
        return sonde__fail(errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT
                               ? ENOTSUP
                               : errno);
    }
    *watch = opened;
    errno = saved;
    return 0;
}

/* Copy type, queue, capacity and pending of FOUND to DATA, a struct
   sonde_listener.  Returns 0.  */
static int watch_take(const struct sonde_listener *found, void *data)
{
    struct sonde_listener *listener = data;
    listener->type = found->type;
    listener->queue = found->queue;
    listener->capacity = found->capacity;
    listener->pending = found->pending;
    return 0;
}

/* Receive the answer to the last request, about LISTENER, and set the queue,
   capacity and pending of LISTENER; answers to earlier requests are dropped.
   Returns 0; or -1, and LISTENER is unchanged: with the errno of the kernel
   (ENOENT, ESTALE) or of recv; ENOENT also if the socket in the answer is not
   of the kind of LISTENER; EAGAIN: no answer within 100 ms; EPROTO: unknown
   layout, or max_replies receives without the answer.  */
static int watch_receive(const struct sonde_watch *watch,
                         struct sonde_listener *listener)
{
    unsigned char reply[reply_size];
    enum { none = -1 };
    struct sonde_listener answer = {.type = none};
    struct sonde__diag_sink sink = {.data = &answer};
    int64_t deadline = SONDE_NEVER;
    if (listener->type == SOCK_DGRAM)
        sink.datagram = watch_take;
    else
        sink.listener = watch_take;
    for (int i = 0; i < max_replies; i++) {
        ssize_t size = sonde__sys.recv(watch->fd, reply, sizeof reply,
                                       MSG_DONTWAIT | MSG_TRUNC);
        if (size < 0) {
            if (deadline == SONDE_NEVER)
                deadline = sonde_deadline(reply_timeout);
            if (sonde__again(watch->fd, POLLIN, deadline))
                return -1;
        } else if ((size_t)size > sizeof reply) {
            return sonde__fail(EPROTO);
        } else if (sonde__diag_read(reply, (size_t)size, watch->sequence,
                                    &sink) < 0) {
            return -1;
        } else if (sink.count > 0) {
            return answer.type == none ? sonde__fail(ENOENT)
                                       : watch_take(&answer, listener);
        }
    }
    return sonde__fail(EPROTO);
}

/* Look LISTENER up once, as for a SYN from the port LISTENER->client, and read
   its queue, capacity and pending into LISTENER.  Waits up to 100 ms to send,
   then up to 100 ms for the answer.  Returns 0; or -1 with errno, and LISTENER
   is unchanged.  EAGAIN: either time is over; ENOENT: no such socket, or
   another socket answers; EPROTO: no answer that can be read; or of send, recv
   or the kernel.  */
static int watch_request(struct sonde_watch *watch,
                         struct sonde_listener *listener)
{
    unsigned char request[sonde__diag_request_size];
    size_t size = sonde__diag_request_exact(request, listener, listener->client,
                                            ++watch->sequence);
    int64_t deadline = SONDE_NEVER;
    while (sonde__sys.send(watch->fd, request, size, MSG_DONTWAIT) < 0) {
        if (deadline == SONDE_NEVER)
            deadline = sonde_deadline(reply_timeout);
        if (sonde__again(watch->fd, POLLOUT, deadline))
            return -1;
    }
    int result = watch_receive(watch, listener);
    /* Another socket answers: ENOENT of TCP, ESTALE of UDP and UNIX.  */
    if (result && errno == ESTALE)
        errno = ENOENT;
    return result;
}

/* Whether any socket of the type of LISTENER, perhaps another, is at the
   address of LISTENER.  *LISTENER is unchanged.  Sends one request to the
   kernel and waits as watch_request.  0 also after a failure, with its errno;
   ENOENT: no such socket.  */
static int watch_any(struct sonde_watch *watch,
                     const struct sonde_listener *listener)
{
    struct sonde_listener any = *listener;
    any.cookie = 0;
    return watch_request(watch, &any) == 0;
}

int sonde_watch_read(struct sonde_watch *watch, struct sonde_listener *listener)
{
    int family = listener->address.storage.ss_family, saved = errno;
    if (family != AF_INET && family != AF_INET6 && family != AF_UNIX)
        return sonde__fail(EAFNOSUPPORT);
    if (listener->cookie == 0 || (family == AF_UNIX && listener->inode == 0))
        return sonde__fail(EINVAL);
    int result = watch_request(watch, listener);
    if (result && errno == ENOENT && family != AF_UNIX &&
        watch_any(watch, listener)) {
        int searches = 0;
        do {
            listener->client++;
            result = watch_request(watch, listener);
        } while (result && errno == ENOENT && ++searches < max_searches);
    }
    if (result && (errno == EOPNOTSUPP || errno == EPROTONOSUPPORT))
        errno = ENOTSUP;
    if (!result)
        errno = saved;
    return result;
}

void sonde_watch_close(struct sonde_watch *watch)
{
    if (!watch)
        return;
    sonde__close(watch->fd);
    sonde__free(watch);
}
