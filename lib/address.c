/* address.c - make, compare and query socket addresses
   SPDX-License-Identifier: LGPL-2.1-or-later

   The text form is in address-text.c.  Addresses are copied in and out of their
   storage, never aliased: no cast and no alignment is needed.  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "private.h"

/* Copy the length of ADDRESS to sa_len of the storage, if there is sa_len.  */
static void set_sa_len(struct sonde_address *address)
{
#ifdef HAVE_SA_LEN
    struct sockaddr *sa = (void *)&address->storage;
    sa->sa_len = (uint8_t)address->length;
#endif
}

/* The parts of an IPv4 or IPv6 address: offsets and sizes in the storage.  */
static const struct layout {
    int family;
    socklen_t length;
    size_t host, host_size, port;
} layouts[] = {
    {AF_INET, sizeof(struct sockaddr_in),
     offsetof(struct sockaddr_in, sin_addr), sizeof(struct in_addr),
     offsetof(struct sockaddr_in, sin_port)},
    {AF_INET6, sizeof(struct sockaddr_in6),
     offsetof(struct sockaddr_in6, sin6_addr), sizeof(struct in6_addr),
     offsetof(struct sockaddr_in6, sin6_port)},
};

/* The layout of FAMILY, AF_INET or AF_INET6; otherwise NULL.  Keeps errno.  */
static const struct layout *layout_find(int family)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (layouts[i].family == family)
            return &layouts[i];
    return NULL;
}

const void *sonde__address_host(const struct sonde_address *address,
                                size_t *size)
{
    const struct layout *layout = layout_find(address->storage.ss_family);
    *size = layout ? layout->host_size : 0;
    return layout ? (const char *)&address->storage + layout->host : NULL;
}

int sonde__address_set(struct sonde_address *address, int family,
                       const void *host, uint16_t port)
{
    const struct layout *layout = layout_find(family);
    if (!layout)
        return sonde__fail(EAFNOSUPPORT);
    struct sonde_address made = {.storage.ss_family = (sa_family_t)family,
                                 .length = layout->length};
    memcpy((char *)&made.storage + layout->host, host, layout->host_size);
    set_sa_len(&made);
    *address = made;
    return sonde_address_set_port(address, port);
}

uint32_t sonde__address_scope(const struct sonde_address *address)
{
    struct sockaddr_in6 in6;
    memcpy(&in6, &address->storage, sizeof in6);
    return address->storage.ss_family == AF_INET6 ? in6.sin6_scope_id : 0;
}

void sonde__address_set_scope(struct sonde_address *address, uint32_t scope)
{
    memcpy((char *)&address->storage +
               offsetof(struct sockaddr_in6, sin6_scope_id),
           &scope, sizeof scope);
}

int sonde__address_set_kame(struct sonde_address *address, int family,
                            const void *host, uint16_t port)
{
    struct in6_addr in6;
    if (family != AF_INET6)
        return sonde__address_set(address, family, host, port);
    memcpy(&in6, host, sizeof in6);
    uint32_t scope = 0;
    if (IN6_IS_ADDR_LINKLOCAL(&in6)) {
        scope = (uint32_t)sonde_load(in6.s6_addr + 2, 2, SONDE_BIG_ENDIAN);
        memset(in6.s6_addr + 2, 0, 2);
    }
    sonde__address_set(address, family, &in6, port);
    sonde__address_set_scope(address, scope);
    return 0;
}

int sonde_address_loopback(struct sonde_address *address, int family,
                           uint16_t port)
{
    static const unsigned char loopback4[] = {127, 0, 0, 1};
    static const struct in6_addr loopback6 = IN6ADDR_LOOPBACK_INIT;
    const void *host = loopback4;
    return sonde__address_set(address, family,
                              family == AF_INET6 ? &loopback6 : host, port);
}

int sonde_address_any(struct sonde_address *address, int family, uint16_t port)
{
    static const struct in6_addr any = IN6ADDR_ANY_INIT;
    return sonde__address_set(address, family, &any, port);
}

int sonde__address_set_name(struct sonde_address *address, const void *name,
                            size_t length)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    if (length > sizeof un.sun_path)
        return -1;
    if (length > 0)
        memcpy(un.sun_path, name, length);
    size_t whole = offsetof(struct sockaddr_un, sun_path) + length;
    *address = (struct sonde_address){.length = (socklen_t)whole};
    memcpy(&address->storage, &un, sizeof un);
    set_sa_len(address);
    return 1;
}

int sonde_address_unix(struct sonde_address *address, const char *path)
{
    if (!*path)
        return sonde__fail(EINVAL);
    if (sonde__address_set_name(address, path, strlen(path) + 1) < 0)
        return sonde__fail(ENAMETOOLONG);
    return 0;
}

/* Whether this system has abstract names of UNIX sockets.  */
#ifdef __linux__
enum { has_abstract = 1 };
#else
enum { has_abstract = 0 };
#endif

