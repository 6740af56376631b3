/* proc.h - what a file of the kernel says
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_PROC_H
#define PROBES_RUN_PROC_H 1

#include <stddef.h>

/* Read the setting NAME, as Linux names it ("net.ipv4.tcp_fin_timeout"), into
   TEXT of SIZE bytes, without the newline.  Returns 0, or -1 with the errno of
   open or read: ENOENT if this system does not show it; EPROTO: it is
   empty.  */
int proc_setting(const char *name, char *text, size_t size);

/* Read the lowest and the highest port that the system gives out by itself.
   Returns 0, or -1 with errno, as above; EPROTO: they are no numbers.  */
int proc_ports(long *low, long *high);

/* Why a setting was not read, where ERROR is the errno of one of these: that
   there is none is said only if it was looked for.  The text lasts until the
   next call.  */
const char *proc_why(int error);

#endif /* PROBES_RUN_PROC_H */
