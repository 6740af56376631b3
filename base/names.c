/* names.c - constants by name
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/names.h"
#include "sonde.h"

const char *lookup_text(int code)
{
    return code && code != EAI_SYSTEM ? sonde_resolve_code_text(code)
                                      : strerror(errno);
}

const char *errno_name(int error)
{
    static char texts[4][24];
    static int next;
    const char *name = error ? strerrorname_np(error) : NULL;
    if (name)
        return name;
    char *text = texts[next++ % 4];
    snprintf(text, sizeof texts[0], "errno %d", error);
    return text;
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

const char *poll_names(short events)
{
    static const struct {
        short bit;
        const char *name;
    } bits[] = {
        {POLLIN, "POLLIN"},   {POLLPRI, "POLLPRI"}, {POLLOUT, "POLLOUT"},
        {POLLERR, "POLLERR"}, {POLLHUP, "POLLHUP"}, {POLLNVAL, "POLLNVAL"},
    };
    static char texts[4][64];
    static int next;
    char *text = texts[next++ % 4];
    size_t used = 0;
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        if (events & bits[i].bit)
            used += (size_t)snprintf(text + used, sizeof texts[0] - used,
                                     "%s%s", used ? "|" : "", bits[i].name);
    return used ? text : "none";
}

const char *family_name(int family)
{
    return family == AF_INET    ? "IPv4"
           : family == AF_INET6 ? "IPv6"
           : family == AF_UNIX  ? "UNIX"
                                : "unknown family";
}

const char *family_key(int family)
{
    return family == AF_INET    ? "inet"
           : family == AF_INET6 ? "inet6"
           : family == AF_UNIX  ? "unix"
                                : "unknown family";
}
