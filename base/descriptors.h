/* descriptors.h - how many descriptors this process can have
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H 1

/* The number of descriptors that this process can have open: the soft limit
   RLIMIT_NOFILE, or less.  macOS since 11 takes any soft limit, and getrlimit
   returns it, but gives no more than kern.maxfilesperproc; getdtablesize
   returns the smaller of the two.  Returns -1 if there is no limit, or none
   that can be read.  */
long descriptors_limit(void);

/* Close *FD unless it is negative, and set it to -1.  Keeps errno.  */
void descriptor_close(int *fd);

#endif /* BASE_DESCRIPTORS_H */
