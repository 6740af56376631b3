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

/* Read a decimal number, not negative, from the file PATH; text after a newline
   is ignored.  Returns 0, or -1: the errno of open or read; EPROTO: no such
   number.  *VALUE is then unchanged.  */
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
    if (end == text || strcspn(end, "\n") > 0 || number < 0 || errno != 0) {
        errno = EPROTO;
        return -1;
    }
    *value = number;
    return 0;
}

/* Read the link NAME of the calling thread's folder in /proc into TEXT, without
   a final NUL, cut to SIZE bytes.  Before Linux 3.17, without such a folder,
   the link of the main thread.  Returns the length, or -1 with the errno of
   readlink.  */
static ssize_t read_own_link(const char *name, char *text, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/thread-self/%s", sonde__sys.proc, name);
    ssize_t length = readlink(path, text, size);
    if (length >= 0 || errno != ENOENT)
        return length;
    snprintf(path, sizeof path, "%s/self/%s", sonde__sys.proc, name);
    return readlink(path, text, size);
}

/* Read the name of the network namespace of the calling thread, such as
   "net:[4026531840]", into SCOPE, of SIZE bytes.  A kernel built without
   network namespaces has a single scope, "host": the folder of namespaces
   exists, but without "net".  SCOPE is empty if the name could not be read for
   another reason.  */
static void cap_linux_read_scope(char *scope, size_t size)
{
    char folder[128];
    ssize_t length = read_own_link("ns/net", scope, size - 1);
    snprintf(folder, sizeof folder, "%s/self/ns", sonde__sys.proc);
    if (length < 0 && errno == ENOENT && !access(folder, F_OK))
        length = snprintf(scope, size, "host");
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
