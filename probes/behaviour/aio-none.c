/* aio-none.c - there is no asynchronous reading
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/behaviour/aio.h"

const char *aio_report(struct probe *probe)
{
    static const char none[] = "no aio_read";
    probe_report_constant(probe, "aio", "%s", none);
    return none;
}
