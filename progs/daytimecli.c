/* daytimecli.c - ask a server for the time of day
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>
#include <unistd.h>

#include "clients/daytime-client.h"
#include "clients/daytime-parse.h"
#include "progs/client-options.h"
#include "progs/output.h"
#include "progs/status.h"

struct daytimecli_choices {
    struct client_options client;
    bool parse, utc;
};

static int daytimecli_take_options(struct daytimecli_choices *choices, int argc,
                                   char **argv)
{
    const struct option_row rows[] = {
        CLIENT_OPTIONS(&choices->client),
        {.letter = 'p',
         .word = "parse",
         .help = "print the instant, and the offset to this clock",
         .kind = OPTION_FLAG,
         .target = &choices->parse},
        {.letter = 'U',
         .word = "utc",
         .help = "with -p: a time that names no zone is UTC, not of\n"
                 "this host's zone",
         .kind = OPTION_FLAG,
         .target = &choices->utc},
        OPTIONS_COMMON,
    };
    const struct program program = {
        .name = "daytimecli",
        .purpose = "Ask a daytime server for the time of day.",
        .more = CLIENT_STATUSES,
        .options = rows,
        .count = sizeof rows / sizeof *rows,
        .operands = "HOST [PORT]",
        .operands_most = 2,
        .operands_target = &choices->client.operands,
    };
    return options_take(&program, argc, argv);
}

/* For a terminal: whatever is not printable ASCII, but for the end of a line,
   as \ooo, so that a server cannot write to it; and a newline at the end.  */
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

static void daytimecli_print(const struct daytime *daytime)
{
    if (isatty(STDOUT_FILENO)) {
        print_safely(daytime);
        return;
    }
    output_raw();
    fwrite(daytime->text, 1, daytime->length, output_stream());
}

/* The instant; and how far the server's clock is from this one: it told whole
   seconds, so its clock stood at half a second more, give or take one half, and
   the answer took its time.  */
static void print_instant(const struct daytimecli_choices *choices,
                          const struct client *client,
                          const struct daytime *daytime,
                          struct client_result *result)
{
    struct daytime_instant instant;
    char iso[DAYTIME_ISO_TEXT];
    if (daytime_parse(daytime->text, choices->utc, &instant)) {
        client_say(result, CLIENT_WRONG_REPLY,
                   "%s: wrong reply: \"%.100s\" is no time in a known form",
                   client->name, daytime->text);
        return;
    }
    double half = (double)daytime->round_trip_ns / 2e9;
    double local = (double)daytime->local.tv_nsec / 1e9 - half;
    double offset =
        (double)(instant.seconds - daytime->local.tv_sec) + 0.5 - local;
    daytime_iso(instant.seconds, iso);
    fprintf(output_stream(), "%s %+.1f s +-%.1f s\n", iso, offset, 0.5 + half);
    if (choices->client.verbose)
        complain("the form is that of %s%s", instant.form,
                 !instant.assumed ? ""
                 : choices->utc   ? ", without a zone: taken as UTC"
                                  : ", without a zone: taken as this host's");
}

static int daytimecli_ask(const struct daytimecli_choices *choices,
                          const struct client_target *target)
{
    struct client client;
    struct client_result result;
    struct daytime daytime = {0};
    client_connect(&client, target, &result);
    if (choices->client.verbose)
        client_options_tell(&client);
    if (result.end == CLIENT_DONE)
        daytime_get(&client, &daytime, &result);
    if (result.end == CLIENT_DONE && choices->parse)
        print_instant(choices, &client, &daytime, &result);
    else
        daytimecli_print(&daytime);
    client_close(&client);
    return client_options_status(&result);
}

int main(int argc, char **argv)
{
    static const struct client_service service = {"daytime", 13};
    struct daytimecli_choices choices = {0};
    struct client_target target;
    if (!output_begin("daytimecli"))
        return STATUS_TROUBLE;
    int status = daytimecli_take_options(&choices, argc, argv);
    if (status == OPTIONS_GO_ON)
        status = client_options_target(&choices.client, "daytimecli", &service,
                                       &target);
    if (status == OPTIONS_GO_ON && choices.utc && !choices.parse) {
        complain("--utc is about what --parse reads");
        status = options_try_help("daytimecli");
    }
    if (status == OPTIONS_GO_ON)
        status = daytimecli_ask(&choices, &target);
    option_list_free(&choices.client.operands);
    return output_end(status);
}
