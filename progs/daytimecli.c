/* daytimecli.c - ask a server for the time of day
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>
#include <unistd.h>

#include "clients/daytime-client.h"
#include "clients/daytime-parse.h"
#include "progs/client-options.h"
#include "progs/output.h"

static bool parse, utc;

static const struct option_row rows[] = {
    ROW_FLAG("parse", 0, &parse,
             "print the instant, and the offset to this host's clock"),
    ROW_FLAG("utc", 0, &utc,
             "with --parse: a time without a zone is UTC, not local time"),
    {0},
};

/* The usage error if options contradict each other, or NULL.  */
static const char *daytimecli_conflict(void)
{
    return utc && !parse ? "--utc applies to --parse only" : NULL;
}

/* Print the text for a terminal, which a server must not control: backslashes,
   and bytes except printable ASCII and line ends, as \ooo; CR before LF is left
   out.  If the text does not end with a newline, one is added, but not to an
   empty text.  */
static void print_safely(const struct daytime *daytime)
{
    FILE *out = output_stream();
    const unsigned char *text = (const unsigned char *)daytime->text;
    bool ended = true;
    for (size_t i = 0; i < daytime->length; i++) {
        if (text[i] == '\r' && text[i + 1] == '\n')
            continue;
        ended = text[i] == '\n';
        if (ended || (text[i] >= ' ' && text[i] < 127 && text[i] != '\\'))
            putc(text[i], out);
        else
            fprintf(out, "\\%03o", (unsigned)text[i]);
    }
    if (!ended)
        putc('\n', out);
}

/* Print the instant; in seconds, the server's clock minus the local clock, and
   the uncertainty; with -v also the format, on standard error.  A reply in no
   known form fails CLIENT, and nothing is printed.  The server sends whole
   seconds, so its clock was half a second further, plus or minus half a second;
   the uncertainty also has half of the round trip.  */
static void print_instant(struct client *client, const struct daytime *daytime)
{
    struct daytime_instant instant;
    char iso[DAYTIME_ISO_TEXT];
    if (daytime_parse(daytime->text, utc, &instant)) {
        client_fail(client, CLIENT_WRONG_REPLY,
                    "wrong reply: \"%.100s\" is no time in a known form",
                    daytime->text);
        return;
    }
    double half = (double)daytime->round_trip_ns / 2e9;
    double local = (double)daytime->local.tv_nsec / 1e9 - half;
    double offset =
        (double)(instant.seconds - daytime->local.tv_sec) + 0.5 - local;
    daytime_iso(instant.seconds, iso);
    fprintf(output_stream(), "%s %+.1f s +-%.1f s\n", iso, offset, 0.5 + half);
    if (client_options.verbose)
        complain("the format is %s%s", instant.form,
                 !instant.assumed ? ""
                 : utc            ? ", without a zone, read as UTC"
                                  : ", without a zone, read as local time");
}

/* Get the reply by daytime_get, and print the time.  With --parse the instant
   is printed by print_instant, which fails CLIENT if the reply is in no known
   form.  Without --parse, or if daytime_get fails, the text received is
   printed: on a terminal by print_safely, otherwise byte by byte.  */
static void daytimecli_exchange(struct client *client)
{
    struct daytime daytime;
    if (daytime_get(client, &daytime) == CLIENT_DONE && parse) {
        print_instant(client, &daytime);
    } else if (isatty(STDOUT_FILENO)) {
        print_safely(&daytime);
    } else {
        output_raw();
        fwrite(daytime.text, 1, daytime.length, output_stream());
    }
}

/* Run the client, for the service "daytime".  Returns the exit status.  */
static int daytimecli_run(void)
{
    return client_options_run("daytime", 13, NULL, daytimecli_exchange);
}

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "daytimecli",
        .purpose = "Ask a daytime server for the time of day.",
        .rows = rows,
        CLIENT_PROGRAM,
        .conflict = daytimecli_conflict,
        .run = daytimecli_run,
    };
    return program_main(&program, argc, argv);
}
