/* sysctl-list.h - read a sysctl whose answer is a list that grows
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#ifndef SONDE_SYSCTL_LIST_H
#define SONDE_SYSCTL_LIST_H 1

#include "private.h"

/* The answer of the sysctl NAME, its length in *SIZE; to be freed.  NULL with
   the errno of sysctl; ENOTSUP: there is no such sysctl; ENOMEM also: it grows
   faster than it can be read.  */
void *sonde__sysctl_list(const char *name, size_t *size);

#endif /* SONDE_SYSCTL_LIST_H */
