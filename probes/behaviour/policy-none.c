/* policy-none.c - no filter that a process can set for itself
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "probes/behaviour/policy.h"

int policy_refuse_accept(int error)
{
    errno = ENOSYS;
    return -1;
}
