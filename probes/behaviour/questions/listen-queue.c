/* listen-queue.c - the length of the accept queue, and its overflow
   SPDX-License-Identifier: GPL-3.0-or-later

   The measurement is backlogprobe's; the answer here is its verdict in a
   line.  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/memory-stream.h"
#include "base/names.h"
#include "base/queue-client.h"
#include "probes/behaviour/loopback.h"
#include "probes/queue/defer.h"
#include "probes/queue/listen-queue.h"
#include "probes/verdict/verdict.h"
#include "sonde.h"

/* ---- by backlogprobe's measurement -------------------------------------- */

/* Run the measurement of PLAN and add its findings to FINDINGS; through memory,
   since there may be no directory for files.  If the reader of PROBE's findings
   has gone, the measurement ends early: no error.  Without memory, or if a
   finding is malformed, the question is skipped.  */
static void listen_queue_measure_plan(struct probe *probe,
                                      const struct queue_plan *plan,
                                      struct findings *findings)
{
    char *text = NULL, *line, *end;
    size_t size;
    FILE *out = memory_stream_open(&text, &size);
    if (!out)
        probe_check(probe, -1, "no memory");
    measure_listen_queue(out, fileno(probe->out), plan);
    if (memory_stream_close(out, &text))
        probe_check(probe, -1, "no memory");
    for (line = text; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        if (!findings_read_line(findings, line))
            continue;
        if (errno == ENOMEM)
            probe_check(probe, -1, "no memory");
        probe_skip(probe, "malformed findings of the measurement");
    }
    free(text);
}

/* Measure PLAN, and write the findings of this question unchanged to the
   question's report, except the network namespace (key "scope"), which is no
   behaviour.  Returns the verdict, and in *TABLE the rows; nothing is freed
   before the child ends.  Without memory, or if a finding is malformed, the
   question is skipped.  */
static struct verdict listen_queue_judge(struct probe *probe,
                                         const struct queue_plan *plan,
                                         struct queue_table *table)
{
    struct findings findings = {0};
    listen_queue_measure_plan(probe, plan, &findings);
    findings_sort(&findings);
    if (table_make(table, &findings))
        probe_skip(probe, "out of memory");
    for (size_t i = 0; i < findings.count; i++)
        if (!strcmp(findings.list[i].id, probe->question->id) &&
            strcmp(findings.list[i].key, "scope"))
            finding_write(probe->out, &findings.list[i]);
    return verdict_of(table);
}

enum { UNIX_CLIENTS = 100 };

/* Connect up to UNIX_CLIENTS AF_UNIX clients to a new listener with BACKLOG,
   until a client is rejected.  Returns the number of connections; *NEXT is the
   errno of the first rejected client, or 0 if none was rejected.  Returns -1 if
   this cannot be measured, with the reason in *WHY, which is NULL otherwise.
   The sockets are closed, and the name of the listener is removed.  */
static int listen_queue_fill_unix(struct probe *probe, int backlog, int *next,
                                  const char **why)
{
    struct sockaddr_un address;
    socklen_t length = sizeof address;
    int count = 0, fds[UNIX_CLIENTS];
    *next = 0;
    *why = *probe->folder ? NULL : "no temporary directory";
    if (*why)
        return -1;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    snprintf(address.sun_path, sizeof address.sun_path, "%s/%ld", probe->folder,
             (long)getpid());
    int listener = resource_check(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    if (listener < 0 ||
        resource_check(bind(listener, (struct sockaddr *)&address, length),
                       "bind") ||
        resource_check(listen(listener, backlog), "listen"))
        *why = result_text(-1);
    while (!*why && count < UNIX_CLIENTS) {
        int fd = resource_check(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
        if (fd < 0) {
            *why = result_text(fd);
            break;
        }
        set_nonblocking(fd, true);
        if (resource_check(connect(fd, (struct sockaddr *)&address, length),
                           "connect")) {
            *next = errno;
            close(fd);
            break;
        }
        fds[count++] = fd;
    }
    unlink(address.sun_path);
    for (int i = 0; i < count; i++)
        close(fds[i]);
    descriptor_close(&listener);
    return *why ? -1 : count;
}

/* Report "unix.N.client" and "unix.N.overflow" for backlogs N of 0 to 14: the
   number of connected clients, 100 at most, and the errno of the first rejected
   client; or why not testable.  */
static void listen_queue_report_unix(struct probe *probe)
{
    for (int backlog = 0; backlog <= 14; backlog++) {
        char client[40], overflow[40];
        int next;
        const char *why;
        int count = listen_queue_fill_unix(probe, backlog, &next, &why);
        snprintf(client, sizeof client, "unix.%d.client", backlog);
        snprintf(overflow, sizeof overflow, "unix.%d.overflow", backlog);
        if (why) {
            probe_report_skip(probe, client, "%s", why);
            probe_report_skip(probe, overflow, "%s", why);
        } else {
            probe_report(probe, client, "%d", count);
            probe_report(probe, overflow, "%s",
                         next ? error_text(next) : "none of 100");
        }
    }
}

/* Skip the question since the rows of TABLE have too few figures for a rule.
   The reason is REASON of the first row with a REASON; if no row has any, a
   general reason.  */
static _Noreturn void listen_queue_skip(struct probe *probe,
                                        const struct queue_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].reason)
            probe_skip(probe, "%s", table->rows[i].reason);
    probe_skip(probe, table->count
                          ? "too few backlogs have stable figures"
                          : "no connection over the loopback interface works");
}

