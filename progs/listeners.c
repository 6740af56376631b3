/* listeners.c - every listening socket of this host, and how full it is
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "probes/listeners/listeners.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/replace.h"
#include "progs/status.h"

/* The kernel answers at once; what bounds it if it does not.  Owners take a few
   microseconds for each descriptor of the host.  */
enum { LIST_MS = 5000, OWNERS_MS = 20000 };

struct listeners_choices {
    bool inet, inet6, tcp, local, json;
    const char *prometheus;
    long fail_at; /* 0: never */
    struct option_list operands;
};

static int listeners_take_options(struct listeners_choices *choices, int argc,
                                  char **argv)
{
    const struct option_row rows[] = {
        {.letter = '4',
         .help = "TCP over IPv4 only",
         .kind = OPTION_FLAG,
         .target = &choices->inet},
        {.letter = '6',
         .help = "TCP over IPv6 only",
         .kind = OPTION_FLAG,
         .target = &choices->inet6},
        {.letter = 't',
         .word = "tcp",
         .help = "TCP only, over both",
         .kind = OPTION_FLAG,
         .target = &choices->tcp},
        {.letter = 'u',
         .word = "unix",
         .help = "UNIX sockets only; with another of these, both",
         .kind = OPTION_FLAG,
         .target = &choices->local},
        {.letter = 'f',
         .word = "fail-at",
         .argument = "PERCENT",
         .help = "exit 1 if a queue is so full, 1 to 100",
         .kind = OPTION_NUMBER,
         .target = &choices->fail_at,
         .least = 1,
         .most = 100},
        {.letter = 'j',
         .word = "json",
         .help = "report in JSON",
         .kind = OPTION_FLAG,
         .target = &choices->json},
        {.letter = 'P',
         .word = "prometheus",
         .argument = "FILE",
         .help = "replace FILE by metrics, for Prometheus's\n"
                 "textfile collector; - is standard output",
         .kind = OPTION_TEXT,
         .target = &choices->prometheus},
        OPTIONS_COMMON,
    };
    const struct program program = {
        .name = "listeners",
        .purpose = "List every listening socket of this host, the fullest "
                   "first; or explain one.",
        .more = "WHAT is a port, else the number of a process; the name of a "
                "process or a\nservice; a path or an @name; or ADDRESS:PORT, "
                "*:PORT, :PORT.\n"
                "Exit status: 0 success, 1 no such listener, or a queue "
                "reached --fail-at,\n2 wrong usage or trouble.\n",
        .options = rows,
        .count = sizeof rows / sizeof *rows,
        .operands = "[WHAT]",
        .operands_most = 1,
        .operands_target = &choices->operands,
    };
    int status = options_take(&program, argc, argv);
    if (status == OPTIONS_GO_ON && choices->json && choices->prometheus) {
        complain("--json and --prometheus are two reports; choose one");
        return options_try_help(program.name);
    }
    if (status == OPTIONS_GO_ON && choices->operands.count > 0 &&
        !*choices->operands.texts[0]) {
        complain("\"\" is no port, process, path or address");
        return options_try_help(program.name);
    }
    return status;
}

static unsigned families_of(const struct listeners_choices *choices)
{
    unsigned families = 0;
    if (choices->inet || choices->tcp)
        families |= LISTENERS_INET;
    if (choices->inet6 || choices->tcp)
        families |= LISTENERS_INET6;
    if (choices->local)
        families |= LISTENERS_UNIX;
    return families ? families : LISTENERS_ALL;
}

static void listeners_write_prometheus(FILE *out, const void *listeners)
{
    listeners_prometheus(out, listeners);
}

static int complain_unread(void)
{
    if (errno == ENOTSUP)
        complain("this system does not tell what listens on it; on Linux "
                 "netlink's sock_diag does, which gVisor, for one, lacks");
    else if (errno == EACCES || errno == EPERM)
        complain("it is not allowed here to ask the kernel what listens: %s "
                 "(a seccomp filter or a security module)",
                 strerror(errno));
    else if (errno == EAGAIN)
        complain("cannot list the listeners: no complete answer from the "
                 "kernel within %d s (%s)",
                 LIST_MS / 1000, strerror(errno));
    else
        complain("cannot ask the kernel what listens: %s", strerror(errno));
    return STATUS_TROUBLE;
}

/* Write the report.  Returns STATUS_DONE, or STATUS_TROUBLE, having said
   why.  */
static int listeners_report(const struct listeners *listeners,
                            const struct listeners_choices *choices)
{
    if (choices->prometheus)
        return replace_file(choices->prometheus, listeners_write_prometheus,
                            listeners)
                   ? STATUS_TROUBLE
                   : STATUS_DONE;
    if (choices->json)
        listeners_json(output_stream(), listeners);
    else if (choices->operands.count > 0)
        listeners_explain(output_stream(), listeners);
    else
        listeners_text(output_stream(), listeners);
    return STATUS_DONE;
}

/* Report what was found.  A family that could not be read may hold a queue that
   is full, so that no other answer is known.  */
static int report_found(const struct listeners *listeners,
                        const struct listeners_choices *choices)
{
    struct sentence why = {""};
    int status = listeners_report(listeners, choices);
    if (status != STATUS_DONE)
        return status;
    if (choices->fail_at > 0 &&
        listeners_at_least(listeners, (int)choices->fail_at) > 0)
        return STATUS_NO;
    if (listeners_all_read(listeners, &why))
        return STATUS_DONE;
    complain("%s", why.text);
    return STATUS_TROUBLE;
}

/* Nothing is at WHAT, for the reason WHY: for programs that is an empty list,
   unless WHAT makes no sense.  */
static int report_missing(const struct listeners *listeners,
                          const struct listeners_choices *choices,
                          enum selection selection, const struct sentence *why)
{
    complain("%s", why->text);
    if (selection == SELECTION_WRONG)
        return options_try_help("listeners");
    if ((choices->json || choices->prometheus) &&
        listeners_report(listeners, choices) != STATUS_DONE)
        return STATUS_TROUBLE;
    return selection == SELECTION_NONE ? STATUS_NO : STATUS_TROUBLE;
}

static int select_and_report(struct listeners *listeners,
                             const struct listeners_choices *choices)
{
    struct sentence why = {""};
    if (choices->operands.count == 0)
        return report_found(listeners, choices);
    enum selection selection =
        listeners_select(listeners, choices->operands.texts[0], &why);
    if (selection == SELECTION_FOUND)
        return report_found(listeners, choices);
    if (selection == SELECTION_FAILED)
        say(&why, "cannot choose among the listeners: %s", strerror(errno));
    return report_missing(listeners, choices, selection, &why);
}

static int listeners_list(const struct listeners_choices *choices)
{
    struct listeners listeners = {0};
    int status =
        listeners_read(&listeners, families_of(choices), LIST_MS, OWNERS_MS)
            ? complain_unread()
            : select_and_report(&listeners, choices);
    listeners_free(&listeners);
    return status;
}

int main(int argc, char **argv)
{
    struct listeners_choices choices = {0};
    if (!output_begin("listeners"))
        return STATUS_TROUBLE;
    int status = listeners_take_options(&choices, argc, argv);
    if (status == OPTIONS_GO_ON)
        status = listeners_list(&choices);
    option_list_free(&choices.operands);
    return output_end(status);
}
