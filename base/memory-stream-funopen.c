/* memory-stream-funopen.c - funopen, of NetBSD, OpenBSD and macOS
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/memory-stream.h"

static int funopen_close(void *memory)
{
    free(memory);
    return 0;
}

static int funopen_write(void *memory, const char *bytes, int count)
{
    return memory_stream_add(memory, bytes, (size_t)count) ? count : -1;
}

FILE *memory_stream_open(char **text, size_t *size)
{
    struct memory_stream *memory = memory_stream_new(text, size);
    if (!memory)
        return NULL;
    FILE *stream = funopen(memory, NULL, funopen_write, NULL, funopen_close);
    if (!stream) {
        memory_stream_lose(memory);
        free(memory);
    }
    return stream;
}
