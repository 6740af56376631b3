/* output.c - messages and reports of a program, written to the end
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mask.h"
#include "base/memory-stream.h"
#include "base/wait.h"
#include "base/write.h"
#include "progs/output.h"
#include "progs/status.h"
#include "sonde.h"

static const char *name = "sonde";
static bool is_closed; /* standard output was, when the program began */

/* The report, which grows in memory.  */
static FILE *stream;
static char *report;
static size_t report_size;
static bool is_raw;
static const char *file; /* for the report; NULL: standard output */

/* After output_check: the result, and the first message.  */
static bool is_check, has_result;
static struct check result;
static char first_message[1024];

/* Open /dev/null as each of the standard descriptors that is closed: a socket
   of the program would have its number.  Returns 0 if all three are open, also
   if open failed without need; or -1 with the errno of open, and at least one
   is closed.  */
static int output_fill_standard(void)
{
    int fd;
    /* open takes the lowest free number.  */
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
    int error = errno;
    bool is_whole = true;
    for (int i = 0; fd < 0 && i <= STDERR_FILENO; i++)
        is_whole = is_whole && fcntl(i, F_GETFD) >= 0;
    errno = error;
    return is_whole ? 0 : -1;
}

bool output_begin(const char *program, bool needs_output)
{
    is_closed = fcntl(STDOUT_FILENO, F_GETFD) < 0;
    name = program;
    if (output_fill_standard()) {
        complain("a standard descriptor is closed, and /dev/null cannot take "
                 "its place: %s",
                 strerror(errno));
        return false;
    }
    if (sonde_signal(SIGPIPE, SIG_IGN, SONDE_RESTART) ||
        sonde_signal(SIGXFSZ, SIG_IGN, SONDE_RESTART)) {
        complain("cannot ignore SIGPIPE and SIGXFSZ: sigaction: %s",
                 strerror(errno));
        return false;
    }
    stream = memory_stream_open(&report, &report_size);
    if (is_closed && needs_output)
        complain("standard output is closed; there is nowhere to report to");
    else if (!stream)
        complain("out of memory");
    return stream && !(is_closed && needs_output);
}

FILE *output_stream(void)
{
    return stream;
}

void output_to(const char *path)
{
    file = strcmp(path, "-") ? path : NULL;
}

void output_raw(void)
{
    is_raw = true;
}

/* Break TEXT, after a word of BEFORE letters and ": ", into lines of at most 79
   columns: newlines replace blanks.  A word is not split, even if longer.  */
static void output_fold(char *text, size_t before)
{
    char *blank = NULL, *start = text;
    size_t column = before + 2;
    for (char *c = text; *c; c++, column++) {
        if (*c == ' ')
            blank = c;
        if (column < 79 || !blank || blank < start)
            continue;
        *blank = '\n';
        start = blank + 1;
        column = (size_t)(c - blank) - 1; /* the loop adds 1 */
    }
}

/* As complain, with the arguments of FORMAT.  Returns nothing.  */
__attribute__((format(printf, 1, 0))) static void
output_complain(const char *format, va_list arguments)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    /* Input of a user or a peer must not write to a terminal, nor break the
       line.  */
    mask_text(text);
    if (is_check) {
        if (!*first_message)
            memcpy(first_message, text, sizeof text);
        return;
    }
    /* One line for a script, the width of the screen for a reader.  */
    if (isatty(STDERR_FILENO))
        output_fold(text, strlen(name));
    char line[sizeof text + 64];
    int length = snprintf(line, sizeof line, "%s: %s\n", name, text);
    write_all(STDERR_FILENO, line, (size_t)length);
}

int complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    output_complain(format, arguments);
    va_end(arguments);
    return STATUS_TROUBLE;
}

int usage_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    output_complain(format, arguments);
    va_end(arguments);
    return usage_hint();
}

int usage_hint(void)
{
    char line[100];
    if (is_check)
        return STATUS_TROUBLE;
    int length = snprintf(line, sizeof line,
                          "Try '%s --help' for more information.\n", name);
    write_all(STDERR_FILENO, line, (size_t)length);
    return STATUS_TROUBLE;
}

static bool has_progress;

void progress_show(int64_t milliseconds, const char *format, ...)
{
    va_list arguments;
    /* A terminal that is stopped shall not stop what is measured.  */
    if (milliseconds < 1000 || !isatty(STDERR_FILENO) ||
        wait_one(STDERR_FILENO, POLLOUT, 0) <= 0)
        return;
    has_progress = true;
    fprintf(stderr, "\r\033[K%ld s: ", (long)(milliseconds / 1000));
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
}

void progress_end(void)
{
    if (has_progress)
        fputs("\r\033[K", stderr);
    has_progress = false;
}

/* Remove the file TEMPORARY, or report that it stays.  Keeps errno.  Returns 0
   or -1.  */
static int output_remove(const char *temporary)
{
    int error = errno;
    int failed = unlink(temporary);
    if (failed)
        complain("cannot remove the temporary file %s: %s", temporary,
                 strerror(errno));
    errno = error;
    return failed;
}

/* Write BYTES, of SIZE, to a new file TEMPORARY, in which the last six letters,
   XXXXXX, are replaced, with the mode of the umask, since mkstemp permits the
   owner only; when complete on the disk, rename TEMPORARY to PATH.  Returns 0;
   or -1 with errno, and TEMPORARY is removed (output_remove).  */
