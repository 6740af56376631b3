/* listen-socket.c - listen sockets: opened, inherited, closed
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/endpoint.h"
#include "base/names.h"
#include "servers/listen-socket.h"
#include "servers/log.h"
#include "servers/socket-file.h"

/* TRIES: how often to bind all sockets with port 0, as the port of the first
   may be in use for the next.  LOOKUP: milliseconds for looking up a name.
   FOUND_MAX: addresses of a name.  */
enum { TRIES = 32, LOOKUP = 30000, FOUND_MAX = LISTEN_SOCKETS_MAX + 1 };

/* A socket to open.  */
struct listen_target {
    struct sonde_address address;
    int type;
    bool may_lack; /* skipped on a host without the address family */
};

struct listen_targets {
    struct listen_target list[LISTEN_SOCKETS_MAX];
    size_t count;
    struct socket_access access; /* of a UNIX socket */
    const struct listen_addresses *spec;
};

/* ---- addresses ----------------------------------------------------------- */

/* Add ADDRESS for TYPE, unless added before, as of another name.  MAY_LACK, if
   -4 and -6 leave both families, allows a host without this family.  Returns 0,
   or -1 with the reason in the log: more than LISTEN_SOCKETS_MAX.  */
static int targets_add(struct listen_targets *targets,
                       const struct sonde_address *address, int type,
                       bool may_lack)
{
    for (size_t i = 0; i < targets->count; i++)
        if (targets->list[i].type == type &&
            !sonde_address_compare(&targets->list[i].address, address))
            return 0;
    if (targets->count == LISTEN_SOCKETS_MAX)
        return log_line("more than %d sockets; start another server for some "
                        "of the addresses",
                        LISTEN_SOCKETS_MAX);
    targets->list[targets->count++] = (struct listen_target){
        *address, type,
        may_lack && targets->spec->inet == targets->spec->inet6};
    return 0;
}

/* Whether -4 and -6 allow FAMILY: both or neither allow all families, and
   AF_UNIX is always allowed.  */
static bool targets_have_family(const struct listen_targets *targets,
                                int family)
{
    const struct listen_addresses *spec = targets->spec;
    return spec->inet == spec->inet6 || family == AF_UNIX ||
           (family == AF_INET ? spec->inet : spec->inet6);
}

/* Look up HOST and the port of the spec for TYPE, for up to LOOKUP
   milliseconds.  Returns the number of addresses in FOUND, cut to FOUND_MAX; or
   -1 with *REASON, valid until the next strerror.  */
static ssize_t targets_resolve(const struct listen_targets *targets,
                               const char *host, int type,
                               struct sonde_address found[FOUND_MAX],
                               const char **reason)
{
    struct sonde_target target = {
        .host = host, .service = targets->spec->port, .type = type};
    int code = 0;
    ssize_t count = sonde_resolve(&target, LOOKUP, found, FOUND_MAX, &code);
    *reason = lookup_text(code);
    return count;
}

/* Whether HOST is a name, no number, and its COUNT addresses FOUND are the two
   of localhost, IPv4 and IPv6: a host may lack one.  */
static bool targets_are_loopback(const char *host,
                                 const struct sonde_address *found,
                                 ssize_t count)
{
    struct sonde_address number, loopback;
    if (count != 2 || !sonde_address_parse(&number, host, 0))
        return false;
    for (ssize_t i = 0; i < count; i++) {
        uint16_t port = (uint16_t)sonde_address_port(&found[i]);
        sonde_address_loopback(&loopback, found[i].storage.ss_family, port);
        if (sonde_address_compare(&loopback, &found[i]))
            return false;
    }
    return true;
}

/* Look up HOST and the port of the spec, for up to LOOKUP milliseconds, and add
   the addresses for TYPE that -4 and -6 allow.  Returns 0; or -1 with the
   reason in the log, also if -4 and -6 allow none.  After a failure some may be
   added.  */
