/* echocli.c - send, and verify what comes back
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <unistd.h>

#include "progs/client-options.h"
#include "progs/echocli-report.h"
#include "progs/output.h"
#include "progs/status.h"
#include "services/echo-client.h"
#include "services/load.h"

struct choices {
    struct client_options client;
    bool load, connect, json, reset;
    long hold, connections, size, depth, duration, rate;
};

static int take_options(struct choices *choices, int argc, char **argv)
{
    const struct option_row rows[] = {
        CLIENT_OPTIONS(&choices->client),
        {.letter = 'l',
         .word = "load",
         .help = "measure messages: how many, how fast",
         .kind = OPTION_FLAG,
         .target = &choices->load},
        {.word = "connect",
         .help = "measure connections, of one message each",
         .kind = OPTION_FLAG,
         .target = &choices->connect},
        {.word = "hold",
         .argument = "N",
         .help = "hold N connections idle, then use them all",
         .kind = OPTION_NUMBER,
         .target = &choices->hold,
         .least = 1,
         .most = 1000000},
        {.letter = 'c',
         .word = "connections",
         .argument = "N",
         .help = "so many at once (1)",
         .kind = OPTION_NUMBER,
         .target = &choices->connections,
         .least = 1,
         .most = 1000000},
        {.word = "size",
         .argument = "BYTES",
         .help = "of a message, up to 1048576 (64)",
         .kind = OPTION_NUMBER,
         .target = &choices->size,
         .least = 1,
         .most = 1048576},
        {.word = "depth",
         .argument = "N",
         .help = "messages under way on each connection (1)",
         .kind = OPTION_NUMBER,
         .target = &choices->depth,
         .least = 1,
         .most = 1024},
        {.letter = 'd',
         .word = "duration",
         .argument = "SECONDS",
         .help = "of the run (5), or of the holding (1)",
         .kind = OPTION_SECONDS,
         .target = &choices->duration,
         .least = 1,
         .most = 86400000},
        {.letter = 'r',
         .word = "rate",
         .argument = "N",
         .help = "messages, or connections, a second, all in all",
         .kind = OPTION_NUMBER,
         .target = &choices->rate,
         .least = 1,
         .most = 10000000},
        {.word = "reset",
         .help = "end connections by RST, leaving no TIME_WAIT",
         .kind = OPTION_FLAG,
         .target = &choices->reset},
        {.letter = 'j',
         .word = "json",
         .help = "report a run in JSON",
         .kind = OPTION_FLAG,
         .target = &choices->json},
        OPTIONS_COMMON,
    };
    const struct program program = {
        .name = "echocli",
        .purpose = "Send standard input to an echo server, or put it under "
                   "load, and verify what\ncomes back.",
        .more = CLIENT_STATUSES,
        .options = rows,
        .count = sizeof rows / sizeof *rows,
        .operands = "HOST [PORT]",
        .operands_most = 2,
        .operands_target = &choices->client.operands,
    };
    return options_take(&program, argc, argv);
}

/* Say what is wrong with the choices.  */
static int refuse(const char *sentence)
{
    complain("%s", sentence);
    return options_try_help("echocli");
}

/* Whether a run is to be measured.  */
static bool is_run(const struct choices *choices)
{
    return choices->load || choices->connect || choices->hold > 0;
}

/* An option that was given and is for runs alone; NULL if none was.  */
static const char *find_run_option(const struct choices *choices)
{
    return choices->connections ? "--connections"
           : choices->size      ? "--size"
           : choices->depth     ? "--depth"
           : choices->duration  ? "--duration"
           : choices->rate      ? "--rate"
           : choices->reset     ? "--reset"
           : choices->json      ? "--json"
                                : NULL;
}

/* Without a run.  Returns OPTIONS_GO_ON, or the exit status.  */
static int take_no_plan(const struct choices *choices)
{
    const char *option = find_run_option(choices);
    if (!option)
        return OPTIONS_GO_ON;
    complain("%s is for a run: --load, --connect or --hold", option);
    return options_try_help("echocli");
}

/* Make PLAN of CHOICES.  Returns OPTIONS_GO_ON, or the exit status, having said
   what does not go together.  */
