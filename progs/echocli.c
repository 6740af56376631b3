/* echocli.c - send standard input to an echo server, and verify the reply
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <unistd.h>

#include "clients/echo-client.h"
#include "progs/client-options.h"

/* Echo standard input through CLIENT to standard output: by echo_datagrams with
   --udp, else by echo_stream.  The end is in CLIENT.  */
static void echocli_exchange(struct client *client)
{
    (client->target->type == SOCK_DGRAM ? echo_datagrams : echo_stream)(
        client, STDIN_FILENO, STDOUT_FILENO);
}

/* Run the client, for the service "echo".  Returns the exit status.  */
static int echocli_run(void)
{
    return client_options_run("echo", 7, NULL, echocli_exchange);
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
