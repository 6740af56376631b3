/* namespace.h - a new network namespace with settings of its own
   SPDX-License-Identifier: GPL-3.0-or-later

   A process may enter a new network namespace, which has only a loopback
   interface.  Settings changed there apply only there, and end with the
   process.  No privilege is needed where the kernel allows user namespaces;
   otherwise the functions report why not.

   A process cannot return: only a child of the runner should enter.  */

#ifndef PROBES_RUN_NAMESPACE_H
#define PROBES_RUN_NAMESPACE_H 1

#include <stdbool.h>

/* The reason of a failure, as the end of a sentence.  Only set by a
   failure.  */
struct namespace_trouble {
    char text[200];
};

/* Move the calling process, which has one thread, into a new network namespace,
   and bring up its loopback interface.  Without the privilege for that, the
   process also enters a new user namespace, with its user and group and all
   capabilities.  Returns 0, or -1 with *TROUBLE filled in; the process may then
   be in the namespace nevertheless, and should end.  */
int namespace_enter(struct namespace_trouble *trouble);

/* Whether the host shows settings at all: on Linux, /proc/sys exists.  False on
   other systems.  */
bool namespace_shows_settings(void);

/* Whether SETTING, such as "net.core.somaxconn", is a setting of this host and
   can belong to a network namespace.  If not, or if that cannot be found out,
   returns false with the reason in *TROUBLE.  Call this function before
   namespace_enter: inside, kernels hide some settings.  */
bool namespace_knows(const char *setting, struct namespace_trouble *trouble);

/* Set SETTING to VALUE in the current namespace, and read it again.  Of a VALUE
   that begins with a number, the first number must be read again, so a value
   that the kernel changed is an error.  Returns 0, or -1 with *TROUBLE filled
   in; SETTING may then be changed nevertheless.  */
int namespace_set(const char *setting, const char *value,
                  struct namespace_trouble *trouble);

/* Add NAMESPACE_INET6, a unique local address, to the loopback interface of the
   current namespace, and wait up to about a second until the address is usable.
   Returns 0, also if the address exists; or -1 with errno, ENOTSUP where there
   are no namespaces.  */
#define NAMESPACE_INET6 "fd73:6f6e:6465::1"
int namespace_add_inet6(void);

/* Read the first number of SETTING in the current namespace.  Returns the
   number, or -1 with errno: ENOENT if there is no such setting here, or SETTING
   cannot belong to a network namespace; EPROTO if the value is not a number; or
   the errno of open or read.  */
long namespace_read(const char *setting);

/* Whether the current network namespace is the initial one.  */
enum namespace_place {
    NAMESPACE_UNKNOWN, /* not visible from here */
    NAMESPACE_INITIAL,
    NAMESPACE_OTHER
};

/* Find the place of the current namespace, and set *VALUE to SETTING in the
   initial namespace, or -1 if not readable.  Uses no privilege beyond the
   user's.  With privilege, the calling thread enters the initial namespace for
   a moment; if it cannot return, the process aborts.  */
enum namespace_place namespace_place(const char *setting, long *value);

#endif /* PROBES_RUN_NAMESPACE_H */
