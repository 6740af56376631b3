/* datagrams.c - receive and answer several datagrams with one call
   SPDX-License-Identifier: LGPL-2.1-or-later

   By recvmmsg and sendmmsg.  Where the system has neither, the kernel does not
   know them (ENOSYS), or a filter refuses them (EPERM, EACCES), by a call for
   each datagram.  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* As in datagram.c: after 64 errors in a row control returns to the caller.  */
enum { retries = 64 };

/* The headers of one call, and the memory to which they refer: for several
   datagrams, and for one, close together, where 20 KiB of stack would take
   longer to reach than to use.  */
struct batch {
    sonde__message messages[SONDE_DATAGRAMS_MAX];
    struct iovec parts[SONDE_DATAGRAMS_MAX];
    union sonde__control controls[SONDE_DATAGRAMS_MAX];
};

struct single {
    sonde__message message;
    struct iovec part;
    union sonde__control control;
};

/* ---- receiving ----------------------------------------------------------- */

/* Whether recvmmsg failed with ERROR since the call is missing or refused, and
   recvmsg is to be tried: a filter may forbid recvmmsg alone.  A policy that
   forbids both has recvmsg fail with the same errno.  */
static int recvmmsg_is_missing(int error)
{
    return error == ENOSYS || error == EPERM || error == EACCES;
}

/* Receive up to COUNT datagrams, not 0, by the prepared headers LIST, without
   waiting: for a COUNT of 1 by recvmsg, the faster call; else by recvmmsg or,
   where recvmmsg is missing (recvmmsg_is_missing), by recvmsg until one fails.
   Returns the number received, at least 1, or -1 with the errno of the call,
   EAGAIN: no datagram.  May change errno on success.  */
static int messages_receive(int fd, sonde__message *list, unsigned count)
{
    int received = -1;
    if (count > 1) {
        received = sonde__sys.recvmmsg(fd, list, count, MSG_DONTWAIT);
        if (received >= 0 || !recvmmsg_is_missing(errno))
            return received >= 0 ? received : sonde__receive_failed();
    }
    for (received = 0; received < (int)count; received++) {
        struct msghdr *header = &list[received].msg_hdr;
        ssize_t length = sonde__sys.recvmsg(fd, header, MSG_DONTWAIT);
        if (length < 0)
            break;
        list[received].msg_len = (unsigned)length;
    }
    return received > 0 ? received : sonde__receive_failed();
}

/* Prepare MESSAGE, with PART and CONTROL, to receive into ITEM, of which DATA
   and SIZE are set.  CONTROL may be NULL: control messages are dropped.  */
static void item_prepare(struct sonde_datagram_item *item,
                         sonde__message *message, struct iovec *part,
                         union sonde__control *control)
{
    *part = (struct iovec){.iov_base = item->data, .iov_len = item->size};
    sonde__receive_prepare(&message->msg_hdr, part, &item->ends.from, control);
}

/* Set the length, the error (0, or EMSGSIZE if the datagram was longer than the
   buffer, whose size is then the length) and the ends of ITEM, received by
   MESSAGE on a socket with the address LOCAL, which is the destination unless a
   control message has another.  WILDCARD: LOCAL is the wildcard address.  */
static void item_fill(struct sonde_datagram_item *item, sonde__message *message,
                      const struct sonde_address *local, int wildcard)
{
    item->error = sonde__receive_finish(&message->msg_hdr, &item->ends.from);
    item->length =
        item->error ? (ssize_t)item->size : (ssize_t)message->msg_len;
    item->ends.to = *local;
    item->ends.group = 0;
    item->ends.wildcard = wildcard;
    sonde__take_local(&message->msg_hdr, &item->ends);
}

/* Receive up to COUNT datagrams, 1 to SONDE_DATAGRAMS_MAX, into LIST, without
   waiting, on a socket with the address LOCAL.  Returns the number received, at
   least 1, or -1 with errno, EAGAIN: no datagram.  As for one datagram, a UNIX
   socket gets no room for control messages: descriptors passed by a sender are
   closed.  */
