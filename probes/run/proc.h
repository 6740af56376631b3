/* proc.h - settings below /proc/sys
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_PROC_H
#define PROBES_RUN_PROC_H 1

#include <stddef.h>

/* Read the setting NAME, as Linux names it ("net.ipv4.tcp_fin_timeout"), into
   TEXT of SIZE bytes, without the newline.  Returns 0, or -1 with the errno of
   open or read: ENOENT if this system does not show the setting; EPROTO if it
   is empty.  */
int proc_setting(const char *name, char *text, size_t size);

/* Read the lowest and the highest ephemeral port.  Returns 0, or -1 with errno,
   as above; EPROTO also if they are not numbers.  */
int proc_ports(long *low, long *high);

/* The reason for ERROR, an errno of a function above.  Without /proc the reason
   is not a missing setting.  The text lasts until the next call.  */
const char *proc_why(int error);

#endif /* PROBES_RUN_PROC_H */
