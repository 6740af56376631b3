/* backlog.c - the queue length a server wants
   SPDX-License-Identifier: LGPL-2.1-or-later

   What N given to listen() lets wait, kernel by kernel, is tabulated in
   doc/portability.md and simulated in tests/unit/test-backlog.c.  No known
   kernel queues fewer than N for an N from 1 to its cap, so N itself is the
   smallest argument that is right everywhere.  */

#include <config.h>

#include "private.h"

int sonde_backlog(int wanted)
{
    return wanted < 1 ? 1 : wanted;
}
