/* setting.c - what a file of the kernel says
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/setting.h"

int setting_read(const char *name, char *text, size_t size)
{
    char path[200];
    size_t used = (size_t)snprintf(path, sizeof path, "/proc/sys/%s", name);
    for (size_t i = strlen("/proc/sys/"); i < used && i < sizeof path; i++)
        if (path[i] == '.')
            path[i] = '/';
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    char *got = fgets(text, (int)size, file);
    fclose(file);
    if (!got)
        return -1;
    text[strcspn(text, "\n")] = '\0';
    for (char *c = text; *c; c++)
        if (*c == '\t')
            *c = ' ';
    return 0;
}

long setting_number(const char *name, long otherwise)
{
    char text[80], *end;
    if (setting_read(name, text, sizeof text))
        return otherwise;
    errno = 0;
    long number = strtol(text, &end, 10);
    return end == text || errno ? otherwise : number;
}
