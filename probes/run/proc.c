/* proc.c - settings below /proc/sys
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/names.h"
#include "probes/run/proc.h"
#include "probes/run/resource.h"

void proc_path(const char *name, char path[PROC_PATH])
{
    snprintf(path, PROC_PATH, "/proc/sys/%s", name);
    for (char *c = path + strlen("/proc/sys/"); *c; c++)
        *c = *c == '.' ? '/' : *c == '/' ? '.' : *c;
}

int proc_setting(const char *name, char *text, size_t size)
{
    char path[PROC_PATH];
    proc_path(name, path);
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
    return 0;
}

long proc_number(const char *name)
{
    char text[64], *end;
    if (proc_setting(name, text, sizeof text))
        return -1;
    long number = strtol(text, &end, 10);
    errno = EPROTO;
    return end == text ? -1 : number;
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
    snprintf(text, sizeof text, "the setting cannot be read: %s",
             errno_name(error));
    if (error != ENOENT)
        return text;
    return uname(&names) >= 0 && !strcmp(names.sysname, "Linux") &&
                   access("/proc/sys", F_OK)
               ? "not readable without /proc"
               : "no setting is known";
}
