/* memory-stream-posix.c - open_memstream, of POSIX
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>

#include "base/memory-stream.h"

FILE *memory_stream_open(char **text, size_t *size)
{
    *text = NULL;
    return open_memstream(text, size);
}
