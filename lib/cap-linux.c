/* cap-linux.c - the cap of listen queues: net.core.somaxconn
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

/* Read a number from PATH.  */
static int read_number(const char *path, long *value)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    char text[32];
    ssize_t length = read(fd, text, sizeof text - 1);
    sonde__close(fd);
    if (length < 0)
        return -1;
    text[length] = '\0';
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || strcspn(end, "\n") > 0 || number < 0 || errno != 0) {
        errno = EPROTO;
        return -1;
    }
    *value = number;
    return 0;
}

/* The network namespace is named as the kernel names it; a kernel built
   without namespaces has just one, "host".  */
static void read_scope(char *scope, size_t size)
{
    ssize_t length = readlink("/proc/self/ns/net", scope, size - 1);
    if (length < 0)
        length = snprintf(scope, size, "host");
    scope[length] = '\0';
}

int sonde_backlog_cap(struct sonde_backlog_cap *cap)
{
    int saved = errno;
    struct sonde_backlog_cap found = {.value = -1};
    snprintf(found.setting, sizeof found.setting, "net.core.somaxconn");
    read_scope(found.scope, sizeof found.scope);
    if (read_number(sonde__sys.cap_file, &found.value)) {
        if (errno == ENOENT)
            *cap = found;
        return -1;
    }
    *cap = found;
    errno = saved;
    return 0;
}
