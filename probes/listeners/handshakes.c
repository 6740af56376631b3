/* handshakes.c - handshakes in progress, SYN queues and SYN cookies
   SPDX-License-Identifier: GPL-3.0-or-later

   By Linux's tcp_conn_request: a SYN that finds the SYN queue of its listener
   full (the limit is the backlog in force) is answered with a cookie, or
   dropped with tcp_syncookies 0; the kernel logs the first such SYN of each
   listener.  Then a SYN that finds the accept queue full is dropped.  */

#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/monotonic.h"
#include "base/names.h"
#include "base/prometheus.h"
#include "base/sentence.h"
#include "probes/listeners/handshakes.h"

/* ---- reading ------------------------------------------------------------ */

struct handshake_reader {
    struct listeners *listeners;
    struct listener_row *last; /* of the last handshake, or NULL */
    struct sonde_handshake handshake;
};

/* How specifically ROW serves HANDSHAKE, from 0 to 4: 0, not at all; 1, by a
   wildcard; 3, by this very address; 1 more for a listener confined to the
   interface of HANDSHAKE.  A listener confined to another interface has 0.  The
   family is that of the listener: an IPv6 listener has IPv4 clients at mapped
   addresses.  */
static int handshake_rank(const struct listener_row *row,
                          const struct sonde_handshake *handshake)
{
    const struct sonde_listener *listener = &row->listener;
    const struct sonde_address *address = &listener->address;
    if (listener->type != SOCK_STREAM ||
        address->storage.ss_family != handshake->local.storage.ss_family ||
        sonde_address_port(address) != sonde_address_port(&handshake->local) ||
        (listener->ifindex && listener->ifindex != handshake->ifindex))
        return 0;
    int here = listener->ifindex != 0;
    if (!sonde_address_compare(address, &handshake->local))
        return 3 + here;
    return listeners_is_wildcard(address) ? 1 + here : 0;
}

/* The row of the most specific listener for HANDSHAKE, the first of equals; or
   NULL.  */
static struct listener_row *
handshake_find(const struct listeners *listeners,
               const struct sonde_handshake *handshake)
{
    struct listener_row *best = NULL;
    int best_rank = 0;
    for (size_t i = 0; i < listeners->count; i++) {
        int rank = handshake_rank(&listeners->rows[i], handshake);
        if (rank <= best_rank)
            continue;
        best = &listeners->rows[i];
        best_rank = rank;
    }
    return best;
}

/* A sonde_handshake_each: count HANDSHAKE, in RESENT too if its SYN-ACK was
   retransmitted, at the row of its listener, or at the group of that row; DATA
   is a struct handshake_reader.  A handshake without a listener in the rows is
   not counted.  With the local address and interface of the handshake before,
   as most handshakes have in a flood, the row is LAST, without a search.
   Returns 0.  */
static int handshake_count(const struct sonde_handshake *handshake, void *data)
{
    struct handshake_reader *reader = data;
    struct listener_row *row = reader->last;
    if (!row || reader->handshake.ifindex != handshake->ifindex ||
        sonde_address_compare(&reader->handshake.local, &handshake->local))
        row = handshake_find(reader->listeners, handshake);
    reader->last = row;
    reader->handshake = *handshake;
    if (!row)
        return 0;
    if (row->group) {
        row->group->handshakes++;
        row->group->resent += handshake->retransmits > 0;
    } else {
        row->listener.queue.incomplete++;
        row->resent += handshake->retransmits > 0;
    }
    return 0;
}

/* Set to VALUE the numbers of handshakes, and of those with a retransmitted
   SYN-ACK, of all TCP rows of FAMILY: in the group of a row, or without a group
   in the row.  */
static void handshakes_set(struct listeners *listeners, int family, long value)
{
    for (size_t i = 0; i < listeners->count; i++) {
        struct listener_row *row = &listeners->rows[i];
        if (row->listener.type != SOCK_STREAM ||
            row->listener.address.storage.ss_family != family)
            continue;
        if (row->group) {
            row->group->handshakes = value;
            row->group->resent = value;
        } else {
            row->listener.queue.incomplete = value;
            row->resent = value;
        }
    }
}

