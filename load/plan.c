/* plan.c - the plan of a load run: what is due, what fits; errors by name
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/budget.h"
#include "base/descriptors.h"
#include "load/run.h"

enum {
    SECOND = 1000000000,
    OTHER_FILES = 32 /* descriptors besides those of the connections */
};

/* ---- words --------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *text;
    enum client_end end;
} more_errors[] = {
    {"wrong-reply", "the reply differs from the message sent",
     CLIENT_WRONG_REPLY},
    {"closed-early", "the server closed the connection", CLIENT_CLOSED_EARLY},
    {"unanswered", "no reply", CLIENT_TIMED_OUT},
    {"no-local-port",
     "all local ports are in use for this address, most in TIME_WAIT",
     CLIENT_TROUBLE},
    {"not-sent", "the rate was not reached", CLIENT_TIMED_OUT},
};

const char *load_error_name(enum load_error error)
{
    return error < LOAD_WRONG ? sonde_connect_status_name(
                                    (enum sonde_connect_status)(int)error)
                              : more_errors[error - LOAD_WRONG].name;
}

const char *load_error_text(enum load_error error)
{
    return error < LOAD_WRONG ? sonde_connect_status_text(
                                    (enum sonde_connect_status)(int)error)
                              : more_errors[error - LOAD_WRONG].text;
}

enum load_error load_error_of(int error)
{
    enum sonde_connect_status status = sonde_connect_status(error);
    return status == SONDE_CONNECT_CONNECTED ? LOAD_CLOSED
                                             : (enum load_error)(int)status;
}

size_t load_index(const struct load *load,
                  const struct load_connection *connection)
{
    return (size_t)(connection - load->connections);
}

enum load_error load_note_wrong(struct load *load,
                                const struct load_connection *connection,
                                const char *what, uint64_t number, bool never)
{
    if (!*load->report->wrong)
        snprintf(load->report->wrong, sizeof load->report->wrong,
                 "%s %" PRIu64 " of connection %zu %s", what, number,
                 load_index(load, connection) + 1,
                 never ? "was never sent" : "was altered");
    return LOAD_WRONG;
}

/* ---- the plan ------------------------------------------------------------ */

int64_t load_due(const struct load_plan *plan, size_t index, uint64_t number)
{
    uint64_t count = number * plan->connections + index;
    uint64_t rate = (uint64_t)plan->rate;
    return (int64_t)(count / rate * SECOND + count % rate * SECOND / rate);
}

uint64_t load_due_before(const struct load_plan *plan, size_t index,
                         int64_t time)
{
    uint64_t rate = (uint64_t)plan->rate, passed = (uint64_t)time;
    uint64_t all =
        passed / SECOND * rate + (passed % SECOND * rate + SECOND - 1) / SECOND;
    return (all + plan->connections - 1 - index) / plan->connections;
}

const char *load_plan_problem(const struct load_plan *plan, int type)
{
    if (type != SOCK_DGRAM)
        return NULL;
    if (plan->kind == LOAD_CONNECTS)
        return "--connect does not apply to datagrams, which have no "
               "connections";
    if (plan->kind == LOAD_HOLD)
        return "--hold does not apply to datagrams, which have no connections";
    if (plan->size > 65507)
        return "a datagram holds at most 65507 bytes";
    if (plan->size < 8 && (plan->depth >> (8 * plan->size - 1)) > 0)
        return "datagrams of so few bytes cannot number so many messages: "
               "lower --depth or raise --size";
    return NULL;
}

int load_raise_limit(size_t count, long *limit)
{
    long wanted = (long)count + OTHER_FILES;
    *limit = descriptors_raise(wanted);
    return *limit < 0 || *limit >= wanted ? 0 : -1;
}

/* Bytes of memory for both ends of a connection of PLAN to a peer of TYPE.
   Messages are in the socket buffers of either end, in both directions, a few
   MiB at most.  The kernel uses more than their size: measured on Linux 6.18,
   x86-64, 640 bytes for a datagram of 64, 18 for a byte of a stream sent
   alone.  */
static int64_t connection_price(const struct load_plan *plan, int type)
{
    enum { BUFFERS = 4 << 20, DATAGRAM = 768, SEGMENT = 32 };
    int64_t messages = (int64_t)plan->size * (int64_t)plan->depth;
    int64_t each = (int64_t)sizeof(struct load_message) +
                   (type == SOCK_DGRAM ? DATAGRAM : SEGMENT);
    return BUDGET_CONNECTION + 2 * (messages < BUFFERS ? messages : BUFFERS) +
           (int64_t)plan->depth * each;
}

int load_fits(const struct load_plan *plan, int type, char *why, size_t size)
{
    struct budget budget = budget_now();
    int64_t need = (int64_t)plan->connections * connection_price(plan, type);
    if (need <= budget_share(&budget.memory))
        return 0;
    budget_explain(why, size, &budget.memory, "this run", need);
    return -1;
}

/* ---- the socket ---------------------------------------------------------- */

int load_socket_error(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    struct sonde_address local, peer;
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length))
        return errno;
    /* A UNIX peer may have closed already.  */
    if (error || sonde_address_local(fd, &local) ||
        local.storage.ss_family == AF_UNIX)
        return error;
    if (sonde_address_peer(fd, &peer)) {
        int failed = errno;
        /* A reset may have come since.  */
        return !getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) && error
                   ? error
                   : failed;
    }
    if (sonde_address_compare(&local, &peer))
        return 0;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    return ECONNREFUSED;
}

/* ---- the result ---------------------------------------------------------- */

