/* udp-client.c - send one datagram to a server, and print its answer
   SPDX-License-Identifier: GPL-3.0-or-later

   udp-client HOST SERVICE TEXT

   The socket is connected, so that "nobody listens there" is an answer too.  */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "sonde.h"

enum { PATIENCE = 1000, ATTEMPTS = 3 }; /* milliseconds for each answer */

int main(int argc, char **argv)
{
    static char answer[SONDE_DATAGRAM_MOST];
    struct sonde_connect_options options = {.type = SOCK_DGRAM};
    struct sonde_connect_report report;
    if (argc != 4) {
        fputs("usage: udp-client HOST SERVICE TEXT\n", stderr);
        return 2;
    }
    int fd = sonde_connect_name(argv[1], argv[2], PATIENCE, &options, &report);
    if (fd < 0) {
        fprintf(stderr, "udp-client: %s: %s\n", argv[1],
                report.code ? sonde_resolve_code_text(report.code)
                            : sonde_outcome_text(report.outcome));
        return 1;
    }
    /* A datagram may be lost either way: ask again, but not for ever.  */
    ssize_t length = -1;
    for (int i = 0; i < ATTEMPTS && length < 0; i++) {
        if (!sonde_datagram_send(fd, argv[3], strlen(argv[3]), PATIENCE))
            length =
                sonde_datagram_receive(fd, answer, sizeof answer, PATIENCE);
        if (length < 0 && errno != EAGAIN)
            break;
    }
    if (length < 0) {
        fprintf(stderr, "udp-client: %s: %s\n", argv[1],
                errno == EAGAIN ? "no answer within the time"
                                : sonde_outcome_text(sonde_outcome(errno)));
        return 1;
    }
    fwrite(answer, 1, (size_t)length, stdout);
    putchar('\n');
    return fflush(stdout) ? 1 : 0;
}
