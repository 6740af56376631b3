/* tun-none.c - no TUN interface is known on this system
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>

#include "probes/peer/tun.h"

int tun_open(struct namespace_trouble *trouble)
{
    snprintf(trouble->text, sizeof trouble->text,
             "no TUN interface is known on this system");
    return -1;
}

int tun_route(struct namespace_trouble *trouble)
{
    return tun_open(trouble);
}