long load_count_retransmissions(struct load_report *report, int fd)
{
    int saved = errno;
    long count = sonde_retransmissions(fd);
    errno = saved;
    if (count < 0)
        return 0;
    report->has_retransmissions = true;
    report->retransmissions += (uint64_t)count;
    return count;
}

/* Write to TEXT, of SIZE bytes, that all COUNT clients connected, by the first
   SYN if the system COUNTS_SYNS.  */
static void load_only_success(char *text, size_t size, size_t count,
                              bool counts_syns)
{
    char all[40];
    snprintf(all, sizeof all, "all %zu clients", count);
    snprintf(text, size, "%s connected%s",
             count == 1   ? "the client"
             : count == 2 ? "both clients"
                          : all,
             !counts_syns ? "; this system does not count SYNs sent again"
             : count == 1 ? " by its first SYN"
                          : " by their first SYN");
}

void load_only_verdict(char *text, size_t size,
                       const struct load_report *report)
{
    uint64_t refused = report->errors[SONDE_CONNECT_REFUSED];
    uint64_t reset = report->errors[SONDE_CONNECT_RESET];
    uint64_t hung = report->errors[SONDE_CONNECT_TIMED_OUT];
    size_t all = report->plan->connections;
    if (report->connects == 0 && refused > 0 && hung == 0)
        snprintf(text, size, "no client of %zu connected: refused", all);
    else if (hung > 0)
        snprintf(text, size,
                 "%" PRIu64 " of %zu clients had no answer within %.1f s: the "
                 "accept queue stayed full, or packets were dropped",
                 hung, all, (double)report->plan->timeout / 1e9);
    else if (report->retried > 0)
        snprintf(text, size,
                 "%" PRIu64 " of %zu clients needed a second SYN: the accept "
                 "queue was full, or packets were lost on the path",
                 report->retried, all);
    else if (reset > 0)
        snprintf(text, size, "%" PRIu64 " of %zu clients were reset", reset,
                 all);
    else if (report->connects < all)
        snprintf(text, size, "%" PRIu64 " of %zu clients connected",
                 report->connects, all);
    else
        load_only_success(text, size, all, report->has_retransmissions);
}

/* The error to report: wrong replies first, then closed early, unanswered, and
   the others in the order of enum load_error; LOAD_ERRORS if there are none. */
static enum load_error find_worst(const struct load_report *report)
{
    static const enum load_error order[] = {LOAD_WRONG, LOAD_CLOSED,
                                            LOAD_UNANSWERED};
    int worst = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (report->errors[order[i]])
            return order[i];
    while (worst < LOAD_ERRORS && !report->errors[worst])
        worst++;
    return (enum load_error)worst;
}

uint64_t load_count_errors(const struct load_report *report)
{
    uint64_t total = 0;
    for (int i = 0; i < LOAD_ERRORS; i++)
        total += report->errors[i];
    return total;
}

/* Write to TEXT, of SIZE bytes, as the end of a sentence, the setting that
   keeps the replies of one connection from fitting in its receive buffer; empty
   if all fit, or no reply is missing.  */
static void load_explain_loss(char *text, size_t size,
                              const struct load_report *report)
{
    const struct sonde_datagram_buffer *buffer = &report->buffer;
    *text = '\0';
    if (buffer->setting && report->errors[LOAD_UNANSWERED])
        snprintf(text, size,
                 "; the receive buffer holds %zu of %zu replies (%s)",
                 buffer->count, report->plan->depth,
                 *buffer->setting ? buffer->setting : "the system's limit");
}

/* The exit status of a run with the error WORST, not LOAD_ERRORS.  */
static enum client_end load_end_by(const struct load_report *report,
                                   enum load_error worst)
{
    return worst == LOAD_UNANSWERED && report->type == SOCK_DGRAM
               ? CLIENT_SILENCE
           : worst < LOAD_WRONG
               ? client_end_of((enum sonde_connect_status)(int)worst)
               : more_errors[worst - LOAD_WRONG].end;
}

enum client_end load_end_of(const struct load_report *report)
{
    enum load_error worst = find_worst(report);
    return worst == LOAD_ERRORS ? CLIENT_DONE : load_end_by(report, worst);
}

enum client_end load_judge(struct client *client,
                           const struct load_report *report)
{
    enum load_error worst = find_worst(report);
    if (worst == LOAD_ERRORS)
        return report->messages > 0 || report->interrupted
                   ? CLIENT_DONE
                   : client_fail(client, CLIENT_TIMED_OUT,
                                 "no reply within the run");
    enum client_end end = load_end_by(report, worst);
    uint64_t unsent = report->errors[LOAD_UNSENT];
    uint64_t count = report->errors[worst];
    uint64_t more = load_count_errors(report) - count - unsent;
    char others[40] = "", late[40] = "", lost[120];
    if (worst == LOAD_UNSENT)
        return client_fail(client, end, "%" PRIu64 " not sent: %s", count,
                           load_error_text(worst));
    if (more > 0)
        snprintf(others, sizeof others, "; %" PRIu64 " others", more);
    load_explain_loss(lost, sizeof lost, report);
    if (unsent > 0)
        snprintf(late, sizeof late, "; %" PRIu64 " not sent", unsent);
    return client_fail(client, end, "%" PRIu64 " error%s: %s%s%s%s%s%s", count,
                       count == 1 ? "" : "s", load_error_text(worst),
                       worst == LOAD_WRONG ? "; " : "",
                       worst == LOAD_WRONG ? report->wrong : "", others, late,
                       lost);
}
