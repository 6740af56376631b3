/* namespace.h - a network of one's own, whose settings may be changed
   SPDX-License-Identifier: GPL-3.0-or-later

   A process may leave the host's network for one of its own, in which there is
   nothing but a loopback interface.  What it sets there is set nowhere else,
   and all of it is gone when the process is.  It takes no privilege where the
   kernel gives users namespaces; where it does not, a sentence says why.

   There is no way back, so only a child of the runner should go.  */

#ifndef PROBES_RUN_NAMESPACE_H
#define PROBES_RUN_NAMESPACE_H 1

#include <stdbool.h>

/* Why it could not be done, as a sentence's end.  */
struct namespace_trouble {
    char text[200];
};

/* Take the calling process, which has one thread, into a new network
   namespace, and bring its loopback interface up; with it goes a new user
   namespace, in which the process keeps its user and group but may do
   everything, unless it has the privilege to do without.  Returns 0, or -1 with
   *TROUBLE filled in; the process may be inside all the same then, and should
   end.  */
int namespace_enter(struct namespace_trouble *trouble);

/* Whether settings are shown at all: on Linux, /proc is mounted.  */
bool namespace_shows_settings(void);

/* Whether SETTING, such as "net.core.somaxconn", can be one of a network
   namespace, and is a setting of this host; if not, *TROUBLE says so.  To be
   asked before namespace_enter: in there, kernels hide some.  */
bool namespace_knows(const char *setting, struct namespace_trouble *trouble);

/* Set SETTING to VALUE, in the namespace that was entered, and see that it has
   it.  Returns 0, or -1 with *TROUBLE filled in.  */
int namespace_set(const char *setting, const char *value,
                  struct namespace_trouble *trouble);

/* Add NAMESPACE_INET6, of a range that is no network's, to the loopback
   interface of the namespace that was entered, and wait until it serves.
   Returns 0, also if it is there; or -1 with errno.  */
#define NAMESPACE_INET6 "fd73:6f6e:6465::1"
int namespace_add_inet6(void);

/* Read SETTING, here and now, in whatever namespace that is: the first number
   in it.  Returns it, or -1 with errno; ENOENT if there is none of that name
   here.  */
long namespace_read(const char *setting);

/* Whether the network namespace we are in is the first one, the host's.  */
enum namespace_place {
    NAMESPACE_UNKNOWN, /* that cannot be seen from here */
    NAMESPACE_INITIAL,
    NAMESPACE_OTHER
};

/* Returns that; *VALUE is what SETTING says in the first one, or -1 if that is
   not to be read.  Sees no more than the user may.  */
enum namespace_place namespace_place(const char *setting, long *value);

#endif /* PROBES_RUN_NAMESPACE_H */