void handshakes_read(struct listeners *listeners, int timeout)
{
    static const int families[] = {AF_INET, AF_INET6};
    int64_t deadline = sonde_deadline(timeout);
    for (size_t i = 0; i < listeners->count; i++)
        listeners->rows[i].resent = -1;
    listeners->handshake_limits = (struct sonde_handshake_limits){-1, -1};
    for (size_t i = 0; i < listeners->part_count; i++)
        listeners->parts[i].handshake_limits = listeners->handshake_limits;
    if (!listeners->is_linux || listeners->pid || listeners->parts)
        return;
    sonde_handshake_limits(&listeners->handshake_limits);
    for (int i = 0; i < 2; i++) {
        struct handshake_reader reader = {.listeners = listeners};
        if (!(listeners->direct & 1U << i))
            continue;
        handshakes_set(listeners, families[i], 0);
        if (sonde_handshakes(families[i], sonde_deadline_left(deadline),
                             handshake_count, &reader))
            handshakes_set(listeners, families[i], -1);
    }
}

long handshakes_of(const struct listener_row *row, long *resent)
{
    *resent = row->group ? row->group->resent : row->resent;
    return row->group ? row->group->handshakes : row->listener.queue.incomplete;
}

/* ---- the report ---------------------------------------------------------- */

/* Whether the SYN queue of ROW is full now, or may be: of a group, whether all
   handshakes are enough to fill the queue of one member.  False without
   handshakes, or if a figure is unknown.  */
static bool handshakes_fill(const struct listener_row *row)
{
    long resent, count = handshakes_of(row, &resent);
    long backlog = row->listener.queue.backlog;
    return count > 0 && backlog >= 0 && count >= backlog;
}

/* Append the limit of the SYN queue of ROW, and what happens to a SYN that
   finds the queue full; with tcp_syncookies 0 also the limit for unknown
   clients, unless tcp_max_syn_backlog is unknown; with tcp_syncookies 2 only
   that the queue is not used.  Nothing if the backlog or tcp_syncookies is
   unknown.  */
static void handshakes_say_limit(struct sentence *text,
                                 const struct listeners *listeners,
                                 const struct listener_row *row)
{
    const struct sonde_handshake_limits *limits = &listeners->handshake_limits;
    if (row->listener.queue.backlog < 0 || limits->cookies < 0)
        return;
    if (limits->cookies == 2) {
        say(text, ". net.ipv4.tcp_syncookies is 2: every SYN is answered with "
                  "a cookie, and this queue is not used");
        return;
    }
    say(text, ". The limit%s is the backlog in force, %ld; beyond it a SYN is ",
        row->group ? " of each socket" : "", row->listener.queue.backlog);
    if (limits->cookies == 1)
        say(text, "answered with a SYN cookie (net.ipv4.tcp_syncookies 1)");
    else
        say(text, "dropped (net.ipv4.tcp_syncookies 0)");
    if (limits->cookies == 0 && limits->max_backlog >= 0)
        say(text,
            ", for unknown clients also beyond 3/4 of "
            "net.ipv4.tcp_max_syn_backlog, which is %ld",
            limits->max_backlog);
}

/* Write the sentence "SYN queue" on ROW, a TCP listener: how many handshakes
   are in progress, in a group at all members, or that the number is unknown; of
   how many the SYN-ACK was retransmitted, unless 0 or unknown; and the limit
   (handshakes_say_limit).  */
static void handshakes_put_queue(FILE *out, const struct listeners *listeners,
                                 const struct listener_row *row)
{
    struct sentence text = {""};
    long resent, count = handshakes_of(row, &resent);
    if (count < 0)
        say(&text, "unknown: how many handshakes are in progress is not "
                   "reported here");
    else if (count == 0)
        say(&text, "no handshake in progress (SYN-RECV)");
    else
        say(&text, "%ld handshake%s in progress (SYN-RECV)", count,
            count == 1 ? "" : "s");
    if (count >= 0 && row->group)
        say(&text, ", at all %zu sockets of the group together",
            row->group->count);
    if (resent > 0)
        say(&text,
            "; to %ld the SYN-ACK was sent again: in its time no last ACK "
            "came, "
            "or one that found the accept queue full, or with "
            "TCP_DEFER_ACCEPT no data",
            resent);
    handshakes_say_limit(&text, listeners, row);
    put_sentence(out, "SYN queue", &text);
}

/* Append two remarks on a full SYN queue.  If cookies were sent: how many came
   back, and whether most clients are real, as is assumed if at least half of
   the cookies came back.  If SYNs were dropped, and tcp_syncookies is 0: that
   cookies would answer such SYNs.  Nothing where the counters are unknown.  */
