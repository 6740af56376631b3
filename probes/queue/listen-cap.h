/* listen-cap.h - what settings say of listen queues, as findings
   SPDX-License-Identifier: GPL-3.0-or-later

   The findings are those of probes/queue/listen-queue.h.  */

#ifndef PROBES_QUEUE_LISTEN_CAP_H
#define PROBES_QUEUE_LISTEN_CAP_H 1

#include <stdbool.h>
#include <stdio.h>

#include "probes/queue/syn-queue.h"

/* Write to OUT what the setting of the cap says, and whose it is; OWN, if this
   network namespace is the measurement's own.  */
void listen_cap_write(FILE *out, bool own);

/* The settings that bound the incomplete queue, where there are any.  */
void listen_cap_write_syn(FILE *out, const struct syn_settings *settings);

#endif /* PROBES_QUEUE_LISTEN_CAP_H */
