/* echocli.c - send, and verify what comes back
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <unistd.h>

#include "clients/echo-client.h"
#include "progs/client-options.h"
#include "progs/output.h"
#include "progs/status.h"

static int echocli_take_options(struct client_options *options, int argc,
                                char **argv)
{
    const struct option_row rows[] = {
        CLIENT_OPTIONS(options),
        OPTIONS_COMMON,
    };
    const struct program program = {
        .name = "echocli",
        .purpose = "Send standard input to an echo server, and verify what "
                   "comes back.",
        .more = CLIENT_STATUSES,
        .options = rows,
        .count = sizeof rows / sizeof *rows,
        .operands = "HOST [PORT]",
        .operands_most = 2,
        .operands_target = &options->operands,
    };
    return options_take(&program, argc, argv);
}

/* Connect, and echo standard input.  */
static int connect_and_echo(const struct client_options *options,
                            const struct client_target *target)
{
    struct client client;
    struct client_result result;
    client_connect(&client, target, &result);
    if (options->verbose)
        client_options_tell(&client);
    if (result.end == CLIENT_DONE)
        (target->type == SOCK_DGRAM ? echo_datagrams : echo_stream)(
            &client, STDIN_FILENO, STDOUT_FILENO, &result);
    client_close(&client);
    return client_options_status(&result);
}

int main(int argc, char **argv)
{
    static const struct client_service service = {"echo", 7};
    struct client_options options = {0};
    struct client_target target;
    if (!output_begin("echocli"))
        return STATUS_TROUBLE;
    int status = echocli_take_options(&options, argc, argv);
    if (status == OPTIONS_GO_ON)
        status = client_options_target(&options, "echocli", &service, &target);
    if (status == OPTIONS_GO_ON)
        status = connect_and_echo(&options, &target);
    option_list_free(&options.operands);
    return output_end(status);
}
