/* core-limit.c - no core file, by RLIMIT_CORE
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <sys/resource.h>

#include "probes/run/core.h"

void core_none(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
}
