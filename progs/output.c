/* output.c - what a program says, and whether it got out
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mask.h"
#include "base/write.h"
#include "progs/output.h"
#include "progs/status.h"
#include "sonde.h"

static const char *name = "sonde";

/* The report, which grows in memory.  */
static FILE *stream;
static char *report;
static size_t report_size;
static bool is_raw;

bool output_open(const char *program)
{
    bool open_before = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
    name = program;
    /* open takes the lowest free number.  */
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
    sonde_signal(SIGPIPE, SIG_IGN, SONDE_RESTART);
    sonde_signal(SIGXFSZ, SIG_IGN, SONDE_RESTART);
    stream = open_memstream(&report, &report_size);
    return open_before;
}

bool output_begin(const char *program)
{
    bool open_before = output_open(program);
    if (!open_before)
        complain("standard output is closed; there is nowhere to report to");
    else if (!stream)
        complain("out of memory");
    return open_before && stream;
}

FILE *output_stream(void)
{
    return stream;
}

void output_raw(void)
{
    is_raw = true;
}

/* Break TEXT, which comes after a word of BEFORE letters, between words into
   lines of at most 79 columns.  */
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
        column = (size_t)(c - blank);
    }
}

void complain(const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* What somebody typed or sent must not write to a terminal, nor break the
     * line. */
    mask_text(text);
    /* A script finds a sentence in one line, a reader in the screen's width. */
    if (isatty(STDERR_FILENO))
        output_fold(text, strlen(name));
    char line[sizeof text + 64];
    int length = snprintf(line, sizeof line, "%s: %s\n", name, text);
    write_all(STDERR_FILENO, line, (size_t)length);
}

/* Returns 0, or the errno of what failed.  */
static int report_write(void)
{
    if (!stream)
        return ENOMEM;
    bool whole = !ferror(stream);
    if (fclose(stream) || !whole)
        return ENOMEM;
    if (!is_raw)
        report_size = mask_report(report, report_size);
    if (write_all(STDOUT_FILENO, report, report_size))
        return errno;
    /* Over a network some errors come with close.  A server may have no
       standard output, and nothing to report.  */
    if (close(STDOUT_FILENO) && (errno != EBADF || report_size > 0))
        return errno;
    return 0;
}

int output_end(int status)
{
    int error = report_write();
    free(report);
    if (!error || write_has_no_reader(error))
        return status;
    complain("cannot write standard output: %s", strerror(error));
    return STATUS_TROUBLE;
}
