/* proc.c - settings below /proc/sys
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/names.h"
#include "probes/run/proc.h"
#include "probes/run/resource.h"

int proc_setting(const char *name, char *text, size_t size)
{
    char path[200];
    size_t used = (size_t)snprintf(path, sizeof path, "/proc/sys/%s", name);
    for (size_t i = strlen("/proc/sys/"); i < used && i < sizeof path; i++)
        if (path[i] == '.')
            path[i] = '/';
    FILE *file = fopen(path, "r");
    if (!file)
        return resource_check(-1, path);
    errno = EPROTO; /* an empty file */
    char *got = fgets(text, (int)size, file);
    int error = errno;
    fclose(file);
    errno = error;
    if (!got)
        return -1;
    text[strcspn(text, "\n")] = '\0';
    for (char *c = text; *c; c++)
        if (*c == '\t')
            *c = ' ';
    return 0;
}

int proc_ports(long *low, long *high)
{
    char text[80];
    if (proc_setting("net.ipv4.ip_local_port_range", text, sizeof text))
        return -1;
    if (sscanf(text, "%ld %ld", low, high) == 2)
        return 0;
    errno = EPROTO;
    return -1;
}

const char *proc_why(int error)
{
    static char text[64];
    struct utsname names;
    if (error != ENOENT) {
        snprintf(text, sizeof text, "the setting cannot be read: %s",
                 errno_name(error));
        return text;
    }
    if (uname(&names) >= 0 && !strcmp(names.sysname, "Linux") &&
        access("/proc/sys", F_OK))
        return "not readable without /proc";
    return "no setting is known";
}
