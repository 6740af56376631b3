/* proc.h - settings below /proc/sys
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_PROC_H
#define PROBES_RUN_PROC_H 1

#include <stddef.h>

/* Read the first line of the setting NAME, as Linux names it
   ("net.ipv4.tcp_fin_timeout"), into TEXT of SIZE bytes: without the newline,
   with blanks for tabs, cut to SIZE - 1 bytes.  Returns 0, or -1 with the errno
   of open or read: ENOENT if this system does not show the setting; EPROTO if
   it is empty.  A shortage of descriptors or memory in open calls the handler
   (run/resource.h).  */
int proc_setting(const char *name, char *text, size_t size);

/* Read the lowest and the highest ephemeral port.  Returns 0, or -1 with errno,
   as above; EPROTO also if they are not numbers, and then *LOW may be
   changed.  */
int proc_ports(long *low, long *high);

/* The reason for ERROR, an errno of a function above: for ENOENT, that no
   setting is known, or on Linux without /proc/sys, that /proc is missing; for
   others, the name of ERROR.  The text lasts until the next call.  */
const char *proc_why(int error);

#endif /* PROBES_RUN_PROC_H */
