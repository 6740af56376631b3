/* listeners-what.c - the listeners that match an operand
   SPDX-License-Identifier: GPL-3.0-or-later

   Names are compared by bytes, files by device and inode, addresses by the
   clients that they serve.  Texts printed in the table match, too.  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/names.h"
#include "probes/listeners/datagrams.h"

enum {
    LOOKUP_MS = 5000,      /* timeout of a look-up of a host name */
    ADDRESSES = 32,        /* max addresses of a host; the rest is ignored */
    HOST_SIZE = 256,       /* bytes of a host name, with NUL */
    PROCESS_NAME_MAX = 15, /* Linux truncates process names */
    UNIX_NAME = sizeof(struct sockaddr_storage) /* longer than any name */
};

/* A parsed operand.  Members that do not apply are 0; NUMBER is -1.  */
struct meaning {
    const char *text;
    bool is_linux;
    struct sentence *why; /* the reason for no match is appended */
    long number;          /* TEXT as a number; -1 also above INT32_MAX */
    int service;          /* the port of the TCP service TEXT */
    int datagram_service; /* the port of the UDP service TEXT */
    bool is_file;         /* TEXT leads to the socket FILE */
    struct stat file;
    bool is_address; /* TEXT is HOST:PORT: */
    int port;
    bool any_address; /* the host is empty */
    bool wildcard;    /* the host is "*" */
    unsigned device;  /* interface index, or 0 */
    struct sonde_address addresses[ADDRESSES];
    size_t address_count;
};

