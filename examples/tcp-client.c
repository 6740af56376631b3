/* tcp-client.c - send a line to a server, and print the first line of the
   answer SPDX-License-Identifier: GPL-3.0-or-later

   tcp-client HOST SERVICE TEXT [SOURCE]

   SOURCE is a source address of this host, as 192.0.2.1 or [::1]:7000.  */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sonde.h"

/* TIMEOUT, in milliseconds, is for name and connection together, and for each
   line.  */
enum { TIMEOUT = 30000, LINE_MAX_SIZE = 4096 };

/* Print why there is no connection, and the result of each attempt.  Returns 1,
   the exit status.  */
static int report_failure(const char *host,
                          const struct sonde_connect_report *report)
{
    char text[SONDE_ADDRESS_TEXT];
    if (report->code) {
        fprintf(stderr, "tcp-client: %s: %s\n", host,
                sonde_resolve_code_text(report->code));
        return 1;
    }
    fprintf(stderr, "tcp-client: %s: %s\n", host,
            sonde_connect_status_text(report->status));
    for (size_t i = 0; i < report->count; i++) {
        const struct sonde_attempt *attempt = &report->attempts[i];
        sonde_address_print(&attempt->address, text, sizeof text);
        fprintf(stderr, "    %s  %s after %d ms\n", text,
                sonde_connect_status_name(attempt->status),
                attempt->milliseconds);
    }
    return 1;
}

/* Print errno with WHAT; EAGAIN is a timeout.  Returns 1, the exit status.  */
static int fail(const char *what)
{
    fprintf(stderr, "tcp-client: %s: %s\n", what,
            errno == EAGAIN ? "timed out" : strerror(errno));
    return 1;
}

int main(int argc, char **argv)
{
    struct sonde_connect_options options = {.flags = SONDE_CLOEXEC};
    struct sonde_connect_report report;
    struct sonde_address source;
    struct sonde_lines lines;
    char text[512], *line;
    size_t done;
    if (argc != 4 && argc != 5) {
        fputs("usage: tcp-client HOST SERVICE TEXT [SOURCE]\n", stderr);
        return 2;
    }
    if (argc == 5) {
        if (sonde_address_parse(&source, argv[4], 0))
            return fail(argv[4]);
        options.source = &source;
    }
    int length = snprintf(text, sizeof text, "%s\r\n", argv[3]);
    if (length >= (int)sizeof text) {
        fputs("tcp-client: the text is too long\n", stderr);
        return 2;
    }
    int fd = sonde_connect_name(argv[1], argv[2], TIMEOUT, &options, &report);
    if (fd < 0)
        return report_failure(argv[1], &report);
    if (sonde_write_all(fd, text, (size_t)length, TIMEOUT, &done))
        return fail("the line was not sent");
    if (sonde_lines_open(&lines, fd, NULL, LINE_MAX_SIZE))
        return fail("lines");
    ssize_t got = sonde_line(&lines, &line, TIMEOUT);
    if (got < 0)
        return fail("no answer");
    fwrite(line, 1, (size_t)got, stdout);
    sonde_lines_close(&lines);
    return fflush(stdout) ? 1 : 0;
}
