/* models.h - what an event loop can be built on, beside select and poll
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_MODELS_H
#define PROBES_BEHAVIOUR_MODELS_H 1

/* Make an epoll instance, a kqueue, or an io_uring of 4 entries.  Returns a
   descriptor, or -1 with the errno of the call: ENOSYS on systems without the
   call, EPERM or EACCES under a policy, EMFILE and the like.  */
int models_make_epoll(void);
int models_make_kqueue(void);
int models_make_io_uring(void);

/* How an epoll instance watches a socket.  */
enum models_mode { MODELS_LEVEL, MODELS_EDGE, MODELS_EXCLUSIVE };

/* Make an epoll instance that watches FD for input by MODE.  Returns the
   descriptor of the instance; or -1, with the errno of models_make_epoll or of
   epoll_ctl, and no instance is left.  EINVAL: the kernel does not have MODE.
   Some kernels ignore an unknown MODE, without an error.  */
int models_watch(int fd, enum models_mode mode);

/* Wait for an event of INSTANCE, from models_watch, for TIMEOUT milliseconds.
   Returns 1 for an event, 0 for none; or -1 with errno, also EINTR.  */
int models_wait(int instance, int timeout);

#endif /* PROBES_BEHAVIOUR_MODELS_H */
