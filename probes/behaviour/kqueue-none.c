/* kqueue-none.c - no kqueue
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "probes/behaviour/models.h"

int models_make_kqueue(void)
{
    errno = ENOSYS;
    return -1;
}
