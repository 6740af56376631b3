/* cap-none.c - a system without a known cap of listen queues
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include "private.h"

int sonde_backlog_cap(struct sonde_backlog_cap *cap)
{
    return sonde__fail(ENOTSUP);
}