/* Whether TEXT has only digits, at least one.  */
static bool is_digits(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

/* TEXT as a decimal number; -1 above INT32_MAX, or if not only digits.  */
static long operand_read_number(const char *text)
{
    errno = 0;
    long number = is_digits(text) ? strtol(text, NULL, 10) : -1;
    return errno || number > INT32_MAX ? -1 : number;
}

/* The port of the service NAME over PROTOCOL, "tcp" or "udp", in the system's
   database (getservbyname, without a timeout) or known to sonde_resolve, which
   takes LOOKUP_MS at most; or -1.  A path is no service, and is not looked
   up.  */
static int service_port(const char *name, const char *protocol)
{
    struct sonde_target target = {NULL, name, AF_INET,
                                  strcmp(protocol, "udp") ? SOCK_STREAM
                                                          : SOCK_DGRAM};
    struct sonde_address found;
    if (strchr(name, '/'))
        return -1;
    const struct servent *service = getservbyname(name, protocol);
    if (service)
        return ntohs((in_port_t)service->s_port);
    return sonde_resolve(&target, LOOKUP_MS, &found, 1, NULL) == 1
               ? sonde_address_port(&found)
               : -1;
}

/* ---- names of processes, paths ------------------------------------------- */

/* Whether the number of MEANING, above 0, is the process number of an owner of
   ROW.  */
static bool has_process(const struct listener_row *row,
                        const struct meaning *meaning)
{
    for (size_t i = 0; i < row->owner_count; i++)
        if (meaning->number > 0 && row->owners[i].pid == meaning->number)
            return true;
    return false;
}

/* Whether an owner of ROW has the text of MEANING for a name.  On Linux, which
   truncates process names, a name of 15 bytes matches each text that begins
   with these bytes.  */
static bool has_name(const struct listener_row *row,
                     const struct meaning *meaning)
{
    for (size_t i = 0; i < row->owner_count; i++) {
        const char *other = row->owners[i].name;
        if (!strcmp(other, meaning->text) ||
            (meaning->is_linux && strlen(other) == PROCESS_NAME_MAX &&
             !strncmp(other, meaning->text, PROCESS_NAME_MAX)))
            return true;
    }
    return false;
}

/* Copy the path or abstract name of LISTENER to NAME, filled up with NULs.
   Returns the length; 0 for an unnamed or another socket.  */
static size_t unix_name(const struct sonde_listener *listener,
                        char name[UNIX_NAME])
{
    const size_t start = offsetof(struct sockaddr_un, sun_path);
    size_t whole = listener->address.length;
    size_t length =
        listener_is_unix(listener) && whole > start ? whole - start : 0;
    memset(name, 0, UNIX_NAME);
    memcpy(name, (const char *)&listener->address.storage + start, length);
    return length;
}

/* Whether LISTENER is a UNIX socket bound to exactly TEXT, a path or, with "@"
   for the first byte, an abstract name.  Trailing NULs are ignored: a program
   that binds a whole sockaddr_un has a name that ends in NULs.  */
static bool has_path(const struct sonde_listener *listener, const char *text)
{
    char name[UNIX_NAME], wanted[UNIX_NAME] = "";
    size_t length = strlen(text);
    if (length >= sizeof wanted || unix_name(listener, name) == 0)
        return false;
    memcpy(wanted, text, length);
    if (*text == '@' && name[0] == '\0')
        wanted[0] = '\0';
    return !memcmp(name, wanted, sizeof wanted);
}

/* Whether LISTENER created the file of MEANING, if there is one, by device and
   inode.  If the kernel's numbers are unknown or differ from those of stat
   (some overlayfs), the path bound, if absolute, is checked by stat, but only
   if the last components are equal: stat of each path could touch a file system
   that hangs.  */
static bool has_file(const struct sonde_listener *listener,
                     const struct meaning *meaning)
{
    struct stat bound;
    char path[UNIX_NAME], *real;
    if (!meaning->is_file || !listener_is_unix(listener))
        return false;
    if (listener->file_inode != 0 &&
        listener->file_device == (uint64_t)meaning->file.st_dev &&
        listener->file_inode == (uint32_t)meaning->file.st_ino)
        return true;
    if (unix_name(listener, path) == 0 || path[0] != '/' ||
        !(real = realpath(meaning->text, NULL)))
        return false;
    bool same = !strcmp(strrchr(real, '/'), strrchr(path, '/')) &&
                !stat(path, &bound) && bound.st_dev == meaning->file.st_dev &&
                bound.st_ino == meaning->file.st_ino;
    free(real);
    return same;
}

/* ---- addresses ----------------------------------------------------------- */

/* Append to WHY of MEANING the operand, in quotes, and REASON, such as "has an
   empty port".  Always returns -1.  */
static int operand_refuse(const struct meaning *meaning, const char *reason)
{
    say(meaning->why, "\"%s\" %s", meaning->text, reason);
    return -1;
}

/* Write the host of "HOST%IF:PORT", "[HOST]%IF:PORT" or "[HOST%IF]:PORT", the
   text of MEANING, to HOST, perhaps empty, and set the device of MEANING to the
   interface, a name or a number.  END is the colon before PORT.  Returns 0, or
   -1 with the reason appended.  */
static int operand_read_host(struct meaning *meaning, const char *end,
                             char host[HOST_SIZE])
{
    size_t length = (size_t)(end - meaning->text);
    if (length >= HOST_SIZE)
        return operand_refuse(meaning, "has a host name that is too long");
    memcpy(host, meaning->text, length);
    host[length] = '\0';
    char *bracket = host[0] == '[' ? strchr(host, ']') : NULL;
    char *percent = strchr(host, '%');
    if ((host[0] == '[' && !bracket) ||
        (bracket && bracket[1] != '\0' && bracket[1] != '%'))
        return operand_refuse(meaning, "has an unbalanced bracket");
    if (bracket)
        *bracket = '\0';
    if (percent) {
        const char *name = percent + 1;
        long number = operand_read_number(name);
        /* if_nametoindex may cut a longer name.  */
        meaning->device = number > 0                   ? (unsigned)number
                          : strlen(name) < IF_NAMESIZE ? if_nametoindex(name)
                                                       : 0;
        if (meaning->device == 0)
            return operand_refuse(meaning, "names an unknown interface");
        *percent = '\0';
    }
    if (bracket)
        memmove(host, host + 1, strlen(host));
    return 0;
}

/* Resolve HOST, a name, into the addresses of MEANING, in at most LOOKUP_MS.
   Returns 0, or -1 with the reason appended.  */
static int operand_look_up(struct meaning *meaning, const char *host)
{
    int code = 0;
    struct sonde_target target = {.host = host, .type = SOCK_STREAM};
    ssize_t count =
        sonde_resolve(&target, LOOKUP_MS, meaning->addresses, ADDRESSES, &code);
    if (count < 0) {
        say(meaning->why, "cannot look up the host \"%s\": %s", host,
            lookup_text(code));
        return -1;
    }
    meaning->address_count = (size_t)count;
    return 0;
}

/* Set the addresses of MEANING from HOST: empty (any address), "*" (wildcard),
   "localhost" (both loopback addresses, without look-up), a numeric address, or
   a name, which is resolved.  A text with a colon, or of digits and dots alone,
   that is no valid address is not resolved.  Returns 0, or -1 with the reason
   appended.  */
static int read_addresses(struct meaning *meaning, const char *host)
{
    struct sonde_address *list = meaning->addresses;
    bool numeric = host[strspn(host, "0123456789.")] == '\0';
    meaning->any_address = *host == '\0';
    meaning->wildcard = !strcmp(host, "*");
    if (meaning->any_address || meaning->wildcard)
        return 0;
    if (!strcmp(host, "localhost")) {
        sonde_address_loopback(&list[0], AF_INET, 0);
        sonde_address_loopback(&list[1], AF_INET6, 0);
        meaning->address_count = 2;
        return 0;
    }
    if (!sonde_address_parse(list, host, 0)) {
        meaning->address_count = 1;
        return 0;
    }
    if (numeric || strchr(host, ':'))
        return operand_refuse(meaning, "is not a valid IPv4 or IPv6 address");
    return operand_look_up(meaning, host);
}

/* Set the port of MEANING from PORT, a number from 1 to 65535 or a service of
   TCP, otherwise of UDP (service_port).  Returns 0; or -1 with the reason
   appended, and the port is not valid.  */
static int operand_read_port(struct meaning *meaning, const char *port)
{
    meaning->port = is_digits(port) ? (int)operand_read_number(port)
                                    : service_port(port, "tcp");
    if (meaning->port < 0 && !is_digits(port))
        meaning->port = service_port(port, "udp");
    if (meaning->port > 0 && meaning->port <= UINT16_MAX)
        return 0;
    return operand_refuse(
        meaning, is_digits(port) ? "has an invalid port: it must be 1 to 65535"
                 : *port ? "has an unknown port: neither a number nor a service"
                         : "has an empty port");
}

/* Whether TEXT can only be an address: "*", digits and dots, or a text with a
   colon or a leading bracket; no path, no "@name", no blank, which process
   names may have.  */
static bool looks_like_address(const char *text)
{
    return !strchr(text, '/') && !strpbrk(text, " \t\n") && *text != '@' &&
           (strchr(text, ':') || *text == '[' || !strcmp(text, "*") ||
            (strchr(text, '.') && text[strspn(text, "0123456789.")] == '\0'));
}

/* Parse the text of MEANING as ADDRESS:PORT, [ADDRESS]:PORT for IPv6, and set
   port, device and addresses.  Names of services and hosts are looked up, for
   LOOKUP_MS each.  Returns 0, or -1 with the reason appended.  */
static int operand_read_address(struct meaning *meaning)
{
    const char *text = meaning->text;
    const char *from = *text == '[' ? strchr(text, ']') : text;
    const char *colon = from ? strrchr(from, ':') : NULL;
    struct in6_addr in6;
    char host[HOST_SIZE];
    if (*text != '[' && inet_pton(AF_INET6, text, &in6) == 1)
        return operand_refuse(meaning, "has no port: write [ADDRESS]:PORT");
    if (!colon)
        return operand_refuse(meaning, "has no port: write ADDRESS:PORT");
    if (text[0] == '[' && text[1] == ']')
        return operand_refuse(meaning, "has no address in its brackets");
    if (*text != '[' && strchr(text, ':') != colon)
        return operand_refuse(
            meaning, "is not a valid address: write [ADDRESS]:PORT for IPv6");
    return operand_read_port(meaning, colon + 1) ||
                   operand_read_host(meaning, colon, host) ||
                   read_addresses(meaning, host)
               ? -1
               : 0;
}

/* How specifically a listener serves an address, ascending.  ANY: by a
   wildcard; IT: by this very address; HERE: bound to the interface named.  */
enum { SERVES_NOT, SERVES_ANY, SERVES_ANY_HERE, SERVES_IT, SERVES_IT_HERE };

/* Set *IN6 to ADDRESS, with an IPv4 address IPv4-mapped.  Returns false for any
   other family, and *IN6 is undefined then.  */
static bool get_in6(const struct sonde_address *address, struct in6_addr *in6)
{
    struct sockaddr_in sin;
    struct sockaddr_in6 sin6;
    if (address->storage.ss_family == AF_INET6) {
        memcpy(&sin6, &address->storage, sizeof sin6);
        *in6 = sin6.sin6_addr;
        return true;
    }
    memcpy(&sin, &address->storage, sizeof sin);
    *in6 = (struct in6_addr){.s6_addr = {[10] = 0xff, 0xff}};
    memcpy(&in6->s6_addr[12], &sin.sin_addr, sizeof sin.sin_addr);
    return address->storage.ss_family == AF_INET;
}

bool listeners_is_wildcard(const struct sonde_address *address)
{
    static const struct in6_addr any = {.s6_addr = {[10] = 0xff, 0xff}};
    struct in6_addr in6;
    return get_in6(address, &in6) &&
           (IN6_IS_ADDR_UNSPECIFIED(&in6) || !memcmp(&in6, &any, sizeof any));
}

/* Whether ADDRESS is in 127.0.0.0/8, also mapped, or ::1.  */
static bool is_loopback(const struct sonde_address *address)
{
    struct in6_addr in6;
    return get_in6(address, &in6) &&
           (IN6_IS_ADDR_LOOPBACK(&in6) ||
            (IN6_IS_ADDR_V4MAPPED(&in6) && in6.s6_addr[12] == 127));
}

/* How LISTENER serves the address WANTED, without regard to ports and
   interfaces: SERVES_IT, SERVES_ANY or SERVES_NOT.  An IPv6 wildcard serves
   IPv4, too, unless IPV6_V6ONLY is known to be on.  */
static int operand_serves(const struct sonde_listener *listener,
                          const struct sonde_address *wanted)
{
    struct in6_addr own, other;
    if (!get_in6(&listener->address, &own) || !get_in6(wanted, &other))
        return SERVES_NOT;
    if (!memcmp(&own, &other, sizeof own))
        return SERVES_IT;
    bool is_ipv4 = IN6_IS_ADDR_V4MAPPED(&own);
    bool wants_ipv4 = IN6_IS_ADDR_V4MAPPED(&other);
    bool has_family =
        is_ipv4 == wants_ipv4 || (wants_ipv4 && listener->v6only != 1);
    return has_family && listeners_is_wildcard(&listener->address) ? SERVES_ANY
                                                                   : SERVES_NOT;
}

/* The scope of an IPv6 address, an interface index; otherwise 0.  */
static unsigned scope_of(const struct sonde_address *address)
{
    struct sockaddr_in6 in6;
    memcpy(&in6, &address->storage, sizeof in6);
    return in6.sin6_family == AF_INET6 ? in6.sin6_scope_id : 0;
}

/* The interface to which LISTENER is confined, by SO_BINDTODEVICE or by the
   scope of the address; 0 for none.  */
static unsigned device_of(const struct sonde_listener *listener)
{
    return listener->ifindex ? listener->ifindex : scope_of(&listener->address);
}

/* How specifically (SERVES_NOT to SERVES_IT_HERE) LISTENER serves the address
   WANTED at the interface DEVICE (0: any); ports are not compared.  With a
   DEVICE a listener confined to another interface does not serve the address.
   With DEVICE 0 the result is never ..._HERE, and a listener bound to an
   interface not named "lo..." does not serve a loopback address, not being
   reachable there through another interface.  */
static int operand_rank(const struct sonde_listener *listener,
                        const struct sonde_address *wanted, unsigned device)
{
    char name[IF_NAMESIZE];
    unsigned confined = device_of(listener);
    int how = operand_serves(listener, wanted);
    if (how == SERVES_NOT || confined == 0)
        return how;
    if (device != 0)
        return confined == device ? how + 1 : SERVES_NOT;
    if (is_loopback(wanted) &&
        (!if_indextoname(confined, name) || strncmp(name, "lo", 2) != 0))
        return SERVES_NOT;
    return how;
}

/* Whether ROW listens at, or is bound to, PORT; never for 0 or less.  */
static bool is_at_port(const struct listener_row *row, long port)
{
    return port > 0 && sonde_address_port(&row->listener.address) == port;
}

/* Mark the listeners of PART (NULL without parts), or with DATAGRAMS its
   datagram sockets, at MEANING's port that serve the address WANTED most
   specifically: all of the same best rank, perhaps none.  The interface is that
   of MEANING, or else the scope of WANTED.  Connected sockets serve their peer
   alone, and are not marked.  */
static void mark_best(struct listeners *listeners, const struct listeners *part,
                      const struct meaning *meaning, bool datagrams,
                      const struct sonde_address *wanted)
{
    int best = SERVES_ANY;
    unsigned device = meaning->device ? meaning->device : scope_of(wanted);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < listeners->count; i++) {
            struct listener_row *row = &listeners->rows[i];
            if (row->part != part || !is_at_port(row, meaning->port) ||
                row->peer || listener_is_datagram(&row->listener) != datagrams)
                continue;
            int how = operand_rank(&row->listener, wanted, device);
            if (round == 0 && how > best)
                best = how;
            row->is_marked |= round == 1 && how == best;
        }
}

