/* datagrams-explain.c - all details of a datagram socket
   SPDX-License-Identifier: GPL-3.0-or-later

   The kernel keeps the buffer in force alone.  What was requested is inferred
   from Linux's rules: a value set by SO_RCVBUF is cut to net.core.rmem_max and
   doubled, with a minimum of some 2 KiB; without SO_RCVBUF the buffer is
   net.core.rmem_default, not doubled.  */

#include <config.h>

#include <sys/socket.h>

#include "base/names.h"
#include "probes/listeners/datagrams.h"

enum {
    BUFFER_MIN = 4096, /* bytes: above the minimum of every kernel */
    NEARLY_FULL = 90   /* percent: the next datagrams may not fit */
};

/* Append the family of SOCKET, UDP, in words: an IPv6 wildcard gets IPv4, too,
   if IPV6_V6ONLY is off.  */
static void say_datagram_family(struct sentence *text,
                                const struct sonde_listener *socket)
{
    int family = socket->address.storage.ss_family;
    say(text, "UDP over %s", family_name(family));
    if (family == AF_INET6 && socket->v6only == 0 &&
        listeners_is_wildcard(&socket->address))
        say(text, ", and over IPv4 too");
}

/* Write the first sentence on ROW: address, kind and peer of the socket.  */
static void put_datagram_head(FILE *out, const struct listener_row *row)
{
    const struct sonde_listener *socket = &row->listener;
    struct sentence text = {""};
    say(&text, "%s: ", row->local);
    if (listener_is_unix(socket))
        say(&text, "a UNIX datagram socket");
    else
        say_datagram_family(&text, socket);
    if (row->peer)
        say(&text, ", connected: gets datagrams of %s alone", row->peer);
    put_sentence(out, NULL, &text);
}

/* How the buffer in force came about, probably.  */
enum origin {
    ORIGIN_UNKNOWN,
    ORIGIN_DEFAULT, /* SO_RCVBUF was not set */
    ORIGIN_CUT,     /* SO_RCVBUF was set to the max or more */
    ORIGIN_MIN,     /* raised to the minimum */
    ORIGIN_SET,     /* as requested */
    ORIGIN_FORCED   /* more than the max of today */
};

/* How LIMIT, the buffer in force in bytes, negative if unknown, probably came
   about, by today's net.core.rmem_default and rmem_max.  LIMIT is compared with
   the default first, then with BUFFER_MIN.  Otherwise an odd LIMIT, or an
   unknown rmem_max, is ORIGIN_UNKNOWN, too.  */
static enum origin datagrams_origin(const struct listeners *listeners,
                                    long limit)
{
    const struct sonde_datagram_limits *limits = &listeners->limits;
    if (limit < 0)
        return ORIGIN_UNKNOWN;
    if (limit == limits->rcvbuf_default)
        return ORIGIN_DEFAULT;
    if (limit < BUFFER_MIN)
        return ORIGIN_MIN;
    if (limits->rcvbuf_max < 0 || limit % 2 != 0)
        return ORIGIN_UNKNOWN;
    return limit / 2 == limits->rcvbuf_max  ? ORIGIN_CUT
           : limit / 2 > limits->rcvbuf_max ? ORIGIN_FORCED
                                            : ORIGIN_SET;
}

/* Write the sentence "requested": the value of SO_RCVBUF, half of LIMIT, the
   buffer in force, with a reservation by ORIGIN; with ORIGIN_DEFAULT probably
   nothing, with ORIGIN_UNKNOWN unknown.  */
static void put_buffer_requested(FILE *out, enum origin origin, long limit)
{
    struct sentence text = {""};
    switch (origin) {
    case ORIGIN_UNKNOWN:
        say(&text, "unknown: the kernel keeps the buffer in force, not the "
                   "value of SO_RCVBUF");
        break;
    case ORIGIN_DEFAULT:
        say(&text,
            "nothing, probably: the buffer is net.core.rmem_default; or %ld "
            "by SO_RCVBUF, which the kernel doubles",
            limit / 2);
        break;
    case ORIGIN_CUT:
        say(&text, "%ld or more, by SO_RCVBUF, which the kernel doubles",
            limit / 2);
        break;
    case ORIGIN_MIN:
        say(&text, "%ld or less, by SO_RCVBUF, which the kernel doubles",
            limit / 2);
        break;
    case ORIGIN_SET:
        say(&text,
            "%ld, probably, by SO_RCVBUF, which the kernel doubles; more only "
            "if net.core.rmem_max was %ld then",
            limit / 2, limit / 2);
        break;
    case ORIGIN_FORCED:
        say(&text,
            "%ld, probably, by SO_RCVBUFFORCE, or when net.core.rmem_max was "
            "higher",
            limit / 2);
        break;
    }
    put_sentence(out, "requested", &text);
}

