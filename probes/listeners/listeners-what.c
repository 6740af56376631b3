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
#include "probes/listeners/listeners.h"

enum {
    LOOKUP_MS = 5000,     /* timeout of a look-up of a host name */
    ADDRESSES = 32,       /* max addresses of a host; the rest is ignored */
    HOST_SIZE = 256,      /* bytes of a host name, with NUL */
    PROCESS_NAME_MAX = 15 /* Linux truncates process names */
};

/* A parsed operand.  Members that do not apply are 0 or -1.  */
struct meaning {
    const char *text;
    long number;  /* TEXT as a number; -1 also above INT32_MAX */
    int service;  /* the port of the TCP service TEXT */
    bool is_file; /* TEXT leads to the socket FILE */
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

/* TEXT as a decimal number from 0 to MAX; -1 if larger or not only digits.  */
static long listeners_what_read_number(const char *text, long max)
{
    errno = 0;
    long number = is_digits(text) ? strtol(text, NULL, 10) : -1;
    return errno || number > max ? -1 : number;
}

/* The port of the TCP service NAME in the system's database, or -1.  */
static int service_port(const char *name)
{
    const struct servent *service = getservbyname(name, "tcp");
    return service ? ntohs((in_port_t)service->s_port) : -1;
}

/* ---- names of processes, paths ------------------------------------------- */

static bool has_process(const struct listener_row *row, long process)
{
    for (size_t i = 0; i < row->owner_count; i++)
        if (row->owners[i].pid == process)
            return true;
    return false;
}

/* Whether an owner of ROW is named NAME.  With IS_LINUX, which truncates
   process names, 15 equal bytes suffice.  */
static bool has_name(const struct listener_row *row, const char *name,
                     bool is_linux)
{
    for (size_t i = 0; i < row->owner_count; i++) {
        const char *other = row->owners[i].name;
        if (!strcmp(other, name) ||
            (is_linux && strlen(other) == PROCESS_NAME_MAX &&
             !strncmp(other, name, PROCESS_NAME_MAX)))
            return true;
    }
    return false;
}

/* The path or abstract name of a UNIX address, *LENGTH bytes in LISTENER, which
   need not end in NUL; *LENGTH is 0 for an unnamed socket.  */
static const char *unix_bytes(const struct sonde_listener *listener,
                              size_t *length)
{
    const size_t start = offsetof(struct sockaddr_un, sun_path);
    size_t whole = listener->address.length;
    *length = whole > start ? whole - start : 0;
    return (const char *)&listener->address.storage + start;
}

static bool listeners_what_is_unix(const struct sonde_listener *listener)
{
    return listener->address.storage.ss_family == AF_UNIX;
}

/* Whether LISTENER is a UNIX socket bound to exactly PATH, byte by byte.  */
static bool has_path(const struct sonde_listener *listener, const char *path)
{
    size_t length;
    const char *bytes = unix_bytes(listener, &length);
    return listeners_what_is_unix(listener) && length > 0 && bytes[0] != '\0' &&
           strnlen(bytes, length) == strlen(path) &&
           !memcmp(bytes, path, strlen(path));
}

/* Whether LISTENER is a UNIX socket bound to the abstract NAME, given without
   "@".  Trailing NULs are ignored: a program that binds a whole sockaddr_un has
   a name that ends in NULs.  */
static bool has_abstract(const struct sonde_listener *listener,
                         const char *name)
{
    size_t length, wanted = strlen(name);
    const char *bytes = unix_bytes(listener, &length);
    if (!listeners_what_is_unix(listener) || length == 0 || bytes[0] != '\0')
        return false;
    if (length - 1 < wanted || memcmp(bytes + 1, name, wanted) != 0)
        return false;
    for (size_t i = wanted + 1; i < length; i++)
        if (bytes[i] != '\0')
            return false;
    return true;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Whether LISTENER created the file of MEANING, by device and inode; false if
   MEANING has no file.  If the kernel's numbers differ from the numbers of stat
   (some overlayfs) or are unknown, the path bound, if absolute, is checked by
   stat, but only if the last components are equal: stat of each path could
   touch a file system that hangs.  */
static bool has_file(const struct sonde_listener *listener,
                     const struct meaning *meaning)
{
    struct stat bound;
    char path[sizeof(struct sockaddr_un) + 1], *real;
    size_t length;
    const char *bytes = unix_bytes(listener, &length);
    if (!meaning->is_file || !listeners_what_is_unix(listener))
        return false;
    if (listener->file_inode != 0 &&
        listener->file_device == (uint64_t)meaning->file.st_dev &&
        listener->file_inode == (uint32_t)meaning->file.st_ino)
        return true;
    if (length == 0 || length >= sizeof path || bytes[0] != '/')
        return false;
    memcpy(path, bytes, length);
    path[length] = '\0';
    if (!(real = realpath(meaning->text, NULL)))
        return false;
    bool same = !strcmp(last_part(real), last_part(path)) &&
                !stat(path, &bound) && bound.st_dev == meaning->file.st_dev &&
                bound.st_ino == meaning->file.st_ino;
    free(real);
    return same;
}

/* ---- addresses ----------------------------------------------------------- */

/* Append to WHY that TEXT is no address: TEXT in quotes and REASON, a phrase
   such as "has an empty port".  Always returns -1.  */
static int listeners_what_refuse(struct sentence *why, const char *text,
                                 const char *reason)
{
    say(why, "\"%s\" %s", text, reason);
    return -1;
}

/* Write the host of "HOST%IF:PORT", "[HOST]%IF:PORT" or "[HOST%IF]:PORT" to
   HOST, which has HOST_SIZE bytes, and the index of the interface, a name or a
   number, to *DEVICE, unchanged without IF.  END is the colon before PORT.  The
   host may be empty.  Returns 0, or -1 with the reason in *WHY.  */
static int listeners_what_read_host(const char *text, const char *end,
                                    char *host, unsigned *device,
                                    struct sentence *why)
{
    size_t length = (size_t)(end - text);
    char inner[HOST_SIZE];
    if (length >= HOST_SIZE)
        return listeners_what_refuse(why, text,
                                     "has a host name that is too long");
    memcpy(inner, text, length);
    inner[length] = '\0';
    char *bracket = inner[0] == '[' ? strchr(inner, ']') : NULL;
    char *percent = strchr(inner, '%');
    if ((inner[0] == '[' && !bracket) ||
        (bracket && bracket[1] != '\0' && bracket[1] != '%'))
        return listeners_what_refuse(why, text, "has an unbalanced bracket");
    if (percent) {
        char name[IF_NAMESIZE] = "";
        size_t size = strcspn(percent + 1, "]");
        if (size < sizeof name)
            memcpy(name, percent + 1, size);
        long number = listeners_what_read_number(name, INT32_MAX);
        *device = number > 0 ? (unsigned)number : if_nametoindex(name);
        if (*device == 0)
            return listeners_what_refuse(why, text,
                                         "names an unknown interface");
        *percent = '\0';
    }
    if (bracket)
        *bracket = '\0';
    snprintf(host, HOST_SIZE, "%s", inner + (bracket != NULL));
    return 0;
}

/* Resolve HOST, a name, into the addresses of MEANING, at most ADDRESSES.
   Blocks for up to LOOKUP_MS.  Returns 0, or -1 with the reason in *WHY.  */
static int listeners_what_look_up(struct meaning *meaning, const char *host,
                                  struct sentence *why)
{
    int code = 0;
    struct sonde_target target = {.host = host, .type = SOCK_STREAM};
    ssize_t count =
        sonde_resolve(&target, LOOKUP_MS, meaning->addresses, ADDRESSES, &code);
    if (count < 0) {
        say(why, "cannot look up the host \"%s\": %s", host,
            code ? sonde_resolve_code_text(code) : strerror(errno));
        return -1;
    }
    meaning->address_count = (size_t)count;
    return 0;
}

/* Set the addresses of MEANING from HOST: empty (any address), "*" (wildcard),
   "localhost" (both loopback addresses, without look-up), a numeric address, or
   a name, which is resolved.  Returns 0, or -1 with the reason in *WHY.  */
static int read_addresses(struct meaning *meaning, const char *host,
                          struct sentence *why)
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
    if (strchr(host, '/') == NULL && !sonde_address_parse(list, host, 0)) {
        meaning->address_count = 1;
        return 0;
    }
    if (numeric || strchr(host, ':'))
        return listeners_what_refuse(why, meaning->text,
                                     "is not a valid IPv4 or IPv6 address");
    return listeners_what_look_up(meaning, host, why);
}

/* Set the port of MEANING from PORT, a number from 1 to 65535 or a TCP service.
   The text of MEANING is set already.  Returns 0; or -1 with the reason in
   *WHY, and the port of MEANING is then not valid.  */
static int listeners_what_read_port(struct meaning *meaning, const char *port,
                                    struct sentence *why)
{
    meaning->port = is_digits(port)
                        ? (int)listeners_what_read_number(port, UINT16_MAX)
                        : service_port(port);
    if (meaning->port > 0)
        return 0;
    return listeners_what_refuse(
        why, meaning->text,
        is_digits(port) ? "has an invalid port: it must be 1 to 65535"
        : *port ? "has an unknown port: neither a number nor a TCP service"
                : "has an empty port");
}

/* Whether TEXT can only be an address: it has the punctuation of an address and
   no blank, which process names may have.  */
static bool looks_like_address(const char *text)
{
    return !strchr(text, '/') && !strpbrk(text, " \t\n") && *text != '@' &&
           (strchr(text, ':') || *text == '[' || !strcmp(text, "*") ||
            (strchr(text, '.') && text[strspn(text, "0123456789.")] == '\0'));
}

/* Parse the text of MEANING as ADDRESS:PORT, [ADDRESS]:PORT for IPv6; the host
   may be empty, "*" or a name, which is resolved (see read_addresses).  Sets
   port, device and addresses.  Returns 0, or -1 with the reason in *WHY.  */
static int listeners_what_read_address(struct meaning *meaning,
                                       struct sentence *why)
{
    const char *text = meaning->text;
    const char *from = *text == '[' ? strchr(text, ']') : text;
    const char *colon = from ? strrchr(from, ':') : NULL;
    struct in6_addr in6;
    char host[HOST_SIZE];
    if (*text != '[' && inet_pton(AF_INET6, text, &in6) == 1)
        return listeners_what_refuse(why, text,
                                     "has no port: write [ADDRESS]:PORT");
    if (!colon)
        return listeners_what_refuse(why, text,
                                     "has no port: write ADDRESS:PORT");
    if (text[0] == '[' && text[1] == ']')
        return listeners_what_refuse(why, text,
                                     "has no address in its brackets");
    if (*text != '[' && strchr(text, ':') != colon)
        return listeners_what_refuse(
            why, text, "is not a valid address: write [ADDRESS]:PORT for IPv6");
    return listeners_what_read_port(meaning, colon + 1, why) ||
                   listeners_what_read_host(text, colon, host, &meaning->device,
                                            why) ||
                   read_addresses(meaning, host, why)
               ? -1
               : 0;
}

/* How specifically a listener serves an address, ascending: not; by a wildcard;
   by a wildcard at the interface named; by this very address; by this address
   at the interface named.  */
enum { SERVES_NOT, SERVES_ANY, SERVES_ANY_HERE, SERVES_IT, SERVES_IT_HERE };

/* Set *IN to the IPv4 or IPv4-mapped address in ADDRESS, which is IPv4 or IPv6.
   Returns false, with *IN unchanged, if ADDRESS is neither.  */
static bool get_in(const struct sonde_address *address, struct in_addr *in)
{
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    if (address->storage.ss_family == AF_INET) {
        memcpy(&in4, &address->storage, sizeof in4);
        *in = in4.sin_addr;
        return true;
    }
    memcpy(&in6, &address->storage, sizeof in6);
    if (!IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
        return false;
    memcpy(in, &in6.sin6_addr.s6_addr[12], sizeof *in);
    return true;
}

/* Copy ADDRESS to *IN6 if the family is IPv6, IPv4-mapped addresses included.
   Returns false, with *IN6 unchanged, for any other family.  */
static bool get_in6(const struct sonde_address *address,
                    struct sockaddr_in6 *in6)
{
    if (address->storage.ss_family != AF_INET6)
        return false;
    memcpy(in6, &address->storage, sizeof *in6);
    return true;
}

/* Whether LISTENER, of TCP, is bound to a wildcard address: 0.0.0.0, ::, or
   ::ffff:0.0.0.0.  */
static bool is_wildcard(const struct sonde_listener *listener)
{
    struct in_addr in;
    struct sockaddr_in6 in6;
    if (get_in(&listener->address, &in))
        return in.s_addr == htonl(INADDR_ANY);
    return get_in6(&listener->address, &in6) &&
           IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr);
}

/* How LISTENER, of TCP, serves the address WANTED, without regard to ports and
   interfaces: SERVES_IT, SERVES_ANY or SERVES_NOT.  An IPv6 wildcard serves
   IPv4, too, unless IPV6_V6ONLY is known to be on.  */
static int listeners_what_serves(const struct sonde_listener *listener,
                                 const struct sonde_address *wanted)
{
    struct in_addr in, other;
    struct sockaddr_in6 in6, other6;
    bool dual = listener->address.storage.ss_family == AF_INET6 &&
                listener->v6only != 1;
    bool is_in = get_in(&listener->address, &in);
    if (get_in(wanted, &other)) {
        if (is_in && in.s_addr == other.s_addr)
            return SERVES_IT;
        return is_wildcard(listener) && (is_in || dual) ? SERVES_ANY
                                                        : SERVES_NOT;
    }
    if (is_in || !get_in6(&listener->address, &in6) ||
        !get_in6(wanted, &other6))
        return SERVES_NOT;
    if (!memcmp(&in6.sin6_addr, &other6.sin6_addr, sizeof in6.sin6_addr))
        return SERVES_IT;
    return is_wildcard(listener) ? SERVES_ANY : SERVES_NOT;
}

/* The index of the interface to which LISTENER is confined, by SO_BINDTODEVICE
   or by the scope of the IPv6 address; 0 for none.  */
static unsigned device_of(const struct sonde_listener *listener)
{
    struct sockaddr_in6 in6;
    if (listener->ifindex == 0 && get_in6(&listener->address, &in6))
        return in6.sin6_scope_id;
    return listener->ifindex;
}

/* Whether ADDRESS, which is IPv4 or IPv6, is in 127.0.0.0/8, also mapped, or
   ::1.  */
static bool is_loopback(const struct sonde_address *address)
{
    struct in_addr in;
    struct sockaddr_in6 in6;
    if (get_in(address, &in))
        return ntohl(in.s_addr) >> 24 == 127;
    return get_in6(address, &in6) && IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}

/* How specifically LISTENER serves the address WANTED at the interface DEVICE
   (0: any); ports are not compared.  SERVES_NOT for a UNIX socket, and for a
   listener bound to an interface that is not DEVICE.  With DEVICE 0, a listener
   bound to an interface with no name or not named "lo..." does not serve a
   loopback address, not being reachable there through another interface.  */
static int listeners_what_rank(const struct sonde_listener *listener,
                               const struct sonde_address *wanted,
                               unsigned device)
{
    char name[IF_NAMESIZE];
    unsigned confined = device_of(listener);
    int how = listeners_what_is_unix(listener)
                  ? SERVES_NOT
                  : listeners_what_serves(listener, wanted);
    if (how == SERVES_NOT || confined == 0)
        return how;
    if (device != 0)
        return confined == device ? how + 1 : SERVES_NOT;
    if (is_loopback(wanted) &&
        (!if_indextoname(confined, name) || strncmp(name, "lo", 2) != 0))
        return SERVES_NOT;
    return how;
}

/* Set the marks of the listeners at MEANING's port that serve the address
   WANTED most specifically: all with the same best rank, none if none serves
   WANTED.  Marks already set stay.  */
static void mark_best(const struct listeners *listeners,
                      const struct meaning *meaning,
                      const struct sonde_address *wanted, bool *marks)
{
    int best = SERVES_ANY;
    struct sockaddr_in6 in6;
    unsigned device = meaning->device;
    if (device == 0 && get_in6(wanted, &in6))
        device = in6.sin6_scope_id;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < listeners->count; i++) {
            const struct sonde_listener *listener =
                &listeners->rows[i].listener;
            if (sonde_address_port(&listener->address) != meaning->port)
                continue;
            int how = listeners_what_rank(listener, wanted, device);
            if (round == 0 && how > best)
                best = how;
            if (round == 1 && how == best)
                marks[i] = true;
        }
}

