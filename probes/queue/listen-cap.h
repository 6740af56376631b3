/* listen-cap.h - settings of listen queues, as findings
   SPDX-License-Identifier: GPL-3.0-or-later

   The findings are those of probes/queue/listen-queue.h.  */

#ifndef PROBES_QUEUE_LISTEN_CAP_H
#define PROBES_QUEUE_LISTEN_CAP_H 1

#include <stdbool.h>
#include <stdio.h>

#include "probes/queue/syn-queue.h"

/* Write the setting of the cap, its value and scope to OUT.  OWN: this network
   namespace was made for the measurement.  */
void listen_cap_write(FILE *out, bool own);

/* Write the settings that bound the SYN queue, where there are any.  */
void listen_cap_write_syn(FILE *out, const struct syn_settings *settings);

#endif /* PROBES_QUEUE_LISTEN_CAP_H */
