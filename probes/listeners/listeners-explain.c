/* listeners-explain.c - all details of a listener
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <netinet/in.h>
#include <string.h>

#include "base/names.h"
#include "base/sentence.h"
#include "probes/listeners/datagrams.h"
#include "probes/listeners/handshakes.h"

/* The clients of LISTENER, if IPv6, as the rest of a sentence; "" if another
   family, or if IPV6_V6ONLY is unknown.  At an IPv4-mapped address, as in Java,
   IPV6_V6ONLY is off, but only IPv4 served.  */
static const char *clients_of(const struct sonde_listener *listener)
{
    struct sockaddr_in6 in6;
    memcpy(&in6, &listener->address.storage, sizeof in6);
    if (in6.sin6_family != AF_INET6)
        return "";
    if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
        return ", for IPv4 clients alone";
    return listener->v6only < 0 ? ""
           : listener->v6only || !listeners_is_wildcard(&listener->address)
               ? " alone"
               : ", and IPv4 clients too";
}

/* Write the first sentence on ROW, a listener: address, kind of socket,
   clients.  */
static void explain_put_head(FILE *out, const struct listener_row *row)
{
    const struct sonde_listener *listener = &row->listener;
    struct sentence text = {""};
    say(&text, "%s: ", row->local);
    if (!listener_is_unix(listener))
        say(&text, "TCP over %s%s",
            family_name(listener->address.storage.ss_family),
            clients_of(listener));
    else if (listener->type == SOCK_SEQPACKET)
        say(&text, "a UNIX socket of whole messages (SOCK_SEQPACKET)");
    else
        say(&text, "a UNIX stream socket");
    put_sentence(out, NULL, &text);
}

/* Write the sentences "requested", the backlog; "in force", the backlog and the
   capacity, only if reported; and "cut by", the limit applied.  What was
   requested and cut is inferred from the backlog in force and today's cap,
   since the kernel keeps neither; "unknown" if the backlog in force or the cap
   is unknown.  A capacity of 0 (macOS) stands for a request of 0, or of more
   than SHRT_MAX.  */
static void put_asked(FILE *out, const struct listeners *listeners,
                      const struct listener_row *row)
{
    const struct sonde_backlog_cap *cap = &listeners->cap;
    long backlog = row->listener.queue.backlog;
    struct sentence asked = {""}, cut = {""};
    if (row->listener.capacity == 0) {
        say(&asked,
            "0, or more than %d: the kernel keeps a signed 16-bit number",
            SHRT_MAX);
        say(&cut, "nothing; with this backlog no client is ever queued");
    } else if (backlog < 0 || !cap->setting[0] || cap->value < 0) {
        say(&asked, "unknown: the kernel keeps the backlog in force, not the "
                    "backlog requested");
        say(&cut, "unknown: %s",
            backlog < 0 ? "the backlog is not reported"
                        : "the cap cannot be read here");
    } else if (backlog == cap->value) {
        say(&asked,
            "%ld or more, or a negative number: the kernel "
            "keeps the backlog in force, not the backlog requested",
            backlog);
        say(&cut, "%s = %ld, if the program requested more", cap->setting,
            cap->value);
    } else if (backlog < cap->value) {
        say(&asked, "%ld; more only if %s was %ld then", backlog, cap->setting,
            backlog);
        say(&cut, "nothing: %s is %ld now", cap->setting, cap->value);
    } else {
        say(&asked, "%ld or more", backlog);
        say(&cut,
            "not by %s, which is %ld now and was higher at listen; the next "
            "listen will cut the backlog",
            cap->setting, cap->value);
    }
    put_sentence(out, "requested", &asked);
    if (backlog >= 0) {
        say(&asked, "a backlog of %ld", backlog);
        if (row->listener.capacity >= 0)
            say(&asked, ": room for %ld connections", row->listener.capacity);
        put_sentence(out, "in force", &asked);
    }
    put_sentence(out, "cut by", &cut);
}

/* Write the sentence "queued" on ROW: length, or "unknown"; percent; on Linux
   what happens to the next client of a full queue; and, if known, how long the
   oldest client has waited.  */