/* Whether ROW listens at the TCP port PORT; false if PORT is 0 or negative.  */
static bool is_at_port(const struct listener_row *row, long port)
{
    return port > 0 && sonde_address_port(&row->listener.address) == port;
}

/* Mark the listeners for the address and port of MEANING: for each address the
   most specific; for an empty host all at the port; for "*" only wildcard
   addresses.  */
static void mark_address(const struct listeners *listeners,
                         const struct meaning *meaning, bool *marks)
{
    for (size_t i = 0; i < meaning->address_count; i++)
        mark_best(listeners, meaning, &meaning->addresses[i], marks);
    for (size_t i = 0; i < listeners->count; i++) {
        const struct sonde_listener *listener = &listeners->rows[i].listener;
        if (!is_at_port(&listeners->rows[i], meaning->port) ||
            (meaning->device && device_of(listener) &&
             device_of(listener) != meaning->device))
            continue;
        if (meaning->any_address ||
            (meaning->wildcard && is_wildcard(listener)))
            marks[i] = true;
    }
}

/* ---- matching ------------------------------------------------------- */

/* Parse TEXT, which must outlive *MEANING: as digits, as a socket file (by
   stat), as an address (resolved, so this may block), or as a service.  Any
   TEXT may still be a name.  Returns 0; or -1 with the reason in *WHY if TEXT
   looks like an address, but is invalid or cannot be looked up.  */