/* Question listen.queue: the answer is the rule of the accepted connections by
   backlog, or that no single rule holds; and the rule of the connected clients,
   if known and different.  The rows, also of UNIX sockets, are details. Skipped
   if too few rows have figures.  */
static void listen_queue_probe(struct probe *probe)
{
    static int backlogs[] = {0, 1,  2,  3,  4,  5,  6,   7,  8,
                             9, 10, 11, 12, 13, 14, 128, 129};
    const struct queue_plan plan = {
        .inet = true,
        .inet6 = true,
        .wait = WAIT_USUAL,
        .backlogs = backlogs,
        .count = sizeof backlogs / sizeof *backlogs,
    };
    struct queue_table table;
    char accepted[80], client[80];
    struct verdict verdict = listen_queue_judge(probe, &plan, &table);
    if (!verdict.accepted.comparable)
        listen_queue_skip(probe, &table);
    rule_print(&verdict.accepted.rule, false, accepted, sizeof accepted);
    rule_print(&verdict.client.rule, false, client, sizeof client);
    bool differs = verdict.client.comparable && strcmp(accepted, client);
    probe_report(probe, "answer", "%s for a backlog of n%s%s%s",
                 verdict.accepted.broken ? "no single rule" : accepted,
                 differs ? "; connected clients: " : "", differs ? client : "",
                 verdict.accepted.broken ? ", see the rows" : "");
    listen_queue_report_unix(probe);
}

/* Question listen.cap: the largest queue, and the setting that limits the
   queue.  The measured queue decides whether the setting is in force.  Without
   enough descriptors to measure the cap, the setting's value is reported as
   read.  If neither is known, the answer is a number of connections that the
   queue did not exceed; without that the question is skipped.  */
static void listen_queue_probe_cap(struct probe *probe)
{
    static int backlogs[] = {0, 1, 2};
    const struct queue_plan plan = {.inet = true,
                                    .cap = true,
                                    .wait = WAIT_USUAL,
                                    .backlogs = backlogs,
                                    .count = 3};
    struct queue_table table;
    struct verdict verdict = listen_queue_judge(probe, &plan, &table);
    const struct cap_row *cap = &table.cap;
    const char *setting = cap->setting ? cap->setting : "no known setting";
    long found = verdict.cap;
    if (found >= 0 && verdict.setting_holds && !cap->setting)
        probe_report(probe, "answer", "%ld (a constant of this kernel)", found);
    else if (found >= 0 && (verdict.setting_holds || cap->accepted < 0))
        probe_report_how(probe, "answer",
                         cap->accepted < 0 ? HOW_READ : HOW_MEASURED,
                         "%ld (%s)", found, setting);
    else if (found >= 0 && cap->value >= 0)
        probe_report(probe, "answer", "%ld (%s is not in force)", found,
                     setting);
    else if (found >= 0)
        probe_report(probe, "answer", "%ld (no readable setting)", found);
    else if (cap->accepted >= 0)
        probe_report(probe, "answer", "at most %ld connections queued",
                     cap->accepted);
    else
        probe_skip(probe, "%s",
                   cap->reason ? cap->reason : "no end of the queue found");
}

/* ---- by hand ------------------------------------------------------------ */

/* The number of clients that can be connected to a new listener with BACKLOG,
   at most MAX; *NEXT is the outcome of the first rejected client, or 0 (see
   fill_queue).  All clients are then closed by RST, and the listener is
   closed.  */
static int listen_queue_capacity(struct probe *probe, int backlog, int max,
                                 int *next)
{
    int *fds = calloc((size_t)max, sizeof *fds);
    if (!fds)
        probe_skip(probe, "out of memory");
    int listener = tcp_listener(probe, backlog);
    int count = fill_queue(probe, listener, max, false, fds, next);
    for (int i = 0; i < count; i++)
        reset(fds[i]);
    close(listener);
    free(fds);
    return count;
}