static int targets_add_host(struct listen_targets *targets, const char *host,
                            int type)
{
    struct sonde_address found[FOUND_MAX];
    const char *reason;
    char interface[64];
    ssize_t count = targets_resolve(targets, host, type, found, &reason);
    bool any = false, may_lack = targets_are_loopback(host, found, count);
    if (endpoint_lacks_interface(host, interface, sizeof interface))
        return log_line("address \"%s\": no such interface: '%s'", host,
                        interface);
    if (count < 0)
        return log_line("address \"%s\": %s", host, reason);
    for (ssize_t i = 0; i < count; i++) {
        if (!targets_have_family(targets, found[i].storage.ss_family))
            continue;
        any = true;
        if (targets_add(targets, &found[i], type, may_lack))
            return -1;
    }
    return any ? 0
               : log_line("address \"%s\" has no address of this family", host);
}

/* Add the loopback addresses for TYPE, or with --any the wildcard addresses,
   that -4 and -6 allow, also of a family that this host may lack, with the port
   of the spec, which may be looked up.  Returns 0, or -1 with the reason in the
   log.  */
static int targets_add_default(struct listen_targets *targets, int type)
{
    static const int families[] = {AF_INET, AF_INET6};
    const struct listen_addresses *spec = targets->spec;
    struct sonde_address found[FOUND_MAX], address;
    const char *reason;
    if (targets_resolve(targets, "127.0.0.1", type, found, &reason) != 1)
        return log_line("port \"%s\" for %s: %s", spec->port,
                        type == SOCK_STREAM ? "TCP" : "UDP", reason);
    uint16_t port = (uint16_t)sonde_address_port(found);
    for (size_t i = 0; i < 2; i++) {
        (spec->any ? sonde_address_any
                   : sonde_address_loopback)(&address, families[i], port);
        if (targets_have_family(targets, families[i]) &&
            targets_add(targets, &address, type, true))
            return -1;
    }
    return 0;
}

/* Add the targets of TYPE: the addresses of the spec, or else the default
   addresses, unless a UNIX socket without --any takes their place.  Returns 0,
   or -1 with the reason in the log.  */
static int targets_add_type(struct listen_targets *targets, int type)
{
    const struct listen_addresses *spec = targets->spec;
    for (size_t i = 0; i < spec->address_count; i++)
        if (targets_add_host(targets, spec->addresses[i], type))
            return -1;
    if (spec->address_count > 0 || (spec->unix_path && !spec->any))
        return 0;
    return targets_add_default(targets, type);
}

/* Add the UNIX socket of the spec, which has one, a stream unless the spec has
   datagrams alone, and read mode and owner of the file into ACCESS.  @NAME, an
   abstract name, is refused with a mode or an owner.  Returns 0, or -1 with the
   reason in the log.  */
static int targets_add_unix(struct listen_targets *targets)
{
    const struct listen_addresses *spec = targets->spec;
    struct sonde_address address;
    if (!*spec->unix_path || !strcmp(spec->unix_path, "@"))
        return log_line("--unix requires a path or @NAME");
    if (sonde_address_unix_name(&address, spec->unix_path))
        return log_line("%.200s: %s%s", spec->unix_path, strerror(errno),
                        errno == ENOTSUP ? "; @NAME is for Linux, a path that "
                                           "begins so is ./@NAME"
                                         : "");
    if (*spec->unix_path == '@' && (spec->unix_mode || spec->unix_owner))
        return log_line("--unix-mode and --unix-owner do not apply to @NAME, "
                        "which has no file: every process of the network "
                        "namespace may connect");
    if (socket_access_read(&targets->access, spec->unix_mode, spec->unix_owner))
        return -1;
    return targets_add(targets, &address,
                       spec->stream ? SOCK_STREAM : SOCK_DGRAM, false);
}

/* Add all targets of the spec, and fill ACCESS if the spec has a UNIX socket.
   Returns 0, or -1 with the reason in the log.  */
