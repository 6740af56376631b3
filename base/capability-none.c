/* capability-none.c - systems without capabilities
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/capability.h"

int capability_drop(void)
{
    return 0;
}