static int receive_many(int fd, struct sonde_datagram_item *list, size_t count,
                        const struct sonde_address *local)
{
    struct batch batch;
    int wildcard = sonde__is_any(local);
    int has_ports = sonde_address_port(local) >= 0;
    for (size_t i = 0; i < count; i++)
        item_prepare(&list[i], &batch.messages[i], &batch.parts[i],
                     has_ports ? &batch.controls[i] : NULL);
    int received = messages_receive(fd, batch.messages, (unsigned)count);
    for (int i = 0; i < received; i++)
        item_fill(&list[i], &batch.messages[i], local, wildcard);
    return received;
}

/* Receive one datagram into ITEM, without waiting, on a socket with the address
   LOCAL, which is the destination of each datagram of the socket: by recvfrom,
   in less time than recvmsg.  ITEM has at least SONDE_DATAGRAM_MAX bytes, so
   that no datagram is cut, which recvfrom does not report.  Returns 1, or -1
   with errno, EAGAIN: no datagram.  */
static int receive_plain(int fd, struct sonde_datagram_item *item,
                         const struct sonde_address *local)
{
    struct sonde_address *from = &item->ends.from;
    *from = (struct sonde_address){.length = sizeof from->storage};
    item->length = sonde__sys.recvfrom(fd, item->data, item->size, MSG_DONTWAIT,
                                       (void *)&from->storage, &from->length);
    if (item->length < 0)
        return sonde__receive_failed();
    if (from->length > sizeof from->storage)
        from->length = sizeof from->storage;
    item->error = 0;
    item->ends.to = *local;
    item->ends.group = item->ends.wildcard = 0;
    return 1;
}

/* Receive one datagram into ITEM, without waiting, on a socket with the address
   LOCAL.  Returns 1, also if the datagram was longer than ITEM, whose error is
   then EMSGSIZE; or -1 with errno, EAGAIN: no datagram.  */
static int receive_single(int fd, struct sonde_datagram_item *item,
                          const struct sonde_address *local)
{
    struct single single;
    if (item->size >= SONDE_DATAGRAM_MAX && sonde__is_only_destination(local))
        return receive_plain(fd, item, local);
    item_prepare(item, &single.message, &single.part,
                 sonde_address_port(local) >= 0 ? &single.control : NULL);
    int received = messages_receive(fd, &single.message, 1);
    if (received > 0)
        item_fill(item, &single.message, local, sonde__is_any(local));
    return received;
}

ssize_t sonde_datagrams_receive(int fd, struct sonde_datagram_item *list,
                                size_t count, int timeout,
                                const struct sonde_address *local)
{
    int saved = errno, error = EAGAIN;
    int64_t deadline = sonde__call_deadline(timeout);
    if (count == 0)
        return sonde__fail(EINVAL);
    if (count > SONDE_DATAGRAMS_MAX)
        count = SONDE_DATAGRAMS_MAX;
    for (int i = 0; i < retries; i++) {
        int received = count == 1 ? receive_single(fd, list, local)
                                  : receive_many(fd, list, count, local);
        if (received >= 0) {
            errno = saved;
            return received;
        }
        error = sonde__is_icmp_error(errno) ? errno : EAGAIN;
        if (error == EAGAIN && errno != EINTR &&
            sonde__again(fd, POLLIN, deadline))
            return -1;
    }
    return sonde__fail(error);
}

/* ---- answering ----------------------------------------------------------- */

/* Send COUNT datagrams of LIST by sendmmsg, without waiting or SIGPIPE.
   Returns the number sent, less than COUNT if a later datagram failed; or -1
   with errno: ENOSYS: no sendmmsg here, or a send on FD may block; or of the
   first datagram.  */
static int messages_send(int fd, sonde__message *list, size_t count)
{
    struct sonde__nosigpipe nosigpipe;
    if (sonde__send_may_block(fd))
        return sonde__fail(ENOSYS);
    sonde__nosigpipe_begin(&nosigpipe, fd);
    int sent = sonde__sys.sendmmsg(fd, list, (unsigned)count,
                                   sonde__dontwait | nosigpipe.flags);
    sonde__nosigpipe_end(&nosigpipe, sent);
    return sent;
}