static void handshakes_say_verdict(struct sentence *text,
                                   const struct listeners *listeners)
{
    const struct sonde_listen_totals *totals = &listeners->totals;
    int64_t sent = totals->cookies_sent, back = totals->cookies_received;
    if (sent > 0 && back >= 0)
        say(text,
            ". Of %lld cookies sent (SyncookiesSent) %lld came back valid "
            "(SyncookiesRecv): ",
            (long long)sent, (long long)back);
    if (sent > 0 && back >= 0 && back >= sent - sent / 2)
        say(text, "most of these clients are real, so this is load, not an "
                  "attack: see \"to do\"");
    else if (sent > 0 && back >= 0)
        say(text,
            "most of these clients did not complete the handshake. Either "
            "their addresses are false (an attack; a larger backlog is no "
            "help, cookies let the others in), or the SYN-ACKs or last ACKs "
            "get lost (route, firewall), or the accept queue was full. See "
            "the peers: ss -tn state syn-recv");
    if (totals->full_drops > 0 && listeners->handshake_limits.cookies == 0)
        say(text, ". With net.ipv4.tcp_syncookies 1 such SYNs would be "
                  "answered instead of dropped");
}

/* The number of SYNs that were due a cookie because a SYN queue was full; -1 if
   not counted.  Always 0 with tcp_syncookies 2: the number is unknown, since
   the kernel then counts every SYN.  */
static int64_t handshakes_due_cookies(const struct listeners *listeners)
{
    return listeners->handshake_limits.cookies == 2
               ? 0
               : listeners->totals.full_cookies;
}

/* Whether the counters show that a SYN queue of this network namespace is or
   was full; false if they are unknown.  */
static bool handshakes_had_full(const struct listeners *listeners)
{
    return handshakes_due_cookies(listeners) > 0 ||
           listeners->totals.full_drops > 0;
}

/* A SYN queue was full (handshakes_had_full): append for how many SYNs that
   were due a cookie, and for how many that were dropped; a number that is 0 or
   unknown is left out.  */
static void handshakes_say_full(struct sentence *text,
                                const struct listeners *listeners)
{
    int64_t cookies = handshakes_due_cookies(listeners);
    const char *also = "";
    say(text,
        "since its start, SYN queues of this network namespace were full for ");
    if (cookies > 0) {
        say(text, "%lld SYNs that were due a cookie (TCPReqQFullDoCookies)",
            (long long)cookies);
        also = " and ";
    }
    if (listeners->totals.full_drops > 0)
        say(text, "%s%lld SYNs that were dropped (TCPReqQFullDrop)", also,
            (long long)listeners->totals.full_drops);
}

void handshakes_explain(FILE *out, const struct listeners *listeners,
                        const struct listener_row *row)
{
    struct sentence text = {""};
    if (!listeners->is_linux || listener_is_unix(&row->listener))
        return;
    handshakes_put_queue(out, listeners, row);
    if (row->percent == 100 &&
        (handshakes_had_full(listeners) || handshakes_fill(row)))
        say(&text, "no sign of one by itself: the accept queue is full now, "
                   "which keeps clients in the SYN queue; see \"to do\" first. "
                   "For the record: ");
    if (handshakes_had_full(listeners))
        handshakes_say_full(&text, listeners);
    else if (handshakes_fill(row) && listeners->handshake_limits.cookies != 2)
        say(&text, "the SYN queue is %s full now",
            row->group ? "perhaps" : "about");
    else
        return;
    say(&text,
        ". When this happens to a listener for the first time, the kernel logs "
        "\"Possible SYN flooding on port\" and the port. The queue is full if "
        "more clients than the backlog are between SYN and last ACK at once: "
        "in a flood, but also of healthy clients if the backlog is short, or "
        "if the accept queue is full, which makes last ACKs wait");
    handshakes_say_verdict(&text, listeners);
    put_sentence(out, "SYN flood", &text);
}

/* Whether ROW is the first of LISTENERS in its group, or alone.  */
static bool handshakes_is_first(const struct listeners *listeners,
                                const struct listener_row *row)
{
    if (row->group)
        for (const struct listener_row *other = listeners->rows; other < row;
             other++)
            if (other->group == row->group)
                return false;
    return true;
}

