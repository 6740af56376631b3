/* listen-queue.c - how many wait for accept, and what stops more
   SPDX-License-Identifier: GPL-3.0-or-later

   The measurement is backlogprobe's; here is what it says, in a line.  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "probes/listen-queue.h"
#include "probes/loopback.h"
#include "probes/names.h"
#include "probes/report.h"
#include "sonde.h"

/* ---- by backlogprobe's measurement -------------------------------------- */

static int row_list[20];

static struct queue_plan plan_of(const int *backlogs, size_t count)
{
    memcpy(row_list, backlogs, count * sizeof *backlogs);
    return (struct queue_plan){.inet = true,
                               .inet6 = true,
                               .wait = WAIT_USUAL,
                               .backlogs = row_list,
                               .count = count};
}

/* Measure what PLAN says into FINDINGS.  */
static void measure(struct asking *ask, const struct queue_plan *plan,
                    struct findings *findings)
{
    char line[4096];
    FILE *file = tmpfile();
    if (!file)
        give_up(ask, "no temporary file: %s", errno_name(errno));
    measure_listen_queue(file, fileno(ask->out), plan);
    rewind(file);
    while (fgets(line, sizeof line, file))
        if (findings_read_line(findings, line))
            give_up(ask, "the measurement does not read");
    fclose(file);
}

/* Pass on the findings of this question, as they were; but which namespace it
   is, is no behaviour.  */
static void pass_on(struct asking *ask, const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (!strcmp(findings->list[i].id, ask->question->id) &&
            strcmp(findings->list[i].key, "scope"))
            finding_write(ask->out, &findings->list[i]);
}

enum { UNIX_MOST = 200 };

/* A listener of AF_UNIX at *ADDRESS, whose file is to be removed.  */
static int unix_listener(struct asking *ask, struct sockaddr_un *address,
                         int backlog)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (!*ask->folder)
        give_up(ask, "no folder can be made");
    snprintf(address->sun_path, sizeof address->sun_path, "%s/%ld", ask->folder,
             (long)getpid());
    int fd = must(ask, socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    must(ask, bind(fd, (struct sockaddr *)address, sizeof *address), "bind");
    int result = listen(fd, backlog), error = errno;
    if (result)
        unlink(address->sun_path);
    errno = error;
    must(ask, result, "listen");
    return fd;
}

/* How many AF_UNIX clients get in for BACKLOG; what the next one sees is in
   *NEXT, or why there was none, which is ours.  */
static int fill_unix(struct asking *ask, int backlog, int *next, bool *ours)
{
    struct sockaddr_un address;
    int fds[UNIX_MOST], count = 0;
    int listener = unix_listener(ask, &address, backlog);
    *next = 0;
    *ours = false;
    while (count < UNIX_MOST && !*next) {
        int fd = fds[count] = socket(AF_UNIX, SOCK_STREAM, 0);
        *ours = fd < 0;
        if (fd >= 0)
            set_nonblocking(fd, true);
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address))
            *next = errno;
        else
            count++;
        if (*next && fd >= 0)
            close(fd);
    }
    unlink(address.sun_path);
    close(listener);
    for (int i = 0; i < count; i++)
        close(fds[i]);
    return count;
}

static void tell_unix(struct asking *ask, int backlog)
{
    char key[40], overflow[40];
    int next;
    bool ours;
    int count = fill_unix(ask, backlog, &next, &ours);
    snprintf(key, sizeof key, "unix.%d.client", backlog);
    snprintf(overflow, sizeof overflow, "unix.%d.overflow", backlog);
    if (ours) {
        tell_not(ask, key, "stopped at %d: socket: %s", count,
                 errno_name(next));
        return;
    }
    tell(ask, key, "%s%d", next ? "" : "at least ", count);
    tell(ask, overflow, "%s", next ? errno_name(next) : "none seen");
}

static void ask_queue(struct asking *ask)
{
    static const int backlogs[] = {0, 1,  2,  3,  4,  5,  6,   7,  8,
                                   9, 10, 11, 12, 13, 14, 128, 129};
    struct queue_plan plan =
        plan_of(backlogs, sizeof backlogs / sizeof *backlogs);
    struct findings findings = {0};
    struct report report;
    char accepted[80], client[80];
    measure(ask, &plan, &findings);
    if (report_make(&report, &findings, WAIT_USUAL))
        give_up(ask, "out of memory");
    const struct verdict *verdict = &report.verdict;
    pass_on(ask, &findings);
    if (!verdict->accepted.comparable)
        give_up(ask, "no connection over the loopback interface works");
    rule_print(&verdict->accepted.rule, false, accepted, sizeof accepted);
    rule_print(&verdict->client.rule, false, client, sizeof client);
    tell(ask, "answer", "%s for a backlog of n%s%s%s",
         verdict->accepted.broken ? "no single rule" : accepted,
         strcmp(accepted, client) ? "; the clients believe " : "",
         strcmp(accepted, client) ? client : "",
         verdict->accepted.broken ? ", see the rows" : "");
    for (size_t i = 0; i < plan.count; i++)
        tell_unix(ask, backlogs[i]);
}

