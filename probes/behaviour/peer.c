/* peer.c - TCP connections to a simulated peer
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/names.h"
#include "base/wait.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/peer.h"
#include "probes/peer/tun.h"

void peer_open(struct peer *peer, struct probe *probe, bool routed)
{
    struct namespace_trouble trouble;
    *peer = (struct peer){.probe = probe};
    if (namespace_enter(&trouble))
        probe_skip(probe, "%s", trouble.text);
    peer->tun = tun_open(&trouble);
    if (peer->tun < 0 || (routed && tun_route(&trouble)))
        probe_skip(probe, "%s", trouble.text);
}

void peer_setting(struct peer *peer, const char *setting, long value)
{
    char text[24];
    struct namespace_trouble trouble;
    long own = namespace_read(setting);
    if (value < 0 || own < 0 || own == value)
        return;
    snprintf(text, sizeof text, "%ld", value);
    if (namespace_set(setting, text, &trouble))
        probe_skip(peer->probe, "%s", trouble.text);
}

void peer_attend(struct peer *peer)
{
    peer->last_look = monotonic_ms();
    peer->absent = 0;
}

/* Note how long this process did not look at the interface, if longer than
   before.  Returns the time of this look, by monotonic_ms.  */
static int64_t peer_look(struct peer *peer)
{
    int64_t now = monotonic_ms(), absent = now - peer->last_look;
    if (absent > peer->absent)
        peer->absent = absent;
    return peer->last_look = now;
}

bool peer_was_absent(struct peer *peer)
{
    enum { ABSENT = 500, TIMES = 3 };
    peer_look(peer);
    if (peer->absent <= ABSENT)
        return false;
    if (peer->absences++ == TIMES)
        probe_skip(peer->probe, "the simulated peer was " REASON_STARVED);
    return true;
}

bool peer_receive(struct peer *peer, struct segment *segment, int timeout)
{
    enum { SLICE = 50, LATE_MAX = 64 };
    int64_t end = monotonic_ms() + timeout;
    for (int late = 0; late < LATE_MAX;) {
        int left = monotonic_until(peer_look(peer), end);
        if (!wait_for(peer->tun, POLLIN, left < SLICE ? left : SLICE)) {
            if (left <= SLICE)
                return false;
            continue;
        }
        ssize_t got = read(peer->tun, peer->packet, sizeof peer->packet);
        if (got < 0 && errno != EAGAIN && errno != EINTR) {
            question_check(-1, "reading a packet");
            return false;
        }
        if (got < 0)
            wait_pause(1);
        peer->size = got > 0 ? (size_t)got : 0;
        if (packet_read(peer->packet, peer->size, segment))
            return true;
        /* If this process was not scheduled for a while, a segment may wait
           behind other packets; LATE_MAX bounds the loop.  */
        late += left == 0;
    }
    return false;
}

/* Send PACKET, of SIZE bytes, to the kernel by the TUN interface; on failure
   the question is skipped.  */
static void peer_write(struct peer *peer, const uint8_t *packet, size_t size)
{
    probe_check(peer->probe, (int)write(peer->tun, packet, size),
                "writing a packet");
}

void peer_unreachable(struct peer *peer, int code, uint16_t mtu)
{
    uint8_t packet[PACKET_MAX];
    peer_write(peer, packet,
               packet_unreachable(packet, ntohl(inet_addr(TUN_PEER)), code, mtu,
                                  peer->packet, peer->size));
}

/* Whether SEGMENT, from the kernel, belongs to the connection TCP, by both
   ports.  */
static bool peer_is_ours(const struct peer_tcp *tcp,
                         const struct segment *segment)
{
    return segment->source_port == ntohs(tcp->local.sin_port) &&
           segment->destination_port == ntohs(tcp->remote.sin_port);
}

int peer_tcp_receive_any(struct peer_tcp *const *list, int count, int timeout)
{
    struct segment segment;
    enum { LATE_MAX = 64 }; /* segments of other connections after END */
    int64_t end = monotonic_ms() + timeout;
    int late = 0, found;
    do {
        int left = monotonic_until(monotonic_ms(), end);
        late += left == 0;
        if (late > LATE_MAX || !peer_receive(list[0]->peer, &segment, left))
            return -1;
        for (found = 0; found < count; found++)
            if (peer_is_ours(list[found], &segment))
                break;
    } while (found == count);
    struct peer_tcp *tcp = list[found];
    tcp->in = segment;
    uint32_t next = segment.sequence + segment_length(&segment);
    if ((int32_t)(next - tcp->seen) > 0 || segment.flags & SEGMENT_SYN)
        tcp->seen = next;
    return found;
}

bool peer_tcp_receive(struct peer_tcp *tcp, int timeout)
{
    return peer_tcp_receive_any(&tcp, 1, timeout) == 0;
}

