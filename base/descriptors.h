/* descriptors.h - file descriptors: their limit, close with errno kept
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H 1

/* The number of descriptors that this process can have open: the soft limit
   RLIMIT_NOFILE, or less.  macOS since 11 accepts any soft limit but grants no
   more than kern.maxfilesperproc; getdtablesize returns the smaller of the two.
   -1: no limit, or not readable.  */
long descriptors_limit(void);

/* Raise the soft limit to COUNT, or to the hard limit if lower or COUNT is
   negative; a higher soft limit stays.  If the system refuses, as macOS to
   10.15 beyond kern.maxfilesperproc, half as much is tried, and so on, down to
   the old soft limit.  Failures are ignored.  Returns the new
   descriptors_limit, which may be below COUNT, or -1 without a limit.  */
long descriptors_raise(long count);

/* Close *FD unless it is negative, and set it to -1.  Keeps errno.  */
void descriptor_close(int *fd);

#endif /* BASE_DESCRIPTORS_H */
