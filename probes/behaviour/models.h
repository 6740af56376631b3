/* models.h - what an event loop can be built on, beside select and poll
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_MODELS_H
#define PROBES_BEHAVIOUR_MODELS_H 1

/* Make an epoll instance, or an io_uring of 4 entries.  Returns a descriptor,
   or -1 with errno: ENOSYS on systems without the call, EPERM or EACCES under a
   policy.  */
int models_make_epoll(void);
int models_make_io_uring(void);

#endif /* PROBES_BEHAVIOUR_MODELS_H */