static int output_write_beside(const char *path, char *temporary,
                               const char *bytes, size_t size)
{
    int fd = mkstemp(temporary);
    mode_t mask = umask(0);
    umask(mask);
    if (fd < 0)
        return -1;
    bool is_written =
        !fchmod(fd, 0666 & ~mask) && !write_all(fd, bytes, size) && !fsync(fd);
    int error = errno;
    if (close(fd) == 0 && is_written && rename(temporary, path) == 0)
        return 0;
    if (is_written)
        error = errno;
    errno = error;
    output_remove(temporary);
    return -1;
}

/* Make a file by mkstemp of TEMPORARY, in which the last six letters, XXXXXX,
   are replaced, and remove the file (output_remove): where that fails, a report
   could not be removed either.  PATH is for the message.  Returns 0; or -1,
   after a message.  */
static int output_try_beside(const char *path, char *temporary)
{
    int fd = mkstemp(temporary);
    if (fd < 0) {
        complain("cannot write %s: %s", path, strerror(errno));
        return -1;
    }
    close(fd);
    return output_remove(temporary);
}

/* Replace PATH by BYTES, or with BYTES NULL only see whether that is possible.
   Returns 0, or STATUS_TROUBLE after a message.  rename would replace a device
   or a symbolic link by a file: for example /dev/stdout, for the whole host.
   And the target of a link may be chosen by another user.  */
static int output_replace_file(const char *path, const char *bytes, size_t size)
{
    struct stat status;
    if (!lstat(path, &status) && !S_ISREG(status.st_mode))
        return complain("%s is not replaced: the file is %s", path,
                        S_ISLNK(status.st_mode) ? "a symbolic link"
                                                : "not a regular file");
    size_t room = strlen(path) + sizeof ".XXXXXX";
    char *temporary = malloc(room);
    if (temporary)
        snprintf(temporary, room, "%s.XXXXXX", path);
    int failed = -1;
    if (temporary && !bytes)
        failed = output_try_beside(path, temporary);
    else if (!temporary ||
             (failed = output_write_beside(path, temporary, bytes, size)))
        complain("cannot write %s: %s", path, strerror(errno));
    free(temporary);
    return failed ? STATUS_TROUBLE : 0;
}

int output_replace(const char *path, const char *bytes, size_t size)
{
    return output_replace_file(path, bytes, size);
}

int output_check_path(const char *path)
{
    return output_replace_file(path, NULL, 0);
}

/* Close stream.  Write the report, masked unless raw, to the file of output_to
   or else to standard output.  Then close standard output, which stays open
   after ENOMEM and after a failed write.  Sets report, for the caller to free,
   and report_size, the bytes for standard output: 0 with a file.  Returns 0, or
   the errno of the call that failed.  ENOMEM: the report is incomplete, and
   nothing is written.  If the file cannot be written, sets *STATUS to
   STATUS_TROUBLE after a message, and returns 0.  EBADF of close is no failure
   without bytes for standard output.  If standard output was closed at the
   start, its descriptor is /dev/null: the caller looks at is_closed.  */
static int report_write(int *status)
{
    if (memory_stream_close(stream, &report)) {
        report_size = file ? 0 : report_size;
        return ENOMEM;
    }
    if (!is_raw)
        report_size = mask_report(report, report_size);
    if (file) {
        if (output_replace_file(file, report, report_size))
            *status = STATUS_TROUBLE;
        report_size = 0;
    }
    if (write_all(STDOUT_FILENO, report, report_size))
        return errno;
    /* On a network file system some errors come with close.  A server may
       have no standard output, and no report.  */
    if (close(STDOUT_FILENO) && (errno != EBADF || report_size > 0))
        return errno;
    return 0;
}

void output_check(void)
{
    is_check = true;
}

int output_check_result(const struct check *check)
{
    result = *check;
    has_result = true;
    return STATUS_DONE;
}

/* Replace the result by CHECK_UNKNOWN and the first message, or without one a
   pointer to standard error.  */
static void result_unknown(void)
{
    struct check check = {.state = CHECK_UNKNOWN};
    say(&check.text, "%s",
        *first_message ? first_message : "usage error, see standard error");
    output_check_result(&check);
}

/* Write the report, close standard output, and free the report.  Returns
   STATUS, also if the reader of a pipe has gone; or STATUS_TROUBLE after a
   message: the report cannot be written, or is not empty and standard output
   was closed at the start.  */
static int output_write(int status)
{
    int error = report_write(&status);
    free(report);
    if (is_closed && report_size > 0)
        return complain("standard output is closed");
    if (!error || write_has_no_reader(error))
        return status;
    return complain("cannot write %s: %s", file ? file : "standard output",
                    strerror(error));
}

int output_end(int status)
{
    if (!is_check)
        return output_write(status);
    if (status != STATUS_DONE)
        result_unknown();
    /* Without a result, as after --help, the report stays as it is.  */
    if (has_result)
        check_write(stream, name, &result);
    is_check = false; /* from here on, messages are for standard error */
    return output_write(STATUS_DONE) == STATUS_DONE ? (int)result.state
                                                    : CHECK_UNKNOWN;
}