int sonde_address_unix_name(struct sonde_address *address, const char *name)
{
    struct sockaddr_un un = {.sun_path = ""};
    if (*name != '@')
        return sonde_address_unix(address, name);
    if (!has_abstract)
        return sonde__fail(ENOTSUP);
    size_t length = strlen(name);
    if (length == 1)
        return sonde__fail(EINVAL);
    if (length > sizeof un.sun_path)
        return sonde__fail(ENAMETOOLONG);
    memcpy(un.sun_path + 1, name + 1, length - 1);
    sonde__address_set_name(address, un.sun_path, length);
    return 0;
}

int sonde_address_port(const struct sonde_address *address)
{
    const struct layout *layout = layout_find(address->storage.ss_family);
    if (!layout)
        return sonde__fail(EAFNOSUPPORT);
    uint16_t port;
    memcpy(&port, (const char *)&address->storage + layout->port, sizeof port);
    return ntohs(port);
}

int sonde_address_set_port(struct sonde_address *address, uint16_t port)
{
    const struct layout *layout = layout_find(address->storage.ss_family);
    if (!layout)
        return sonde__fail(EAFNOSUPPORT);
    sonde_store((char *)&address->storage + layout->port, 2, SONDE_BIG_ENDIAN,
                port);
    return 0;
}

/* -1, 0 or 1 for A less than, equal to or greater than B.  */
static int address_compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* Compare two addresses of one family, IPv4 or IPv6: by host, then by scope,
   then by port.  Returns a negative number, 0 or a positive number.  */
static int compare_inet(const struct sonde_address *a,
                        const struct sonde_address *b)
{
    size_t size;
    const void *host = sonde__address_host(a, &size);
    int order = memcmp(host, sonde__address_host(b, &size), size);
    if (order == 0)
        order = address_compare_numbers(sonde__address_scope(a),
                                        sonde__address_scope(b));
    return order ? order
                 : address_compare_numbers((uint64_t)sonde_address_port(a),
                                           (uint64_t)sonde_address_port(b));
}

const char *sonde__path(const struct sonde_address *address, size_t *length)
{
    const size_t start = offsetof(struct sockaddr_un, sun_path);
    const char *path = (const char *)&address->storage + start;
    size_t end = address->length < sizeof address->storage
                     ? address->length
                     : sizeof address->storage;
    *length = end > start ? end - start : 0;
    /* Without abstract names a NUL in front means an unnamed socket.  */
    if (address->storage.ss_family == AF_UNIX && *length > 0 &&
        (*path != '\0' || !has_abstract))
        *length = strnlen(path, *length);
    return path;
}

void sonde__path_copy(const struct sonde_address *address, char *path)
{
    size_t length;
    const char *bytes = sonde__path(address, &length);
    if (address->storage.ss_family != AF_UNIX)
        length = 0;
    memcpy(path, bytes, length);
    path[length] = '\0';
}

/* Compare two addresses of one family, neither IPv4 nor IPv6: byte by byte
   after the family, a UNIX path without its NUL.  Returns a negative number, 0
   or a positive number.  If all bytes of the shorter address are equal to the
   first bytes of the other, the shorter address comes first.  */
static int compare_other(const struct sonde_address *a,
                         const struct sonde_address *b)
{
    size_t x, y;
    const char *path = sonde__path(a, &x), *other = sonde__path(b, &y);
    int order = memcmp(path, other, x < y ? x : y);
    return order ? order : address_compare_numbers(x, y);
}

int sonde_address_compare(const struct sonde_address *a,
                          const struct sonde_address *b)
{
    int family = a->storage.ss_family;
    if (family != b->storage.ss_family)
        return address_compare_numbers((uint64_t)family,
                                       (uint64_t)b->storage.ss_family);
    return layout_find(family) ? compare_inet(a, b) : compare_other(a, b);
}

/* Run CALL, getsockname or getpeername, on FD, into *ADDRESS.  Returns 0, or -1
   with the errno of CALL; then *ADDRESS is unchanged.  */
static int address_ask(int fd, struct sonde_address *address,
                       int (*call)(int, struct sockaddr *, socklen_t *))
{
    struct sonde_address found = {.length = sizeof found.storage};
    if (call(fd, (void *)&found.storage, &found.length))
        return -1;
    if (found.length > sizeof found.storage)
        found.length = sizeof found.storage; /* truncated by the kernel */
    *address = found;
    return 0;
}

int sonde_address_local(int fd, struct sonde_address *address)
{
    return address_ask(fd, address, sonde__sys.getsockname);
}

int sonde_address_peer(int fd, struct sonde_address *address)
{
    int result = address_ask(fd, address, sonde__sys.getpeername);
    if (result && errno == EINVAL)
        errno = ENOTCONN; /* macOS, for a connection that is shut down */
    return result;
}

int sonde_address_family(int fd)
{
    struct sonde_address local;
    if (sonde_address_local(fd, &local))
        return -1;
    return local.storage.ss_family;
}
