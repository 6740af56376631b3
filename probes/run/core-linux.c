/* core-linux.c - no core, neither as a file nor through a pipe
   SPDX-License-Identifier: GPL-3.0-or-later

   A limit of 0 keeps a core from becoming a file only; where core_pattern names
   a program, that is started whatever the limit (core(5)), but for a process
   that is not "dumpable" (prctl(2)).  */

#include <config.h>

#include <sys/prctl.h>
#include <sys/resource.h>

#include "probes/run/core.h"

void core_none(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