/* Whether ROW is at the port of MEANING, not confined to another interface, and
   the host of MEANING is empty, or "*" and the address of ROW a wildcard.  */
static bool serves_host(const struct listener_row *row,
                        const struct meaning *meaning)
{
    unsigned confined = device_of(&row->listener);
    bool is_here = !meaning->device || !confined || confined == meaning->device;
    return is_here && is_at_port(row, meaning->port) &&
           (meaning->any_address ||
            (meaning->wildcard &&
             listeners_is_wildcard(&row->listener.address)));
}

/* ---- matching ------------------------------------------------------- */

/* Parse the text of MEANING, of which only TEXT, IS_LINUX and WHY are set: set
   NUMBER; if the text has other characters than digits, also find out whether
   the text is a socket file (by stat), and parse the text as an address if it
   looks like one (looks_like_address), otherwise look the text up as a service.
   Look-ups may block.  Any text may still be a name.  Returns 0; or -1 with the
   reason appended if the text looks like an address, but is invalid or cannot
   be looked up.  */
static int operand_understand(struct meaning *meaning)
{
    const char *text = meaning->text;
    meaning->number = operand_read_number(text);
    if (is_digits(text))
        return 0;
    meaning->is_file = *text != '@' && !stat(text, &meaning->file) &&
                       S_ISSOCK(meaning->file.st_mode);
    meaning->is_address = looks_like_address(text);
    if (meaning->is_address)
        return operand_read_address(meaning);
    meaning->service = service_port(text, "tcp");
    meaning->datagram_service = service_port(text, "udp");
    return 0;
}

