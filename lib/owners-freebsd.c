/* owners-freebsd.c - the processes with a given socket, by the sysctl kern.file
   SPDX-License-Identifier: LGPL-2.1-or-later

   A structure for each descriptor of each visible process, for sockets with the
   number of the lists of sockets.  Compiled, not run.  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <sys/file.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include "private.h"

/* Read the name of the process OWNER->pid into OWNER; empty if not readable.
   May change errno.  */
static void owners_freebsd_read_name(struct sonde_owner *owner)
{
    struct kinfo_proc process;
    size_t size = sizeof process;
    int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)owner->pid};
    owner->name[0] = '\0';
    if (!sysctl(name, 4, &process, &size, NULL, 0) && size == sizeof process)
        snprintf(owner->name, sizeof owner->name, "%s", process.ki_comm);
}

/* Whether the inode SOCKET is among the COUNT inodes SOCKETS.  */
static int is_among(const uint64_t *sockets, size_t count, uint64_t socket)
{
    for (size_t i = 0; i < count; i++)
        if (sockets[i] == socket)
            return 1;
    return 0;
}

int sonde_owners(const uint64_t *sockets, size_t count, int timeout,
                 sonde_owner_each *each, void *data)
{
    int saved = errno;
    size_t size = 0;
    struct sonde_owner owner = {0};
    unsigned char *list = sonde__sysctl_list("kern.file", &size);
    if (!list)
        return -1;
    int error = 0;
    for (size_t at = 0; size - at >= sizeof(struct xfile) && !error;) {
        struct xfile file;
        memcpy(&file, list + at, sizeof file);
        if (file.xf_size < sizeof file || file.xf_size > size - at) {
            error = EPROTO;
            break;
        }
        at += (size_t)file.xf_size;
        owner.inode = (uint64_t)file.xf_data;
        if (file.xf_type != DTYPE_SOCKET || owner.inode == 0 ||
            !is_among(sockets, count, owner.inode))
            continue;
        if (owner.pid != file.xf_pid) {
            owner.pid = file.xf_pid;
            owners_freebsd_read_name(&owner);
        }
        error = each(&owner, data) ? ECANCELED : 0;
    }
    free(list);
    errno = error ? error : saved;
    return error ? -1 : 0;
}