/* Filled, unless descriptors are too few; then the setting is what is known.
   There are systems that show one and do not obey it.  */
static void ask_cap(struct asking *ask)
{
    static const int backlogs[] = {0, 1, 2};
    struct queue_plan plan = plan_of(backlogs, 3);
    struct findings findings = {0};
    struct report report;
    plan.cap = true;
    measure(ask, &plan, &findings);
    if (report_make(&report, &findings, WAIT_USUAL))
        give_up(ask, "out of memory");
    pass_on(ask, &findings);
    const struct cap_row *cap = &report.table.cap;
    const char *setting = cap->setting ? cap->setting : "no known setting";
    if (cap->accepted >= 0 && report.verdict.setting_holds)
        tell(ask, "answer", "%ld wait at most; %s is %ld", cap->accepted,
             setting, cap->value);
    else if (cap->accepted >= 0 && cap->value >= 0)
        tell(ask, "answer", "%ld wait at most; %s says %ld, not in force",
             cap->accepted, setting, cap->value);
    else if (cap->accepted >= 0)
        tell(ask, "answer", "%ld wait at most; no setting is shown",
             cap->accepted);
    else if (report.verdict.setting_holds)
        tell_read(ask, "answer", "%s is %ld", setting, cap->value);
    else
        give_up(ask, "%s", cap->reason ? cap->reason : "the queue has no end");
}

/* ---- by hand ------------------------------------------------------------ */

/* How many get in for BACKLOG.  */
static int room_of(struct asking *ask, int backlog, int most, int *next)
{
    int *fds = calloc((size_t)most, sizeof *fds);
    int listener = tcp_listener(ask, backlog);
    int count = fds ? fill_queue(ask, listener, most, false, fds, next) : 0;
    for (int i = 0; i < count; i++)
        reset(fds[i]);
    close(listener);
    free(fds);
    return count;
}

static void ask_zero(struct asking *ask)
{
    int next;
    int count = room_of(ask, 0, 300, &next);
    tell(ask, "answer", "%s%d %s", next ? "" : "at least ", count,
         count == 1 ? "connection waits" : "connections wait");
}

/* The kernel's word on the backlog that BACKLOG becomes, or -1.  */
static long in_force(struct asking *ask, int backlog)
{
    struct sonde_queue queue;
    int listener = tcp_listener(ask, backlog);
    int result = sonde_queue(listener, &queue);
    close(listener);
    return result ? -1 : queue.limit;
}

static void ask_negative(struct asking *ask)
{
    int zero, one, next;
    int minus = room_of(ask, -1, 300, &next);
    long word = in_force(ask, -1);
    if (word >= 0)
        tell_read(ask, "in-force", "%ld, and %ld for the largest number", word,
                  in_force(ask, INT_MAX));
    if (!next) {
        bool cap = word > minus && word == in_force(ask, INT_MAX);
        tell(ask, "answer", "%d connections wait, and more%s", minus,
             cap ? ": as many as the cap allows" : "");
        return;
    }
    int of_zero = room_of(ask, 0, 300, &zero);
    int of_one = room_of(ask, 1, 300, &one);
    int of_most = room_of(ask, INT_MAX, 300, &one);
    tell(ask, "answer", "%d %s, as for %s", minus,
         minus == 1 ? "connection waits" : "connections wait",
         minus == of_most   ? "the largest number"
         : minus == of_zero ? "0"
         : minus == of_one  ? "1"
                            : "neither 0 nor 1");
}

static void ask_overflow(struct asking *ask)
{
    int next, unix_next;
    int count = room_of(ask, 3, 300, &next);
    bool ours;
    int unix_count = fill_unix(ask, 3, &unix_next, &ours);
    if (!next)
        tell(ask, "answer", "none of %d is turned away", count);
    else
        tell(ask, "answer", "%s",
             next == ETIMEDOUT ? "silence: its connect waits"
                               : errno_name(next));
    tell(ask, "number", "%d", count + 1);
    if (ours)
        give_up(ask, "socket: %s", errno_name(unix_next));
    tell(ask, "unix", "%s", unix_next ? errno_name(unix_next) : "none");
    tell(ask, "unix-number", "%d", unix_count + 1);
}

