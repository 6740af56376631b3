/* memory-stream.c - close a stream of open_memstream
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "base/memory-stream.h"

int memory_stream_close(FILE *stream, char **text)
{
    int failed = ferror(stream);
    if (fclose(stream) == 0 && !failed && *text)
        return 0;
    free(*text);
    *text = NULL;
    errno = ENOMEM;
    return -1;
}
