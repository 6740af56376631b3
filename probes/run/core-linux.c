/* core-linux.c - no core dump, neither to a file nor to a pipe
   SPDX-License-Identifier: GPL-3.0-or-later

   RLIMIT_CORE of 0 only prevents core files.  If core_pattern names a program,
   the kernel starts that program despite the limit (core(5)), except for a
   process that is not "dumpable" (prctl(2)).  */

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
