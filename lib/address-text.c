/* address-text.c - read and print socket addresses
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "private.h"

/* The parts of an address as text, each with its end (the port ends with the
   text); scope and port may be NULL.  bracketed: the host is in brackets.  */
struct parts {
    const char *host, *host_end;
    const char *scope, *scope_end;
    const char *port;
    int bracketed;
};

int sonde__read_number(const char *text, size_t length, uint32_t max,
                       uint32_t *number)
{
    uint64_t value = 0;
    if (length == 0)
        return -1;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (uint64_t)(text[i] - '0');
        if (value > max)
            return -1;
    }
    *number = (uint32_t)value;
    return 0;
}

/* Split TEXT, such as "[fe80::1%eth0]:80", by its punctuation into *PARTS,
   which refer to TEXT.  A single colon outside brackets begins a port; several
   are part of an IPv6 address.  The parts may be empty or invalid.  Returns 0;
   or -1, without errno, and *PARTS is undefined: a bracket at the start is
   never closed, other text than a port follows the closing bracket, or the
   scope has a colon.  */
static int address_text_split(const char *text, struct parts *parts)
{
    *parts = (struct parts){.host = text};
    const char *end;
    if (*text == '[') {
        parts->bracketed = 1;
        parts->host++;
        end = strchr(text, ']');
        if (!end || (end[1] != '\0' && end[1] != ':'))
            return -1;
        if (end[1] == ':')
            parts->port = end + 2;
    } else {
        end = strchr(text, ':');
        if (end && !strchr(end + 1, ':'))
            parts->port = end + 1;
        else
            end = text + strlen(text);
    }
    parts->host_end = end;
    const char *percent = memchr(parts->host, '%', (size_t)(end - parts->host));
    if (percent) {
        parts->host_end = percent;
        parts->scope = percent + 1;
        parts->scope_end = end;
        /* Linux would look up the part before a colon, and a port after an
           address without brackets would be lost.  */
        if (memchr(parts->scope, ':', (size_t)(end - parts->scope)))
            return -1;
    }
    return 0;
}

/* Copy the bytes from START up to END to BUFFER, of SIZE bytes, as a string.
   Returns 0, or -1, without errno: empty, or too long; BUFFER is unchanged.  */
static int address_text_copy(char *buffer, size_t size, const char *start,
                             const char *end)
{
    size_t length = (size_t)(end - start);
    if (length == 0 || length >= size)
        return -1;
    memcpy(buffer, start, length);
    buffer[length] = '\0';
    return 0;
}

/* The errno for an interface not found: EMFILE, ENFILE, ENOBUFS or ENOMEM, if
   no socket can be opened for that reason, otherwise ENXIO.  Systems need a
   socket to look up an interface: one is opened and closed here, since the
   errno of the lookup does not show the reason (glibc: ENOENT without a socket,
   ENODEV without an interface).  May change errno.  */
static int why_no_interface(void)
{
    int fd = sonde_socket(AF_INET, SOCK_DGRAM, SONDE_CLOEXEC);
    if (fd >= 0)
        sonde__close(fd);
    else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
             errno == ENOMEM)
        return errno;
    return ENXIO;
}

/* Set *SCOPE to the scope in PARTS, a name or a number of an interface; 0
   without a scope.  A number is not looked up: the interface may come later, or
   be gone.  Returns 0, or -1: EINVAL: empty; ENXIO: no interface of that name,
   which may also be too long, or a number above UINT32_MAX; EMFILE, ENFILE,
   ENOBUFS, ENOMEM: not looked up.  */
static int address_text_read_scope(const struct parts *parts, uint32_t *scope)
{
    char name[IF_NAMESIZE];
    *scope = 0;
    if (!parts->scope ||
        !sonde__read_number(parts->scope,
                            (size_t)(parts->scope_end - parts->scope),
                            UINT32_MAX, scope))
        return 0;
    if (address_text_copy(name, sizeof name, parts->scope, parts->scope_end))
        return sonde__fail(parts->scope == parts->scope_end ? EINVAL : ENXIO);
    *scope = if_nametoindex(name);
    return *scope ? 0 : sonde__fail(why_no_interface());
}

/* Set *ADDRESS to the IPv4 or IPv6 address HOST, with the scope of PARTS and
   port 0.  Returns 0, or -1 with *ADDRESS unchanged: EINVAL: no address, an
   empty scope, or IPv4 with brackets or a scope; ENXIO: no such interface;
   EMFILE, ENFILE, ENOBUFS, ENOMEM: the interface could not be looked up.  */