void handshakes_note(FILE *out, const struct listeners *listeners)
{
    struct sentence note = {""};
    const struct listener_row *most = NULL;
    long resent, most_count = 0, all = 0;
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        long count = handshakes_of(row, &resent);
        if (count <= 0 || !handshakes_is_first(listeners, row))
            continue;
        all += count;
        int fuller = most ? handshakes_fill(row) - handshakes_fill(most) : 1;
        if (fuller < 0 || (fuller == 0 && count <= most_count))
            continue;
        most_count = count;
        most = row;
    }
    if (most)
        say(&note,
            "%ld handshake%s in progress (SYN-RECV), %ld of them at %s%s", all,
            all == 1 ? "" : "s", most_count, most->local,
            handshakes_fill(most) ? ", whose SYN queue is full or nearly so"
                                  : "");
    if (most && handshakes_fill(most) && handshakes_had_full(listeners)) {
        say(&note, "; ");
        handshakes_say_full(&note, listeners);
        say(&note, ": \"possible SYN flooding\" in the kernel's log; with a "
                   "port as operand listeners explains whether it was one");
    }
    if (*note.text)
        put_sentence(out, NULL, &note);
}

void handshakes_json(struct json *json, const struct listeners *listeners)
{
    json_object(json, "handshakes");
    json_count(json, "tcp_syncookies", listeners->handshake_limits.cookies);
    json_count(json, "tcp_max_syn_backlog",
               listeners->handshake_limits.max_backlog);
    json_object_end(json);
}

/* Write the counters of SYN cookies and full SYN queues that are known.  */
static void handshakes_put_totals(FILE *out,
                                  const struct sonde_listen_totals *totals)
{
    const struct {
        const char *name, *help;
        int64_t value;
    } figures[] = {
        {"sonde_listen_cookies_sent_total", "SYNs answered with a SYN cookie.",
         totals->cookies_sent},
        {"sonde_listen_cookies_received_total",
         "Last ACKs of handshakes with a valid SYN cookie.",
         totals->cookies_received},
        {"sonde_listen_cookies_failed_total",
         "Last ACKs of handshakes with an invalid SYN cookie.",
         totals->cookies_failed},
        {"sonde_listen_syn_full_cookies_total",
         "SYNs for which the SYN queue was full and a cookie was due; all "
         "SYNs with tcp_syncookies 2.",
         totals->full_cookies},
        {"sonde_listen_syn_full_drops_total",
         "Packets of handshakes dropped because the SYN queue was full.",
         totals->full_drops},
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (figures[i].value < 0)
            continue;
        prometheus_head(out, figures[i].name, "counter", figures[i].help);
        prometheus_sample(out, figures[i].name, NULL, figures[i].value);
    }
}

/* The length of the run at the beginning of ROWS with the network namespace and
   LOCAL of ROWS[0].  COUNT, at least 1, is the number of rows.  */
static size_t handshakes_run(const struct listener_row *rows, size_t count)
{
    size_t run = 1;
    while (run < count && rows[run].part == rows[0].part &&
           !strcmp(rows[run].local, rows[0].local))
        run++;
    return run;
}

/* The sum of the known numbers of handshakes of the TCP listeners among the
   COUNT ROWS.  A member of a group has no number of its own.  */
static long handshakes_sum(const struct listener_row *rows, size_t count)
{
    long sum = 0;
    for (size_t i = 0; i < count; i++)
        if (rows[i].listener.type == SOCK_STREAM &&
            rows[i].listener.queue.incomplete >= 0)
            sum += rows[i].listener.queue.incomplete;
    return sum;
}

void handshakes_prometheus(FILE *out, struct listeners *listeners)
{
    long resent;
    size_t run;
    listeners_sort_by_address(listeners);
    prometheus_head(out, "sonde_listener_handshakes", "gauge",
                    "Handshakes in progress, at all listeners of the address.");
    for (size_t i = 0; i < listeners->count; i += run) {
        const struct listener_row *row = &listeners->rows[i];
        run = handshakes_run(row, listeners->count - i);
        long count = handshakes_of(row, &resent);
        if (!row->group && count >= 0)
            count += handshakes_sum(row + 1, run - 1);
        const struct prometheus_label labels[] = {
            {"family", family_key(row->listener.address.storage.ss_family)},
            {"local", row->local},
            {NULL, NULL}};
        prometheus_sample(out, "sonde_listener_handshakes", labels, count);
    }
    handshakes_put_totals(out, &listeners->totals);
}
