/* netns.h - the network namespaces of this host
   SPDX-License-Identifier: GPL-3.0-or-later

   An ordinary user may not read the link /proc/PID/ns/net of another user's
   process, but may read the files of /proc/PID/net, whose inode numbers differ
   from one network namespace to another.  */

#ifndef PROBES_RUN_NETNS_H
#define PROBES_RUN_NETNS_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "probes/run/container.h"

enum { NETNS_PROCESSES = 8, NETNS_ID = 32 };

/* A network namespace.  */
struct netns {
    uint64_t key;    /* inode of /proc/PID/net/tcp; 0: no process is in it */
    uint64_t number; /* of the namespace; 0: only root may read it */
    pid_t pids[NETNS_PROCESSES]; /* the lowest process numbers; 0: no more */
    long processes;              /* processes in it that were seen */
    char name[32];               /* of the first process; empty: unknown */
    char place[CONTAINER_NAME];  /* container_name of the first process */
    char *mount;                 /* a mount that keeps it, or NULL */
    bool is_own;                 /* this process is in it */
};

/* Empty: all zero, but HERE -1.  Free with netns_list_free.  */
struct netns_list {
    struct netns *list; /* by the first process; those without one last */
    size_t count;
    char **mounts; /* mounts of namespaces that may have no process, or
                      one of those in LIST: only root may compare */
    size_t mount_count;
    long hidden;    /* processes with a namespace that cannot be read */
    bool complete;  /* /proc hides no process */
    bool can_enter; /* the privilege to enter a namespace, and to return */
    int here;       /* descriptor of the own namespace, or -1 */
};

/* Fill in *LIST, which is empty, with the network namespaces of all processes
   that /proc shows, by their main threads, and of the mounts that this process
   sees.  TIMEOUT, in milliseconds (negative: no limit), bounds the walk over
   /proc alone.  A namespace that only a descriptor or a socket keeps is not
   found.  A child is forked for a moment; and to find out CAN_ENTER the calling
   thread enters the namespace of this process, in which it should be.  Returns
   0, or -1, and then *LIST is only to be freed: ENOTSUP: this system has no
   such list; ETIMEDOUT at the timeout; ENOMEM; any errno of opendir,
   readdir, open, read and fork.  Call netns_list_free in each case.  */
int netns_list_read(struct netns_list *list, int timeout);

/* Enter NETNS, in a process of one thread, by a process of PIDS or else by
   MOUNT.  After success the caller must call netns_leave.  Returns 0, or -1:
   EPERM: without CAN_ENTER; ESRCH: NETNS has ended; ENOTSUP: this system has no
   network namespaces; any errno of open and setns.  */
int netns_enter(const struct netns_list *list, const struct netns *netns);

/* Return to the namespace of this process, HERE of LIST, after a successful
   netns_enter.  If that is not possible, the process aborts.  Does nothing on
   systems without network namespaces.  */
void netns_leave(const struct netns_list *list);

/* A process of PIDS that is in NETNS now; 0 if none is, also on systems without
   network namespaces.  */
pid_t netns_process(const struct netns *netns);

/* Write to TEXT what identifies NETNS on this host while it lasts:
   "net:[NUMBER]", or "tcp:[KEY]" if NUMBER is unknown; "" on systems without
   network namespaces.  */
void netns_print_id(const struct netns *netns, char text[NETNS_ID]);

/* Free all memory of LIST, close HERE, and make LIST empty, with HERE -1.  On
   systems without network namespaces nothing is done.  */
void netns_list_free(struct netns_list *list);

#endif /* PROBES_RUN_NETNS_H */