static void put_queued(FILE *out, const struct listeners *listeners,
                       const struct listener_row *row)
{
    struct sentence text = {""};
    if (row->listener.queue.queued < 0)
        say(&text, "unknown");
    else
        say(&text, "%ld now", row->listener.queue.queued);
    if (row->percent >= 0)
        say(&text, ", %d%% of the capacity", row->percent);
    if (row->percent == 100 && listeners->is_linux)
        say(&text, "%s",
            listener_is_unix(&row->listener)
                ? ": connect of the next client blocks, or fails with EAGAIN "
                  "if non-blocking"
                : ": the SYN of the next client is dropped and retransmitted, "
                  "without an error, until connect times out");
    if (row->oldest > 0)
        say(&text, ". A client has waited for %ld.%03ld s, or longer",
            row->oldest / 1000, row->oldest % 1000);
    put_sentence(out, "queued", &text);
}

/* Write the counters TOTALS of the network namespace, without DEFERRED and
   RESETS if unknown; OVERFLOWS and DROPS must be known.  Counters by reason of
   drops exist only for all listeners together.  */
static void put_totals(FILE *out, const struct sonde_listen_totals *totals)
{
    struct sentence text = {""};
    say(&text,
        "All listeners of this network namespace, also those that have "
        "ended: %lld because an accept queue was full (ListenOverflows); "
        "%lld for this and other reasons (ListenDrops)",
        (long long)totals->overflows, (long long)totals->drops);
    if (totals->deferred >= 0)
        say(&text,
            "; %lld last ACKs put off by TCP_DEFER_ACCEPT, which is no loss "
            "(TCPDeferAcceptDrop)",
            (long long)totals->deferred);
    if (totals->resets >= 0)
        say(&text, "; %lld handshakes reset by the client (EmbryonicRsts)",
            (long long)totals->resets);
    say(&text, ". These counters and the drops of this listener do not add up: "
               "they count all listeners, and the drops count other packets, "
               "too.");
    put_sentence(out, "", &text);
}

/* Write the sentence "drops" on ROW; for a TCP listener also the counters of
   the network namespace, if known and WITH_TOTALS.  */
static void put_drops(FILE *out, const struct listeners *listeners,
                      const struct listener_row *row, bool with_totals)
{
    const struct sonde_listen_totals *totals = &listeners->totals;
    long drops = row->listener.queue.drops;
    struct sentence text = {""};
    if (drops < 0)
        say(&text, listener_is_unix(&row->listener) && listeners->is_linux
                       ? "not counted: clients of a full UNIX socket "
                         "wait, or get an error"
                       : "not counted for each listener here");
    else if (drops == 0)
        say(&text, "none of this listener since listen");
    else
        say(&text,
            "%ld packet%s of this listener since listen, for any reason. "
            "Packets are not "
            "clients: a client may be counted many times and still connect. "
            "Counted (sk_drops; d in ss -m) are SYNs and last ACKs that found "
            "no room, but also last ACKs put off by TCP_DEFER_ACCEPT, "
            "handshakes that the client reset (half-open health checks, "
            "scans), stray RST and FIN.",
            drops, drops == 1 ? "" : "s");
    put_sentence(out, "drops", &text);
    if (with_totals && !listener_is_unix(&row->listener) && totals->drops >= 0)
        put_totals(out, totals);
}

/* Append why drops are no reason for a longer queue, with ListenOverflows 0.
   Causes are named by their counters: TCP_DEFER_ACCEPT of the socket of another
   process is unreadable.  */
static void say_harmless(struct sentence *text,
                         const struct sonde_listen_totals *totals)
{
    bool deferred = totals->deferred > 0, resets = totals->resets > 0;
    say(text, "nothing: no accept queue of this network namespace was ever "
              "full (ListenOverflows 0), so a longer queue would change none "
              "of these drops");
    if (totals->drops > 0)
        say(text,
            "; %lld attempts were dropped for another reason, such as a want "
            "of memory, of a route back, or of room in the incomplete queue "
            "(ListenDrops)",
            (long long)totals->drops);
    else if (deferred || resets)
        say(text, "; the reasons counted here are %s%s%s",
            deferred ? "TCP_DEFER_ACCEPT (Apache's default, nginx's deferred)"
                     : "",
            deferred && resets ? " and " : "",
            resets ? "clients that reset handshakes (health checks, scans)"
                   : "");
}

