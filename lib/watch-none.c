/* watch-none.c - a system that cannot look up one listener
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include "private.h"

int sonde_watch_open(struct sonde_watch **watch)
{
    *watch = NULL;
    return sonde__fail(ENOTSUP);
}

int sonde_watch_read(struct sonde_watch *watch, struct sonde_listener *listener)
{
    (void)watch;
    (void)listener;
    return sonde__fail(ENOTSUP);
}

void sonde_watch_close(struct sonde_watch *watch)
{
    (void)watch;
}