/* Whether the number of MEANING is the port of ROW.  */
static bool is_at_number(const struct listener_row *row,
                         const struct meaning *meaning)
{
    return is_at_port(row, meaning->number);
}

/* Whether the text of MEANING names ROW: as an owner, a path (by its text), a
   socket file (by device and inode), an "@name" or a service; or, unless ROW is
   connected, is its address as printed.  */
static bool is_meant(const struct listener_row *row,
                     const struct meaning *meaning)
{
    return (!strcmp(row->local, meaning->text) && !row->peer) ||
           has_name(row, meaning) || has_path(&row->listener, meaning->text) ||
           has_file(&row->listener, meaning) ||
           is_at_port(row, listener_is_datagram(&row->listener)
                               ? meaning->datagram_service
                               : meaning->service);
}

/* Mark the rows for which TEST, called with MEANING, is true, and clear all
   other marks.  Returns whether a row is marked.  */
static bool
mark_rows(struct listeners *listeners, const struct meaning *meaning,
          bool (*test)(const struct listener_row *, const struct meaning *))
{
    bool any = false;
    for (size_t i = 0; i < listeners->count; i++) {
        listeners->rows[i].is_marked = test(&listeners->rows[i], meaning);
        any |= listeners->rows[i].is_marked;
    }
    return any;
}