static int targets_fill(struct listen_targets *targets)
{
    const struct listen_addresses *spec = targets->spec;
    if (spec->unix_path && targets_add_unix(targets))
        return -1;
    if (spec->stream && targets_add_type(targets, SOCK_STREAM))
        return -1;
    return spec->datagram ? targets_add_type(targets, SOCK_DGRAM) : 0;
}

/* ---- opening ------------------------------------------------------------- */

/* Bind a non-blocking, close-on-exec socket to TARGET.  A stream, with
   SO_REUSEADDR, listens with a backlog of LISTEN_SOCKET_BACKLOG, and *QUEUE is
   filled in; for datagrams *QUEUE stays.  Returns the descriptor, or -1 with
   errno.  */
static int target_listen(const struct listen_target *target,
                         struct sonde_queue *queue)
{
    unsigned flags = SONDE_NONBLOCK | SONDE_CLOEXEC;
    return target->type == SOCK_DGRAM
               ? sonde_datagram_bind(&target->address, flags)
               : sonde_listen(&target->address, LISTEN_SOCKET_BACKLOG,
                              flags | SONDE_REUSEADDR, queue);
}

/* Nagle's algorithm and delayed acknowledgements together delay answers by 40
   ms.  Where accepted sockets do not inherit TCP_NODELAY, accept.c sets the
   option.  All systems inherit SO_OOBINLINE.  */
void listen_socket_set_options(int fd)
{
    int on = 1;
    if (sonde_address_family(fd) == AF_UNIX)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
}

/* Note the device and the inode of the file of LISTENER, a UNIX socket with a
   path.  IS_OWN: bind made the file here, and the file is removed at the end; a
   line is logged if stat fails.  Otherwise LISTENER is inherited: noted so that
   listen_sockets_have knows the file by any path.  Nothing is noted if stat
   fails, or the file is no socket.  */
static void listen_socket_note_file(struct listen_socket *listener, bool is_own)
{
    struct stat found;
    const char *path = socket_file_path(&listener->local);
    int failed =
        fstatat(AT_FDCWD, path, &found, is_own ? AT_SYMLINK_NOFOLLOW : 0);
    if (failed && is_own)
        log_line("cannot remove %s at the end: stat: %s; the next start "
                 "replaces the file",
                 path, strerror(errno));
    if (failed || !S_ISSOCK(found.st_mode))
        return;
    listener->has_file = is_own;
    listener->is_known = true;
    listener->device = found.st_dev;
    listener->inode = found.st_ino;
}

/* Open a UNIX socket under the lock of its folder, for which the call may wait
   5 s, with the mode and the owner of ACCESS, and replace a stale file.
   Without the lock, which any user can keep in /tmp, no file is replaced.  The
   umask changes for a moment.  QUEUE as for target_listen.  Returns the
   descriptor; -1 with errno and without a new file.  EBUSY: a file exists, and
   was not examined, since another process keeps the lock.  ENOTSOCK: another
   file has taken the place of the new one, and stays.  */
static int target_open_unix(const struct listen_target *target,
                            const struct socket_access *access,
                            struct sonde_queue *queue)
{
    int lock = socket_file_lock(&target->address);
    bool is_held = lock < 0 && errno == EAGAIN;
    mode_t mask = socket_access_umask(access);
    int fd = target_listen(target, queue);
    if (fd < 0 && errno == EADDRINUSE && lock >= 0 &&
        !socket_file_remove_stale(&target->address, target->type))
        fd = target_listen(target, queue);
    if (fd < 0 && is_held && errno == EADDRINUSE)
        errno = EBUSY;
    umask(mask);
    if (fd >= 0 && socket_access_give(access, &target->address)) {
        int error = errno;
        if (error != ENOTSOCK)
            unlink(socket_file_path(&target->address));
        errno = error;
        descriptor_close(&fd);
    }
    descriptor_close(&lock);
    return fd;
}

/* Ask for a receive buffer of LISTEN_SOCKET_DATAGRAMS datagrams of
   LISTEN_SOCKET_DATAGRAM bytes, and note the size granted in listener->buffer;
   not for a UNIX socket, where the kernel lets the senders wait.  Failures are
   ignored: a smaller buffer works, too.  */