static int address_text_read_host(struct sonde_address *address,
                                  const struct parts *parts, const char *host)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    uint32_t scope;
    int family = strchr(host, ':') ? AF_INET6 : AF_INET;
    if ((family == AF_INET && (parts->bracketed || parts->scope)) ||
        inet_pton(family, host, bytes) != 1)
        return sonde__fail(EINVAL);
    if (address_text_read_scope(parts, &scope) ||
        sonde__address_set(address, family, bytes, 0))
        return -1;
    if (family == AF_INET6)
        sonde__address_set_scope(address, scope);
    return 0;
}

int sonde_address_parse(struct sonde_address *address, const char *text,
                        uint16_t port)
{
    int saved = errno;
    struct parts parts;
    struct sonde_address found;
    char host[INET6_ADDRSTRLEN];
    uint32_t number = port;
    if (strchr(text, '/'))
        return sonde_address_unix(address, text);
    if (address_text_split(text, &parts) ||
        address_text_copy(host, sizeof host, parts.host, parts.host_end) ||
        (parts.port && sonde__read_number(parts.port, strlen(parts.port),
                                          UINT16_MAX, &number)))
        return sonde__fail(EINVAL);
    if (address_text_read_host(&found, &parts, host))
        return -1;
    sonde_address_set_port(&found, (uint16_t)number);
    *address = found;
    errno = saved;
    return 0;
}

/* Whether BYTE is printable ASCII, and no space.  */
static int address_text_is_visible(unsigned char byte)
{
    return byte > ' ' && byte <= '~';
}

/* Write the path or abstract name of the UNIX address ADDRESS, and a NUL, to
   TEXT, of SIZE bytes, SONDE_ADDRESS_TEXT at least: spaces, backslashes and
   bytes outside printable ASCII as octal "\ooo", an unnamed address as
   "(unnamed)".  Returns the length without the NUL.  */
static int address_text_print_unix(const struct sonde_address *address,
                                   char *text, size_t size)
{
    size_t length, used = 0;
    const char *path = sonde__path(address, &length);
    if (length == 0)
        return snprintf(text, size, "(unnamed)");
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)path[i];
        int plain = address_text_is_visible(byte) && byte != '\\';
        used += (size_t)snprintf(text + used, size - used,
                                 plain ? "%c" : "\\%03o", byte);
    }
    return (int)used;
}

/* Whether the interface NAME may be written as a scope: NAME reads back, having
   none of "%:/[]" and not digits alone, and all bytes are visible: Linux allows
   control characters, which a terminal would execute.  */
static int is_scope_name(const char *name)
{
    if (strpbrk(name, "%:/[]") || name[strspn(name, "0123456789")] == '\0')
        return 0;
    while (address_text_is_visible((unsigned char)*name))
        name++;
    return *name == '\0';
}

/* Write "%" and the scope NUMBER to TEXT, of SIZE bytes, IF_NAMESIZE + 1 at
   least: as the name of the interface, but as a number if there is no such
   interface, or its name is not is_scope_name.  May change errno.  */
static void print_scope(char *text, size_t size, uint32_t number)
{
    char name[IF_NAMESIZE];
    if (if_indextoname(number, name) && is_scope_name(name))
        snprintf(text, size, "%%%s", name);
    else
        snprintf(text, size, "%%%lu", (unsigned long)number);
}

/* Write the host of ADDRESS to TEXT, of SIZE bytes, SONDE_ADDRESS_TEXT at
   least, with "%" and the scope, and ":" and the port, each unless 0; an IPv6
   host with a port is in brackets: "[fe80::1%eth0]:80".  Returns the length, or
   -1 with EAFNOSUPPORT: neither IPv4 nor IPv6; TEXT is unchanged then.  */
static int print_inet(const struct sonde_address *address, char *text,
                      size_t size)
{
    char host[INET6_ADDRSTRLEN];
    char scope[IF_NAMESIZE + 1] = ""; /* also for 10 digits */
    size_t host_size;
    uint32_t interface = sonde__address_scope(address);
    int family = address->storage.ss_family;
    int port = sonde_address_port(address);
    if (port < 0)
        return -1;
    inet_ntop(family, sonde__address_host(address, &host_size), host,
              sizeof host);
    if (interface != 0)
        print_scope(scope, sizeof scope, interface);
    if (port == 0)
        return snprintf(text, size, "%s%s", host, scope);
    return snprintf(text, size, family == AF_INET ? "%s%s:%d" : "[%s%s]:%d",
                    host, scope, port);
}

int sonde_address_print(const struct sonde_address *address, char *buffer,
                        size_t size)
{
    char text[SONDE_ADDRESS_TEXT];
    int saved = errno;
    int length = address->storage.ss_family == AF_UNIX
                     ? address_text_print_unix(address, text, sizeof text)
                     : print_inet(address, text, sizeof text);
    if (length < 0)
        return -1;
    if (size > 0)
        buffer[0] = '\0';
    if ((size_t)length >= size)
        return sonde__fail(ENOSPC);
    memcpy(buffer, text, (size_t)length + 1);
    errno = saved;
    return length;
}
