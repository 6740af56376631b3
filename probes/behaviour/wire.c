/* wire.c - connections to a peer that this program plays
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "probes/behaviour/loopback.h"
#include "base/names.h"
#include "probes/run/runner.h"
#include "probes/peer/tun.h"
#include "probes/behaviour/wire.h"

void wire_open(struct wire *wire, struct asking *ask, bool routed)
{
    struct namespace_trouble trouble;
    *wire = (struct wire){.ask = ask};
    if (namespace_enter(&trouble))
        give_up(ask, "%s", trouble.text);
    wire->tun = tun_open(&trouble);
    if (wire->tun < 0 || (routed && tun_route(&trouble)))
        give_up(ask, "%s", trouble.text);
}

void wire_setting(struct wire *wire, const char *setting, long value)
{
    char text[24];
    struct namespace_trouble trouble;
    long own = namespace_read(setting);
    if (value < 0 || own < 0 || own == value)
        return;
    snprintf(text, sizeof text, "%ld", value);
    if (namespace_set(setting, text, &trouble))
        give_up(wire->ask, "%s", trouble.text);
}

void wire_attend(struct wire *wire)
{
    wire->looked = monotonic_ms();
    wire->absent = 0;
}

/* Returns the time.  */
static int64_t look(struct wire *wire)
{
    int64_t now = monotonic_ms(), absent = now - wire->looked;
    if (absent > wire->absent)
        wire->absent = absent;
    return wire->looked = now;
}

bool wire_was_absent(struct wire *wire)
{
    enum { ABSENT = 500, TIMES = 3 };
    look(wire);
    if (wire->absent <= ABSENT)
        return false;
    if (wire->absences++ == TIMES)
        give_up(wire->ask, "the peer played here was " KEPT_FROM_RUNNING);
    return true;
}

bool wire_receive(struct wire *wire, struct segment *segment, int timeout)
{
    enum { SLICE = 50, MOST = 64 };
    int64_t end = monotonic_ms() + timeout;
    for (int late = 0; late < MOST;) {
        int64_t left = end - look(wire);
        int slice = left > SLICE ? SLICE : left > 0 ? (int)left : 0;
        if (!wait_for(wire->tun, POLLIN, slice)) {
            if (left <= SLICE)
                return false;
            continue;
        }
        ssize_t got = read(wire->tun, wire->packet, sizeof wire->packet);
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (got < 0)
            wait_pause(1);
        wire->size = got > 0 ? (size_t)got : 0;
        if (packet_read(wire->packet, wire->size, segment))
            return true;
        /* This process may have been kept away, with a segment waiting behind
           what is none; but there is an end to that.  */
        late += left <= 0;
    }
    return false;
}

static void wire_write(struct wire *wire, const uint8_t *packet, size_t size)
{
    must(wire->ask, (int)write(wire->tun, packet, size), "writing a packet");
}

void wire_unreachable(struct wire *wire, int code, uint16_t mtu)
{
    uint8_t packet[PACKET_MAX];
    size_t size = packet_unreachable(packet, ntohl(inet_addr(TUN_PEER)), code,
                                     mtu, wire->packet, wire->size);
    wire_write(wire, packet, size);
}

/* Whether SEGMENT belongs to LINE.  */
static bool is_ours(const struct line *line, const struct segment *segment)
{
    return segment->source_port == ntohs(line->here.sin_port) &&
           segment->destination_port == ntohs(line->peer.sin_port);
}

bool line_receive(struct line *line, int timeout)
{
    struct segment segment;
    enum { MOST = 64 }; /* segments of others, once the time is over */
    int64_t end = monotonic_ms() + timeout;
    for (int late = 0;;) {
        int64_t left = end - monotonic_ms();
        if (!wire_receive(line->wire, &segment, left > 0 ? (int)left : 0))
            return false;
        if (is_ours(line, &segment))
            break;
        if (left <= 0 && late++ == MOST)
            return false;
    }
    line->in = segment;
    uint32_t next = segment.sequence + segment_length(&segment);
    if ((int32_t)(next - line->seen) > 0 || segment.flags & SEGMENT_SYN)
        line->seen = next;
    return true;
}

bool line_await(struct line *line, unsigned flags)
{
    int64_t end = monotonic_ms() + PATIENCE, now;
    while ((now = monotonic_ms()) <= end &&
           line_receive(line, (int)(end - now)))
        if ((line->in.flags & flags) == flags)
            return true;
    return false;
}

void line_send(struct line *line, unsigned flags, size_t size)
{
    uint8_t packet[PACKET_MAX];
    struct segment segment = {
        .source = ntohl(line->peer.sin_addr.s_addr),
        .destination = ntohl(line->here.sin_addr.s_addr),
        .source_port = ntohs(line->peer.sin_port),
        .destination_port = ntohs(line->here.sin_port),
        .sequence = line->sequence,
        .acknowledgment = flags & SEGMENT_ACK ? line->seen : 0,
        .flags = (uint8_t)flags,
        .window = 65535,
        .most = flags & SEGMENT_SYN ? 1460 : 0,
        .size = size,
    };
    wire_write(line->wire, packet, packet_tcp(packet, &segment));
    line->sequence += segment_length(&segment);
}

void line_begin(struct line *line, struct wire *wire, const char *host)
{
    static unsigned short port = 7000;
    *line = (struct line){.wire = wire, .sequence = 1000000};
    line->peer = loopback_address(htons(port++));
    line->peer.sin_addr.s_addr = inet_addr(host);
    line->fd = tcp_socket(wire->ask);
    set_nonblocking(line->fd, true);
    if (connect_to(line->fd, &line->peer) && errno != EINPROGRESS)
        give_up(wire->ask, "connect: %s", errno_name(errno));
    line->here = local_address(wire->ask, line->fd);
    if (!line_receive(line, PATIENCE) || !(line->in.flags & SEGMENT_SYN))
        give_up(wire->ask, "no SYN comes through the TUN interface");
}

void line_connect(struct line *line, struct wire *wire, const char *host)
{
    line_begin(line, wire, host);
    line_send(line, SEGMENT_SYN | SEGMENT_ACK, 0);
    if (!wait_for(line->fd, POLLOUT, PATIENCE))
        give_up(wire->ask, "no handshake through the TUN interface");
    line_await(line, SEGMENT_ACK);
}

void line_write(struct line *line, size_t size)
{
    static char block[65536];
    must(line->wire->ask, (int)send(line->fd, block, size, MSG_DONTWAIT),
         "send");
}

const char *line_outcome(struct line *line, int timeout)
{
    char byte;
    if (!wait_for(line->fd, POLLIN, timeout))
        return NULL;
    return said(recv(line->fd, &byte, 1, MSG_DONTWAIT));
}

void line_close(struct line *line)
{
    reset(line->fd);
    line->fd = -1;
}
