/* memory-stream.h - close a stream of open_memstream
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_MEMORY_STREAM_H
#define BASE_MEMORY_STREAM_H 1

#include <stdio.h>

/* Close STREAM, made by open_memstream (TEXT, ...).  Returns 0, and *TEXT is
   the complete text, to be freed by the caller; or -1 with ENOMEM, and *TEXT is
   NULL: a write failed, or memory ran out at the end.  glibc's fclose returns 0
   in the latter case, with *TEXT NULL and the size unchanged (measured,
   2.36).  */
int memory_stream_close(FILE *stream, char **text);

#endif /* BASE_MEMORY_STREAM_H */