/* Question listen.zero: connections queued with a backlog of 0, up to 300.  */
static void listen_queue_probe_zero(struct probe *probe)
{
    int next;
    int count = listen_queue_capacity(probe, 0, 300, &next);
    probe_report(probe, "answer", "%s%d %s", next ? "" : "at least ", count,
                 count == 1 ? "connection queued" : "connections queued");
}

/* The backlog in force for a new listener with BACKLOG, as the kernel reports;
   -1 with errno if the kernel does not report a backlog.  */
static long listen_queue_effective(struct probe *probe, int backlog)
{
    struct sonde_queue queue;
    int listener = tcp_listener(probe, backlog);
    int result = sonde_queue(listener, &queue), error = errno;
    close(listener);
    errno = error;
    return result ? -1 : queue.backlog;
}

/* Question listen.negative: connections queued with a backlog of -1, up to 300,
   and the first of the backlogs INT_MAX, 0 and 1 with as many; these are not
   measured if none of 300 clients is rejected.  Also the backlog in force, for
   -1 and for INT_MAX.  */
static void listen_queue_probe_negative(struct probe *probe)
{
    int next;
    int minus = listen_queue_capacity(probe, -1, 300, &next);
    long word = listen_queue_effective(probe, -1);
    if (word >= 0)
        probe_report_read(probe, "effective", "%ld; of INT_MAX: %ld", word,
                          listen_queue_effective(probe, INT_MAX));
    else
        probe_report_skip(probe, "effective", "%s", errno_name(errno));
    if (!next) {
        bool cap =
            word > minus && word == listen_queue_effective(probe, INT_MAX);
        probe_report(probe, "answer", "at least %d connections queued%s", minus,
                     cap ? ", up to the cap" : "");
        return;
    }
    int of_zero = listen_queue_capacity(probe, 0, 300, &next);
    int of_one = listen_queue_capacity(probe, 1, 300, &next);
    int of_max = listen_queue_capacity(probe, INT_MAX, 300, &next);
    probe_report(probe, "answer", "%d %s, as for %s", minus,
                 minus == 1 ? "connection queued" : "connections queued",
                 minus == of_max    ? "INT_MAX"
                 : minus == of_zero ? "0"
                 : minus == of_one  ? "1"
                                    : "neither 0 nor 1");
}

/* Report, as the finding KEY, the number of the first rejected client, COUNT +
   1, since COUNT clients were queued before; or "none of COUNT" if NEXT, the
   errno of the rejected client, is 0.  */
static void listen_queue_report_first(struct probe *probe, const char *key,
                                      int next, int count)
{
    if (next)
        probe_report(probe, key, "%d", count + 1);
    else
        probe_report(probe, key, "none of %d", count);
}

/* Question listen.overflow: fill the queue of a listener with a backlog of 3,
   over TCP and over a UNIX socket.  Report the outcome of the first client that
   is rejected, and its number, counted from 1.  At most 300 clients are tried
   over TCP, UNIX_CLIENTS over a UNIX socket.  */
static void listen_queue_probe_overflow(struct probe *probe)
{
    int next, unix_next;
    const char *why;
    int count = listen_queue_capacity(probe, 3, 300, &next);
    int unix_count = listen_queue_fill_unix(probe, 3, &unix_next, &why);
    if (!next)
        probe_report(probe, "answer", "none of %d clients is rejected", count);
    else
        probe_report(probe, "answer", "%s",
                     next == ETIMEDOUT    ? "silence: connect blocks"
                     : next == ECONNRESET ? "the connected client is reset"
                                          : error_text(next));
    listen_queue_report_first(probe, "first-rejected", next, count);
    if (why) {
        probe_report_skip(probe, "unix", "%s", why);
        return;
    }
    probe_report(probe, "unix", "%s",
                 unix_next ? error_text(unix_next) : "none");
    listen_queue_report_first(probe, "unix-first-rejected", unix_next,
                              unix_count);
}

/* Accept and close the clients in the queue of LISTENER, at most MAX.  Returns
   their number; the question is skipped if accept fails otherwise.  LISTENER is
   non-blocking afterwards.  */
static int listen_queue_empty(struct probe *probe, int listener, int max)
{
    const char *failed;
    set_nonblocking(listener, true);
    long count = queue_accept(listener, max, &failed);
    if (failed)
        probe_check(probe, -1, failed);
    return (int)count;
}

/* Question listen.synqueue: how many incomplete handshakes the SYN queue holds,
   with a backlog of 5 and up to 300 clients.  TCP_DEFER_ACCEPT keeps each
   handshake in the SYN queue until data arrives; no privilege is needed.  Once
   the SYN queue is full, SYN cookies let further clients into the accept queue.
   So the result is the number of all clients less the capacity of the accept
   queue, which a second listener without TCP_DEFER_ACCEPT shows.  Without SYN
   cookies, there may be no more clients than this capacity: then the result is
   the number of all clients less the number that accept returns.  If no client
   is rejected, the result is a lower bound.  The question is skipped without
   TCP_DEFER_ACCEPT, or if no handshake stays incomplete.  */
