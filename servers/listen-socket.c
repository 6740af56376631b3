/* listen-socket.c - the sockets by which clients come
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

#include "base/endpoint.h"
#include "servers/listen-socket.h"
#include "servers/log.h"
#include "servers/socket-file.h"

/* Ports that the system chooses for one socket and that are taken for another
   are tried so often; names are looked up so long, in milliseconds.  */
enum { TRIES = 32, LOOKUP = 30000 };

/* Where there is to be a socket, and whether it may be missing.  */
struct listen_want {
    struct sonde_address address;
    int type;
    bool optional;
};

struct listen_wants {
    struct listen_want list[LISTEN_SOCKETS_MAX];
    size_t count;
    struct socket_access access; /* of a UNIX socket */
};

/* ---- what is wanted ------------------------------------------------------ */

/* Two names may mean one address.  */
static bool listen_socket_is_wanted(const struct listen_wants *wanted,
                                    const struct sonde_address *address,
                                    int type)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (wanted->list[i].type == type &&
            !sonde_address_compare(&wanted->list[i].address, address))
            return true;
    return false;
}

static int listen_socket_want(struct listen_wants *wanted,
                              const struct sonde_address *address, int type,
                              bool optional)
{
    if (listen_socket_is_wanted(wanted, address, type))
        return 0;
    if (wanted->count == LISTEN_SOCKETS_MAX) {
        errno = ENOSPC;
        return -1;
    }
    wanted->list[wanted->count++] =
        (struct listen_want){*address, type, optional};
    return 0;
}

/* Whether FAMILY was asked for, or nothing in particular.  */
static bool
listen_socket_has_family(const struct listen_addresses *listen_addresses,
                         int family)
{
    return listen_addresses->inet == listen_addresses->inet6 ||
           family == AF_UNIX ||
           (family == AF_INET ? listen_addresses->inet
                              : listen_addresses->inet6);
}

/* The loopback or wildcard addresses for TYPE, at PORT.  That a host lacks a
   family is no error unless it was asked for.  */
static int want_usual(struct listen_wants *wanted,
                      const struct listen_addresses *listen_addresses, int type,
                      uint16_t port)
{
    static const int families[] = {AF_INET, AF_INET6};
    bool optional = listen_addresses->inet == listen_addresses->inet6;
    for (size_t i = 0; i < 2; i++) {
        struct sonde_address address;
        if (!listen_socket_has_family(listen_addresses, families[i]))
            continue;
        if (listen_addresses->any
                ? sonde_address_any(&address, families[i], port)
                : sonde_address_loopback(&address, families[i], port))
            return -1;
        if (listen_socket_want(wanted, &address, type, optional))
            return -1;
    }
    return 0;
}

/* All addresses of HOST for TYPE.  */
static int want_host(struct listen_wants *wanted,
                     const struct listen_addresses *listen_addresses,
                     const char *host, int type, char *problem, size_t size)
{
    struct sonde_address found[LISTEN_SOCKETS_MAX + 1];
    struct sonde_target target = {.host = host,
                                  .service = listen_addresses->port,
                                  .family = AF_UNSPEC,
                                  .type = type};
    int code = 0;
    ssize_t count = sonde_resolve(&target, LOOKUP, found,
                                  sizeof found / sizeof *found, &code);
    bool any = false;
    char interface[64];
    if (host && endpoint_lacks_interface(host, interface, sizeof interface)) {
        snprintf(problem, size, "address \"%s\": no such interface: '%s'", host,
                 interface);
        count = -1;
    } else if (count < 0) {
        snprintf(problem, size, "address \"%s\": %s", host,
                 code ? sonde_resolve_code_text(code) : strerror(errno));
    }
    for (ssize_t i = 0; i < count; i++) {
        if (!listen_socket_has_family(listen_addresses,
                                      found[i].storage.ss_family))
            continue;
        any = true;
        if (listen_socket_want(wanted, &found[i], type, false))
            return -1;
    }
    if (count >= 0 && !any)
        snprintf(problem, size, "address \"%s\" has not the family asked for",
                 host);
    return any ? 0 : -1;
}

/* The number of the port for TYPE, or -1.  */
static int
listen_socket_find_port(const struct listen_addresses *listen_addresses,
                        int type, char *problem, size_t size)
{
    struct sonde_target target = {.host = "127.0.0.1",
                                  .service = listen_addresses->port,
                                  .family = AF_INET,
                                  .type = type};
    struct sonde_address found;
    int code = 0;
    if (sonde_resolve(&target, LOOKUP, &found, 1, &code) == 1)
        return sonde_address_port(&found);
    snprintf(problem, size, "there is no port \"%s\" for %s",
             listen_addresses->port, type == SOCK_STREAM ? "TCP" : "UDP");
    errno = 0;
    return -1;
}

