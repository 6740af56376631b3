/* queue-xnu.c - what macOS says of a listening socket's queue
   SPDX-License-Identifier: LGPL-2.1-or-later

   No option of the socket tells, but the list of all TCP sockets does, and it
   is open to everybody.  Ours is found in it by its address.  The queued ones
   are counted without those whose handshake is under way.  Compiled, not
   run.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>

#include <sys/sysctl.h>

#include "xnu-pcblist.h"

/* The list may grow between the question for its size and that for itself.  */
enum { tries = 4 };

static const char name[] = "net.inet.tcp.pcblist_n";

/* The list and its size; to be freed.  */
static void *read_list(size_t *size)
{
    for (int i = 0; i < tries; i++) {
        if (sysctlbyname(name, NULL, size, NULL, 0))
            return NULL;
        *size += *size / 4 + 4096;
        void *list = malloc(*size);
        if (!list || !sysctlbyname(name, list, size, NULL, 0))
            return list;
        int saved = errno;
        free(list);
        errno = saved;
        if (errno != ENOMEM)
            return NULL;
    }
    return NULL;
}

int sonde_queue(int fd, struct sonde_queue *queue)
{
    int saved = errno;
    struct sonde_address local;
    struct sonde_inherited what;
    size_t size = 0;
    if (sonde_inherited(fd, &what) || sonde_address_local(fd, &local))
        return -1;
    if (what.family != AF_INET && what.family != AF_INET6) {
        errno = ENOTSUP;
        return -1;
    }
    if (what.role != SONDE_LISTENER) {
        errno = EINVAL;
        return -1;
    }
    void *list = read_list(&size);
    if (!list) {
        if (errno == ENOENT)
            errno = ENOTSUP;
        return -1;
    }
    int result = sonde__xnu_queue(list, size, &local, queue);
    if (!result)
        errno = saved;
    saved = errno;
    free(list);
    errno = saved;
    return result;
}
