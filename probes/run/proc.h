/* proc.h - settings below /proc/sys
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_PROC_H
#define PROBES_RUN_PROC_H 1

#include <stddef.h>

/* Write the file name of the setting NAME to PATH, cut to 255 bytes.  NAME is
   Linux's ("net.ipv4.tcp_fin_timeout").  As in sysctl(8), dots and slashes are
   exchanged: "net.ipv4.conf.eth0/1.forwarding".  Whether the file exists is not
   checked.  */
enum { PROC_PATH = 256 };
void proc_path(const char *name, char path[PROC_PATH]);

/* proc_setting: read the first line of the setting NAME, without the newline,
   into TEXT, cut to SIZE - 1 bytes; SIZE is at least 2.  Returns 0, also for an
   empty line; or -1 with the errno of open or read: ENOENT if this system does
   not show the setting; EPROTO if the file has not even a newline.  A shortage
   of descriptors or memory in open calls the handler (run/resource.h).
   proc_number: returns the first number of the setting, decimal, limited to the
   range of long; or -1 with errno alike, EPROTO also if the text does not begin
   with a number.  A setting of -1 looks like that failure.  Both change errno,
   also after success.  */
int proc_setting(const char *name, char *text, size_t size);
long proc_number(const char *name);

/* Set *LOW and *HIGH to the lowest and the highest ephemeral port of the
   caller's network namespace, by net.ipv4.ip_local_port_range.  Returns 0; or
   -1 with errno as proc_setting, EPROTO also without two numbers.  After EPROTO
   *LOW may be changed.  */
int proc_ports(long *low, long *high);

/* The reason for ERROR, an errno of a function above, as part of a sentence:
   for ENOENT that no setting is known, or on Linux without /proc/sys that /proc
   is missing; otherwise that the setting cannot be read, with the name of
   ERROR.  The text lasts until the next call.  */
const char *proc_why(int error);

#endif /* PROBES_RUN_PROC_H */
