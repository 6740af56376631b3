/* kqueue-bsd.c - make a kqueue
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <sys/types.h>
/* After sys/types.h.  */
#include <sys/event.h>

#include "probes/behaviour/models.h"

int models_make_kqueue(void)
{
    return kqueue();
}
