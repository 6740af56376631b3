/* totals-none.c - a system without known counters of listeners
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

int sonde_listen_totals(struct sonde_listen_totals *totals)
{
    (void)totals;
    errno = ENOTSUP;
    return -1;
}
