/* spool.h - lines for a reader that may be slow, or stuck
   SPDX-License-Identifier: GPL-3.0-or-later

   Bytes wait in memory until poll reports room, and are written in pieces that
   such a descriptor takes without blocking: the writer keeps its times.  A line
   that does not fit in the memory is left out as a whole, and counted.  */

#ifndef PROGS_SPOOL_H
#define PROGS_SPOOL_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPOOL_MAX = 1 << 20 };

/* Set FD; all else is zero at first.  Free with spool_free.  */
struct spool {
    int fd;
    char *bytes;
    size_t start;     /* the first byte that waits */
    size_t size;      /* bytes that wait */
    int64_t left_out; /* lines */
    int error;        /* errno of a write that failed; then nothing is written
                         any more */
};

/* Append a copy of LINE, of SIZE bytes; nothing if SIZE is 0.  In two cases
   LINE is left out, and counted in LEFT_OUT: without memory; or if SPOOL_MAX
   bytes or more would wait with LINE, unless nothing waits before or LINE
   IS_NEEDED.  ERROR is ignored.  */
void spool_add(struct spool *spool, const char *line, size_t size,
               bool is_needed);

/* Write what the descriptor takes now.  Returns false if ERROR is set, by this
   call or before, also if the reader has gone though nothing waits.  */
bool spool_flush(struct spool *spool);

/* Write all that waits.  TIMEOUT, above 0, is the longest time in milliseconds
   without a byte written.  Returns true if all is written; false if ERROR is
   set, before or by this call: ETIMEDOUT after TIMEOUT, or the errno of a
   failed write.  */
bool spool_drain(struct spool *spool, int timeout);

/* Free pending output, unwritten, and reset SPOOL: FD is -1, not closed, and
   all else is zero, ERROR and LEFT_OUT, too.  */
void spool_free(struct spool *spool);

#endif /* PROGS_SPOOL_H */
