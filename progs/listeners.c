/* listeners.c - every listening socket of this host, and how full it is
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "probes/listeners/datagrams.h"
#include "probes/listeners/handshakes.h"
#include "probes/listeners/listeners-all.h"
#include "probes/listeners/waiting.h"
#include "probes/run/namespace.h"
#include "progs/listeners-watch.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/status.h"

/* Deadlines in milliseconds.  The kernel returns the list at once; owners take
   a few microseconds for each descriptor of the host.  */
enum { LIST_MS = 5000, ALL_MS = 30000, OWNERS_MS = 20000 };

/* 10 days, in milliseconds.  */
enum { DURATION_MAX = 864000000 };

static struct {
    bool inet, inet6, tcp, udp, local, json;
    const char *prometheus;
    const char *netns;
    bool check, waiting, watch, all;
    long duration; /* of --watch, in milliseconds; 0: until a signal */
    struct check_ranges ranges; /* in percent, for --check */
    struct option_list operands;
} choices;

/* The connections that wait for accept, for --waiting.  */
static struct waiting waiting;

/* The network namespaces of --all.  */
static struct netns_list namespaces = {.here = -1};

static const struct option_row rows[] = {
    ROW_FLAG("ipv4", '4', &choices.inet, "IPv4 only: TCP, or with --udp UDP"),
    ROW_FLAG("ipv6", '6', &choices.inet6, "IPv6 only, likewise"),
    ROW_FLAG("tcp", 0, &choices.tcp, "TCP only"),
    ROW_FLAG("udp", 'u', &choices.udp,
             "UDP sockets only; with --unix UNIX datagrams, too"),
    ROW_FLAG("unix", 'U', &choices.local,
             "UNIX sockets only; --tcp, --udp and --unix add up"),
    ROW_FLAG("waiting", 0, &choices.waiting,
             "list the connections that wait for accept"),
    ROW_FLAG("watch", 0, &choices.watch,
             "look 1000 times a second, or without WHAT as often as 3 % of a "
             "CPU allows, and report how full the queues were, at SIGINT"),
    ROW_SECONDS("duration", 'd', "SECONDS", &choices.duration, 1, DURATION_MAX,
                "the length of --watch"),
    ROW_CHECK(&choices.check,
              "report in one line for a monitoring system, with its exit "
              "statuses: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN"),
    ROW_RANGE("warning", 'w', &choices.ranges.warning,
              "warn if a queue is fuller, in percent; 70 by default"),
    ROW_RANGE("critical", 'c', &choices.ranges.critical,
              "critical if a queue is fuller, in percent; 90 by default"),
    ROW_FLAG("json", 'j', &choices.json, "report in JSON"),
    ROW_FLAG("all", 0, &choices.all,
             "list every network namespace of the host"),
    ROW_TEXT("netns", 0, "NETNS", &choices.netns,
             "list another network namespace: that of a process, by number, "
             "one of ip netns, or a path"),
    ROW_TEXT("prometheus", 0, "FILE", &choices.prometheus,
             "replace FILE by metrics for the textfile collector of "
             "Prometheus; - is standard output"),
    {0},
};

/* The usage error if an option contradicts --waiting, which is given.
   Otherwise NULL.  */
static const char *listeners_waiting_conflict(void)
{
    if (choices.local && !choices.tcp && !choices.inet && !choices.inet6)
        return "--waiting is for TCP; leave out --unix";
    if (choices.udp)
        return "--waiting is for TCP; leave out --udp";
    if (choices.check || choices.prometheus)
        return "--waiting is for text and --json; leave out --check and "
               "--prometheus";
    return NULL;
}

/* The usage error if an option contradicts --watch or --all, or NULL.  */
static const char *listeners_scope_conflict(void)
{
    if (choices.watch &&
        (choices.waiting || choices.check || choices.prometheus))
        return "--watch is for text and --json; leave out --waiting, --check "
               "and --prometheus";
    if (choices.duration && !choices.watch)
        return "--duration is for --watch";
    if (choices.all && (choices.netns || choices.waiting || choices.watch))
        return "--all is a list of all namespaces; leave out --netns, "
               "--waiting and --watch";
    return NULL;
}

/* The first usage error, if options contradict each other, or if the operand is
   empty; else NULL.  */
static const char *listeners_conflict(void)
{
    if (choices.json && choices.prometheus)
        return "--json and --prometheus are two reports; choose one";
    if (choices.check && (choices.json || choices.prometheus))
        return "--check is a report of its own; leave out --json and "
               "--prometheus";
    const char *conflict =
        choices.waiting ? listeners_waiting_conflict() : NULL;
    conflict = conflict ? conflict : listeners_scope_conflict();
    if (conflict)
        return conflict;
    if (!choices.check &&
        (choices.ranges.warning.text || choices.ranges.critical.text))
        return "--warning and --critical are for --check";
    if (choices.operands.count > 0 && !*choices.operands.texts[0])
        return "invalid operand '': give a port, process, path or address";
    return NULL;
}