#ifdef TCP_DEFER_ACCEPT
/* A listener that keeps each handshake incomplete until data comes lets the
   SYN queue be filled without privilege: clients in all = incomplete ones +
   what the accept queue would hold.  */
static void ask_synqueue(struct asking *ask)
{
    enum { most = 300, backlog = 5 };
    int fds[most], next, plain;
    int listener = tcp_socket(ask);
    struct sockaddr_in address = loopback_address(0);
    must(ask, bind_to(listener, &address), "bind");
    must(ask, set_int(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 60),
         "TCP_DEFER_ACCEPT");
    must(ask, listen(listener, backlog), "listen");
    int all = fill_queue(ask, listener, most, false, fds, &next);
    int room = room_of(ask, backlog, most, &plain);
    if (next && all <= room)
        give_up(ask, "TCP_DEFER_ACCEPT keeps no handshake incomplete here");
    if (!next)
        tell(ask, "answer", "more than %d for a backlog of %d", most, backlog);
    else
        tell(ask, "answer", "%d for a backlog of %d, beside %d complete",
             all - room, backlog, room);
    for (int i = 0; i < all; i++)
        reset(fds[i]);
}
#else
static void ask_synqueue(struct asking *ask)
{
    give_up(ask, "no handshake can be held open here without privilege");
}
#endif

QUESTIONS(listen_queue){
    {
        .id = "listen.queue",
        .text = "how many connections wait for accept, by backlog",
        .why = "A burst of clients above it waits for a second or is turned "
               "away; a backlog copied from another system means another "
               "number here.",
        .standard =
            "POSIX.1-2024 listen: a hint. The notes: Berkeley kernels take "
            "1.5 times the backlog, and no two columns of their table agree; "
            "of today's, FreeBSD and illumos do so.",
        .cope = "sonde_backlog: the argument that gives at least the number "
                "wanted; backlogprobe shows the whole table",
        .ask = ask_queue,
        .deadline = 30000,
        .repeats = 1, /* each row is measured three times anyway */
    },
    {
        .id = "listen.cap",
        .text = "the largest queue, and the setting that caps it",
        .why = "A larger backlog is cut without an error; in a container the "
               "cap is the container's own.",
        .standard = "POSIX.1-2024 listen: values up to SOMAXCONN. The notes: "
                    "somaxconn is usually 128 on Linux; it is 4096 since 5.4.",
        .cope = "sonde_backlog_cap, sonde_queue",
        .ask = ask_cap,
        .deadline = 30000,
        .repeats = 1,
    },
    {
        .id = "listen.synqueue",
        .text = "how many handshakes may be incomplete",
        .why = "SYN floods, and slow clients, fill this queue, not the other.",
        .standard = "RFC 4987. The notes: both queues share one bound, or "
                    "tcp_max_syn_backlog is this one's; on Linux each is "
                    "bounded by the backlog, and that setting acts only with "
                    "SYN cookies off.",
        .cope = "sonde_queue: incomplete handshakes, where the kernel says",
        .ask = ask_synqueue,
    },
    {
        .id = "listen.overflow",
        .text = "what the client sees for whom there is no room",
        .why = "Silence looks like a slow network, a reset like a crash; a "
               "health check sees either as another illness.",
        .standard = "POSIX.1-2024 does not say. The notes: TCP ignores the "
                    "SYN and the client tries again; FreeBSD may reset a "
                    "client that is connected, and UNIX sockets say EAGAIN or "
                    "ECONNREFUSED.",
        .cope = "sonde_connect: one deadline, and the outcome by name",
        .ask = ask_overflow,
    },
    {
        .id = "listen.zero",
        .text = "what a backlog of 0 means",
        .why = "Programs pass it to mean \"none\" or \"the default\"; it is "
               "either, or one, or 81.",
        .standard = "POSIX.1-2024 listen: implementation-defined minimum. The "
                    "notes: do not use 0, interpretations differ.",
        .cope = "sonde_backlog: never below 1",
        .ask = ask_zero,
    },
    {
        .id = "listen.negative",
        .text = "what a backlog of -1 means",
        .why = "Taken for \"as many as possible\" on one system, it is 0 on "
               "another.",
        .standard = "POSIX.1-2024 listen: as if it were 0.",
        .cope = "sonde_backlog: asks for what is wanted",
        .ask = ask_negative,
    },
    END_OF_QUESTIONS,
};
