/* line.c - text by lines, with a buffer for each connection
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

int sonde_lines_open(struct sonde_lines *lines, int fd, void *buffer,
                     size_t size)
{
    if (size == 0)
        return sonde__fail(EINVAL);
    struct sonde_lines made = {.fd = fd, .buffer = buffer, .size = size};
    if (!buffer) {
        made.buffer = malloc(size);
        if (!made.buffer)
            return -1;
        made.allocated = 1;
    }
    *lines = made;
    return 0;
}

void sonde_lines_close(struct sonde_lines *lines)
{
    if (lines->allocated)
        free(lines->buffer);
    *lines = (struct sonde_lines){.fd = -1};
}

/* Take the next LENGTH buffered bytes; so many are buffered.  *LINE points
   there.  Returns LENGTH.  */
static ssize_t line_take(struct sonde_lines *lines, char **line, size_t length)
{
    *line = lines->buffer + lines->start;
    lines->start += length;
    if (lines->searched < lines->start)
        lines->searched = lines->start;
    return (ssize_t)length;
}

/* The length of the first buffered line with its newline; 0: no newline is
   buffered, even at the end of the stream.  Bytes once searched are not
   searched again.  */
static size_t find_line(struct sonde_lines *lines)
{
    const char *from = lines->buffer + lines->searched;
    const char *newline = NULL;
    if (lines->end > lines->searched)
        newline = memchr(from, '\n', lines->end - lines->searched);
    if (!newline) {
        lines->searched = lines->end;
        return 0;
    }
    return (size_t)(newline + 1 - (lines->buffer + lines->start));
}

/* Move the buffered bytes to the front, to make room for a read.  This may
   overwrite a line returned before.  */
static void line_make_room(struct sonde_lines *lines)
{
    if (lines->start == 0)
        return;
    size_t held = lines->end - lines->start;
    if (held > 0)
        memmove(lines->buffer, lines->buffer + lines->start, held);
    lines->searched -= lines->start;
    lines->start = 0;
    lines->end = held;
}

/* Read once into the free part of the buffer, waiting until DEADLINE.  Returns
   1; 0 at the end of the stream (again in each later call); or -1 with errno:
   EMSGSIZE: the buffer is full, and nothing is read; or of sonde__read, EAGAIN:
   no data at DEADLINE.  May overwrite a line returned before, and change errno
   on success.  */
static int line_fill(struct sonde_lines *lines, int64_t deadline)
{
    line_make_room(lines);
    if (lines->ended)
        return 0;
    if (lines->end == lines->size)
        return sonde__fail(EMSGSIZE);
    ssize_t count = sonde__read(lines->fd, lines->buffer + lines->end,
                                lines->size - lines->end, deadline);
    if (count < 0)
        return -1;
    lines->ended = count == 0;
    lines->end += (size_t)count;
    return count > 0;
}

ssize_t sonde_line(struct sonde_lines *lines, char **line, int timeout)
{
    size_t length = find_line(lines);
    if (length > 0)
        return line_take(lines, line, length);
    int saved = errno;
    int64_t deadline = sonde_deadline(timeout);
    int more;
    while ((more = line_fill(lines, deadline)) > 0) {
        length = find_line(lines);
        if (length > 0)
            break;
        /* The peer may send as fast as the bytes are read.  */
        if (sonde__is_late(timeout, deadline))
            return -1;
    }
    if (more < 0)
        return -1;
    errno = saved;
    return line_take(lines, line, more ? length : lines->end - lines->start);
}

ssize_t sonde_line_partial(struct sonde_lines *lines, char **piece, int timeout)
{
    if (lines->start == lines->end) {
        int saved = errno;
        if (line_fill(lines, sonde_deadline(timeout)) < 0)
            return -1;
        errno = saved;
    }
    size_t length = find_line(lines);
    return line_take(lines, piece, length ? length : lines->end - lines->start);
}