/* Send the COUNT datagrams of LIST in order, each the answer of the ITEM with
   the same index, without waiting.  sendmmsg ends at the first datagram that
   fails, and reports the errno only of the first datagram of a call.  So the
   failed datagram is sent once more, alone: the errno of sendmmsg may be an
   earlier error of the socket.  If the second attempt fails, the error of the
   item is set; the errors of other items stay.  Returns the number sent.  May
   change errno.  */
static size_t messages_send_all(int fd, sonde__message *list,
                                struct sonde_datagram_item *const *items,
                                size_t count)
{
    size_t done = 0, failed = 0;
    while (done < count) {
        int sent = count - done > 1
                       ? messages_send(fd, &list[done], count - done)
                       : -1;
        if (sent > 0)
            done += (size_t)sent;
        if (done == count)
            break;
        if (sonde__send_message(fd, &list[done].msg_hdr, 0)) {
            items[done]->error = errno;
            failed++;
        }
        done++;
    }
    return done - failed;
}

/* Prepare MESSAGE, with PART and CONTROL, to send the reply ITEM, whose length
   is not negative.  */
static void item_answer(struct sonde_datagram_item *item,
                        sonde__message *message, struct iovec *part,
                        union sonde__control *control)
{
    *part =
        (struct iovec){.iov_base = item->data, .iov_len = (size_t)item->length};
    sonde__reply_prepare(&message->msg_hdr, part, &item->ends, control);
}

/* Whether the reply ITEM is to be sent: its length is not negative, and the
   sender has an address.  Sets the error of ITEM: EDESTADDRREQ if the length is
   not negative, but the sender has no address; otherwise 0.  */
static int item_check(struct sonde_datagram_item *item)
{
    item->error = 0;
    if (item->length >= 0 && item->ends.from.length == 0)
        item->error = EDESTADDRREQ;
    return item->length >= 0 && !item->error;
}

/* Send the COUNT replies ITEMS, 1 to SONDE_DATAGRAMS_MAX, each accepted by
   item_check, and set the error of each that fails.  Returns the number sent.
   May change errno.  */
static size_t reply_many(int fd, struct sonde_datagram_item *const *items,
                         size_t count)
{
    struct batch batch;
    for (size_t i = 0; i < count; i++)
        item_answer(items[i], &batch.messages[i], &batch.parts[i],
                    &batch.controls[i]);
    return messages_send_all(fd, batch.messages, items, count);
}

/* Try sendto for the reply ITEM, if the source need not be stated (the ends of
   ITEM have WILDCARD 0), a flag keeps send from raising SIGPIPE, and send does
   not block: in less time than sendmsg.  Returns 1 if the reply was sent, else
   0; the error of ITEM is not set.  May change errno.  */
static int reply_plain(int fd, const struct sonde_datagram_item *item)
{
    const struct sonde_address *to = &item->ends.from;
    int flags = sonde__sys.send_nosigpipe;
    if (item->ends.wildcard || !flags || sonde__send_may_block(fd))
        return 0;
    return sonde__sys.sendto(fd, item->data, (size_t)item->length,
                             sonde__dontwait | flags,
                             (const void *)&to->storage, to->length) >= 0;
}

/* Send the reply ITEM, accepted by item_check: by sendto if possible, otherwise
   or after a failure by sendmsg, whose errno is the error of ITEM.  Returns 1,
   or 0 if not sent.  May change errno.  */
static size_t reply_single(int fd, struct sonde_datagram_item *item)
{
    struct single single;
    if (reply_plain(fd, item))
        return 1;
    item_answer(item, &single.message, &single.part, &single.control);
    return messages_send_all(fd, &single.message, &item, 1);
}

size_t sonde_datagrams_reply(int fd, struct sonde_datagram_item *list,
                             size_t count)
{
    int saved = errno;
    size_t sent = 0, used = 0;
    struct sonde_datagram_item *items[SONDE_DATAGRAMS_MAX];
    for (size_t i = 0; i < count; i++) {
        if (item_check(&list[i]))
            items[used++] = &list[i];
        if (used == 0 || (used < SONDE_DATAGRAMS_MAX && i + 1 < count))
            continue;
        sent += used == 1 ? reply_single(fd, items[0])
                          : reply_many(fd, items, used);
        used = 0;
    }
    errno = saved;
    return sent;
}
