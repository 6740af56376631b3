/* write.h - write all bytes, also to a non-blocking descriptor
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_WRITE_H
#define BASE_WRITE_H 1

#include <stdbool.h>
#include <stddef.h>

/* Write the SIZE bytes at BYTES to FD.  If O_NONBLOCK is set, for instance by
   another process that shares the terminal or pipe, wait until FD is writable.
   There is no deadline, since a stalled reader is the user's choice; a signal
   with default action ends the process during the wait.  The caller handles
   SIGPIPE.  Returns 0 with errno kept; or -1 with the errno of write or poll,
   after an unknown number of bytes.  EINTR, EAGAIN: a thousand calls in a row
   were interrupted, or failed although poll reported FD writable or failed
   itself, for some ten seconds.  */
int write_all(int fd, const void *bytes, size_t size);

/* Whether ERROR, of a write to a pipe or a socket, means that the reader has
   closed its end: EPIPE or ECONNRESET.  */
bool write_has_no_reader(int error);

#endif /* BASE_WRITE_H */
