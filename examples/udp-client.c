/* udp-client.c - send one datagram to a server, and print its answer
   SPDX-License-Identifier: GPL-3.0-or-later

   udp-client HOST SERVICE TEXT

   The socket is connected, so that the kernel reports a closed port.  */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "sonde.h"

/* TIMEOUT, in milliseconds, is for the name and for the first answer; each
   further attempt waits twice as long.  */
enum { TIMEOUT = 1000, ATTEMPTS = 4, ADDRESSES = 8 };

/* Print STATUS with HOST.  Returns 1, the exit status.  */
static int fail(const char *host, enum sonde_connect_status status)
{
    fprintf(stderr, "udp-client: %s: %s\n", host,
            sonde_connect_status_text(status));
    return 1;
}

int main(int argc, char **argv)
{
    static char answer[SONDE_DATAGRAM_MAX];
    struct sonde_connect_options options = {.type = SOCK_DGRAM};
    struct sonde_address list[ADDRESSES];
    if (argc != 4) {
        fputs("usage: udp-client HOST SERVICE TEXT\n", stderr);
        return 2;
    }
    struct sonde_target target = {argv[1], argv[2], AF_UNSPEC, SOCK_DGRAM};
    int code;
    ssize_t count = sonde_resolve(&target, TIMEOUT, list, ADDRESSES, &code);
    if (count < 0) {
        fprintf(stderr, "udp-client: %s: %s\n", argv[1],
                sonde_resolve_code_text(code));
        return 1;
    }
    int fd = sonde_connect(list, (size_t)count, TIMEOUT, &options, NULL);
    if (fd < 0)
        return fail(argv[1], sonde_connect_status(errno));
    /* A datagram may be lost in either direction: retry, but not for ever.  */
    ssize_t length = -1;
    for (int i = 0; i < ATTEMPTS && length < 0; i++) {
        if (!sonde_datagram_send(fd, argv[3], strlen(argv[3]), TIMEOUT))
            length =
                sonde_datagram_receive(fd, answer, sizeof answer, TIMEOUT << i);
        if (length < 0 && errno != EAGAIN)
            break;
    }
    if (length < 0) {
        int error = errno == EAGAIN ? ETIMEDOUT : errno;
        return fail(argv[1], sonde_connect_status(error));
    }
    fwrite(answer, 1, (size_t)length, stdout);
    putchar('\n');
    return fflush(stdout) ? 1 : 0;
}
