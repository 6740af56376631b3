/* namespace.h - a new network namespace with settings of its own
   SPDX-License-Identifier: GPL-3.0-or-later

   A new network namespace has only a loopback interface.  Settings changed
   there apply only there, and end with the process.  No privilege is needed
   where the kernel allows user namespaces; otherwise the functions report why
   not.  A process cannot return: only a child of the runner should enter.
   A process may also join an existing network namespace, before all else.  */

#ifndef PROBES_RUN_NAMESPACE_H
#define PROBES_RUN_NAMESPACE_H 1

#include <stdbool.h>
#include <sys/types.h>

/* The reason of a failure, as the end of a sentence; not set by success.  */
struct namespace_trouble {
    char text[200];
};

/* Move the calling process, of one thread, into a new network namespace, and
   bring up the loopback interface.  Without the privilege for that, the process
   also enters a new user namespace, with its effective user and group and all
   capabilities; setgroups is forbidden there.  Returns 0, or -1 with *TROUBLE
   filled in, perhaps in the new namespace: the process should end.  On systems
   without network namespaces always -1, and the process stays where it was.  */
int namespace_enter(struct namespace_trouble *trouble);

/* The process of NAME, as taken by namespace_join, or 0 if NAME is no number of
   a process: decimal digits only, from 1 to INT_MAX.  Whether the process
   exists is not checked.  Systems without network namespaces: 0.  */
pid_t namespace_process(const char *name);

/* Move the calling process, which has one thread, into the network namespace
   NAME: of a process, by number; a name made by ip-netns(8); or a path, with a
   slash.  Needs CAP_SYS_ADMIN here and in the user namespace of NAME.  Returns
   0, with errno 0; or -1 with *TROUBLE filled in, and the process stays where
   it was; errno is that of open or setns, ENOENT also for an empty NAME,
   ENAMETOOLONG also for a NAME that is too long, ENOTSUP where there are no
   namespaces.  */
int namespace_join(const char *name, struct namespace_trouble *trouble);

/* Whether the host shows settings at all: Linux with /proc/sys.  */
bool namespace_shows_settings(void);

/* Whether SETTING, such as "net.core.somaxconn", begins with "net." and is a
   setting of this host.  If not, or if not known, or on systems without network
   namespaces, false, with the reason in *TROUBLE.  Some settings below net
   belong to the host alone: namespace_set may fail although the result is true.
   To be called before namespace_enter: inside, kernels hide some settings.  */
bool namespace_knows(const char *setting, struct namespace_trouble *trouble);

/* Set SETTING, which begins with "net.", to VALUE in the current namespace,
   which may be the host's.  The kernel takes numbers also in hexadecimal, with
   0x, and octal, with 0.  Returns 0, or -1 with *TROUBLE filled in, also if
   VALUE begins with a number and SETTING is read back with another; SETTING may
   then be changed nevertheless.  On systems without network namespaces always
   -1.  */
int namespace_set(const char *setting, const char *value,
                  struct namespace_trouble *trouble);

/* Add NAMESPACE_INET6, a unique local address, to the loopback interface of the
   current namespace, and wait up to about a second until the address is usable.
   Returns 0, also if the address exists; or -1 with errno: EADDRNOTAVAIL if the
   address is not usable after that second; ENOTSUP where there are no
   namespaces; any errno of socket, ioctl and bind.  */
#define NAMESPACE_INET6 "fd73:6f6e:6465::1"
int namespace_add_inet6(void);

/* The first number in the value of SETTING in the current namespace; or -1 with
   errno, as proc_number: ENOENT also if SETTING cannot belong to a network
   namespace, and always on systems without such namespaces.  */
long namespace_read(const char *setting);

/* Whether the current network namespace is the initial one.  */
enum namespace_place {
    NAMESPACE_UNKNOWN, /* not visible from here */
    NAMESPACE_INITIAL,
    NAMESPACE_OTHER
};

/* Find the place of the current namespace, and set *VALUE to the number of
   SETTING in the initial namespace, or -1 if not readable.  With privilege, the
   calling thread enters the initial namespace for a moment; if the thread
   cannot return, the process aborts.  Systems other than Linux:
   NAMESPACE_UNKNOWN.  */
enum namespace_place namespace_place(const char *setting, long *value);

#endif /* PROBES_RUN_NAMESPACE_H */
