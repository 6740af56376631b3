/* write.h - write all of a text, whatever the descriptor's mode
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_WRITE_H
#define BASE_WRITE_H 1

#include <stdbool.h>
#include <stddef.h>

/* Write the SIZE bytes at BYTES to FD.  Where O_NONBLOCK is set, as another
   process may have done for a terminal or a pipe that both have open, wait for
   room as write does without it: without a deadline, since a reader that stands
   still is the user's, but a signal whose action is the default ends the
   process meanwhile.  SIGPIPE is the caller's affair.
   Returns 0, or -1 with the errno of write or poll.  EAGAIN: poll went on
   reporting room where write found none, for some ten seconds; EINTR: a call
   went on being interrupted that had not waited, for some two; EAGAIN and
   ENOMEM also if poll went on failing with them.  errno is as it was if all is
   written.  */
int write_all(int fd, const void *bytes, size_t size);

/* Whether ERROR, of a write to a pipe or a socket, is only that its reader has
   gone.  */
bool write_has_no_reader(int error);

#endif /* BASE_WRITE_H */
