/* wait.h - waits with a deadline that holds even if the call fails
   SPDX-License-Identifier: GPL-3.0-or-later

   poll, waitpid and read may fail briefly (EINTR, ENOMEM), or permanently under
   a security policy or a tracer.  A loop of these functions reaches its
   deadline without spinning.  */

#ifndef BASE_WAIT_H
#define BASE_WAIT_H 1

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* poll FDS for TIMEOUT milliseconds.  If poll fails, all COUNT revents are 0
   and the call has taken at least 1 ms.  Returns the result of poll: -1 with
   errno, also EINTR.  The caller checks its deadline after each call.  */
int wait_poll(struct pollfd *fds, nfds_t count, int timeout);

/* Wait up to TIMEOUT milliseconds for EVENTS on FD; a negative TIMEOUT counts
   as 0.  If poll fails, call it again.  Returns the events, as in revents; 0
   after the timeout; -1 with errno if poll keeps failing after it.  */
int wait_one(int fd, short events, int timeout);

/* Max failures of wait_poll in a row: a second or more.  */
enum { WAIT_FAILURES = 200 };

/* Whether to repeat a failed call: errno is EINTR, and *TRIES, initially 0, is
   below WAIT_FAILURES.  Pauses from the second time on.  Keeps errno.  */
bool wait_retry(int *tries);

/* Sleep for MILLISECONDS, or less if a signal arrives.  Keeps errno.  */
void wait_pause(int milliseconds);

/* Wait up to TIMEOUT milliseconds until CHILD ends, and reap it.  Returns CHILD
   with *STATUS filled in if STATUS is not NULL; 0 after the timeout; -1 with
   the errno of waitpid, EINTR only after WAIT_FAILURES.  */
pid_t wait_child(pid_t child, int *status, int64_t timeout);

#endif /* BASE_WAIT_H */
