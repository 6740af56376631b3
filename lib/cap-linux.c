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

/* Read a decimal number, not negative, from the first line of the file PATH.
   Returns 0, or -1 with *VALUE unchanged: the errno of open or read; EPROTO: no
   such number, or the line has more than the number.  Changes errno on
   success.  */
static int cap_linux_read_number(const char *path, long *value)
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
    if (end == text || strcspn(end, "\n") > 0 || number < 0 || errno != 0)
        return sonde__fail(EPROTO);
    *value = number;
    return 0;
}

/* Read the name of the network namespace of the calling thread, such as
   "net:[4026531840]", cut to SIZE bytes with its NUL, into SCOPE; "host" if the
   folder of namespaces has no "net", as the kernel has no network namespaces.
   Empty if not readable for another reason.  May change errno.  */
static void cap_linux_read_scope(char *scope, size_t size)
{
    char path[128];
    sonde__own_path(path, sizeof path, "ns/net");
    ssize_t length = readlink(path, scope, size - 1);
    if (length < 0 && errno == ENOENT) {
        sonde__own_path(path, sizeof path, "ns");
        if (!access(path, F_OK))
            length = snprintf(scope, size, "host");
    }
    scope[length < 0 ? 0 : length] = '\0';
}

int sonde_backlog_cap(struct sonde_backlog_cap *cap)
{
    int saved = errno;
    struct sonde_backlog_cap found = {.value = -1};
    snprintf(found.setting, sizeof found.setting, "net.core.somaxconn");
    cap_linux_read_scope(found.scope, sizeof found.scope);
    if (cap_linux_read_number(sonde__sys.cap_file, &found.value)) {
        if (errno == ENOENT || errno == EACCES || errno == EPERM)
            *cap = found;
        return -1;
    }
    *cap = found;
    errno = saved;
    return 0;
}
