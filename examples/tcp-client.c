/* tcp-client.c - send one line to a server, and print the first of its answer
   SPDX-License-Identifier: GPL-3.0-or-later

   tcp-client HOST SERVICE TEXT  */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sonde.h"

/* Milliseconds, for name and connection together, and for each line.  */
enum { PATIENCE = 5000, LONGEST = 4096 };

/* Say why there is no connection.  */
static int complain(const char *host, const struct sonde_connect_report *report)
{
    fprintf(stderr, "tcp-client: %s: %s\n", host,
            report->code ? sonde_resolve_code_text(report->code)
                         : sonde_outcome_text(report->outcome));
    return 1;
}

static int fail(const char *what)
{
    fprintf(stderr, "tcp-client: %s: %s\n", what,
            errno == EAGAIN ? "not within the time" : strerror(errno));
    return 1;
}

int main(int argc, char **argv)
{
    struct sonde_connect_report report;
    struct sonde_lines lines;
    char text[512], *line;
    size_t done;
    if (argc != 4) {
        fputs("usage: tcp-client HOST SERVICE TEXT\n", stderr);
        return 2;
    }
    int length = snprintf(text, sizeof text, "%s\r\n", argv[3]);
    if (length >= (int)sizeof text) {
        fputs("tcp-client: the text is too long\n", stderr);
        return 2;
    }
    int fd = sonde_connect_name(argv[1], argv[2], PATIENCE, NULL, &report);
    if (fd < 0)
        return complain(argv[1], &report);
    if (sonde_write_all(fd, text, (size_t)length, PATIENCE, &done))
        return fail("the line was not sent");
    if (sonde_lines_open(&lines, fd, NULL, LONGEST))
        return fail("lines");
    ssize_t got = sonde_line(&lines, &line, PATIENCE);
    if (got < 0)
        return fail("no answer");
    fwrite(line, 1, (size_t)got, stdout);
    sonde_lines_close(&lines);
    return fflush(stdout) ? 1 : 0;
}