/* Append which cap is to be raised before a larger backlog is requested;
   nothing unless the backlog in force of ROW is at the cap.  */
static void say_cap(struct sentence *text, const struct listeners *listeners,
                    const struct listener_row *row)
{
    const struct sonde_backlog_cap *cap = &listeners->cap;
    if (cap->setting[0] && row->listener.queue.backlog == cap->value)
        say(text,
            ", after raising %s, which cuts the backlog to %ld%s; a program "
            "that requests more already needs only this setting",
            cap->setting, cap->value,
            !strncmp(cap->scope, "net:", 4)
                ? " (that of this network namespace: a container "
                  "has its own)"
                : "");
}

/* Whether all drops of this network namespace are for a full accept queue, and
   ROW, with as many drops or more, is the only listener with any.  No deferred
   ACKs and no resets may be counted; -1, unknown, counts as none.
   ListenOverflows is above 0.  */
static bool is_culprit(const struct listeners *listeners,
                       const struct listener_row *row)
{
    const struct sonde_listen_totals *totals = &listeners->totals;
    return listeners->dropping == 1 && totals->drops == totals->overflows &&
           row->listener.queue.drops >= totals->overflows &&
           totals->deferred <= 0 && totals->resets <= 0;
}

/* ROW has drops, and ListenOverflows is above 0: append how to empty the queue
   faster or make it longer.  Unless is_culprit, finding out which queue
   overflowed comes first, since the kernel does not count that.  */
static void say_suspect(struct sentence *text,
                        const struct listeners *listeners,
                        const struct listener_row *row)
{
    int port = sonde_address_port(&row->listener.address);
    if (is_culprit(listeners, row))
        say(text,
            "the accept queue was full, most likely, and is not now: no other "
            "listener has drops, and no other reason is counted. To prevent "
            "it, make the program call accept faster, or request a larger "
            "backlog");
    else
        say(text,
            "find out which queue overflowed: the accept queues of this "
            "network namespace dropped %lld packets (ListenOverflows), %s; "
            "then make the program call accept faster, or request a larger "
            "backlog",
            (long long)listeners->totals.overflows,
            listeners->dropping == 1
                ? "and no other listener has drops: this listener dropped "
                  "them, or one closed since"
                : "and the drops do not show whether this listener was one of "
                  "them");
    say_cap(text, listeners, row);
    say(text, ". The backlog takes effect at listen: restart the program. \"");
    listeners_say_command(text, listeners, row);
    say(text, "--watch -d 60 %d\" shows whether the queue becomes full again",
        port);
}

/* Whether the queue of ROW, a stream socket for which is_as_good_as_full holds,
   may have overflowed.  False only for TCP, if a counter excludes an overflow:
   the drops of ROW are 0, or ListenOverflows of LISTENERS is 0.  An unknown
   counter excludes nothing.  */
static bool may_overflow(const struct listeners *listeners,
                         const struct listener_row *row)
{
    return listener_is_unix(&row->listener) ||
           (listeners->totals.overflows != 0 && row->listener.queue.drops != 0);
}

/* Append the cause of the queue of ROW and what to do, if the cause is known: a
   halted process, or one stuck socket of a group, or both.  Returns whether the
   cause is known; if not, nothing is appended.  */
static bool say_cause(struct sentence *text, const struct listener_row *row)
{
    if (listeners_say_halted(text, row, "accept")) {
        if (!group_is_stuck(row->group)) {
            say(text, "; otherwise restart the program. A larger backlog is "
                      "no help");
            return true;
        }
        say(text, ". If that is no help: ");
    }
    if (group_is_stuck(row->group))
        group_say_advice(text, row);
    return group_is_stuck(row->group);
}

enum { LONG_MS = 1000 }; /* no burst is that long */

/* Append what the age of the oldest client of ROW means, and how to see where a
   single owner hangs; nothing below LONG_MS.  */