/* Whether an option chooses families.  */
static bool has_families(void)
{
    return choices.inet || choices.inet6 || choices.tcp || choices.udp ||
           choices.local;
}

/* The families of sockets that the options choose, as bits.  TCP: with --tcp,
   and with -4 or -6 without --udp.  UDP: with --udp.  Both in IPv4 and IPv6,
   unless only -4 or only -6 is given.  UNIX listeners: with --unix, and with
   --udp also UNIX datagrams.  Without any of these options: all listeners, and
   with an operand, which may name any socket, also all datagram sockets, unless
   with --waiting.  */
static unsigned families_of(void)
{
    bool any = !choices.inet && !choices.inet6;
    bool tcp = choices.tcp || (!choices.udp && !any);
    unsigned families = 0;
    if (!has_families())
        return choices.operands.count > 0 && !choices.waiting
                   ? LISTENERS_ALL | LISTENERS_DATAGRAMS
                   : LISTENERS_ALL;
    if (choices.inet || any)
        families |=
            (tcp ? LISTENERS_INET : 0U) | (choices.udp ? LISTENERS_UDP : 0U);
    if (choices.inet6 || any)
        families |=
            (tcp ? LISTENERS_INET6 : 0U) | (choices.udp ? LISTENERS_UDP6 : 0U);
    if (choices.local)
        families |=
            LISTENERS_UNIX | (choices.udp ? LISTENERS_UNIX_DATAGRAM : 0U);
    return families;
}

/* LISTENERS could not be read: explain errno, by the options.  Returns
   STATUS_TROUBLE.  */
static int complain_unread(const struct listeners *listeners)
{
    if (listeners->pid && (errno == ESRCH || errno == ENOTSUP))
        return complain("--netns: there is no process %s, or it has ended, or "
                        "/proc hides it",
                        choices.netns);
    if (errno == ENOTSUP)
        return complain("this system does not report %s sockets; on "
                        "Linux sock_diag does, or /proc/net",
                        choices.udp ? "datagram" : "listening");
    if (errno == EACCES || errno == EPERM)
        return complain("permission to read the listeners is denied: %s (by a "
                        "seccomp filter or a security module)",
                        strerror(errno));
    if (errno == EAGAIN)
        return complain("cannot list the listeners: no complete answer from "
                        "the kernel before the timeout (%s)",
                        strerror(errno));
    return complain("cannot list the listeners: %s", strerror(errno));
}

/* Complain that WHAT is possible only inside the network namespace of
   LISTENERS, and why this process is not there.  Returns STATUS_TROUBLE.  */
static int complain_outside(const struct listeners *listeners, const char *what)
{
    if (listeners->enter_error == EPERM)
        return complain("%s only from inside, and entering it needs "
                        "CAP_SYS_ADMIN",
                        what);
    return complain("%s only from inside, and it cannot be entered (%s)", what,
                    errno_name(listeners->enter_error));
}

/* The waiting connections of LISTENERS could not be read: explain errno, or why
   not from outside.  Returns STATUS_TROUBLE.  */
static int complain_waiting(const struct listeners *listeners)
{
    if (listeners->pid)
        return complain_outside(listeners,
                                "--waiting: the connections that wait in "
                                "another network namespace can be read");
    return complain("--waiting: the connections that wait cannot be read "
                    "(%s)%s",
                    strerror(errno),
                    errno == ENOTSUP || errno == EACCES || errno == EPERM
                        ? "; on Linux sock_diag reports them"
                        : "");
}

/* Write the list of LISTENERS with its notes, as text.  UDP sockets are in the
   list on request only, since there may be many; if no kind of socket is
   requested they are looked up all the same, and a note names those that have
   lost datagrams.  */
static void listeners_list(FILE *out, const struct listeners *listeners)
{
    struct sentence note = {""};
    listeners_text(out, listeners);
    if (has_families())
        return;
    datagrams_say_drops(&note, listeners, LIST_MS);
    if (*note.text)
        put_sentence(out, NULL, &note);
}

/* Write the report of LISTENERS in the chosen form.  With --prometheus it is
   for the file of that option, which output_end writes.  First, connections of
   listeners that are not in LISTENERS are removed from WAITING.  */