/* Write the sentences "in force", on LIMIT, and "cut by": net.core.rmem_max
   with ORIGIN_CUT, otherwise nothing, or unknown if the setting cannot be read.
   Only the first, with the reason, if LIMIT is negative, unknown.  */
static void put_buffer_limit(FILE *out, const struct listeners *listeners,
                             enum origin origin, long limit)
{
    long max = listeners->limits.rcvbuf_max;
    struct sentence text = {""};
    if (limit < 0) {
        say(&text, "unknown: only sock_diag reports the limit");
        put_sentence(out, "in force", &text);
        return;
    }
    say(&text,
        "a receive buffer of %ld bytes; each datagram takes its length and "
        "several hundred bytes of overhead",
        limit);
    put_sentence(out, "in force", &text);
    if (origin == ORIGIN_CUT)
        say(&text, "net.core.rmem_max = %ld, if the program requested more",
            max);
    else if (max < 0)
        say(&text, "unknown: net.core.rmem_max cannot be read here");
    else
        say(&text, "nothing: net.core.rmem_max is %ld now", max);
    put_sentence(out, "cut by", &text);
}

/* Write the sentence "queued" on ROW, with a warning from 90 percent on.  */
static void put_buffer_queued(FILE *out, const struct listener_row *row)
{
    struct sentence text = {""};
    long queued = row->listener.queue.queued;
    if (queued < 0)
        say(&text, "unknown");
    else
        say(&text, "%ld bytes now", queued);
    if (row->percent >= 0)
        say(&text, ", %d%% of the buffer", row->percent);
    if (row->percent >= NEARLY_FULL)
        say(&text, ": datagrams that do not fit are lost, without an error to "
                   "the sender");
    put_sentence(out, "queued", &text);
}

/* Write the sentence "drops" on DROPS, of one socket, "unknown" if negative;
   and, if FULL is known, a sentence on TOTALS, the counters by reason of all
   UDP sockets.  */
static void put_datagram_losses(FILE *out,
                                const struct sonde_datagram_totals *totals,
                                long drops)
{
    struct sentence text = {""};
    if (drops < 0)
        say(&text, "unknown");
    else if (drops == 0)
        say(&text, "none since the socket was made");
    else
        say(&text,
            "%ld datagram%s lost since the socket was made. The count "
            "(sk_drops; "
            "d in ss -m) has no reasons: a full buffer, want of UDP's memory "
            "(net.ipv4.udp_mem), a wrong checksum, a filter or IPsec.",
            drops, drops == 1 ? "" : "s");
    put_sentence(out, "drops", &text);
    if (totals->full < 0)
        return;
    say(&text, "All UDP sockets of this network namespace, also those that "
               "have ended: ");
    datagrams_say_totals(&text, totals);
    say(&text, ".");
    put_sentence(out, "", &text);
}

/* Append how to make a buffer of LIMIT bytes larger: a SO_RCVBUF of LIMIT,
   which the kernel doubles, or with ORIGIN_DEFAULT a larger
   net.core.rmem_default; and first a larger net.core.rmem_max, if that is known
   and below LIMIT.  */
static void say_larger_buffer(struct sentence *text,
                              const struct listeners *listeners,
                              enum origin origin, long limit)
{
    long max = listeners->limits.rcvbuf_max;
    if (origin == ORIGIN_DEFAULT)
        say(text,
            "let the program set SO_RCVBUF to %ld or more (for %ld bytes in "
            "force), or raise net.core.rmem_default, which all new sockets get",
            limit, 2 * limit);
    else
        say(text, "let the program set SO_RCVBUF to %ld or more", limit);
    if (max >= 0 && max < limit)
        say(text, ", after raising net.core.rmem_max, which is %ld%s", max,
            origin == ORIGIN_CUT ? " and cuts the value" : "");
    say(text, "; then restart the program");
}

/* Append advice for ROW, a UDP socket with drops, by TOTALS, the reasons
   counted for all sockets.  If TOTALS has no loss by a full buffer, the advice
   is to look at net.ipv4.udp_mem, or for what drops or damages packets.
   Otherwise, also if TOTALS are unknown, the advice is to let the program read
   faster or to enlarge the buffer, within the limits of LISTENERS.  */
