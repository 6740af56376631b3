/* echoload.c - put an echo server under load, and verify every byte
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>

#include "load/load.h"
#include "progs/client-options.h"
#include "progs/load-report.h"
#include "progs/output.h"
#include "progs/status.h"

struct echoload_choices {
    struct client_options client;
    bool connect, json, reset;
    long hold, connections, size, depth, duration, rate;
};

static int echoload_take_options(struct echoload_choices *choices, int argc,
                                 char **argv)
{
    const struct option_row rows[] = {
        CLIENT_OPTIONS(&choices->client),
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
        {.letter = 'n',
         .word = "connections",
         .argument = "N",
         .help = "concurrent connections (1)",
         .kind = OPTION_NUMBER,
         .target = &choices->connections,
         .least = 1,
         .most = 1000000},
        {.word = "size",
         .argument = "BYTES",
         .help = "message size, up to 1048576 (64)",
         .kind = OPTION_NUMBER,
         .target = &choices->size,
         .least = 1,
         .most = 1048576},
        {.word = "depth",
         .argument = "N",
         .help = "unanswered messages on each connection (1)",
         .kind = OPTION_NUMBER,
         .target = &choices->depth,
         .least = 1,
         .most = 1024},
        {.letter = 'd',
         .word = "duration",
         .argument = "SECONDS",
         .help = "length of the run (5), or of --hold's idle time (1)",
         .kind = OPTION_SECONDS,
         .target = &choices->duration,
         .least = 1,
         .most = 86400000},
        {.letter = 'r',
         .word = "rate",
         .argument = "N",
         .help = "messages or connections a second, in total",
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
         .help = "report in JSON",
         .kind = OPTION_FLAG,
         .target = &choices->json},
        OPTIONS_COMMON,
    };
    const struct program program = {
        .name = "echoload",
        .purpose = "Put an echo server under load, and verify every byte that "
                   "comes back.",
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
static int echoload_refuse(const char *sentence)
{
    complain("%s", sentence);
    return options_try_help("echoload");
}

static struct load_plan
echoload_make_plan(const struct echoload_choices *choices,
                   const struct client_target *target)
{
    bool is_datagram = target->type == SOCK_DGRAM;
    int64_t timeout = target->timeout > 0 ? target->timeout
                      : is_datagram       ? 1000
                                          : CLIENT_DATAGRAM_TIMEOUT;
    int64_t duration = choices->duration ? choices->duration
                       : choices->hold   ? 1000
                                         : 5000;
    long connections = choices->hold          ? choices->hold
                       : choices->connections ? choices->connections
                                              : 1;
    return (struct load_plan){
        .kind = choices->hold      ? LOAD_HOLD
                : choices->connect ? LOAD_CONNECTS
                                   : LOAD_MESSAGES,
        .connections = (size_t)connections,
        .size = (size_t)(choices->size ? choices->size : 64),
        .depth = (size_t)(choices->depth ? choices->depth : 1),
        .duration = duration * 1000000,
        .timeout = timeout * 1000000,
        .rate = choices->rate,
        .reset = choices->reset,
    };
}

/* Which of the choices contradict each other, as a sentence; NULL if none.  */
static const char *
echoload_find_conflict(const struct echoload_choices *choices,
                       const struct client_target *target)
{
    if (choices->connect && choices->hold)
        return "--connect and --hold are two kinds of run; choose one";
    if (choices->hold && choices->connections)
        return "--hold N sets the number of connections; --connections "
               "contradicts it";
    if ((choices->hold || choices->connect) && choices->depth)
        return "--depth does not apply to --connect and --hold";
    if (choices->hold && choices->rate)
        return "--rate does not apply to --hold";
    if (target->path && target->type == SOCK_DGRAM)
        return "no load runs over UNIX datagrams";
    if (target->source && sonde_address_port(target->source) > 0)
        return "--source with a port allows one connection only";
    return NULL;
}

/* Refuse a run that could get other processes killed for their memory.  */
static int check_memory(const struct load_plan *plan)
{
    char why[200];
    if (!load_fits(plan, why, sizeof why))
        return OPTIONS_GO_ON;
    complain("%zu connections are too many: %s", plan->connections, why);
    return STATUS_TROUBLE;
}

/* Make PLAN of CHOICES.  Returns OPTIONS_GO_ON, or the exit status, having said
   what is wrong.  */
static int take_plan(const struct echoload_choices *choices,
                     const struct client_target *target, struct load_plan *plan)
{
    const char *problem = echoload_find_conflict(choices, target);
    long limit;
    *plan = echoload_make_plan(choices, target);
    if (!problem)
        problem = load_plan_problem(plan, target->type);
    if (problem)
        return echoload_refuse(problem);
    if (load_raise_limit(plan->connections, &limit)) {
        complain("%zu connections need more descriptors than the %ld that "
                 "this process may have (ulimit -Hn)",
                 plan->connections, limit);
        return STATUS_TROUBLE;
    }
    return check_memory(plan);
}

static int echoload_measure(const struct echoload_choices *choices,
                            struct client *client, const struct load_plan *plan,
                            struct client_result *result)
{
    struct load_report *report = malloc(sizeof *report);
    if (!report) {
        client_say(result, CLIENT_TROUBLE, "out of memory");
        return client_options_status(result);
    }
    load_run(client, plan, load_progress, report, result);
    load_progress_end();
    /* Without a connection nothing began.  */
    if (report->connects > 0 || plan->kind == LOAD_CONNECTS)
        (choices->json ? load_report_json : load_report_text)(output_stream(),
                                                              report);
    free(report);
    return client_options_status(result);
}

/* Connect, and run PLAN.  */
static int connect_and_measure(const struct echoload_choices *choices,
                               const struct client_target *target,
                               const struct load_plan *plan)
{
    struct client client;
    struct client_result result;
    client_connect(&client, target, &result);
    if (choices->client.verbose)
        client_options_tell(&client);
    int status = result.end == CLIENT_DONE
                     ? echoload_measure(choices, &client, plan, &result)
                     : client_options_status(&result);
    client_close(&client);
    return status;
}

int main(int argc, char **argv)
{
    static const struct client_service service = {"echo", 7};
    struct echoload_choices choices = {0};
    struct client_target target;
    struct load_plan plan;
    if (!output_begin("echoload"))
        return STATUS_TROUBLE;
    int status = echoload_take_options(&choices, argc, argv);
    if (status == OPTIONS_GO_ON)
        status = client_options_target(&choices.client, "echoload", &service,
                                       &target);
    if (status == OPTIONS_GO_ON)
        status = take_plan(&choices, &target, &plan);
    if (status == OPTIONS_GO_ON)
        status = connect_and_measure(&choices, &target, &plan);
    option_list_free(&choices.client.operands);
    return output_end(status);
}
