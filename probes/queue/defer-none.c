/* defer-none.c - no method is known to keep handshakes incomplete
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "probes/queue/defer.h"

int defer_handshakes(int listener)
{
    errno = ENOTSUP;
    return -1;
}
