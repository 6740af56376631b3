/* wait.h - waits with a deadline that holds even if the call fails
   SPDX-License-Identifier: GPL-3.0-or-later

   poll, waitpid and read may fail briefly (EINTR, ENOMEM), or permanently under
   a security policy or a tracer.  Loops of these functions do not spin.  */

#ifndef BASE_WAIT_H
#define BASE_WAIT_H 1

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Call poll once, with its results, errno and TIMEOUT in milliseconds.  If poll
   fails, all COUNT revents are 0 and the call sleeps before the return of -1: 1
   ms after EINTR, otherwise 5 ms.  The caller checks its deadline after each
   call.  */
int wait_poll(struct pollfd *fds, nfds_t count, int timeout);

/* Wait up to TIMEOUT milliseconds (negative: 0) for EVENTS on FD, through
   failures of poll.  Returns the events, as in revents; 0 after the timeout; -1
   with errno if poll fails four times after the timeout.  */
int wait_one(int fd, short events, int timeout);

/* Max failures in a row that a loop of wait_poll, wait_retry or wait_child
   tolerates: a second or so, if each failure costs a sleep of 5 ms.  */
enum { WAIT_FAILURES = 200 };

/* Whether to repeat a failed call: errno is EINTR, and *TRIES, initially 0, is
   below WAIT_FAILURES.  If so, *TRIES is incremented; the second time and later
   5 ms pass.  Keeps errno.  */
bool wait_retry(int *tries);

/* Sleep for MILLISECONDS, less if signals arrive.  Keeps errno.  Sleeps, by
   poll, also where nanosleep is interrupted for ever.  */
void wait_pause(int milliseconds);

/* Wait up to TIMEOUT milliseconds (0 or less: one look) until CHILD ends, and
   reap it.  CHILD is looked at after each pause of at most 6.4 ms.  Returns
   CHILD with *STATUS, as by waitpid, if STATUS is not NULL; 0 after the
   timeout: CHILD still runs, or the last waitpid failed with EINTR; -1 with the
   errno of waitpid, EINTR only after WAIT_FAILURES.  */
pid_t wait_child(pid_t child, int *status, int64_t timeout);

/* ERROR, an errno, as the exit status of a child, above 0: ERROR itself up to
   253, else 254, since some systems have larger ones.  */
int wait_status_of(int error);

#endif /* BASE_WAIT_H */
