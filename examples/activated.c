/* activated.c - a server started by inetd or by LISTEN_FDS
   SPDX-License-Identifier: GPL-3.0-or-later

   The server answers each line of one client with its length, and ends.  The
   answer to an over-long line says so.  In inetd.conf:
       7777 stream tcp nowait nobody /usr/local/bin/activated activated
   By a service manager:
       systemd-socket-activate -l 7777 activated  */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "sonde.h"

/* TIMEOUT is in milliseconds.  */
enum { TIMEOUT = 30000, LINE_MAX_SIZE = 16384, BACKLOG = 16 };

/* Print errno with WHAT.  Returns 1, the exit status.  */
static int fail(const char *what)
{
    perror(what);
    return 1;
}

/* Drop the rest of a line, within TIMEOUT.  Returns 0, also at the end of the
   stream, or -1 after an error or the timeout.  */
static int skip_line(struct sonde_lines *lines)
{
    char *piece;
    int64_t deadline = sonde_deadline(TIMEOUT);
    while (sonde_deadline_left(deadline) > 0) {
        ssize_t length =
            sonde_line_partial(lines, &piece, sonde_deadline_left(deadline));
        if (length <= 0 || piece[length - 1] == '\n')
            return length < 0 ? -1 : 0;
    }
    return -1;
}

/* Write the answer to the next line to TEXT of SIZE bytes.  Returns 1, 0 at the
   end of the stream, or -1 after an error or a timeout.  */
static int answer_line(struct sonde_lines *lines, char *text, size_t size)
{
    char *line;
    ssize_t length = sonde_line(lines, &line, TIMEOUT);
    if (length > 0)
        snprintf(text, size, "%zd bytes\n", length);
    if (length >= 0)
        return length > 0;
    if (errno != EMSGSIZE || skip_line(lines))
        return -1;
    snprintf(text, size, "more than %d bytes\n", LINE_MAX_SIZE);
    return 1;
}

/* Answer all lines of the client FD, which stays open.  Returns the exit
   status.  */
static int answer(int fd)
{
    struct sonde_lines lines;
    char text[64];
    int more;
    size_t done;
    if (sonde_lines_open(&lines, fd, NULL, LINE_MAX_SIZE))
        return 1;
    while ((more = answer_line(&lines, text, sizeof text)) > 0)
        if (sonde_write_all(fd, text, strlen(text), TIMEOUT, &done))
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
        /* A second listen, where possible, corrects a small backlog.  */
        listen(found.fd, sonde_backlog(BACKLOG));
        int fd = sonde_accept(found.fd, NULL, SONDE_CLOEXEC);
        return fd < 0 ? 1 : answer(fd);
    }
    case SONDE_UNUSABLE:
        errno = found.error;
        return fail("the descriptor passed");
    case SONDE_DATAGRAM:
    default:
        return 1; /* the protocol is lines, not datagrams */
    }
}
