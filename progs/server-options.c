/* server-options.c - what echosrv and daytimesrv have in common: nearly all
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/endpoint.h"
#include "progs/output.h"
#include "progs/server-options.h"
#include "progs/status.h"
#include "servers/server.h"

enum {
    ROWS_MAX = 32,
    DAY = 86400,
    WORKERS = 8,
    WORKERS_MAX = 1024,
    GRACE = 10
};

struct server_choices {
    struct option_list addresses;
    const char *port;
    const char *model_names[MODELS + 1]; /* of models, up to NULL */
    int model;                           /* its number there */
    bool stream, datagram;
    struct server_options options;
    char port_help[64];
};

static void name_models(struct server_choices *choices)
{
    for (int i = 0; i < MODELS; i++) {
        choices->model_names[i] = models[i]->name;
        if (models[i] == &model_event)
            choices->model = i;
    }
}

/* How clients are multiplexed.  Returns how many.  */
static size_t put_model(struct option_row *rows, struct server_choices *choices)
{
    struct server_options *options = &choices->options;
    const struct option_row made[] = {
        {.letter = 'm',
         .word = "model",
         .argument = "MODEL",
         .help = "iterative, fork, prefork, thread or event\n(event)",
         .kind = OPTION_CHOICE,
         .target = &choices->model,
         .choices = choices->model_names},
        {.letter = 'w',
         .word = "workers",
         .argument = "N",
         .help = "processes of prefork (8)",
         .kind = OPTION_NUMBER,
         .target = &options->workers,
         .least = 1,
         .most = WORKERS_MAX},
    };
    memcpy(rows, made, sizeof made);
    return sizeof made / sizeof *made;
}

/* Where clients come.  Returns how many.  */
static size_t put_places(struct option_row *rows,
                         struct server_choices *choices)
{
    struct server_options *options = &choices->options;
    struct listen_addresses *listen_addresses = &options->listen_addresses;
    snprintf(choices->port_help, sizeof choices->port_help,
             "a number, 0 for a free one, or the name of\na service (%u)",
             (unsigned)options->service->port);
    const struct option_row made[] = {
        {.letter = '4',
         .help = "IPv4 only",
         .kind = OPTION_FLAG,
         .target = &listen_addresses->inet},
        {.letter = '6',
         .help = "IPv6 only",
         .kind = OPTION_FLAG,
         .target = &listen_addresses->inet6},
        {.letter = 't',
         .word = "tcp",
         .help = "TCP only",
         .kind = OPTION_FLAG,
         .target = &choices->stream},
        {.letter = 'u',
         .word = "udp",
         .help = "UDP only",
         .kind = OPTION_FLAG,
         .target = &choices->datagram},
        {.letter = 'a',
         .word = "address",
         .argument = "ADDR",
         .help = "listen there, not on loopback; may be\nrepeated",
         .kind = OPTION_LIST,
         .target = &choices->addresses},
        {.word = "any",
         .help = "listen on all addresses",
         .kind = OPTION_FLAG,
         .target = &listen_addresses->any},
        {.letter = 'p',
         .word = "port",
         .argument = "PORT",
         .help = choices->port_help,
         .kind = OPTION_TEXT,
         .target = &choices->port},
        {.word = "unix",
         .argument = "PATH",
         .help = "listen on a UNIX socket; a stream, or with\n-u datagrams",
         .kind = OPTION_TEXT,
         .target = &listen_addresses->unix_path},
        {.word = "unix-mode",
         .argument = "MODE",
         .help = "of its file, in octal, as 0666",
         .kind = OPTION_TEXT,
         .target = &listen_addresses->unix_mode},
        {.word = "unix-owner",
         .argument = "OWNER",
         .help = "of its file: USER, USER:GROUP or :GROUP",
         .kind = OPTION_TEXT,
         .target = &listen_addresses->unix_owner},
        {.letter = 'i',
         .word = "inetd",
         .help = "standard input is the socket",
         .kind = OPTION_FLAG,
         .target = &options->inetd},
        {.word = "user",
         .argument = "NAME",
         .help = "become NAME when the sockets are open",
         .kind = OPTION_TEXT,
         .target = &options->user},
    };
    memcpy(rows, made, sizeof made);
    return sizeof made / sizeof *made;
}

/* What they may do.  Returns how many.  */
static size_t put_limits(struct option_row *rows,
                         struct server_choices *choices)
{
    struct server_options *options = &choices->options;
    const struct option_row made[] = {
        {.word = "max-clients",
         .argument = "N",
         .help = "at a time; others wait",
         .kind = OPTION_NUMBER,
         .target = &options->max_clients,
         .least = 1,
         .most = 1000000},
        {.word = "max-per-source",
         .argument = "N",
         .help = "at a time of one address; others are\nturned away",
         .kind = OPTION_NUMBER,
         .target = &options->max_per_source,
         .least = 1,
         .most = 1000000},
        {.word = "idle-timeout",
         .argument = "SECS",
         .help = "end a client that is silent for so long",
         .kind = OPTION_SECONDS,
         .target = &options->idle_timeout,
         .least = 1,
         .most = DAY * 1000L},
        {.word = "keepalive",
         .argument = "SECS",
         .help = "ask a silent client's host for a sign of\nlife",
         .kind = OPTION_NUMBER,
         .target = &options->keepalive,
         .least = 1,
         .most = 32767},
        {.word = "rate",
         .argument = "N",
         .help = "datagrams answered per second and source;\n0: any number "
                 "(256, local ones any)",
         .kind = OPTION_NUMBER,
         .target = &options->rate,
         .most = 1000000},
        {.letter = 'g',
         .word = "grace",
         .argument = "SECS",
         .help = "what clients have to finish when the\nserver is stopped "
                 "(10)",
         .kind = OPTION_NUMBER,
         .target = &options->grace,
         .most = DAY},
        {.letter = 'v',
         .word = "verbose",
         .help = "say who comes and goes",
         .kind = OPTION_FLAG,
         .target = &options->verbose},
    };
    memcpy(rows, made, sizeof made);
    return sizeof made / sizeof *made;
}

