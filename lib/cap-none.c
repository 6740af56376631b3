/* cap-none.c - a system whose cap of listen queues has no known setting
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

int sonde_backlog_cap(struct sonde_backlog_cap *cap)
{
    (void)cap;
    errno = ENOTSUP;
    return -1;
}
