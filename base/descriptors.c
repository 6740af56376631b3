/* descriptors.c - file descriptors: their limit, close with errno kept
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
    /* INT_MAX stands for any number beyond an int.  */
    if (table > 0 && table < INT_MAX && (limit < 0 || table < limit))
        limit = table;
    return limit;
}

long descriptors_raise(long count)
{
    struct rlimit files;
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        rlim_t now = files.rlim_cur, wanted = (rlim_t)count;
        files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
        while (files.rlim_cur > now && setrlimit(RLIMIT_NOFILE, &files))
            files.rlim_cur /= 2;
    }
    return descriptors_limit();
}

void descriptor_close(int *fd)
{
    int error = errno;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = error;
}
