/* queue-none.c - a system without known queues of listening sockets
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

int sonde_queue(int fd, struct sonde_queue *queue)
{
    struct sonde_address local;
    if (!sonde_address_local(fd, &local))
        errno = ENOTSUP;
    return -1;
}
