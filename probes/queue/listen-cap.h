/* listen-cap.h - settings of listen queues, as findings
   SPDX-License-Identifier: GPL-3.0-or-later

   The findings are those of probes/queue/listen-queue.h.  */

#ifndef PROBES_QUEUE_LISTEN_CAP_H
#define PROBES_QUEUE_LISTEN_CAP_H 1

#include <stdbool.h>
#include <stdio.h>

#include "probes/queue/syn-queue.h"

/* Write to OUT the setting of the cap, the largest backlog that the kernel
   allows, its scope and value; each is not testable, with the reason, if not
   known, and the setting also if the cap is a constant of the kernel.  OWN:
   this network namespace was made for the measurement, and the scope is "own".
   Otherwise, if there is a setting, also write whether the namespace is the
   initial one, and the value in the initial one; with privilege the thread
   enters that namespace for a moment (namespace_place).  Write errors stay with
   OUT.  */
void listen_cap_write(FILE *out, bool own);

/* Write to OUT the SETTINGS that bound the SYN queue, tcp_syncookies and
   tcp_max_syn_backlog; a setting of -1 is not testable, with the reason of
   syn_setting_why for the ERROR of SETTINGS.  */
void listen_cap_write_syn(FILE *out, const struct syn_settings *settings);

#endif /* PROBES_QUEUE_LISTEN_CAP_H */
