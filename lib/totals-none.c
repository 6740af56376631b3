/* totals-none.c - a system whose count of dropped connections is not known
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
