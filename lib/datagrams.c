/* datagrams.c - receive and answer several datagrams with one call
   SPDX-License-Identifier: LGPL-2.1-or-later

   By recvmmsg and sendmmsg.  Where the system has neither, or the kernel does
   not know them (ENOSYS), by a call for each datagram.  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* As in datagram.c: after 64 errors in a row control returns to the caller.  */
enum { retries = 64 };

/* The headers of one call, and the memory to which they refer.  */
struct batch {
    sonde__message messages[SONDE_DATAGRAMS_MAX];
    struct iovec parts[SONDE_DATAGRAMS_MAX];
    union sonde__control controls[SONDE_DATAGRAMS_MAX];
    struct sonde_datagram_item *items[SONDE_DATAGRAMS_MAX];
};

/* ---- receiving ----------------------------------------------------------- */

/* recvmmsg for COUNT of LIST, or recvmsg for one after the other until one
   fails, which for one alone is the faster call.  Returns the number received,
   at least 1, or -1 with errno.  */
static int messages_receive(int fd, sonde__message *list, unsigned count)
{
    int received = -1;
    if (count > 1) {
        received = sonde__sys.recvmmsg(fd, list, count, MSG_DONTWAIT);
        if (received >= 0 || errno != ENOSYS)
            return received;
    }
    for (received = 0; received < (int)count; received++) {
        struct msghdr *header = &list[received].msg_hdr;
        ssize_t length = sonde__sys.recvmsg(fd, header, MSG_DONTWAIT);
        if (length < 0)
            break;
        list[received].msg_len = (unsigned)length;
    }
    return received > 0 ? received : -1;
}

/* Prepare BATCH to receive into COUNT items of LIST.  As for one datagram, a
   UNIX socket has no room for control messages.  */
static void batch_prepare(struct batch *batch, struct sonde_datagram_item *list,
                          size_t count, int has_ports)
{
    for (size_t i = 0; i < count; i++) {
        batch->parts[i] =
            (struct iovec){.iov_base = list[i].data, .iov_len = list[i].size};
        sonde__receive_prepare(&batch->messages[i].msg_hdr, &batch->parts[i],
                               &list[i].ends.from,
                               has_ports ? &batch->controls[i] : NULL);
    }
}

/* Fill in ITEM, received by MESSAGE on a socket with the address LOCAL.  */
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

ssize_t sonde_datagrams_receive(int fd, struct sonde_datagram_item *list,
                                size_t count, int timeout,
                                const struct sonde_address *local)
{
    int saved = errno, error = EAGAIN;
    int64_t deadline = sonde_deadline(timeout);
    int wildcard = sonde__is_any(local);
    int has_ports = sonde_address_port(local) >= 0;
    struct batch batch;
    if (count > SONDE_DATAGRAMS_MAX)
        count = SONDE_DATAGRAMS_MAX;
    for (int i = 0; i < retries; i++) {
        batch_prepare(&batch, list, count, has_ports);
        int received = messages_receive(fd, batch.messages, (unsigned)count);
        for (int j = 0; j < received; j++)
            item_fill(&list[j], &batch.messages[j], local, wildcard);
        if (received >= 0) {
            errno = saved;
            return received;
        }
        error = sonde__is_icmp_error(errno) ? errno : EAGAIN;
        if (error == EAGAIN && sonde__again(fd, POLLIN, deadline))
            return -1;
    }
    return sonde__fail(error);
}

/* ---- answering ----------------------------------------------------------- */

/* sendmmsg for COUNT of LIST, without SIGPIPE.  Returns the number sent, or -1
   with errno: ENOSYS also where sendmmsg may block.  */
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

/* Send the COUNT datagrams of BATCH, in order.  sendmmsg ends at the first that
   fails, without its errno unless it is the first of the call.  So this
   datagram is sent alone, and its result is that of the single call, which
   also repeats a call that reported an earlier error of the socket.  Returns
   the number sent.  */
static size_t batch_send(int fd, struct batch *batch, size_t count)
{
    size_t done = 0, failed = 0;
    while (done < count) {
        int sent = count - done > 1
                       ? messages_send(fd, &batch->messages[done], count - done)
                       : -1;
        if (sent > 0)
            done += (size_t)sent;
        if (done == count)
            break;
        struct sonde_datagram_item *item = batch->items[done];
        if (sonde__send_message(fd, &batch->messages[done].msg_hdr, 0)) {
            item->error = errno;
            failed++;
        }
        done++;
    }
    return done - failed;
}

size_t sonde_datagrams_reply(int fd, struct sonde_datagram_item *list,
                             size_t count)
{
    int saved = errno;
    size_t sent = 0, used = 0;
    struct batch batch;
    for (size_t i = 0; i < count; i++) {
        list[i].error = 0;
        if (list[i].length < 0)
            continue;
        if (list[i].ends.from.length == 0) {
            list[i].error = EDESTADDRREQ;
            continue;
        }
        batch.items[used] = &list[i];
        batch.parts[used] = (struct iovec){.iov_base = list[i].data,
                                           .iov_len = (size_t)list[i].length};
        sonde__reply_prepare(&batch.messages[used].msg_hdr, &batch.parts[used],
                             &list[i].ends, &batch.controls[used]);
        if (++used < SONDE_DATAGRAMS_MAX)
            continue;
        sent += batch_send(fd, &batch, used);
        used = 0;
    }
    sent += batch_send(fd, &batch, used);
    errno = saved;
    return sent;
}