bool peer_tcp_await(struct peer_tcp *tcp, unsigned flags)
{
    int64_t end = monotonic_ms() + LOOPBACK_TIMEOUT, now;
    while ((now = monotonic_ms()) <= end &&
           peer_tcp_receive(tcp, (int)(end - now)))
        if ((tcp->in.flags & flags) == flags)
            return true;
    return false;
}

void peer_tcp_send(struct peer_tcp *tcp, unsigned flags, size_t size)
{
    uint8_t packet[PACKET_MAX];
    struct segment segment = {
        .source = ntohl(tcp->remote.sin_addr.s_addr),
        .destination = ntohl(tcp->local.sin_addr.s_addr),
        .source_port = ntohs(tcp->remote.sin_port),
        .destination_port = ntohs(tcp->local.sin_port),
        .sequence = tcp->sequence,
        .acknowledgment = flags & SEGMENT_ACK ? tcp->seen : 0,
        .flags = (uint8_t)flags,
        .window = 65535,
        .mss = flags & SEGMENT_SYN ? 1460 : 0,
        .size = size,
    };
    peer_write(tcp->peer, packet, packet_tcp(packet, &segment));
    tcp->sequence += segment_length(&segment);
}

void peer_tcp_begin(struct peer_tcp *tcp, struct peer *peer, const char *host)
{
    static unsigned short port = 7000;
    *tcp = (struct peer_tcp){.peer = peer, .sequence = 1000000};
    tcp->remote = loopback_address(htons(port++));
    tcp->remote.sin_addr.s_addr = inet_addr(host);
    tcp->fd = tcp_socket(peer->probe);
    set_nonblocking(tcp->fd, true);
    if (connect_to(tcp->fd, &tcp->remote) && errno != EINPROGRESS)
        probe_skip(peer->probe, "connect: %s", errno_name(errno));
    tcp->local = local_address(peer->probe, tcp->fd);
    if (!peer_tcp_receive(tcp, LOOPBACK_TIMEOUT) ||
        !(tcp->in.flags & SEGMENT_SYN))
        probe_skip(peer->probe, "no SYN through the TUN interface");
}

void peer_tcp_connect(struct peer_tcp *tcp, struct peer *peer, const char *host)
{
    peer_tcp_begin(tcp, peer, host);
    peer_tcp_send(tcp, SEGMENT_SYN | SEGMENT_ACK, 0);
    if (!wait_for(tcp->fd, POLLOUT, LOOPBACK_TIMEOUT))
        probe_skip(peer->probe, "no handshake through the TUN interface");
    peer_tcp_await(tcp, SEGMENT_ACK);
}

int64_t peer_tcp_intervals(struct peer_tcp *tcp, int other, char *text,
                           size_t size)
{
    enum { SLICE = 50 };
    int64_t now, start = monotonic_ms(), end = start + PEER_WATCHED;
    int64_t ended = -1;
    long last = 0;
    size_t used = 0;
    text[0] = '\0';
    while ((now = monotonic_ms()) < end && used + 8 < size) {
        if (other >= 0 && ended < 0 && wait_for(other, POLLOUT, 0))
            ended = now - start;
        int left = (int)(end - now);
        if (!peer_tcp_receive(tcp, left < SLICE ? left : SLICE))
            continue;
        long seconds = (long)((monotonic_ms() - start + 250) / 1000);
        used += (size_t)snprintf(text + used, size - used, "%s%ld",
                                 used ? ", " : "", seconds - last);
        last = seconds;
    }
    return ended;
}

double peer_back_off(double timeout, long longest)
{
    double seconds =
        (double)(longest > 0 ? longest : PEER_LONGEST_DEFAULT) / 1000;
    return 2 * timeout < seconds ? 2 * timeout : seconds;
}

int peer_tcp_listen(struct peer_tcp *tcp, struct peer *peer)
{
    struct sockaddr_in here = loopback_address(0);
    int listener = tcp_socket(peer->probe);
    here.sin_addr.s_addr = inet_addr(TUN_HERE);
    probe_check(peer->probe, bind_to(listener, &here), "bind");
    probe_check(peer->probe, listen(listener, 4), "listen");
    *tcp = (struct peer_tcp){.peer = peer, .fd = -1, .sequence = 5000000};
    tcp->local = local_address(peer->probe, listener);
    tcp->remote = loopback_address(htons(6999));
    tcp->remote.sin_addr.s_addr = inet_addr(TUN_PEER);
    return listener;
}

void peer_tcp_write(struct peer_tcp *tcp, size_t size)
{
    static char block[65536];
    probe_check(tcp->peer->probe, (int)send(tcp->fd, block, size, MSG_DONTWAIT),
                "send");
}

const char *peer_tcp_outcome(struct peer_tcp *tcp, int timeout)
{
    return wait_for(tcp->fd, POLLIN, timeout) ? try_read(tcp->fd) : NULL;
}

void peer_tcp_close(struct peer_tcp *tcp)
{
    reset(tcp->fd);
    tcp->fd = -1;
}