/* Whether a listener of PART, or with DATAGRAMS a datagram socket of PART, is
   marked.  */
static bool has_marked(const struct listeners *listeners,
                       const struct listeners *part, bool datagrams)
{
    for (size_t i = 0; i < listeners->count; i++)
        if (listeners->rows[i].is_marked && listeners->rows[i].part == part &&
            listener_is_datagram(&listeners->rows[i].listener) == datagrams)
            return true;
    return false;
}

/* Mark the listeners of PART, or with DATAGRAMS its datagram sockets, that
   serve the host of MEANING: each address most specifically (mark_best).  */
static void mark_address(struct listeners *listeners,
                         const struct listeners *part,
                         const struct meaning *meaning, bool datagrams)
{
    for (size_t i = 0; i < listeners->count; i++) {
        struct listener_row *row = &listeners->rows[i];
        row->is_marked |= row->part == part &&
                          listener_is_datagram(&row->listener) == datagrams &&
                          serves_host(row, meaning);
    }
    for (size_t i = 0; i < meaning->address_count; i++)
        mark_best(listeners, part, meaning, datagrams, &meaning->addresses[i]);
}

/* In each network namespace (without PARTS all rows are of one) mark the
   listeners at the port of MEANING that serve its host, for each address the
   most specific ones (mark_best), unless a listener of the namespace is marked
   already; then alike the datagram sockets.  */
