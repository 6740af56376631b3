/* daytimesrv.c - tell the time
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "progs/server-options.h"
#include "servers/daytime.h"

int main(int argc, char **argv)
{
    struct daytime_settings settings = {0};
    const struct option_row rows[] = {
        {.word = "iso",
         .help = "in the form of ISO 8601",
         .kind = OPTION_FLAG,
         .target = &settings.iso},
        {.word = "utc",
         .help = "not in the local time zone",
         .kind = OPTION_FLAG,
         .target = &settings.utc},
    };
    const struct server_program program = {
        .name = "daytimesrv",
        .service = "daytime",
        .purpose = "Tell clients the time, over TCP, UDP and UNIX sockets "
                   "(RFC 867).",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
        .settings = &settings,
    };
    /* Once, not in each child.  */
    tzset();
    return server_program_run(&program, argc, argv);
}