static int server_options_take(const struct server_program *program,
                               struct server_choices *choices, int argc,
                               char **argv)
{
    const struct option_row common[] = {OPTIONS_COMMON};
    struct option_row rows[ROWS_MAX];
    size_t count = program->row_count;
    if (count > 0)
        memcpy(rows, program->rows, count * sizeof *rows);
    count += put_model(rows + count, choices);
    count += put_places(rows + count, choices);
    count += put_limits(rows + count, choices);
    memcpy(rows + count, common, sizeof common);
    count += sizeof common / sizeof *common;
    const struct program described = {
        .name = program->name,
        .purpose = program->purpose,
        .more = "Exit status: 0 stopped, 2 wrong usage or trouble.\n",
        .options = rows,
        .count = count,
    };
    return options_take(&described, argc, argv);
}

/* A sentence about what does not go together; NULL if all does.  */
static const char *
server_options_find_conflict(const struct server_choices *choices)
{
    const struct listen_addresses *listen_addresses =
        &choices->options.listen_addresses;
    if (choices->addresses.count > 0 && listen_addresses->any)
        return "--any and --address are two answers to where; choose one";
    if (listen_addresses->unix_path && choices->stream && choices->datagram)
        return "--unix is one socket, a stream or, with -u, datagrams";
    if (listen_addresses->unix_path && !listen_addresses->any &&
        choices->addresses.count == 0 &&
        (choices->port || listen_addresses->inet || listen_addresses->inet6))
        return "--unix alone has no port and no family; for the net, too, add "
               "--any or --address";
    if (!listen_addresses->unix_path &&
        (listen_addresses->unix_mode || listen_addresses->unix_owner))
        return "--unix-mode and --unix-owner need --unix";
    if (choices->options.workers > 0 &&
        models[choices->model] != &model_prefork)
        return "--workers goes with --model=prefork alone";
    if (choices->options.inetd &&
        (choices->port || listen_addresses->unix_path ||
         listen_addresses->any || choices->addresses.count > 0))
        return "with --inetd the socket is there already; do not say where";
    return NULL;
}

/* Say which address or port cannot be one, if any.  Returns OPTIONS_GO_ON or
   the exit status.  */
static int check_places(const struct server_choices *choices,
                        const char *program)
{
    char problem[ENDPOINT_TEXT];
    bool is_good =
        !choices->port || endpoint_check_port(choices->port, 0, problem);
    for (size_t i = 0; is_good && i < choices->addresses.count; i++) {
        const char *address = choices->addresses.texts[i];
        is_good = endpoint_check_host(address, problem);
        if (!is_good && endpoint_is_number(address))
            snprintf(problem, sizeof problem,
                     "'%.200s' is not an IPv4 address; a port is --port",
                     address);
    }
    if (is_good)
        return OPTIONS_GO_ON;
    complain("%s", problem);
    return options_try_help(program);
}

/* Make of CHOICES what the server takes.  PORT is room for a number.  */
static void server_options_complete(struct server_choices *choices, char *port,
                                    size_t size)
{
    struct server_options *options = &choices->options;
    struct listen_addresses *listen_addresses = &options->listen_addresses;
    bool both = choices->stream == choices->datagram;
    snprintf(port, size, "%u", (unsigned)options->service->port);
    listen_addresses->port = choices->port ? choices->port : port;
    listen_addresses->addresses = choices->addresses.texts;
    listen_addresses->address_count = choices->addresses.count;
    listen_addresses->stream = choices->stream || both;
    listen_addresses->datagram = choices->datagram || both;
    options->model = models[choices->model];
    if (options->workers == 0)
        options->workers = WORKERS;
    if (options->max_clients > 0 && options->workers > options->max_clients)
        options->workers = options->max_clients;
}

int server_program_run(const struct server_program *program, int argc,
                       char **argv)
{
    struct server_choices choices = {0};
    char port[8];
    name_models(&choices);
    choices.options.program = program->name;
    choices.options.service = service_find(program->service);
    choices.options.settings = program->settings;
    choices.options.rate = -1;
    choices.options.grace = GRACE;
    bool has_output = output_open(program->name);
    int status = server_options_take(program, &choices, argc, argv);
    bool asked_for_text = status == STATUS_DONE;
    const char *conflict =
        status == OPTIONS_GO_ON ? server_options_find_conflict(&choices) : NULL;
    if (conflict) {
        complain("%s", conflict);
        status = options_try_help(program->name);
    }
    if (status == OPTIONS_GO_ON)
        status = check_places(&choices, program->name);
    if (status == OPTIONS_GO_ON) {
        server_options_complete(&choices, port, sizeof port);
        status = server_run(&choices.options) ? STATUS_TROUBLE : STATUS_DONE;
    }
    option_list_free(&choices.addresses);
    /* A server writes to standard error; --help does not.  */
    if (asked_for_text && !has_output) {
        complain("standard output is closed");
        return STATUS_TROUBLE;
    }
    return output_end(status);
}