static void mark_addresses(struct listeners *listeners,
                           const struct meaning *meaning)
{
    size_t parts = listeners->parts ? listeners->part_count : 1;
    for (size_t i = 0; i < 2 * parts; i++) {
        const struct listeners *part =
            listeners->parts ? &listeners->parts[i / 2] : NULL;
        if (!has_marked(listeners, part, i % 2))
            mark_address(listeners, part, meaning, i % 2);
    }
}

/* Remove and free the rows without mark; the list of owners stays.  */
static void keep_marked(struct listeners *listeners)
{
    size_t kept = 0;
    for (size_t i = 0; i < listeners->count; i++)
        if (listeners->rows[i].is_marked)
            listeners->rows[kept++] = listeners->rows[i];
        else
            listeners_free_row(&listeners->rows[i]);
    listeners->count = kept;
}

/* ---- no match ------------------------------------------------------- */

/* Append to WHY why no listener of process NUMBER, above 0, was found.  Returns
   false if there is no such process; true if the process exists, or if that is
   unknown.  */
static bool say_process(struct sentence *why, const struct listeners *listeners,
                        long number)
{
    int error = sonde_owner_check((pid_t)number) ? errno : 0;
    if (error == ESRCH)
        say(why, "; there is no process %ld", number);
    else if (error == EACCES)
        say(why, "; process %ld exists, but its sockets cannot be read here",
            number);
    else if (error != 0 || listeners->hidden < 0)
        say(why, "; the sockets of process %ld cannot be read (%s)", number,
            listeners->hidden < 0 && (error == 0 || error == ENOTSUP)
                ? listeners_why_hidden(listeners)
                : errno_name(error));
    else if (!listeners_all_read(listeners, &(struct sentence){""}))
        say(why, "; not all sockets of process %ld could be read", number);
    else
        say(why, "; process %ld has no listening socket%s", number,
            listeners_kind(listeners));
    return error != ESRCH;
}

/* Append why the number of MEANING matches nothing.  Returns SELECTION_WRONG if
   the number is neither a port nor an existing process; SELECTION_UNSEEN if the
   number is no port, and the sockets of the process cannot be read
   (sonde_owner_check); otherwise SELECTION_NONE.  */
static enum selection miss_number(const struct listeners *listeners,
                                  const struct meaning *meaning)
{
    long number = meaning->number;
    bool is_port = number > 0 && number <= UINT16_MAX;
    if (is_port)
        say(meaning->why, "nothing%s listens on port %ld",
            listeners_kind(listeners), number);
    else
        say(meaning->why, "\"%s\" is not a port (1 to 65535)", meaning->text);
    bool is_process =
        number > 0 && say_process(meaning->why, listeners, number);
    if (is_process && !is_port && sonde_owner_check((pid_t)number))
        return SELECTION_UNSEEN;
    return is_port || is_process ? SELECTION_NONE : SELECTION_WRONG;
}

