/* sandbox.c - when to report that there is no sandbox
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/sandbox.h"

const char *sandbox_lack(int error, bool verbose)
{
    switch (error) {
    case ENOTSUP:
        return verbose ? "this system has none" : NULL;
    case EPERM:
    case EACCES:
        return verbose ? "a policy denies it, as of a container (let seccomp "
                         "allow prctl and landlock_*)"
                       : NULL;
    default:
        return strerror(error);
    }
}
