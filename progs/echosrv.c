/* echosrv.c - echo server
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "progs/server-options.h"

/* Run the server.  Returns the exit status.  */
static int echosrv_run(void)
{
    return server_options_run("echosrv", "echo", NULL);
}

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "echosrv",
        .purpose = "Send back what clients send, over TCP, UDP and UNIX "
                   "sockets (RFC 862, port 7).",
        SERVER_PROGRAM,
        .run = echosrv_run,
    };
    return program_main(&program, argc, argv);
}