static int listeners_what_understand(struct meaning *meaning, const char *text,
                                     struct sentence *why)
{
    *meaning = (struct meaning){.text = text, .number = -1, .service = -1};
    if (is_digits(text)) {
        meaning->number = listeners_what_read_number(text, INT32_MAX);
        return 0;
    }
    if (*text != '@')
        meaning->is_file =
            !stat(text, &meaning->file) && S_ISSOCK(meaning->file.st_mode);
    if (looks_like_address(text)) {
        meaning->is_address = true;
        return listeners_what_read_address(meaning, why);
    }
    meaning->service = service_port(text);
    return 0;
}

/* Mark the listeners at the port NUMBER, or if no listener has this port, the
   listeners of the process NUMBER; none for 0.  */
static void mark_number(const struct listeners *listeners, long number,
                        bool *marks)
{
    bool as_port = false;
    for (size_t i = 0; i < listeners->count; i++)
        as_port |= is_at_port(&listeners->rows[i], number);
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        marks[i] |= as_port ? is_at_port(row, number)
                            : number > 0 && has_process(row, number);
    }
}

/* Mark the listeners that the text of MEANING names: the address as printed, a
   process, a path, a socket file, an "@name" or a service.  */
static void mark_names(const struct listeners *listeners,
                       const struct meaning *meaning, bool *marks)
{
    const char *text = meaning->text;
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        marks[i] |= !strcmp(row->local, text) ||
                    has_name(row, text, listeners->is_linux) ||
                    has_path(&row->listener, text) ||
                    has_file(&row->listener, meaning) ||
                    (*text == '@' && has_abstract(&row->listener, text + 1)) ||
                    is_at_port(row, meaning->service);
    }
}

