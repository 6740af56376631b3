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

/* poll FDS for TIMEOUT milliseconds; a negative TIMEOUT waits without limit.
   If poll fails, all COUNT revents are 0 and the call sleeps before the return:
   1 ms after EINTR, otherwise 5 ms.  Returns the result of poll: -1 with errno,
   also EINTR.  The caller checks its deadline after each call.  */
int wait_poll(struct pollfd *fds, nfds_t count, int timeout);

/* Wait up to TIMEOUT milliseconds for EVENTS on FD; a negative TIMEOUT counts
   as 0.  If poll fails, also by a signal, call it again.  Returns the events,
   as in revents; 0 after the timeout; -1 with errno if poll keeps failing after
   the timeout (four times in all).  */
int wait_one(int fd, short events, int timeout);

/* Max failures in a row that a loop of wait_poll, wait_retry or wait_child
   tolerates: a second or so, if each failure costs a sleep of 5 ms.  */
enum { WAIT_FAILURES = 200 };

/* Whether to repeat a failed call: errno is EINTR, and *TRIES, initially 0, is
   below WAIT_FAILURES.  If so, *TRIES is incremented, and from the second time
   on the call sleeps 5 ms.  Keeps errno.  */
bool wait_retry(int *tries);

/* Sleep for MILLISECONDS, or less if a signal arrives.  Keeps errno.  */
void wait_pause(int milliseconds);

/* Wait up to TIMEOUT milliseconds (0 or less: one look) until CHILD ends, and
   reap it.  Returns CHILD with *STATUS, as by waitpid, if STATUS is not NULL; 0
   after the timeout, and CHILD still runs; -1 with the errno of waitpid, EINTR
   only after WAIT_FAILURES.  */
pid_t wait_child(pid_t child, int *status, int64_t timeout);

#endif /* BASE_WAIT_H */