static void say_slow(struct sentence *text, const struct listener_row *row)
{
    if (row->oldest >= LONG_MS)
        say(text,
            " (a client has waited for over %ld s, so it does not, or "
            "far too slowly, and a larger backlog alone would only let "
            "more clients wait",
            row->oldest / 1000);
    if (row->oldest >= LONG_MS && row->owner_count == 1)
        say(text, "; to see where it hangs: strace -p %ld",
            (long)row->owners[0].pid);
    if (row->oldest >= LONG_MS)
        say(text, ")");
}

/* Whether the queue of ROW is full, or nearly so for long, at NEARLY_FULL
   percent or more with a client that has waited for LONG_MS or longer: a queue
   in which a client leaves now and then is as bad.  */
static bool is_as_good_as_full(const struct listener_row *row)
{
    enum { NEARLY_FULL = 70 };
    return row->percent == 100 ||
           (row->percent >= NEARLY_FULL && row->oldest >= LONG_MS);
}

/* Append advice for a queue that is as good as full now: by the cause, if known
   (say_cause); otherwise on accept, and if may_overflow on a larger
   backlog.  */
static void say_full(struct sentence *text, const struct listeners *listeners,
                     const struct listener_row *row)
{
    if (say_cause(text, row))
        return;
    say(text,
        "the queue is %sfull: check whether the program still calls accept, "
        "and fast enough",
        row->percent == 100 ? "" : "nearly ");
    say_slow(text, row);
    if (!may_overflow(listeners, row)) {
        say(text, "; no overflow of this listener so far");
        return;
    }
    say(text, "; then request a larger backlog");
    say_cap(text, listeners, row);
    say(text, ", and restart the program: both take effect at listen");
}

/* Write the sentence "to do" on ROW, about the first of these that applies: a
   capacity of 0, an unknown percentage, a queue as good as full, a stuck group,
   a queue with clients whose owners are halted, drops, a queue with clients;
   otherwise "nothing".  Only a queue that may have overflowed is a reason to
   raise a limit.  */
static void put_advice(FILE *out, const struct listeners *listeners,
                       const struct listener_row *row)
{
    const struct sonde_queue *queue = &row->listener.queue;
    struct sentence text = {""};
    if (row->listener.capacity == 0)
        say(&text,
            "no client is ever queued: let the program request at most %d, or "
            "lower the cap to that, and restart the program",
            SHRT_MAX);
    else if (row->percent < 0)
        say(&text, "unknown: without the capacity of the queue, the percentage "
                   "cannot be computed");
    else if (is_as_good_as_full(row))
        say_full(&text, listeners, row);
    else if (group_is_stuck(row->group))
        group_say_others(&text, row->group);
    else if (queue->queued > 0 && say_cause(&text, row))
        ; /* the cause is known */
    else if (queue->drops > 0 && listeners->totals.overflows > 0)
        say_suspect(&text, listeners, row);
    else if (queue->drops > 0 && listeners->totals.overflows == 0)
        say_harmless(&text, &listeners->totals);
    else if (queue->drops > 0)
        say(&text, "find out whether a queue was full: the drops do not show "
                   "that, and ListenOverflows cannot be read here");
    else if (queue->queued > 0)
        say(&text, "nothing, if the queue empties again: look twice");
    else
        say(&text, "nothing");
    put_sentence(out, "to do", &text);
}

void listeners_explain(FILE *out, const struct listeners *listeners)
{
    struct sentence note = {""};
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        if (i > 0)
            putc('\n', out);
        if (listener_is_datagram(&row->listener)) {
            datagrams_explain(out, listeners, row);
            continue;
        }
        explain_put_head(out, row);
        listeners_put_owners(out, listeners, row);
        put_asked(out, listeners, row);
        put_queued(out, listeners, row);
        bool is_first = group_explain(out, row);
        if (is_first)
            handshakes_explain(out, listeners, row);
        put_drops(out, listeners, row, is_first);
        put_advice(out, listeners, row);
    }
    if (listeners->reduced && listeners->count > 0) {
        listeners_say_reduced(&note, listeners);
        put_sentence(out, "source", &note);
    }
    if (listeners->datagrams_reduced && listeners->count > 0) {
        datagrams_say_reduced(&note, listeners);
        put_sentence(out, "source", &note);
    }
}
