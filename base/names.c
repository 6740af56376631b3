/* names.c - constants by name
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/names.h"

const char *errno_name(int error)
{
    const char *name = error ? strerrorname_np(error) : NULL;
    return name ? name : "E?";
}

const char *signal_name(int number)
{
    static char text[16];
    const char *name = sigabbrev_np(number);
    if (!name)
        return NULL;
    snprintf(text, sizeof text, "SIG%s", name);
    return text;
}

static const struct {
    short bit;
    const char *name;
} poll_bits[] = {
    {POLLIN, "POLLIN"},   {POLLPRI, "POLLPRI"}, {POLLOUT, "POLLOUT"},
    {POLLERR, "POLLERR"}, {POLLHUP, "POLLHUP"}, {POLLNVAL, "POLLNVAL"},
};

const char *poll_names(short events)
{
    static char texts[4][64];
    static int next;
    char *text = texts[next++ % 4];
    size_t used = 0;
    for (size_t i = 0; i < sizeof poll_bits / sizeof *poll_bits; i++)
        if (events & poll_bits[i].bit)
            used +=
                (size_t)snprintf(text + used, sizeof texts[0] - used, "%s%s",
                                 used ? "|" : "", poll_bits[i].name);
    return used ? text : "none";
}

static const struct {
    int family;
    const char *name, *key;
} family_names[] = {{AF_INET, "IPv4", "inet"},
                    {AF_INET6, "IPv6", "inet6"},
                    {AF_UNIX, "UNIX", "unix"}};

const char *family_name(int family)
{
    for (size_t i = 0; i < sizeof family_names / sizeof *family_names; i++)
        if (family_names[i].family == family)
            return family_names[i].name;
    return "unknown family";
}

const char *family_key(int family)
{
    for (size_t i = 0; i < sizeof family_names / sizeof *family_names; i++)
        if (family_names[i].family == family)
            return family_names[i].key;
    return "unknown family";
}