static void listen_socket_enlarge(struct listen_socket *listener)
{
    if (sonde_address_port(&listener->local) >= 0)
        sonde_datagram_buffer(listener->fd, LISTEN_SOCKET_DATAGRAMS,
                              LISTEN_SOCKET_DATAGRAM, &listener->buffer);
}

/* Open TARGET, with its options, into *LISTENER.  ACCESS is for the file of a
   UNIX socket.  Returns 0, or -1 with errno and nothing open; *LISTENER is then
   undefined.  */
static int target_open(struct listen_socket *listener,
                       const struct listen_target *target,
                       const struct socket_access *access)
{
    struct sonde_queue queue = {.backlog = -1};
    bool is_unix = target->address.storage.ss_family == AF_UNIX;
    bool has_file = is_unix && *socket_file_path(&target->address);
    int fd = has_file ? target_open_unix(target, access, &queue)
                      : target_listen(target, &queue);
    if (fd < 0)
        return -1;
    *listener = (struct listen_socket){
        .fd = fd,
        .role = target->type == SOCK_DGRAM ? SONDE_DATAGRAM : SONDE_LISTENER,
        .backlog = queue.backlog};
    if (is_unix)
        listener->local = target->address;
    else if (sonde_address_local(fd, &listener->local)) {
        descriptor_close(&fd);
        return -1;
    }
    if (listener->role == SONDE_LISTENER)
        listen_socket_set_options(fd);
    else
        listen_socket_enlarge(listener);
    if (has_file)
        listen_socket_note_file(listener, true);
    return 0;
}

/* Open all TARGETS, once, into LISTENERS, which is empty.  All with port 0 get
   the port of the first.  A target with may_lack is skipped if its family or
   its address is missing on this host.  Returns 0; -1 with errno after another
   failure, or if all targets are skipped: *FAILED is then the index of the last
   target that failed, and those opened before stay open.  */
static int targets_open(struct listen_sockets *listeners,
                        const struct listen_targets *targets, size_t *failed)
{
    int port = 0, missing = EADDRNOTAVAIL;
    for (size_t i = 0; i < targets->count; i++) {
        struct listen_target one = targets->list[i];
        struct listen_socket *listener = &listeners->list[listeners->count];
        bool chosen = sonde_address_port(&one.address) == 0;
        if (chosen && port > 0)
            sonde_address_set_port(&one.address, (uint16_t)port);
        if (!target_open(listener, &one, &targets->access)) {
            listeners->count++;
            if (chosen)
                port = sonde_address_port(&listener->local);
            continue;
        }
        *failed = i;
        missing = errno;
        if (!one.may_lack ||
            (errno != EAFNOSUPPORT && errno != EPROTONOSUPPORT &&
             errno != EADDRNOTAVAIL))
            return -1;
    }
    errno = missing;
    return listeners->count > 0 ? 0 : -1;
}

/* Whether ADDRESS is a link-local IPv6 address without an interface.  */
static bool lacks_scope(const struct sonde_address *address)
{
    struct sockaddr_in6 in6;
    if (address->storage.ss_family != AF_INET6)
        return false;
    memcpy(&in6, &address->storage, sizeof in6);
    return IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) && in6.sin6_scope_id == 0;
}

/* The text for ERROR of listening on ADDRESS, valid until the next strerror.
   For a UNIX path: EBUSY, another process keeps the lock of the folder;
   ENOTSOCK, another file has taken the place of the socket; EADDRINUSE, the
   file, examined now by lstat, is no socket.  For a link-local address without
   an interface: EINVAL.  In all other cases, also for a socket in use, the text
   is that of strerror.  May change errno.  */
