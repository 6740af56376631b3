/* activated.c - a server that others start: inetd, or who sets LISTEN_FDS
   SPDX-License-Identifier: GPL-3.0-or-later

   It answers one client, each line with its length, and ends.  In inetd.conf:
       7777 stream tcp nowait nobody /usr/local/bin/activated activated
   By a service manager:
       systemd-socket-activate -l 7777 activated  */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sonde.h"

enum { patience = 30000, longest = 16384 };

static int fail(const char *what)
{
    perror(what);
    return 1;
}

static int answer(int fd)
{
    struct sonde_lines lines;
    char *line, text[64];
    ssize_t length;
    size_t done;
    if (sonde_lines_open(&lines, fd, NULL, longest))
        return 1;
    while ((length = sonde_line(&lines, &line, patience)) > 0) {
        snprintf(text, sizeof text, "%zd bytes\n", length);
        if (sonde_write_all(fd, text, strlen(text), patience, &done))
            break;
    }
    sonde_lines_close(&lines);
    return length == 0 ? 0 : 1;
}

int main(void)
{
    struct sonde_inherited found;
    int count = sonde_activation(&found, 1, SONDE_UNSETENV);
    if (count < 0)
        return fail("LISTEN_FDS");
    if (count == 0 && sonde_inherited(0, &found))
        return fail("descriptor 0");
    switch (found.role) {
    case SONDE_CONNECTION:
        return answer(found.fd);
    case SONDE_LISTENER: {
        int fd = sonde_accept(found.fd, NULL, SONDE_CLOEXEC);
        return fd < 0 ? 1 : answer(fd);
    }
    case SONDE_DATAGRAM:
    default:
        return 1; /* it speaks lines, and datagrams have none */
    }
}