static void listeners_report(struct listeners *listeners)
{
    FILE *out = output_stream();
    waiting_keep(&waiting, listeners);
    if (choices.prometheus) {
        output_to(choices.prometheus);
        listeners_prometheus(out, listeners);
    } else if (choices.json) {
        listeners_json(out, listeners, choices.waiting ? &waiting : NULL);
    } else if (choices.waiting) {
        waiting_text(out, &waiting);
    } else if (choices.all) {
        listeners_all_text(out, listeners, choices.operands.count > 0);
    } else if (choices.operands.count > 0) {
        listeners_explain(out, listeners);
    } else {
        listeners_list(out, listeners);
    }
}

/* Report the selected listeners as a check, by default with the ranges 70 and
   90 percent.  A family that could not be read, or with --all a namespace that
   was not seen, may be fuller: instead of OK the result is then STATUS_TROUBLE,
   for UNKNOWN, after a message; WARNING and CRITICAL stay.  Returns the status
   for output_end.  */
static int check_found(const struct listeners *listeners)
{
    struct check check = {0};
    struct sentence why = {""};
    struct check_ranges ranges = choices.ranges;
    if (!ranges.warning.text)
        check_range_read(&ranges.warning, "70");
    if (!ranges.critical.text)
        check_range_read(&ranges.critical, "90");
    listeners_check(&check, listeners, &ranges, choices.operands.count > 0);
    if (choices.all && check.state == CHECK_OK &&
        !listeners_all_seen(listeners, &why))
        return complain("%s", why.text);
    if (check.state == CHECK_OK && !listeners_all_read(listeners, &why))
        return complain("%s", why.text);
    return output_check_result(&check);
}

/* Write to stderr which families of a watch without WHAT are left out, since
   sock_diag did not report them for LISTENERS; nothing if none is.  */
static void note_unwatched(const struct listeners *listeners)
{
    unsigned missing = families_of() & listeners->wanted & ~listeners->direct;
    for (int i = 0; i < LISTENERS_FAMILIES; i++)
        if (missing & 1U << i && choices.operands.count == 0)
            complain("--watch: %s are not watched: sock_diag does not report "
                     "them here",
                     listeners_family_words(i));
}

/* Watch the selected listeners.  Returns the exit status: that of
   listeners_watch; STATUS_TROUBLE after a message if LISTENERS are those of
   another namespace, read from outside, or a family could not be read.  */
static int watch_found(const struct listeners *listeners)
{
    struct sentence why = {""};
    if (listeners->pid)
        return complain_outside(listeners, "--watch: another network namespace "
                                           "can be watched");
    if (listeners->direct)
        note_unwatched(listeners);
    int status =
        listeners_watch(listeners, families_of(), choices.operands.count == 0,
                        choices.duration, choices.json);
    if (status == STATUS_DONE && !listeners_all_read(listeners, &why))
        return complain("%s", why.text);
    return status;
}

/* Report the selected listeners: as a check, by a watch, or in the chosen form.
   Returns the exit status, with --check that for output_end: STATUS_TROUBLE
   after a message if a family could not be read, but not if the check alerts
   all the same.  */
static int report_found(struct listeners *listeners)
{
    struct sentence why = {""};
    if (choices.check)
        return check_found(listeners);
    if (choices.watch)
        return watch_found(listeners);
    listeners_report(listeners);
    return listeners_all_read(listeners, &why) ? STATUS_DONE
                                               : complain("%s", why.text);
}

/* Report as a check, CHECK_CRITICAL, that no listener matches, for the reason
   WHY: the service that is checked does not run.  Returns the status for
   output_end, STATUS_DONE.  */
static int check_missing(const struct sentence *why)
{
    struct check check = {.state = CHECK_CRITICAL, .text = *why};
    return output_check_result(&check);
}

/* Report the listeners of the operand, or all without an operand.  If none is
   selected, the reason is a message, or with --check, if none is hidden, a
   critical check; JSON and metrics have an empty list, unless the operand is
   impossible, or with --watch.  Returns the exit status: STATUS_NO if no
   listener matches among those seen, but with --check STATUS_TROUBLE if one may
   be hidden; STATUS_TROUBLE if the operand is impossible, a family that may
   have the listener was not read, or memory ran out with --all; else that of
   report_found or check_missing.  */
