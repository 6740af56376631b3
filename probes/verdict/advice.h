/* advice.h - how to raise the cap of listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_ADVICE_H
#define PROBES_VERDICT_ADVICE_H 1

#include <stdbool.h>
#include <stdio.h>

/* Write to OUT how to raise SETTING, the name of a sysctl, to WANTED: one or
   two lines for each kind of place (Kubernetes, Docker, host, systemd) with
   that setting, then a line on when the new value takes effect.  The place of
   this process, found by files and the environment, comes first.  For
   "kern.ipc.somaxconn" and "kern.somaxconn" the value is 32767 at most.
   IS_HOST: this is the initial network namespace, so the host's command comes
   first even in a container.  Writes nothing for an unknown SETTING.  The
   setting itself is not changed.  */
void advice_write(FILE *out, const char *setting, int wanted, bool is_host);

#endif /* PROBES_VERDICT_ADVICE_H */