static int want_type(struct listen_wants *wanted,
                     const struct listen_addresses *listen_addresses, int type,
                     char *problem, size_t size)
{
    for (size_t i = 0; i < listen_addresses->address_count; i++)
        if (want_host(wanted, listen_addresses, listen_addresses->addresses[i],
                      type, problem, size)) {
            if (*problem)
                errno = 0;
            return -1;
        }
    if (listen_addresses->address_count > 0 ||
        (listen_addresses->unix_path && !listen_addresses->any))
        return 0;
    int port = listen_socket_find_port(listen_addresses, type, problem, size);
    return port < 0
               ? -1
               : want_usual(wanted, listen_addresses, type, (uint16_t)port);
}

static int want_unix(struct listen_wants *wanted,
                     const struct listen_addresses *listen_addresses,
                     char *problem, size_t size)
{
    struct sonde_address address;
    if (sonde_address_unix(&address, listen_addresses->unix_path)) {
        if (!*listen_addresses->unix_path)
            snprintf(problem, size, "--unix wants a path");
        else
            snprintf(problem, size, "%.200s: %s", listen_addresses->unix_path,
                     strerror(errno));
        errno = 0;
        return -1;
    }
    if (socket_access_read(&wanted->access, listen_addresses->unix_mode,
                           listen_addresses->unix_owner, problem, size)) {
        errno = 0;
        return -1;
    }
    return listen_socket_want(
        wanted, &address, listen_addresses->stream ? SOCK_STREAM : SOCK_DGRAM,
        false);
}

static int want_all(struct listen_wants *wanted,
                    const struct listen_addresses *listen_addresses,
                    char *problem, size_t size)
{
    if (listen_addresses->unix_path &&
        want_unix(wanted, listen_addresses, problem, size))
        return -1;
    if (listen_addresses->stream &&
        want_type(wanted, listen_addresses, SOCK_STREAM, problem, size))
        return -1;
    return listen_addresses->datagram
               ? want_type(wanted, listen_addresses, SOCK_DGRAM, problem, size)
               : 0;
}

/* ---- opening ------------------------------------------------------------- */

static int listen_socket_open(const struct listen_want *wanted,
                              struct sonde_queue *queue)
{
    unsigned flags = SONDE_NONBLOCK | SONDE_CLOEXEC;
    return wanted->type == SOCK_DGRAM
               ? sonde_datagram_bind(&wanted->address, flags)
               : sonde_listen(&wanted->address, LISTEN_SOCKET_QUEUE,
                              flags | SONDE_REUSEADDR, queue);
}

/* With pieces that wait for one another's acknowledgement a client can be made
   to wait 40 ms.  Accepted sockets inherit TCP_NODELAY; reception.c makes sure
   of that.  They inherit SO_OOBINLINE from any listener.  */
void listen_socket_set_options(int fd)
{
    int on = 1;
    if (sonde_address_family(fd) == AF_UNIX)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
}

static void note_file(struct listen_socket *listener)
{
    struct stat made;
    if (lstat(socket_file_path(&listener->local), &made))
        return;
    listener->has_file = listener->is_known = true;
    listener->device = made.st_dev;
    listener->inode = made.st_ino;
}

/* Open a UNIX socket, in the place of a file that a dead server left.  LOCK is
   that of its folder, or -1.  */
static int open_unix(const struct listen_want *wanted,
                     struct sonde_queue *queue, int lock)
{
    int fd = listen_socket_open(wanted, queue);
    if (fd < 0 && errno == EADDRINUSE && lock >= 0 &&
        !socket_file_remove_stale(&wanted->address, wanted->type))
        fd = listen_socket_open(wanted, queue);
    return fd;
}

/* The same under the lock.  Where the folder cannot be locked, nothing is
   replaced there.  Nor is it where another process keeps the lock, which any
   user may do in /tmp: a start that needs no file replaced does not depend on
   that.  EBUSY: a file is there, and was not examined.  */
static int open_unix_locked(const struct listen_want *wanted,
                            const struct socket_access *access,
                            struct sonde_queue *queue)
{
    int lock = socket_file_lock(&wanted->address);
    bool is_held = lock < 0 && errno == EAGAIN;
    mode_t mask = socket_access_umask(access);
    int fd = open_unix(wanted, queue, lock);
    if (fd < 0 && is_held && errno == EADDRINUSE)
        errno = EBUSY;
    umask(mask);
    if (fd >= 0 && socket_access_give(access, &wanted->address)) {
        int error = errno;
        unlink(socket_file_path(&wanted->address));
        close(fd);
        errno = error;
        fd = -1;
    }
    int error = errno;
    if (lock >= 0)
        close(lock);
    errno = error;
    return fd;
}

