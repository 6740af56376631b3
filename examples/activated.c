/* activated.c - a server that others start: inetd, or who sets LISTEN_FDS
   SPDX-License-Identifier: GPL-3.0-or-later

   It answers one client, each line with its length, and ends.  A line that is
   too long it says is so, and goes on with the next.  In inetd.conf:
       7777 stream tcp nowait nobody /usr/local/bin/activated activated
   By a service manager:
       systemd-socket-activate -l 7777 activated  */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "sonde.h"

enum { patience = 30000, longest = 16384, waiting = 16 };

static int fail(const char *what)
{
    perror(what);
    return 1;
}

/* Write to TEXT what there is to say to the next line.  Returns 1, 0 at the end
   of the stream, or -1.  */
static int judge(struct sonde_lines *lines, char *text, size_t size)
{
    char *line;
    ssize_t length = sonde_line(lines, &line, patience);
    if (length > 0)
        snprintf(text, size, "%zd bytes\n", length);
    if (length >= 0)
        return length > 0;
    if (errno != EMSGSIZE || sonde_line_skip(lines, patience))
        return -1;
    snprintf(text, size, "more than %d bytes\n", longest);
    return 1;
}

static int answer(int fd)
{
    struct sonde_lines lines;
    char text[64];
    int more;
    size_t done;
    if (sonde_lines_open(&lines, fd, NULL, longest))
        return 1;
    while ((more = judge(&lines, text, sizeof text)) > 0)
        if (sonde_write_all(fd, text, strlen(text), patience, &done))
            break;
    sonde_lines_close(&lines);
    return more == 0 ? 0 : 1;
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
        /* Again, as it may be: whoever made it had no idea how many wait.  */
        listen(found.fd, sonde_backlog(waiting));
        int fd = sonde_accept(found.fd, NULL, SONDE_CLOEXEC);
        return fd < 0 ? 1 : answer(fd);
    }
    case SONDE_UNUSABLE:
        errno = found.error;
        return fail("the descriptor passed");
    case SONDE_DATAGRAM:
    default:
        return 1; /* it speaks lines, and datagrams have none */
    }
}
