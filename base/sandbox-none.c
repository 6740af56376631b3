/* sandbox-none.c - systems without a sandbox that sonde uses
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "base/sandbox.h"

int sandbox_enter(const struct sandbox_needs *needs, char text[SANDBOX_TEXT])
{
    (void)needs;
    *text = '\0';
    errno = ENOTSUP;
    return -1;
}
