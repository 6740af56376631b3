/* echosrv.c - send back what comes
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "progs/server-options.h"

int main(int argc, char **argv)
{
    const struct server_program program = {
        .name = "echosrv",
        .service = "echo",
        .purpose = "Send back what clients send, over TCP, UDP and UNIX "
                   "sockets (RFC 862).",
    };
    return server_program_run(&program, argc, argv);
}
