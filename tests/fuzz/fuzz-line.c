/* fuzz-line.c - a stream of lines, however it comes and is taken
   SPDX-License-Identifier: GPL-3.0-or-later

   The input is the size of the buffer less one, the length of a script, the
   script, and the stream.  The script is gone through again and again: a byte
   of it says how the caller takes the next line, or how many bytes the next
   read gives, if any.  What is handed out is held against the stream.  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "lib/private.h"
#include "tests/fuzz/fuzz.h"

/* What a byte of the script may ask of a read; higher ones are counts.  */
enum { READ_EINTR, READ_EAGAIN, READ_RESET, READ_WHOLE, READ_KINDS };

/* How a line is taken.  */
enum { TAKE_LINE, TAKE_PIECE, TAKE_KINDS };

/* The script; and of the stream, what was given to the library and, of that,
   what came out of it again.  */
static const uint8_t *script;
static size_t script_size, script_at;
static const uint8_t *stream;
static size_t stream_size, given, taken;
static int taking, timeout, failed_before;

static unsigned next_of_script(void)
{
    return script_size ? script[script_at++ % script_size] : READ_WHOLE;
}

/* Whether there is a newline in the stream from START to END.  */
static int has_line(size_t start, size_t end)
{
    return end > start && memchr(stream + start, '\n', end - start);
}

/* One read.  Two failures in a row there are not, or it might go on so.  */
static ssize_t give(int fd, void *buffer, size_t size, int flags)
{
    static const int errors[] = {EINTR, EAGAIN, ECONNRESET};
    unsigned kind = next_of_script();
    (void)flags;
    MUST(fd == 33 && size > 0);
    MUST(!has_line(taken, given));
    if (!failed_before && kind < READ_WHOLE) {
        failed_before = 1;
        errno = errors[kind];
        return -1;
    }
    failed_before = 0;
    size_t count = stream_size - given;
    if (count > size)
        count = size;
    if (kind > READ_WHOLE && count > kind - READ_WHOLE)
        count = kind - READ_WHOLE;
    if (count > 0)
        memcpy(buffer, stream + given, count);
    given += count;
    return (ssize_t)count;
}

static int say_ready(struct pollfd *fds, nfds_t count, int milliseconds)
{
    MUST(count == 1 && fds->fd == 33 && milliseconds == -1);
    fds->revents = POLLIN;
    return 1;
}

/* What came is the next of the stream, and no more than one line.  */
static void check_bytes(const char *bytes, size_t length)
{
    MUST(length <= given - taken);
    MUST(length == 0 || !memcmp(bytes, stream + taken, length));
    MUST(length < 2 || !has_line(taken, taken + length - 1));
    taken += length;
}

/* Returns whether the stream goes on.  */
static int take_line(struct sonde_lines *lines)
{
    char *line = NULL;
    size_t held = given - taken;
    ssize_t length = sonde_line(lines, &line, timeout);
    if (length < 0) {
        MUST(!line && !has_line(taken, given));
        MUST(errno != EMSGSIZE || given - taken == lines->size);
        MUST(errno != EMSGSIZE || held <= lines->size);
        return 1;
    }
    check_bytes(line, (size_t)length);
    if (length > 0 && line[length - 1] == '\n')
        return 1;
    MUST(taken == stream_size); /* the last one, or none */
    return length > 0;
}

static int take_piece(struct sonde_lines *lines)
{
    char *piece = NULL;
    int was_empty = given == taken;
    ssize_t length = sonde_line_partial(lines, &piece, timeout);
    if (length < 0) {
        MUST(!piece && was_empty && given == taken && errno != EMSGSIZE);
        return 1;
    }
    check_bytes(piece, (size_t)length);
    MUST(length > 0 || taken == stream_size);
    return length > 0;
}

/* Take everything.  Each turn takes a byte at least, but for those that fail:
   of three turns one does not.  */
static void take_all(struct sonde_lines *lines)
{
    static int (*const ways[TAKE_KINDS])(struct sonde_lines *) = {take_line,
                                                                  take_piece};
    size_t turns = 0;
    do {
        taking = (int)(next_of_script() % TAKE_KINDS);
        if (given - taken == lines->size && !has_line(taken, given))
            taking = TAKE_PIECE; /* a line too long for sonde_line */
        MUST(turns++ <= 3 * stream_size + 3);
        errno = 77;
    } while (ways[taking](lines));
    MUST(taken == stream_size && given == stream_size);
}

/* Read by BUFFER, of SIZE bytes, or one that the library allocates.  */
static void read_stream(void *buffer, size_t size)
{
    struct sonde_lines lines;
    given = taken = script_at = 0;
    failed_before = 0;
    MUST(!sonde_lines_open(&lines, 33, buffer, size));
    take_all(&lines);
    taking = TAKE_LINE;
    char *line;
    for (int i = 0; i < 2; i++)
        MUST(sonde_line(&lines, &line, 0) == 0);
    sonde_lines_close(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t buffer_size = (size_t)data[0] + 1;
    script = data + 2;
    script_size = data[1] < size - 2 ? data[1] : size - 2;
    stream = script + script_size;
    stream_size = size - 2 - script_size;
    sonde__sys.recv = give;
    sonde__sys.poll = say_ready;
    char *buffer = malloc(buffer_size);
    MUST(buffer);
    timeout = 0;
    read_stream(buffer, buffer_size);
    free(buffer);
    timeout = -1;
    read_stream(NULL, buffer_size);
    return 0;
}