static void say_lost(struct sentence *text, const struct listeners *listeners,
                     const struct listener_row *row,
                     const struct sonde_datagram_totals *totals)
{
    long limit = row->listener.queue.backlog;
    enum origin origin = datagrams_origin(listeners, limit);
    if (totals->errors == 0) {
        say(text, "look at net.ipv4.udp_mem: no loss is counted by reason, and "
                  "Linux 6.18 does not count those for want of UDP's memory");
        return;
    }
    if (totals->full == 0 && totals->memory <= 0) {
        say(text,
            "nothing about the buffer: no receive buffer of this network "
            "namespace was ever full (RcvbufErrors 0)%s",
            totals->checksum > 0 ? "; look for damaged packets (InCsumErrors)"
            : totals->memory < 0
                ? "; look at net.ipv4.udp_mem, and for a filter or IPsec"
                : "; look for a filter, or for IPsec");
        return;
    }
    if (totals->full == 0) {
        say(text, "raise net.ipv4.udp_mem, or find the sockets that no program "
                  "reads: no buffer was ever full (RcvbufErrors 0)");
        return;
    }
    if (totals->full < 0)
        say(text, "look whether the buffer was full, the usual reason, while "
                  "datagrams arrive: the counters cannot be read here; ");
    else if (totals->full == totals->errors)
        say(text, "the buffer was full: all losses counted in this network "
                  "namespace have this reason; ");
    else
        say(text,
            "the buffer was full, probably: %lld of %lld losses of this "
            "network namespace have this reason; ",
            (long long)totals->full, (long long)totals->errors);
    if (row->percent >= NEARLY_FULL)
        say(text, "the buffer is nearly full now: look again in a second. If "
                  "it still is, the program does not read, or too slowly: see "
                  "what it waits for, or restart it. If it is not, this was a "
                  "burst: ");
    else
        say(text, "check whether the program reads fast enough; for bursts a "
                  "larger buffer helps, for a program that is too slow on "
                  "average none does: ");
    if (limit >= 0)
        say_larger_buffer(text, listeners, origin, limit);
    else
        say(text, "let the program set a larger SO_RCVBUF");
    if (row->percent >= 0 && row->percent < NEARLY_FULL)
        say(text, ". If the drops no longer grow, the losses are over");
}

/* Write the sentence "to do" on ROW, a UDP socket: advice on the first that
   applies of halted owners of a queue, drops, and a nearly full buffer.
   Otherwise "unknown" if drops are not reported, or "nothing".  */
static void put_datagram_advice(FILE *out, const struct listeners *listeners,
                                const struct listener_row *row,
                                const struct sonde_datagram_totals *totals)
{
    struct sentence text = {""};
    const struct sonde_queue *queue = &row->listener.queue;
    if (queue->queued > 0 && listeners_say_halted(&text, row, "read"))
        say(&text, "; otherwise restart the program. A larger buffer is no "
                   "help");
    else if (queue->drops > 0)
        say_lost(&text, listeners, row, totals);
    else if (row->percent >= NEARLY_FULL)
        say(&text, "check whether the program still reads: the buffer is "
                   "nearly full");
    else if (queue->drops < 0)
        say(&text, "unknown: the system does not report drops");
    else if (queue->queued > 0)
        say(&text, "nothing, if the queue empties again: look twice");
    else
        say(&text, "nothing");
    put_sentence(out, "to do", &text);
}

/* Write the sentences "in force", "queued", "drops" and "to do" on ROW, a UNIX
   socket.  The limit in force is unknown: that of a new socket may differ.
   "queued" has no number, only whether a datagram waits; "drops" is always
   "none", since a full UNIX socket makes senders wait.  */
static void explain_unix_datagrams(FILE *out, const struct listeners *listeners,
                                   const struct listener_row *row)
{
    const struct sonde_listener *socket = &row->listener;
    struct sentence text = {""};
    long max = listeners->limits.unix_queue;
    say(&text, "not reported by the kernel");
    if (max >= 0)
        say(&text,
            "; a socket made now queues %ld datagrams "
            "(net.unix.max_dgram_qlen), and one more",
            max);
    put_sentence(out, "in force", &text);
    say(&text, "%s",
        socket->pending < 0 ? "unknown"
        : socket->pending
            ? "at least one datagram waits; the kernel does not report how many"
            : "nothing, or the first datagram is empty");
    put_sentence(out, "queued", &text);
    say(&text, "none: at a full socket send waits, or fails with EAGAIN if "
               "non-blocking");
    put_sentence(out, "drops", &text);
    if (socket->pending == 1 && listeners_say_halted(&text, row, "read"))
        say(&text, "; otherwise restart the program; senders wait for it");
    else
        say(&text, "%s",
            socket->pending == 1
                ? "nothing, if the datagrams are read: look twice. If not, "
                  "check "
                  "whether the program still reads; senders wait for it"
                : "nothing");
    put_sentence(out, "to do", &text);
}

void datagrams_explain(FILE *out, const struct listeners *listeners,
                       const struct listener_row *row)
{
    const struct sonde_listener *socket = &row->listener;
    long limit = socket->queue.backlog;
    enum origin origin = datagrams_origin(listeners, limit);
    struct sonde_datagram_totals totals = datagrams_totals_of(listeners, row);
    put_datagram_head(out, row);
    listeners_put_owners(out, listeners, row);
    if (listener_is_unix(socket)) {
        explain_unix_datagrams(out, listeners, row);
        return;
    }
    put_buffer_requested(out, origin, limit);
    put_buffer_limit(out, listeners, origin, limit);
    put_buffer_queued(out, row);
    put_datagram_losses(out, &totals, socket->queue.drops);
    put_datagram_advice(out, listeners, row, &totals);
}
