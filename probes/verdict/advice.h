/* advice.h - how to raise the cap of listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_ADVICE_H
#define PROBES_VERDICT_ADVICE_H 1

#include <stdbool.h>
#include <stdio.h>

/* Write to OUT how to raise SETTING to WANTED, a line for each kind of place,
   this place first, and when the new value takes effect.  IS_HOST: this is the
   initial namespace.  Writes nothing for an unknown setting.  */
void advice_write(FILE *out, const char *setting, int wanted, bool is_host);

#endif /* PROBES_VERDICT_ADVICE_H */
