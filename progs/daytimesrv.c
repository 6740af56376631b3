/* daytimesrv.c - daytime server
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <time.h>

#include "progs/server-options.h"
#include "servers/daytime.h"

static struct daytime_settings settings;

static const struct option_row rows[] = {
    ROW_FLAG("iso", 0, &settings.iso, "send the time as in ISO 8601"),
    ROW_FLAG("utc", 0, &settings.utc, "send UTC instead of local time"),
    {0},
};

/* Read the time zone, then run the server.  Returns the exit status.  */
static int daytimesrv_run(void)
{
    /* Once, not in each child.  */
    tzset();
    return server_options_run("daytimesrv", "daytime", &settings);
}

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "daytimesrv",
        .purpose = "Send the time, over TCP, UDP and UNIX sockets (RFC 867, "
                   "port 13).",
        .rows = rows,
        SERVER_PROGRAM,
        .run = daytimesrv_run,
    };
    return program_main(&program, argc, argv);
}
