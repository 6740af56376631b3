/* memory-stream.h - a stream that writes to memory all or nothing
   SPDX-License-Identifier: GPL-3.0-or-later

   The stream of open_memstream is not enough: glibc's, where memory runs out
   for a moment, drops a byte, and neither ferror nor fclose tells (measured,
   2.36).  */

#ifndef BASE_MEMORY_STREAM_H
#define BASE_MEMORY_STREAM_H 1

#include <stdbool.h>
#include <stdio.h>

/* Open a stream that writes to memory.  *TEXT and *SIZE must live until
   memory_stream_close, and are not to be used before.  Returns the stream; or
   NULL with ENOMEM, and *TEXT is NULL.  */
FILE *memory_stream_open(char **text, size_t *size);

/* Close STREAM, made by memory_stream_open (TEXT, ...).  Returns 0, and *TEXT
   is the complete text, to be freed by the caller, with a NUL that is not
   counted in the size; or -1 with ENOMEM, and *TEXT is NULL.  */
int memory_stream_close(FILE *stream, char **text);

/* ---- for the leaves, memory-stream-*.c ----------------------------------- */

/* The text so far, NULL after a failure; ROOM bytes are allocated.  */
struct memory_stream {
    char **text;
    size_t *size, room;
};

/* Allocate a struct memory_stream with an empty text.  Returns NULL with
   ENOMEM, and *TEXT is NULL.  To be freed by free.  */
struct memory_stream *memory_stream_new(char **text, size_t *size);

/* Free the text of MEMORY, and set errno to ENOMEM.  Returns false.  */
bool memory_stream_lose(struct memory_stream *memory);

/* Add COUNT BYTES to the text of MEMORY.  Returns false without memory, now or
   before: the text has been freed.  */
bool memory_stream_add(struct memory_stream *memory, const char *bytes,
                       size_t count);

#endif /* BASE_MEMORY_STREAM_H */
