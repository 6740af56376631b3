/* memory-stream.c - the text of a stream that writes to memory
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory-stream.h"

struct memory_stream *memory_stream_new(char **text, size_t *size)
{
    struct memory_stream *memory = malloc(sizeof *memory);
    *text = calloc(1, 1);
    *size = 0;
    if (!memory || !*text) {
        free(memory);
        free(*text);
        *text = NULL;
        errno = ENOMEM;
        return NULL;
    }
    *memory = (struct memory_stream){text, size, 1};
    return memory;
}

bool memory_stream_lose(struct memory_stream *memory)
{
    free(*memory->text);
    *memory->text = NULL;
    *memory->size = 0;
    errno = ENOMEM;
    return false;
}

/* Enlarge the text of MEMORY to at least ROOM bytes, and more for the bytes to
   come.  Returns false without memory; the text is unchanged.  */
static bool memory_stream_grow(struct memory_stream *memory, size_t room)
{
    size_t more = room < SIZE_MAX / 2 ? 2 * room : room;
    char *text = realloc(*memory->text, more);
    if (!text)
        return false;
    *memory->text = text;
    memory->room = more;
    return true;
}

bool memory_stream_add(struct memory_stream *memory, const char *bytes,
                       size_t count)
{
    size_t used = *memory->size;
    if (!*memory->text)
        return false;
    if (count >= SIZE_MAX - used ||
        (used + count >= memory->room &&
         !memory_stream_grow(memory, used + count + 1)))
        return memory_stream_lose(memory);
    memcpy(*memory->text + used, bytes, count);
    (*memory->text)[used + count] = '\0';
    *memory->size = used + count;
    return true;
}

/* The last bytes are added by fclose.  */
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