static size_t count_marks(const bool *marks, size_t count)
{
    size_t marked = 0;
    for (size_t i = 0; i < count; i++)
        marked += marks[i];
    return marked;
}

/* Remove the rows without mark from LISTENERS; the list of owners stays.  */
static void keep_marked(struct listeners *listeners, const bool *marks)
{
    size_t kept = 0;
    for (size_t i = 0; i < listeners->count; i++)
        if (marks[i])
            listeners->rows[kept++] = listeners->rows[i];
        else
            free(listeners->rows[i].local);
    listeners->count = kept;
}

/* ---- no match ------------------------------------------------------- */

/* Append to WHY why no listener of process NUMBER was found: no such process,
   sockets not readable, or no listening socket.  Returns false only if there is
   no such process.  */
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
            error == 0 || error == ENOTSUP ? listeners_why_hidden(listeners)
                                           : errno_name(error));
    else if (!listeners_all_read(listeners, &(struct sentence){""}))
        say(why, "; not all sockets of process %ld could be read", number);
    else
        say(why, "; process %ld has no listening socket%s", number,
            listeners->some ? " of this kind" : "");
    return error != ESRCH;
}

/* Append to WHY why the number of MEANING matches nothing; KIND is "" or " of
   this kind".  Returns SELECTION_WRONG if the number is neither a port nor an
   existing process, otherwise SELECTION_NONE.  */