static int open_one(struct listen_socket *listener,
                    const struct listen_want *wanted,
                    const struct socket_access *access)
{
    struct sonde_queue queue = {.backlog = -1};
    bool is_unix = wanted->address.storage.ss_family == AF_UNIX;
    int fd = is_unix ? open_unix_locked(wanted, access, &queue)
                     : listen_socket_open(wanted, &queue);
    if (fd < 0)
        return -1;
    *listener = (struct listen_socket){
        .fd = fd,
        .role = wanted->type == SOCK_DGRAM ? SONDE_DATAGRAM : SONDE_LISTENER,
        .queue = queue.backlog};
    if (is_unix)
        listener->local = wanted->address;
    else if (sonde_address_local(fd, &listener->local)) {
        close(fd);
        return -1;
    }
    if (listener->role == SONDE_LISTENER)
        listen_socket_set_options(fd);
    if (is_unix)
        note_file(listener);
    return 0;
}

static bool listen_socket_is_missing(int error)
{
    return error == EAFNOSUPPORT || error == EPROTONOSUPPORT ||
           error == EADDRNOTAVAIL;
}

/* One try.  PORT is what the first of those with port 0 got.  */
static int open_all(struct listen_sockets *listeners,
                    const struct listen_wants *wanted, size_t *failed)
{
    int port = 0, missing = EADDRNOTAVAIL;
    for (size_t i = 0; i < wanted->count; i++) {
        struct listen_want one = wanted->list[i];
        struct listen_socket *listener = &listeners->list[listeners->count];
        bool chosen = sonde_address_port(&one.address) == 0;
        if (chosen && port > 0)
            sonde_address_set_port(&one.address, (uint16_t)port);
        if (!open_one(listener, &one, &wanted->access)) {
            listeners->count++;
            if (chosen)
                port = sonde_address_port(&listener->local);
            continue;
        }
        *failed = i;
        missing = errno;
        if (!one.optional || !listen_socket_is_missing(errno))
            return -1;
    }
    errno = missing;
    return listeners->count > 0 ? 0 : -1;
}

static bool has_port_zero(const struct listen_wants *wanted)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (sonde_address_port(&wanted->list[i].address) == 0)
            return true;
    return false;
}

static void close_all(struct listen_sockets *listeners)
{
    int saved = errno;
    for (size_t i = 0; i < listeners->count; i++)
        listen_socket_close(&listeners->list[i]);
    listeners->count = 0;
    errno = saved;
}

/* Whether ADDRESS is one of every interface, and says not which.  */
static bool lacks_scope(const struct sonde_address *address)
{
    struct sockaddr_in6 in6;
    if (address->storage.ss_family != AF_INET6)
        return false;
    memcpy(&in6, &address->storage, sizeof in6);
    return IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) && in6.sin6_scope_id == 0;
}

/* What ERROR means at ADDRESS: a path that is in use need not be so by a
   server.  */
static const char *say_why(const struct sonde_address *address, int error)
{
    struct stat found;
    if (error == EBUSY && address->storage.ss_family == AF_UNIX)
        return "it is there already; whether a server still listens there was "
               "not examined, since another process has locked its folder "
               "(flock)";
    if (error == EINVAL && lacks_scope(address))
        return "a link-local address wants its interface, as in fe80::1%eth0";
    if (error != EADDRINUSE || address->storage.ss_family != AF_UNIX ||
        lstat(socket_file_path(address), &found) || S_ISSOCK(found.st_mode))
        return strerror(error);
    return S_ISDIR(found.st_mode) ? "it is a directory"
                                  : "it is there already, and is no socket";
}

int listen_sockets_open(struct listen_sockets *listeners,
                        const struct listen_addresses *listen_addresses,
                        char *problem, size_t size)
{
    struct listen_wants *wanted = calloc(1, sizeof *wanted);
    size_t failed = 0;
    char text[LOG_ADDRESS];
    *problem = '\0';
    int result =
        wanted ? want_all(wanted, listen_addresses, problem, size) : -1;
    if (!result) {
        int tries = has_port_zero(wanted) ? TRIES : 1;
        result = -1;
        for (int i = 0; i < tries && result; i++) {
            result = open_all(listeners, wanted, &failed);
            if (result)
                close_all(listeners);
            if (result && errno != EADDRINUSE)
                break;
        }
        if (result) {
            log_address(&wanted->list[failed].address, text);
            snprintf(problem, size, "cannot listen on %s: %s", text,
                     say_why(&wanted->list[failed].address, errno));
        }
    } else if (!*problem && errno == ENOSPC) {
        snprintf(problem, size,
                 "that is more than %d sockets: let another server have some "
                 "of the addresses",
                 LISTEN_SOCKETS_MAX);
    } else if (!*problem) {
        snprintf(problem, size, "%s", strerror(errno));
    }
    int saved = errno;
    free(wanted);
    errno = saved;
    return result;
}

