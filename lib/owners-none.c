/* owners-none.c - a system without known owners of sockets
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include "private.h"

int sonde_owners(const uint64_t *sockets, size_t count, int timeout,
                 sonde_owner_each *each, void *data)
{
    return sonde__fail(ENOTSUP);
}