static const char *listen_find_reason(const struct sonde_address *address,
                                      int error)
{
    struct stat found;
    if (error == EBUSY && address->storage.ss_family == AF_UNIX)
        return "the file exists; whether a server uses the file is unknown, "
               "since "
               "another process has locked its folder (flock)";
    if (error == ENOTSOCK && address->storage.ss_family == AF_UNIX)
        return "another file has taken the place of the socket, and its owner "
               "is not changed";
    if (error == EINVAL && lacks_scope(address))
        return "a link-local address requires an interface, as in fe80::1%eth0";
    if (error != EADDRINUSE || address->storage.ss_family != AF_UNIX ||
        lstat(socket_file_path(address), &found) || S_ISSOCK(found.st_mode))
        return strerror(error);
    return S_ISDIR(found.st_mode) ? strerror(EISDIR)
                                  : "the file exists and is not a socket";
}

int listen_sockets_open(struct listen_sockets *listeners,
                        const struct listen_addresses *spec)
{
    struct listen_targets targets = {.spec = spec};
    char text[LOG_ADDRESS];
    size_t failed = 0;
    int error = 0;
    if (targets_fill(&targets))
        return -1;
    for (int i = 0; i < TRIES; i++) {
        if (!targets_open(listeners, &targets, &failed))
            return 0;
        error = errno;
        listen_sockets_close(listeners);
        /* Another try has another port, but the same path.  */
        if (error != EADDRINUSE ||
            sonde_address_port(&targets.list[failed].address) != 0)
            break;
    }
    const struct sonde_address *address = &targets.list[failed].address;
    log_line("cannot listen on %s: %s", log_address(address, text),
             listen_find_reason(address, error));
    int port = sonde_address_port(address);
    if (error == EACCES && port > 0 && port < 1024) {
        log_line("ports below 1024 need privilege: use --port 9877, setcap "
                 "cap_net_bind_service=ep,");
        log_line("or inetd or systemd, which open the port (--inetd)");
    }
    return -1;
}

/* Whether LISTENER has the UNIX address ADDRESS; or, unless FILE is NULL, the
   device and the inode of FILE, the result of stat for the path in ADDRESS.  */
static bool listen_socket_is_at(const struct listen_socket *listener,
                                const struct sonde_address *address,
                                const struct stat *file)
{
    return (file && listener->is_known && file->st_dev == listener->device &&
            file->st_ino == listener->inode) ||
           !sonde_address_compare(&listener->local, address);
}

/* Whether a datagram socket of LISTENERS has the UNIX address ADDRESS, or the
   same file by another path.  */
static bool listen_sockets_have_unix(const struct listen_sockets *listeners,
                                     const struct sonde_address *address)
{
    char path[sizeof address->storage + 1] = "";
    struct stat file;
    size_t start = offsetof(struct sockaddr_un, sun_path);
    if (address->length > start)
        memcpy(path, socket_file_path(address), address->length - start);
    bool has_file = *path && !stat(path, &file);
    for (size_t i = 0; i < listeners->count; i++)
        if (listeners->list[i].role == SONDE_DATAGRAM &&
            listen_socket_is_at(&listeners->list[i], address,
                                has_file ? &file : NULL))
            return true;
    return false;
}

bool listen_sockets_have(const struct listen_sockets *listeners,
                         const struct sonde_address *address)
{
    int port = sonde_address_port(address);
    if (port < 0)
        return listen_sockets_have_unix(listeners, address);
    for (size_t i = 0; i < listeners->count; i++)
        if (listeners->list[i].role == SONDE_DATAGRAM &&
            port == sonde_address_port(&listeners->list[i].local))
            return true;
    return false;
}

int listen_sockets_inherit(struct listen_sockets *listeners,
                           const struct sonde_inherited *found)
{
    if (listeners->count == LISTEN_SOCKETS_MAX) {
        errno = ENOSPC;
        return -1;
    }
    struct listen_socket *listener = &listeners->list[listeners->count];
    *listener = (struct listen_socket){
        .fd = found->fd, .role = found->role, .backlog = -1, .inherited = true};
    int flags = fcntl(found->fd, F_GETFL);
    if (flags < 0 || sonde_address_local(found->fd, &listener->local))
        return -1;
    if (listener->role == SONDE_LISTENER)
        listen_socket_set_options(found->fd);
    else if (sonde_datagram_prepare(found->fd))
        return -1;
    else
        listen_socket_enlarge(listener);
    /* Last: a socket that is refused stays as its other users have it.  */
    listener->was_blocking = !(flags & O_NONBLOCK);
    if (listener->was_blocking && fcntl(found->fd, F_SETFL, flags | O_NONBLOCK))
        return -1;
    /* A relative path may begin at another working directory.  */
    if (listener->local.storage.ss_family == AF_UNIX &&
        *socket_file_path(&listener->local) == '/')
        listen_socket_note_file(listener, false);
    listeners->count++;
    return 0;
}

