/* echocli.c - send standard input to an echo server, and verify the reply
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <unistd.h>

#include "clients/echo-client.h"
#include "progs/client-options.h"

/* Connect, send standard input, verify the reply, and write the reply to
   standard output.  Returns the exit status.  */
static int echocli_run(void)
{
    static const struct client_service service = {"echo", 7};
    struct client_target target;
    struct client client;
    struct client_result result;
    int status = client_options_target(&service, &target);
    if (status != OPTIONS_GO_ON)
        return status;
    client_connect(&client, &target, &result);
    if (client_options.verbose)
        client_options_tell(&client);
    if (result.end == CLIENT_DONE)
        (target.type == SOCK_DGRAM ? echo_datagrams : echo_stream)(
            &client, STDIN_FILENO, STDOUT_FILENO, &result);
    client_close(&client);
    return client_options_status(&result);
}

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "echocli",
        .purpose = "Send standard input to an echo server, and verify every "
                   "byte of the reply.",
        CLIENT_PROGRAM,
        .run = echocli_run,
    };
    return program_main(&program, argc, argv);
}