static enum selection miss_number(const struct listeners *listeners,
                                  const struct meaning *meaning,
                                  const char *kind, struct sentence *why)
{
    if (meaning->number > 0 && meaning->number <= UINT16_MAX) {
        say(why, "nothing%s listens on port %ld", kind, meaning->number);
        say_process(why, listeners, meaning->number);
        return SELECTION_NONE;
    }
    say(why, "\"%s\" is not a port (1 to 65535)", meaning->text);
    if (meaning->number <= 0)
        return SELECTION_WRONG;
    return say_process(why, listeners, meaning->number) ? SELECTION_NONE
                                                        : SELECTION_WRONG;
}

/* Append to WHY, for a text that may be a process name, that no such process
   was seen, and which processes were not visible; if the text is a service,
   also the port.  */
static void say_name(struct sentence *why, const struct listeners *listeners,
                     const struct meaning *meaning)
{
    if (meaning->service > 0)
        say(why, " (as a service: port %d)", meaning->service);
    say(why, "; no process of this name was seen to listen");
    if (listeners->hidden < 0) {
        say(why, ", but owners cannot be read here (%s)",
            listeners_why_hidden(listeners));
    } else if (listeners->hidden > 0 || listeners->complete == 0) {
        say(why, "; other owners may be ");
        listeners_say_unseen(why, listeners);
    }
}

