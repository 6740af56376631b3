/* proc-none.c - a system without Linux's /proc
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include "private.h"

/* On FreeBSD security.bsd.see_other_uids and jails hide processes without a
   sign.  */
int sonde_owners_complete(void)
{
    return sonde__fail(ENOTSUP);
}

int sonde_owner_check(pid_t pid)
{
    return sonde__fail(ENOTSUP);
}

int sonde_listen_totals(struct sonde_listen_totals *totals)
{
    return sonde__fail(ENOTSUP);
}
