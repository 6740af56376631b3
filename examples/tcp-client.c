/* tcp-client.c - send one line to a server, and print the first of its answer
   SPDX-License-Identifier: GPL-3.0-or-later

   tcp-client HOST SERVICE TEXT  */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sonde.h"

enum { PATIENCE = 5000 }; /* milliseconds, for name and connection together */

/* Say why there is no connection.  */
static int complain(const char *host, const struct sonde_connect_report *report)
{
    fprintf(stderr, "tcp-client: %s: %s\n", host,
            report->code ? sonde_resolve_code_text(report->code)
                         : sonde_outcome_text(report->outcome));
    return 1;
}

int main(int argc, char **argv)
{
    struct sonde_connect_report report;
    char line[512], answer[512];
    if (argc != 4) {
        fputs("usage: tcp-client HOST SERVICE TEXT\n", stderr);
        return 2;
    }
    sonde_signal(SIGPIPE, SIG_IGN, SONDE_INTERRUPT);
    int fd = sonde_connect_name(argv[1], argv[2], PATIENCE, NULL, &report);
    if (fd < 0)
        return complain(argv[1], &report);
    int length = snprintf(line, sizeof line, "%s\r\n", argv[3]);
    if (length >= (int)sizeof line ||
        write(fd, line, (size_t)length) != (ssize_t)length) {
        fputs("tcp-client: the line was not sent\n", stderr);
        return 1;
    }
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    ssize_t got = 1;
    do {
        if (poll(&wanted, 1, PATIENCE) < 1) {
            fputs("tcp-client: no answer within the time\n", stderr);
            return 1;
        }
        got = read(fd, answer, sizeof answer);
        if (got > 0)
            fwrite(answer, 1, (size_t)got, stdout);
    } while (got > 0 && !memchr(answer, '\n', (size_t)got));
    return got < 0 || fflush(stdout) ? 1 : 0;
}
