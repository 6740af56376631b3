/* retransmissions-none.c - a system without a count of retransmitted SYNs
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

long sonde_retransmissions(int fd)
{
    struct sonde_address local;
    if (!sonde_address_local(fd, &local))
        errno = ENOTSUP;
    return -1;
}