/* ---- the end ------------------------------------------------------------- */

void listen_socket_unlink(struct listen_socket *listener)
{
    struct stat now;
    if (!listener->has_file)
        return;
    const char *path = socket_file_path(&listener->local);
    listener->has_file = false;
    int failed = lstat(path, &now);
    if (!failed &&
        (now.st_dev != listener->device || now.st_ino != listener->inode))
        return;
    if ((failed || unlink(path)) && errno != ENOENT)
        log_line("cannot remove %s: %s", path, strerror(errno));
}

void listen_sockets_warn_files(const struct listen_sockets *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listen_socket *listener = &listeners->list[i];
        if (listener->has_file && !socket_file_is_removable(&listener->local))
            log_line("%s: this user cannot remove the socket's file at the "
                     "end; the next start replaces the file",
                     socket_file_path(&listener->local));
    }
}

void listen_socket_close(struct listen_socket *listener)
{
    if (listener->fd < 0)
        return;
    /* The previous process and the next server share the flag.  */
    int flags = listener->was_blocking ? fcntl(listener->fd, F_GETFL) : -1;
    if (flags >= 0)
        fcntl(listener->fd, F_SETFL, flags & ~O_NONBLOCK);
    /* Before close: an open socket's file is not stale for another server.  */
    listen_socket_unlink(listener);
    descriptor_close(&listener->fd);
}

void listen_sockets_close(struct listen_sockets *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        listen_socket_close(&listeners->list[i]);
    listeners->count = 0;
}

/* The kind of LISTENER for the log: "TCP", "UDP", "UNIX stream", "UNIX
   datagrams"; a stream of another family: "stream of another address
   family".  */
static const char *listen_socket_kind(const struct listen_socket *listener)
{
    bool is_datagram = listener->role == SONDE_DATAGRAM;
    int family = listener->local.storage.ss_family;
    if (family == AF_UNIX)
        return is_datagram ? "UNIX datagrams" : "UNIX stream";
    if (family == AF_INET || family == AF_INET6)
        return is_datagram ? "UDP" : "TCP";
    return "stream of another address family";
}

/* Write to TEXT, of SIZE bytes, what the system has cut at LISTENER, the
   backlog or the receive buffer, to follow the kind: ", backlog 128"; empty if
   nothing is cut, or the limit is not known.  */
static void listen_socket_limits(const struct listen_socket *listener,
                                 char *text, size_t size)
{
    const struct sonde_datagram_buffer *buffer = &listener->buffer;
    *text = '\0';
    if (listener->backlog >= 0 && listener->backlog < LISTEN_SOCKET_BACKLOG)
        snprintf(text, size, ", backlog %ld", listener->backlog);
    if (buffer->setting)
        snprintf(text, size,
                 ", receive buffer %d bytes, for %zu of %d datagrams of %d "
                 "bytes (%s)",
                 buffer->bytes, buffer->count, LISTEN_SOCKET_DATAGRAMS,
                 LISTEN_SOCKET_DATAGRAM,
                 *buffer->setting ? buffer->setting : "the system's limit");
}

void listen_sockets_announce(const struct listen_sockets *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listen_socket *listener = &listeners->list[i];
        char text[LOG_ADDRESS], limits[160];
        listen_socket_limits(listener, limits, sizeof limits);
        log_line("listening on %s, %s%s", log_address(&listener->local, text),
                 listen_socket_kind(listener), limits);
    }
}
