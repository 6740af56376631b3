/* listen-cap.h - settings of listen queues, as findings
   SPDX-License-Identifier: GPL-3.0-or-later

   The findings are those of probes/queue/listen-queue.h.  */

#ifndef PROBES_QUEUE_LISTEN_CAP_H
#define PROBES_QUEUE_LISTEN_CAP_H 1

#include <stdbool.h>
#include <stdio.h>

#include "probes/queue/syn-queue.h"

/* Write the setting of the cap, the largest backlog that the kernel allows, its
   value and scope to OUT; the reason where one of them is not known.  OWN: this
   network namespace was made for the measurement, and the scope is "own";
   otherwise, if there is a setting, also write whether the namespace is the
   initial one, and the value there.  */
void listen_cap_write(FILE *out, bool own);

/* Write the settings that bound the SYN queue; a setting that this host does
   not show is not testable.  */
void listen_cap_write_syn(FILE *out, const struct syn_settings *settings);

#endif /* PROBES_QUEUE_LISTEN_CAP_H */