/* Whether a family that may match MEANING could not be read: UNIX for a path or
   an @name, TCP for a port, any family otherwise.  If so, append the first such
   family and its error to WHY.  */
static bool is_unread(const struct listeners *listeners,
                      const struct meaning *meaning, struct sentence *why)
{
    bool local = strchr(meaning->text, '/') || *meaning->text == '@';
    bool port = meaning->is_address ||
                (meaning->number > 0 && meaning->number <= UINT16_MAX);
    for (int i = 0; i < LISTENERS_FAMILIES; i++) {
        bool is_local = i == LISTENERS_FAMILIES - 1;
        bool may = local ? is_local : !(port && is_local);
        if (listeners->errors[i] == 0 || !may)
            continue;
        say(why,
            "cannot tell whether anything listens at %s: %s listeners could "
            "not be read (%s)",
            meaning->text, listeners_family_words(i),
            errno_name(listeners->errors[i]));
        return true;
    }
    return false;
}

/* Append to WHY why MEANING, a valid operand, matches no listener.  Returns
   SELECTION_NONE, SELECTION_UNKNOWN or, for a bad number, SELECTION_WRONG.  */
static enum selection listeners_what_miss(const struct listeners *listeners,
                                          const struct meaning *meaning,
                                          struct sentence *why)
{
    const char *kind = listeners->some ? " of this kind" : "";
    const char *text = meaning->text;
    bool is_number = is_digits(text);
    if (is_number && meaning->number <= 0)
        return miss_number(listeners, meaning, kind, why);
    if (is_unread(listeners, meaning, why))
        return SELECTION_UNKNOWN;
    if (is_number)
        return miss_number(listeners, meaning, kind, why);
    say(why, "nothing%s listens at %s", kind, text);
    if (!meaning->is_address && *text != '@' && !strchr(text, '/'))
        say_name(why, listeners, meaning);
    return SELECTION_NONE;
}

enum selection listeners_select(struct listeners *listeners, const char *what,
                                struct sentence *why)
{
    struct meaning meaning;
    bool *marks = calloc(listeners->count + 1, sizeof *marks);
    if (!marks)
        return SELECTION_FAILED;
    int wrong = listeners_what_understand(&meaning, what, why);
    if (meaning.number >= 0)
        mark_number(listeners, meaning.number, marks);
    if (count_marks(marks, listeners->count) == 0)
        mark_names(listeners, &meaning, marks);
    if (meaning.is_address && !wrong &&
        count_marks(marks, listeners->count) == 0)
        mark_address(listeners, &meaning, marks);
    size_t found = count_marks(marks, listeners->count);
    keep_marked(listeners, marks);
    free(marks);
    if (found > 0)
        return SELECTION_FOUND;
    return wrong ? SELECTION_WRONG
                 : listeners_what_miss(listeners, &meaning, why);
}
