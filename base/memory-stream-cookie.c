/* memory-stream-cookie.c - fopencookie, of glibc, musl and FreeBSD
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/memory-stream.h"

static ssize_t cookie_write(void *memory, const char *bytes, size_t count)
{
    return memory_stream_add(memory, bytes, count) ? (ssize_t)count : 0;
}

static int cookie_close(void *memory)
{
    free(memory);
    return 0;
}

FILE *memory_stream_open(char **text, size_t *size)
{
    const cookie_io_functions_t functions = {
        .write = cookie_write,
        .close = cookie_close,
    };
    struct memory_stream *memory = memory_stream_new(text, size);
    if (!memory)
        return NULL;
    FILE *stream = fopencookie(memory, "w", functions);
    if (!stream) {
        memory_stream_lose(memory);
        free(memory);
    }
    return stream;
}
