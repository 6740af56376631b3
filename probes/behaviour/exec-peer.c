/* exec-peer.c - what a program sees of a socket that it got by exec
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/behaviour/exec-peer.h"

/* The only argument, with the number of the descriptor.  */
static const char argument[] = "--exec-peer=";

void exec_peer_run(int fd)
{
    /* Linux, NetBSD; FreeBSD and DragonFly; illumos.  */
    static const char *const files[] = {
        "/proc/self/exe",
        "/proc/curproc/exe",
        "/proc/curproc/file",
        "/proc/self/path/a.out",
    };
    /* As in the single file of all programs, the name chooses the program.  */
    char name[] = "sockprobe", text[sizeof argument + 12];
    char *const argv[] = {name, text, NULL};
    snprintf(text, sizeof text, "%s%d", argument, fd);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        execv(files[i], argv);
        if (errno != ENOENT)
            return;
    }
}

/* What this process sees of the socket FD; of a failed call the errno.  */
static struct exec_peer exec_peer_look(int fd)
{
    struct exec_peer seen;
    int on = 0;
    memset(&seen, 0, sizeof seen);
    socklen_t peer = sizeof seen.peer, own = sizeof seen.own, size = sizeof on;
    if (getpeername(fd, (struct sockaddr *)&seen.peer, &peer))
        seen.peer_error = errno;
    if (getsockname(fd, (struct sockaddr *)&seen.own, &own))
        seen.own_error = errno;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        seen.nonblocking_error = errno;
    seen.nonblocking = flags >= 0 && (flags & O_NONBLOCK);
    if (getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size))
        seen.keepalive_error = errno;
    seen.keepalive = on != 0;
    return seen;
}

int exec_peer_main(int argc, char **argv)
{
    if (argc != 2 || strncmp(argv[1], argument, sizeof argument - 1))
        return -1;
    int fd = atoi(argv[1] + sizeof argument - 1);
    struct exec_peer seen = exec_peer_look(fd);
    return write(fd, &seen, sizeof seen) == (ssize_t)sizeof seen ? 0 : 1;
}
