/* listeners.c - every listening socket of this host, and how full it is
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "probes/listeners.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/replace.h"
#include "progs/status.h"

/* The kernel answers at once; what bounds it if it does not.  */
enum { TIMEOUT = 10000 };

struct choices {
    bool inet, inet6, tcp, local, json;
    const char *prometheus;
    long fail_at; /* 0: never */
    struct option_list operands;
};

static int take_options(struct choices *choices, int argc, char **argv)
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
        .more = "WHAT is a port, else a process; a path, an @name, or an "
                "address as listed.\n"
                "Exit status: 0 told, 1 nothing listens there, or --fail-at "
                "says so,\n2 wrong usage or trouble.\n",
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

static unsigned families_of(const struct choices *choices)
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

static void write_prometheus(FILE *out, const void *listeners)
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
    else
        complain("cannot ask the kernel what listens: %s", strerror(errno));
    return STATUS_TROUBLE;
}

static int complain_missing(const struct listeners *listeners, const char *what)
{
    bool number = *what >= '0' && *what <= '9' &&
                  what[strspn(what, "0123456789")] == '\0';
    const char *kind = listeners->some ? " of this kind" : "";
    if (!number)
        complain("nothing%s listens at %s", kind, what);
    else if (listeners->hidden < 0)
        complain("nothing%s listens on port %s; what process %s has is not "
                 "told here (%s)",
                 kind, what, what, listeners_why_hidden(listeners));
    else if (listeners->hidden > 0)
        complain("nothing%s listens on port %s, nor does process %s, unless "
                 "it is one of %d that only root may look at",
                 kind, what, what, listeners->hidden);
    else
        complain("nothing%s listens on port %s, nor does process %s", kind,
                 what, what);
    return STATUS_NO;
}

static int report(const struct listeners *listeners,
                  const struct choices *choices)
{
    if (choices->prometheus) {
        if (replace_file(choices->prometheus, write_prometheus, listeners))
            return STATUS_TROUBLE;
    } else if (choices->json) {
        listeners_json(output_stream(), listeners);
    } else if (choices->operands.count > 0) {
        listeners_explain(output_stream(), listeners);
    } else {
        listeners_text(output_stream(), listeners);
    }
    return choices->fail_at > 0 &&
                   listeners_at_least(listeners, (int)choices->fail_at) > 0
               ? STATUS_NO
               : STATUS_DONE;
}

static int list(const struct choices *choices)
{
    struct listeners listeners = {0};
    int status = STATUS_DONE;
    const char *what =
        choices->operands.count > 0 ? choices->operands.texts[0] : NULL;
    if (listeners_read(&listeners, families_of(choices), TIMEOUT))
        status = complain_unread();
    else if (what && listeners_select(&listeners, what) == 0)
        status = complain_missing(&listeners, what);
    else
        status = report(&listeners, choices);
    listeners_free(&listeners);
    return status;
}

int main(int argc, char **argv)
{
    struct choices choices = {0};
    if (!output_begin("listeners"))
        return STATUS_TROUBLE;
    int status = take_options(&choices, argc, argv);
    if (status == OPTIONS_GO_ON)
        status = list(&choices);
    option_list_free(&choices.operands);
    return output_end(status);
}
