/* listeners-explain.c - all that can be said of a listener
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <netinet/in.h>
#include <string.h>

#include "base/sentence.h"
#include "probes/listeners.h"
#include "probes/names.h"

static bool is_unix(const struct listener_row *row)
{
    return row->listener.address.storage.ss_family == AF_UNIX;
}

/* Whom an IPv6 listener serves, as far as that is told.  One at an IPv4
   address, which is where Java listens, has IPV6_V6ONLY off and hears of IPv4
   alone.  */
static const char *clients_of(const struct sonde_listener *listener)
{
    struct sockaddr_in6 in6;
    memcpy(&in6, &listener->address.storage, sizeof in6);
    if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
        return ", for IPv4 clients alone";
    return listener->v6only < 0 ? ""
           : listener->v6only   ? " alone"
                                : ", and IPv4 clients too";
}

static void put_head(FILE *out, const struct listener_row *row)
{
    const struct sonde_listener *listener = &row->listener;
    struct sentence text = {""};
    static const char *const kinds[] = {"TCP over IPv4", "TCP over IPv6"};
    bool inet6 = listener->address.storage.ss_family == AF_INET6;
    say(&text, "%s: %s", row->local,
        !is_unix(row) ? kinds[inet6]
        : listener->type == SOCK_SEQPACKET
            ? "a UNIX socket of whole messages (SOCK_SEQPACKET)"
            : "a UNIX stream socket");
    if (inet6)
        say(&text, "%s", clients_of(listener));
    put_sentence(out, NULL, &text);
}

static void put_owners(FILE *out, const struct listeners *listeners,
                       const struct listener_row *row)
{
    struct sentence text = {""};
    char one[64];
    for (size_t i = 0; i < row->owner_count; i++) {
        owner_print(&row->owners[i], one, sizeof one);
        say(&text, "%s%s", i ? " " : "", one);
    }
    if (row->owner_count > 1)
        say(&text, ", who share it");
    if (row->owner_count == 0 && listeners->hidden < 0)
        say(&text, "not told here (%s)", listeners_why_hidden(listeners));
    else if (row->owner_count == 0 && listeners->hidden > 0)
        say(&text, "among %d process%s that only root may look at",
            listeners->hidden, listeners->hidden == 1 ? "" : "es");
    else if (row->owner_count == 0)
        say(&text, "no process that is seen from here: the kernel, or one of "
                   "another PID "
                   "namespace, or one that /proc hides (hidepid)");
    if (row->listener.user >= 0)
        say(&text, "; made by user %ld", row->listener.user);
    put_sentence(out, "owner", &text);
}

/* What was asked for is not kept: what can be said of it, and of the cut.  */
static void put_asked(FILE *out, const struct listeners *listeners,
                      const struct listener_row *row)
{
    const struct sonde_backlog_cap *cap = &listeners->cap;
    long limit = row->listener.queue.limit;
    struct sentence asked = {""}, cut = {""};
    if (limit < 0 || !cap->setting[0] || cap->value < 0) {
        say(&asked, "not known: the kernel keeps what it gave, not "
                    "what was asked for");
        say(&cut, "not known: %s",
            limit < 0 ? "the limit is not told"
                      : "the cap cannot be read here");
    } else if (limit == cap->value) {
        say(&asked,
            "%ld or more, or a negative number: the kernel "
            "keeps what it gave, not what was asked for",
            limit);
        say(&cut, "%s = %ld, if more was asked for", cap->setting, cap->value);
    } else if (limit < cap->value) {
        say(&asked, "%ld; more only if %s was %ld then", limit, cap->setting,
            limit);
        say(&cut, "nothing: %s is %ld now", cap->setting, cap->value);
    } else {
        say(&asked, "%ld or more", limit);
        say(&cut,
            "not by %s, which is %ld now and was more then; it will "
            "be cut when the program calls listen again",
            cap->setting, cap->value);
    }
    put_sentence(out, "asked", &asked);
    if (limit >= 0) {
        say(&asked, "a limit of %ld", limit);
        if (row->listener.capacity >= 0)
            say(&asked, ", by which %ld can wait for accept",
                row->listener.capacity);
        put_sentence(out, "got", &asked);
    }
    put_sentence(out, "cut by", &cut);
}

static void put_queued(FILE *out, const struct listeners *listeners,
                       const struct listener_row *row)
{
    struct sentence text = {""};
    if (row->listener.queue.queued < 0)
        say(&text, "not told");
    else
        say(&text, "%ld now", row->listener.queue.queued);
    if (row->percent >= 0)
        say(&text, ", %d%% of what fits", row->percent);
    if (row->percent == 100 && listeners->is_linux)
        say(&text, "%s",
            is_unix(row) ? ": the next client waits in connect, or gets "
                           "EAGAIN if it is non-blocking"
                         : ": the SYN of the next client is dropped, and it "
                           "tries again, without an error, until its patience "
                           "ends");
    put_sentence(out, "queued", &text);
}

static void put_drops(FILE *out, const struct listeners *listeners,
                      const struct listener_row *row)
{
    const struct sonde_listen_totals *totals = &listeners->totals;
    long drops = row->listener.queue.drops;
    struct sentence text = {""};
    if (drops < 0)
        say(&text, is_unix(row) && listeners->is_linux
                       ? "not counted: clients of a full UNIX socket "
                         "wait, or are told"
                       : "not counted for each listener here");
    else if (drops == 0)
        say(&text, "none since it began to listen");
    else
        say(&text,
            "%ld packets since it began to listen: SYNs, with "
            "every retransmission, and last ACKs of handshakes. "
            "These are not clients: one may count many times and "
            "get in at last. (The kernel's sk_drops; ss -m shows it "
            "as d.)",
            drops);
    put_sentence(out, "drops", &text);
    if (is_unix(row) || totals->drops < 0)
        return;
    say(&text,
        "All listeners of this network namespace, also those that have "
        "ended: ListenDrops %lld, of them %lld because an accept "
        "queue was full (ListenOverflows).",
        (long long)totals->drops, (long long)totals->overflows);
    put_sentence(out, "", &text);
}

/* What to do, if anything.  */
static void put_advice(FILE *out, const struct listeners *listeners,
                       const struct listener_row *row)
{
    const struct sonde_backlog_cap *cap = &listeners->cap;
    const struct sonde_queue *queue = &row->listener.queue;
    bool is_full = row->percent == 100;
    bool at_cap = cap->setting[0] && queue->limit == cap->value;
    struct sentence text = {""};
    if (!is_full && queue->drops <= 0) {
        say(&text, queue->queued > 0
                       ? "nothing, if the queue empties again: look "
                         "twice"
                       : "nothing");
        put_sentence(out, "to do", &text);
        return;
    }
    say(&text, "%s",
        is_full ? "it is full: see "
                : "it has been full, or short of "
                  "memory: see ");
    say(&text, "whether the program still calls accept, and fast "
               "enough; then let it ask for more");
    if (at_cap)
        say(&text, ", having raised %s, which cuts it%s", cap->setting,
            strcmp(cap->scope, "host") != 0
                ? " (that of this network namespace: a container "
                  "has its own)"
                : "");
    say(&text, ", and restart it: both count when it calls listen");
    put_sentence(out, "to do", &text);
}

void listeners_explain(FILE *out, const struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        if (i > 0)
            putc('\n', out);
        put_head(out, row);
        put_owners(out, listeners, row);
        put_asked(out, listeners, row);
        put_queued(out, listeners, row);
        put_drops(out, listeners, row);
        put_advice(out, listeners, row);
    }
}
