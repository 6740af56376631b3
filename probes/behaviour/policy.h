/* policy.h - a policy that refuses calls, as a security module does
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_POLICY_H
#define PROBES_BEHAVIOUR_POLICY_H 1

/* From now on the kernel answers accept and accept4 of this process, and of
   children forked later, with the errno ERROR; this cannot be undone, and needs
   no privilege.  exec grants no privilege any more, perhaps even after a
   failure (PR_SET_NO_NEW_PRIVS).  Returns 0; or -1 with errno: ENOSYS on
   systems without such a filter, else that of prctl.  */
int policy_refuse_accept(int error);

#endif /* PROBES_BEHAVIOUR_POLICY_H */
