/* endpoint.c - check hosts and ports before a name lookup
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/endpoint.h"
#include "sonde.h"

#define DIGITS "0123456789"

bool endpoint_is_number(const char *host)
{
    return *host && host[strspn(host, DIGITS)] == '\0';
}

/* The errno of sonde_address_parse for HOST, or 0; ENXIO also for a missing
   interface by number ("fe80::1%7").  Keeps errno.  */
static int endpoint_parse(const char *host)
{
    struct sonde_address address = {.length = 0};
    struct sockaddr_in6 in6;
    char name[IF_NAMESIZE];
    int saved = errno;
    int error = sonde_address_parse(&address, host, 0) ? errno : 0;
    memcpy(&in6, &address.storage, sizeof in6);
    if (!error && address.storage.ss_family == AF_INET6 &&
        in6.sin6_scope_id != 0 && !if_indextoname(in6.sin6_scope_id, name))
        error = errno;
    errno = saved;
    return error;
}

const char *endpoint_port(const char *host)
{
    const char *colon = strrchr(host, ':');
    bool is_port = colon && (colon == strchr(host, ':') ||
                             (*host == '[' && colon[-1] == ']'));
    return is_port ? colon + 1 : NULL;
}

void endpoint_show_abstract(char *text)
{
    size_t length = strlen(text);
    if (strncmp(text, "\\000", 4))
        return;
    memmove(text, text + 3, length - 2);
    *text = '@';
}

bool endpoint_check_host(const char *host, char problem[ENDPOINT_TEXT])
{
    /* "1.2.3.4%eth0" is dotted, too: only IPv6 has interfaces.  */
    size_t dotted = strspn(host, DIGITS ".");
    bool is_dotted = dotted > 0 && (!host[dotted] || host[dotted] == '%');
    if (strchr(host, '/') || (!is_dotted && !strchr(host, ':')))
        return true;
    if (endpoint_port(host)) {
        snprintf(problem, ENDPOINT_TEXT,
                 "'%.200s' has a port; give the port by itself", host);
        return false;
    }
    if (endpoint_parse(host) != EINVAL)
        return true;
    snprintf(problem, ENDPOINT_TEXT, "'%.200s' is not an %s address", host,
             is_dotted ? "IPv4" : "IPv6");
    return false;
}

bool endpoint_check_port(const char *port, unsigned min,
                         char problem[ENDPOINT_TEXT])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (strpbrk(port, letters))
        return true;
    const char *digits = port + (*port == '-');
    if (!endpoint_is_number(digits)) {
        snprintf(problem, ENDPOINT_TEXT,
                 "'%.200s' is neither a port nor the name of a service", port);
        return false;
    }
    unsigned long number = strtoul(digits, NULL, 10);
    if (digits == port && number >= min && number <= UINT16_MAX)
        return true;
    snprintf(problem, ENDPOINT_TEXT,
             "port %.200s is out of range (%u to 65535)", port, min);
    return false;
}

bool endpoint_lacks_interface(const char *host, char *name, size_t size)
{
    const char *percent = strchr(host, '%');
    if (!percent || endpoint_parse(host) != ENXIO)
        return false;
    size_t length = strcspn(percent + 1, "]");
    if (length >= size)
        length = size - 1;
    memcpy(name, percent + 1, length);
    name[length] = '\0';
    return true;
}
