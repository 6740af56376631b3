/* owners-none.c - a system without known owners of sockets
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

int sonde_owners(const uint64_t *sockets, size_t count, int timeout,
                 sonde_owner_each *each, void *data)
{
    (void)sockets;
    (void)count;
    (void)timeout;
    (void)each;
    (void)data;
    errno = ENOTSUP;
    return -1;
}

int sonde_owners_complete(void)
{
    errno = ENOTSUP;
    return -1;
}

int sonde_owner_check(pid_t pid)
{
    (void)pid;
    errno = ENOTSUP;
    return -1;
}