static int select_and_report(struct listeners *listeners)
{
    struct sentence why = {""};
    enum selection selection =
        choices.operands.count == 0
            ? SELECTION_FOUND
            : listeners_select(listeners, choices.operands.texts[0], &why);
    if (selection == SELECTION_NONE && choices.all) {
        struct sentence unseen = {""};
        say(&why, "; %zu network namespace%s searched", namespaces.count,
            namespaces.count == 1 ? " was" : "s were");
        if (!listeners_all_seen(listeners, &unseen)) {
            say(&why, "; %s", unseen.text);
            selection = SELECTION_UNSEEN;
        }
    }
    if (choices.all && listeners_group(listeners))
        return complain("cannot list the listeners: %s", strerror(errno));
    if (selection == SELECTION_FOUND)
        return report_found(listeners);
    if (choices.check && selection == SELECTION_NONE)
        return check_missing(&why);
    complain("%s", why.text);
    if (selection == SELECTION_WRONG)
        return usage_hint();
    if ((choices.json || choices.prometheus) && !choices.watch)
        listeners_report(listeners);
    if (choices.check)
        return STATUS_TROUBLE;
    return selection == SELECTION_NONE || selection == SELECTION_UNSEEN
               ? STATUS_NO
               : STATUS_TROUBLE;
}

/* Enter the network namespace of --netns, if given.  If that fails, and --netns
   is the number of a process, set PID and ENTER_ERROR of *LISTENERS, to be read
   from outside.  Returns true, or false after a message if neither is
   possible.  */
static bool choose_namespace(struct listeners *listeners)
{
    struct namespace_trouble trouble;
    if (!choices.netns || !namespace_join(choices.netns, &trouble))
        return true;
    listeners->enter_error = listeners_enter_error(errno);
    listeners->pid = namespace_process(choices.netns);
    if (!listeners->pid)
        complain("--netns: %s", trouble.text);
    return listeners->pid != 0;
}

/* Read the handshakes, which a check does not need, and for an explanation the
   age of waiting clients, without regard to failures; then report as
   select_and_report does.  Returns the exit status.  */
static int read_more_and_report(struct listeners *listeners)
{
    if (!choices.check)
        handshakes_read(listeners, LIST_MS);
    if (choices.operands.count > 0 && !choices.check && !choices.json &&
        !choices.prometheus && !choices.waiting && !choices.all)
        waiting_set_oldest(listeners, LIST_MS);
    return select_and_report(listeners);
}

/* The network namespaces of --all could not be listed: explain errno.  Returns
   STATUS_TROUBLE.  */
static int complain_namespaces(void)
{
    if (errno == ENOTSUP)
        return complain("--all: this system has no list of network namespaces; "
                        "on Linux /proc has, if mounted");
    if (errno == ETIMEDOUT)
        return complain("--all: /proc was not read within %d s",
                        LIST_MS / 1000);
    return complain("--all: cannot list the network namespaces: %s",
                    strerror(errno));
}

/* Read the listeners of the options into *LISTENERS, with --all those of every
   namespace of NAMESPACES.  Returns 0, or -1 with errno.  */
static int read_chosen(struct listeners *listeners)
{
    return choices.all
               ? listeners_read_all(listeners, &namespaces, families_of(),
                                    ALL_MS, OWNERS_MS)
               : listeners_read(listeners, families_of(), LIST_MS, OWNERS_MS);
}

/* Enter the namespace of --netns, if given, or prepare to read the namespace
   from outside (choose_namespace).  Read, report, and free all.  Returns the
   exit status: STATUS_TROUBLE after a message if neither is possible, or if the
   listeners, or with --waiting the waiting connections, could not be read; else
   that of read_more_and_report.  */
static int listeners_run(void)
{
    struct listeners listeners = {.datagrams_optional = !choices.udp,
                                  .netns_name = choices.netns};
    if (!choose_namespace(&listeners))
        return STATUS_TROUBLE;
    int status =
        choices.all && netns_list_read(&namespaces, LIST_MS)
            ? complain_namespaces()
        : read_chosen(&listeners) ? complain_unread(&listeners)
        : choices.waiting && waiting_read(&waiting, &listeners, LIST_MS)
            ? complain_waiting(&listeners)
            : read_more_and_report(&listeners);
    waiting_free(&waiting);
    listeners_free(&listeners);
    netns_list_free(&namespaces);
    return status;
}

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "listeners",
        .purpose = "List the listening sockets of this host, the fullest "
                   "first; or explain WHAT: why clients hang, and what to do.",
        .rows = rows,
        .operands = "[WHAT]",
        .operands_max = 1,
        .operands_target = &choices.operands,
        .operands_help =
            "WHAT is a port, else a process number; the name of a process or "
            "service; a path or @name; or ADDRESS:PORT, *:PORT, :PORT.",
        .statuses = "0 success, 1 no such listener, 2 usage error or "
                    "failure; with --check 0 OK, 1 WARNING, 2 CRITICAL, 3 "
                    "UNKNOWN.",
        .conflict = listeners_conflict,
        .run = listeners_run,
    };
    return program_main(&program, argc, argv);
}
