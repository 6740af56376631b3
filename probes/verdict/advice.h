/* advice.h - how to raise the cap of listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_ADVICE_H
#define PROBES_VERDICT_ADVICE_H 1

#include <stdbool.h>
#include <stdio.h>

/* Write to OUT how SETTING is raised to WANTED, a line for each kind of place,
   that where we are first, and when it takes effect; IS_HOST says that this is
   the host's own namespace.  Nothing, where the setting is not known.  */
void advice_write(FILE *out, const char *setting, int wanted, bool is_host);

#endif /* PROBES_VERDICT_ADVICE_H */
