/* descriptors.c - how many descriptors this process can have
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/descriptors.h"

long descriptors_limit(void)
{
    struct rlimit files;
    long limit = -1;
    if (!getrlimit(RLIMIT_NOFILE, &files) && files.rlim_cur < LONG_MAX)
        limit = (long)files.rlim_cur;
    int table = getdtablesize();
    /* INT_MAX stands for more than an int can say.  */
    if (table > 0 && table < INT_MAX && (limit < 0 || table < limit))
        limit = table;
    return limit;
}

void descriptor_close(int *fd)
{
    int error = errno;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = error;
}