/* Append, for a text that may be a process name, that no such process was seen,
   and which other processes may own listeners unseen; also the port, if the
   text is a service.  Returns SELECTION_NONE; or SELECTION_UNSEEN if not all
   owners could be read, or if /proc may hide processes.  */
static enum selection say_name(const struct listeners *listeners,
                               const struct meaning *meaning)
{
    int service =
        meaning->service > 0 ? meaning->service : meaning->datagram_service;
    if (service > 0)
        say(meaning->why, " (as a service: port %d)", service);
    say(meaning->why, "; no process of this name was seen to listen");
    if (listeners->hidden < 0) {
        say(meaning->why, ", but owners cannot be read here (%s)",
            listeners_why_hidden(listeners));
    } else if (listeners->hidden > 0 || listeners->complete == 0) {
        say(meaning->why, "; other owners may be ");
        listeners_say_unseen(meaning->why, listeners);
    } else {
        return SELECTION_NONE;
    }
    return SELECTION_UNSEEN;
}

/* If a family that may match MEANING could not be read, append the first such
   family and its error, and return true; otherwise return false.  A path or an
   @name may match UNIX sockets, an address or a number up to 65535 TCP and UDP,
   any other text all families.  */
static bool say_unread(const struct listeners *listeners,
                       const struct meaning *meaning)
{
    bool only_local = strchr(meaning->text, '/') || *meaning->text == '@';
    bool only_inet = meaning->is_address ||
                     (meaning->number > 0 && meaning->number <= UINT16_MAX);
    for (int i = 0; i < LISTENERS_FAMILIES; i++) {
        bool local = 1U << i & (LISTENERS_UNIX | LISTENERS_UNIX_DATAGRAM);
        if (listeners->errors[i] == 0 ||
            (only_local ? !local : only_inet && local))
            continue;
        say(meaning->why,
            "cannot tell whether anything listens at %s: %s could "
            "not be read (%s)",
            meaning->text, listeners_family_words(i),
            errno_name(listeners->errors[i]));
        return true;
    }
    return false;
}

/* Append why MEANING, a valid operand, matches no listener.  Returns
   SELECTION_UNKNOWN if a family that may match could not be read, except for a
   number that is 0 or too large; for a number as miss_number, for a name as
   say_name; SELECTION_UNSEEN for an @name, a path or an address with an
   interface if the list is from /proc/net, where NULs, newlines and interfaces
   of addresses are lost; otherwise SELECTION_NONE.  */
static enum selection operand_miss(const struct listeners *listeners,
                                   const struct meaning *meaning)
{
    const char *text = meaning->text;
    bool is_number = is_digits(text);
    if (!(is_number && meaning->number <= 0) && say_unread(listeners, meaning))
        return SELECTION_UNKNOWN;
    if (is_number)
        return miss_number(listeners, meaning);
    say(meaning->why, "nothing%s listens at %s", listeners_kind(listeners),
        text);
    if (!meaning->is_address && *text != '@' && !strchr(text, '/'))
        return say_name(listeners, meaning);
    unsigned families =
        meaning->is_address ? LISTENERS_INET | LISTENERS_INET6 : LISTENERS_UNIX;
    if (!listeners->reduced || (meaning->is_address && !meaning->device) ||
        !(listeners->wanted & families & ~listeners->direct))
        return SELECTION_NONE;
    say(meaning->why, "; names in /proc/net are inexact");
    return SELECTION_UNSEEN;
}

enum selection listeners_select(struct listeners *listeners, const char *what,
                                struct sentence *why)
{
    struct meaning meaning = {
        .text = what, .is_linux = listeners->is_linux, .why = why};
    int wrong = operand_understand(&meaning);
    if (!mark_rows(listeners, &meaning, is_at_number) &&
        !mark_rows(listeners, &meaning, has_process))
        mark_rows(listeners, &meaning, is_meant);
    if (meaning.is_address && !wrong)
        mark_addresses(listeners, &meaning);
    keep_marked(listeners);
    if (listeners->count > 0)
        return SELECTION_FOUND;
    return wrong ? SELECTION_WRONG : operand_miss(listeners, &meaning);
}
