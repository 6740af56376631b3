/* wait.h - waits that end, whatever the kernel returns
   SPDX-License-Identifier: GPL-3.0-or-later

   poll, waitpid and read may fail for a moment (EINTR, ENOMEM), or for as long
   as a policy or a tracer makes them fail.  A loop around these functions
   reaches its deadline without using up a processor.  */

#ifndef BASE_WAIT_H
#define BASE_WAIT_H 1

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* poll FDS for TIMEOUT milliseconds.  If poll fails, there is no event in any
   of the COUNT descriptors, and the call has lasted at least a millisecond.
   Returns as poll does: -1 with errno, EINTR included.  The caller's loop looks
   at its deadline after each call.  */
int wait_poll(struct pollfd *fds, nfds_t count, int timeout);

/* Wait up to TIMEOUT milliseconds for EVENTS on FD, across failures of poll.
   Returns the events that came; 0 if none did; -1 with errno if poll still
   fails when the time is over.  */
int wait_one(int fd, short events, int timeout);

/* Failures of wait_poll in a row, after which a loop gives up: a second or
   more.  */
enum { WAIT_FAILURES = 200 };

/* Whether to repeat a call that failed: errno is EINTR, and *TRIES, which
   begins as 0, has not reached WAIT_FAILURES.  From the second time on it
   pauses first.  Keeps errno.  */
bool wait_retry(int *tries);

/* Sleep for MILLISECONDS, or less if a signal comes.  Keeps errno.  */
void wait_pause(int milliseconds);

/* Wait up to TIMEOUT milliseconds until CHILD ends, and reap it.  Returns CHILD
   with *STATUS filled in if STATUS is not NULL; 0 if it has not ended; -1 with
   the errno of waitpid: EINTR only if that goes on.  */
pid_t wait_child(pid_t child, int *status, int64_t timeout);

#endif /* BASE_WAIT_H */