/* The file of an inherited UNIX socket.  A relative path says nothing: who
   bound it may have stood in another folder.  */
static void find_inherited_file(struct listen_socket *listener)
{
    struct stat found;
    if (listener->local.storage.ss_family != AF_UNIX ||
        *socket_file_path(&listener->local) != '/' ||
        stat(socket_file_path(&listener->local), &found) ||
        !S_ISSOCK(found.st_mode))
        return;
    listener->is_known = true;
    listener->device = found.st_dev;
    listener->inode = found.st_ino;
}

/* Whether ADDRESS, without a port, is that of LISTENER, or its file is FILE. */
static bool is_its_file(const struct listen_socket *listener,
                        const struct sonde_address *address,
                        const struct stat *file)
{
    if (!sonde_address_compare(&listener->local, address))
        return true;
    return file && listener->is_known && file->st_dev == listener->device &&
           file->st_ino == listener->inode;
}

bool listen_sockets_have(const struct listen_sockets *listeners,
                         const struct sonde_address *address)
{
    char path[sizeof address->storage + 1] = "";
    struct stat file;
    int port = sonde_address_port(address);
    size_t start = offsetof(struct sockaddr_un, sun_path);
    if (port < 0 && address->length > start)
        memcpy(path, socket_file_path(address), address->length - start);
    bool has_file = *path && !stat(path, &file);
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listen_socket *listener = &listeners->list[i];
        if (listener->role != SONDE_DATAGRAM)
            continue;
        if (port >= 0 ? port == sonde_address_port(&listener->local)
                      : is_its_file(listener, address, has_file ? &file : NULL))
            return true;
    }
    return false;
}

bool listen_socket_is_served(const struct sonde_inherited *found)
{
    return found->role != SONDE_DATAGRAM || found->family == AF_INET ||
           found->family == AF_INET6 || found->family == AF_UNIX;
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
        .fd = found->fd, .role = found->role, .queue = -1, .inherited = true};
    int flags = fcntl(found->fd, F_GETFL);
    if (flags < 0 || sonde_address_local(found->fd, &listener->local))
        return -1;
    listener->was_blocking = !(flags & O_NONBLOCK);
    if (listener->was_blocking && fcntl(found->fd, F_SETFL, flags | O_NONBLOCK))
        return -1;
    if (listener->role == SONDE_LISTENER)
        listen_socket_set_options(found->fd);
    else if (sonde_datagram_prepare(found->fd))
        return -1;
    find_inherited_file(listener);
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
    if (lstat(path, &now) || now.st_dev != listener->device ||
        now.st_ino != listener->inode)
        return;
    if (unlink(path))
        log_line("%s stays there: %s", path, strerror(errno));
}

void listen_sockets_warn_files(const struct listen_sockets *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listen_socket *listener = &listeners->list[i];
        if (listener->has_file && !socket_file_is_removable(&listener->local))
            log_line("%s will stay there at the end, since this user may not "
                     "remove it; the next start replaces it",
                     socket_file_path(&listener->local));
    }
}

/* Have an inherited socket block again: the flag is shared with the process
   that passed the socket, and with the next server.  */
static void restore_blocking(const struct listen_socket *listener)
{
    int flags = listener->was_blocking ? fcntl(listener->fd, F_GETFL) : -1;
    if (flags >= 0)
        fcntl(listener->fd, F_SETFL, flags & ~O_NONBLOCK);
}

void listen_socket_close(struct listen_socket *listener)
{
    if (listener->fd < 0)
        return;
    restore_blocking(listener);
    /* As long as it is open nobody takes the file for a stale one.  */
    listen_socket_unlink(listener);
    close(listener->fd);
    listener->fd = -1;
}

void listen_socket_leave(struct listen_socket *listener)
{
    if (listener->fd >= 0)
        close(listener->fd);
    listener->fd = -1;
}

void listen_sockets_leave(struct listen_sockets *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        listen_socket_leave(&listeners->list[i]);
}

static const char *kind_of(const struct listen_socket *listener)
{
    bool is_datagram = listener->role == SONDE_DATAGRAM;
    switch (listener->local.storage.ss_family) {
    case AF_INET:
    case AF_INET6:
        return is_datagram ? "UDP" : "TCP";
    case AF_UNIX:
        return is_datagram ? "UNIX datagrams" : "UNIX stream";
    default:
        return "stream of another address family";
    }
}

void listen_sockets_announce(const struct listen_sockets *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listen_socket *listener = &listeners->list[i];
        char text[LOG_ADDRESS], queue[48] = "";
        log_address(&listener->local, text);
        if (listener->queue >= 0 && listener->queue < LISTEN_SOCKET_QUEUE)
            snprintf(queue, sizeof queue, ", %ld may wait", listener->queue);
        log_line("listening on %s, %s%s", text, kind_of(listener), queue);
    }
}