static int take_plan(const struct choices *choices,
                     const struct client_target *target, struct load_plan *plan)
{
    bool is_datagram = target->type == SOCK_DGRAM;
    int64_t patience = is_datagram ? 1000 : CLIENT_DATAGRAM_PATIENCE;
    long limit;
    *plan = (struct load_plan){
        .kind = choices->hold      ? LOAD_HOLD
                : choices->connect ? LOAD_CONNECTS
                                   : LOAD_MESSAGES,
        .connections = (size_t)(choices->hold          ? choices->hold
                                : choices->connections ? choices->connections
                                                       : 1),
        .size = (size_t)(choices->size ? choices->size : 64),
        .depth = (size_t)(choices->depth ? choices->depth : 1),
        .duration = (choices->duration ? choices->duration
                     : choices->hold   ? 1000
                                       : 5000) *
                    (int64_t)1000000,
        .patience =
            (target->timeout > 0 ? target->timeout : patience) * 1000000,
        .rate = choices->rate,
        .reset = choices->reset,
    };
    if (choices->load + choices->connect + (choices->hold > 0) > 1)
        return refuse("--load, --connect and --hold are three runs; choose "
                      "one");
    if (plan->kind == LOAD_HOLD && choices->connections)
        return refuse("--hold says itself how many connections");
    if (plan->kind != LOAD_MESSAGES && choices->depth)
        return refuse("--depth is for --load alone");
    if (plan->kind == LOAD_HOLD && plan->rate > 0)
        return refuse("--rate is for --load and --connect");
    if (target->path && is_datagram)
        return refuse("there is no load over UNIX datagrams");
    if (target->source && sonde_address_port(target->source) > 0)
        return refuse("one source port is not enough for a run");
    const char *problem = load_plan_problem(plan, target->type);
    if (problem)
        return refuse(problem);
    if (load_raise_limit(plan->connections, &limit)) {
        complain("%zu connections need more descriptors than the %ld that "
                 "this process may have (ulimit -Hn)",
                 plan->connections, limit);
        return STATUS_TROUBLE;
    }
    return OPTIONS_GO_ON;
}

static int measure(const struct choices *choices, struct client *client,
                   const struct load_plan *plan, struct client_result *result)
{
    struct load_report *report = malloc(sizeof *report);
    if (!report) {
        client_say(result, CLIENT_TROUBLE, "out of memory");
        return client_options_status(result);
    }
    load_run(client, plan, echocli_progress, report, result);
    echocli_progress_end();
    /* Without a connection nothing began.  */
    if (report->connects > 0 || plan->kind == LOAD_CONNECTS)
        (choices->json ? echocli_report_json
                       : echocli_report_text)(output_stream(), report);
    free(report);
    return client_options_status(result);
}

/* Connect, and do what is wanted.  PLAN is null if that is to echo.  */
static int serve(const struct choices *choices,
                 const struct client_target *target,
                 const struct load_plan *plan)
{
    struct client client;
    struct client_result result;
    int status;
    client_connect(&client, target, &result);
    if (choices->client.verbose)
        client_options_tell(&client);
    if (result.end == CLIENT_DONE && plan) {
        status = measure(choices, &client, plan, &result);
    } else {
        if (result.end == CLIENT_DONE)
            (target->type == SOCK_DGRAM ? echo_datagrams : echo_stream)(
                &client, STDIN_FILENO, STDOUT_FILENO, &result);
        status = client_options_status(&result);
    }
    client_close(&client);
    return status;
}

int main(int argc, char **argv)
{
    static const struct client_service service = {"echo", 7};
    struct choices choices = {0};
    struct client_target target;
    struct load_plan plan;
    if (!output_begin("echocli"))
        return STATUS_TROUBLE;
    int status = take_options(&choices, argc, argv);
    bool run = is_run(&choices);
    if (status == OPTIONS_GO_ON)
        status = client_options_target(&choices.client, "echocli", &service,
                                       &target);
    if (status == OPTIONS_GO_ON)
        status =
            run ? take_plan(&choices, &target, &plan) : take_no_plan(&choices);
    if (status == OPTIONS_GO_ON)
        status = serve(&choices, &target, run ? &plan : NULL);
    option_list_free(&choices.client.operands);
    return output_end(status);
}