static void listen_queue_probe_synqueue(struct probe *probe)
{
    enum { max = 300, backlog = 5 };
    int fds[max], next, plain;
    int listener = tcp_socket(probe);
    struct sockaddr_in address = loopback_address(0);
    probe_check(probe, bind_to(listener, &address), "bind");
    int deferred = defer_handshakes(listener);
    if (deferred && errno == ENOTSUP)
        probe_skip(probe, "no TCP_DEFER_ACCEPT to keep handshakes incomplete");
    probe_check(probe, deferred, "TCP_DEFER_ACCEPT");
    probe_check(probe, listen(listener, backlog), "listen");
    int all = fill_queue(probe, listener, max, false, fds, &next);
    int room = listen_queue_capacity(probe, backlog, max, &plain);
    if (all <= room)
        room = listen_queue_empty(probe, listener, max);
    if (all <= room)
        probe_skip(probe, "%s",
                   next ? "TCP_DEFER_ACCEPT keeps no handshake incomplete"
                        : "the accept queue alone takes all clients");
    probe_report(probe, "answer",
                 "%s%d incomplete beside %d complete, for a backlog of %d",
                 next ? "" : "at least ", all - room, room, backlog);
    for (int i = 0; i < all; i++)
        reset(fds[i]);
}

QUESTIONS(listen_queue){
    {
        .id = "listen.queue",
        .text = "connections queued for accept, by backlog",
        .why = "A larger burst of clients is delayed for a second or rejected; "
               "the same backlog has another length of the queue on another "
               "system.",
        .standard =
            "POSIX.1-2024 listen: a hint. The notes: Berkeley kernels queue "
            "1.5 times the backlog, and no two columns of their table agree; "
            "of today's systems, FreeBSD and illumos do.",
        .cope = "sonde_backlog: the argument for at least the given number of "
                "connections; backlogprobe prints the whole table",
        .probe = listen_queue_probe,
        .deadline = 30000,
        .repeats = 1, /* each row is measured three times anyway */
    },
    {
        .id = "listen.cap",
        .text = "the largest queue, and the setting that limits it",
        .why =
            "A larger backlog is truncated without an error; a container has a "
            "cap of its own.",
        .standard = "POSIX.1-2024 listen: values up to SOMAXCONN. The notes: "
                    "somaxconn is usually 128 on Linux; it is 4096 since 5.4.",
        .cope = "sonde_backlog_cap, sonde_queue",
        .probe = listen_queue_probe_cap,
        .deadline = 30000,
        .repeats = 1,
    },
    {
        .id = "listen.synqueue",
        .text = "how many handshakes may be incomplete",
        .why = "SYN floods and slow clients fill this queue, not the accept "
               "queue.",
        .standard =
            "RFC 4987. The notes: both queues share one bound, or "
            "tcp_max_syn_backlog bounds the SYN queue; on Linux each queue is "
            "bounded by the backlog, and the setting has an effect only with "
            "SYN cookies off.",
        .cope =
            "sonde_queue: incomplete handshakes, where the kernel reports them",
        .probe = listen_queue_probe_synqueue,
    },
    {
        .id = "listen.overflow",
        .text = "a client's view of a full accept queue",
        .why =
            "No reply looks like a slow network, a reset like a crash; health "
            "checks report either as another fault.",
        .standard =
            "Not in POSIX.1-2024. The notes: TCP ignores the SYN and the "
            "client retries; FreeBSD may reset a connected client, and connect "
            "of UNIX sockets fails with EAGAIN or ECONNREFUSED.",
        .cope = "sonde_connect: one deadline, and the status by name",
        .probe = listen_queue_probe_overflow,
    },
    {
        .id = "listen.zero",
        .text = "the meaning of a backlog of 0",
        .why =
            "Programs pass 0 for \"none\" or \"the default\"; the queue holds "
            "0, 1, 81 or the default number of connections.",
        .standard =
            "POSIX.1-2024 listen: implementation-defined minimum. The notes: "
            "do not use 0, interpretations differ.",
        .cope = "sonde_backlog: never below 1",
        .probe = listen_queue_probe_zero,
    },
    {
        .id = "listen.negative",
        .text = "the meaning of a backlog of -1",
        .why =
            "-1 means \"as many as possible\" on one system and 0 on another.",
        .standard = "POSIX.1-2024 listen: the same as 0.",
        .cope = "sonde_backlog: the argument for a given number of connections",
        .probe = listen_queue_probe_negative,
    },
    END_OF_QUESTIONS,
};
