/* sysctl-list.h - read a sysctl with a list of varying length
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#ifndef SONDE_SYSCTL_LIST_H
#define SONDE_SYSCTL_LIST_H 1

#include "private.h"

/* The value of the sysctl NAME, its length in *SIZE; to be freed by the caller.
   NULL with the errno of sysctl, and an undefined *SIZE.  ENOTSUP: no such
   sysctl.  ENOMEM also: the list grew between two calls, in all of 4 tries.  */
void *sonde__sysctl_list(const char *name, size_t *size);

#endif /* SONDE_SYSCTL_LIST_H */
