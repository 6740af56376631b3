/* descriptors.h - file descriptors: their limit, close with errno kept
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H 1

/* The number of descriptors that this process can have open: the soft limit
   RLIMIT_NOFILE, or less.  macOS since 11 accepts any soft limit but grants no
   more than kern.maxfilesperproc; getdtablesize returns the smaller of the two.
   -1: no limit, or not readable.  */
long descriptors_limit(void);

/* Raise the soft limit to COUNT or the hard limit; a higher soft limit stays.
   Returns descriptors_limit (), also on failure: the result may be below
   COUNT.  */
long descriptors_raise(long count);

/* Close *FD unless it is negative, and set it to -1.  Keeps errno.  */
void descriptor_close(int *fd);

#endif /* BASE_DESCRIPTORS_H */
