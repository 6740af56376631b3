/* client.c - connect a client, and explain errors
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "base/monotonic.h"
#include "base/write.h"
#include "clients/client.h"

enum client_end client_fail(struct client *client, enum client_end end,
                            const char *format, ...)
{
    va_list arguments;
    int used =
        snprintf(client->text, sizeof client->text, "%s: ", client->name);
    va_start(arguments, format);
    vsnprintf(client->text + used, sizeof client->text - (size_t)used, format,
              arguments);
    va_end(arguments);
    return client->end = end;
}

enum client_end client_trouble(struct client *client, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(client->text, sizeof client->text, format, arguments);
    va_end(arguments);
    return client->end = CLIENT_TROUBLE;
}

const char *client_print_time(int64_t ns, char text[CLIENT_TIME_TEXT])
{
    /* From 999.5 on the unit is the next: 1 ms, and not 1000 us.  */
    bool is_us = ns < 999500, is_ms = ns < 999500000;
    int64_t unit = is_us ? 1000 : is_ms ? 1000000 : 1000000000;
    const char *name = is_us ? "us" : is_ms ? "ms" : "s";
    int64_t tenths = ns / unit * 10 + (ns % unit * 10 + unit / 2) / unit;
    /* Rounded once: a second time would make 102 of 101.45.  */
    if (tenths >= 1000)
        tenths = (ns / unit + (ns % unit + unit / 2) / unit) * 10;
    if (tenths % 10 == 0)
        snprintf(text, CLIENT_TIME_TEXT, "%" PRId64 " %s", tenths / 10, name);
    else
        snprintf(text, CLIENT_TIME_TEXT, "%" PRId64 ".%" PRId64 " %s",
                 tenths / 10, tenths % 10, name);
    return text;
}

const char *client_print_address(const struct sonde_address *address,
                                 char text[CLIENT_ADDRESS_TEXT])
{
    struct sonde_address bare = *address;
    int port = sonde_address_port(address);
    if (port > 0)
        sonde_address_set_port(&bare, 0);
    if (sonde_address_print(&bare, text, SONDE_ADDRESS_TEXT) < 0)
        strcpy(text, "(unknown address)");
    endpoint_show_abstract(text);
    if (port >= 0)
        snprintf(text + strlen(text), CLIENT_ADDRESS_TEXT - SONDE_ADDRESS_TEXT,
                 " port %d", port);
    return text;
}

/* ---- errors as sentences ------------------------------------------- */

/* For each status of the library: the end, and a text after strerror's.  */
static const struct {
    enum client_end end;
    const char *more;
} ends[] = {
    [SONDE_CONNECT_CONNECTED] = {CLIENT_DONE, ""},
    [SONDE_CONNECT_REFUSED] = {CLIENT_REFUSED, ""},
    [SONDE_CONNECT_TIMED_OUT] = {CLIENT_TIMED_OUT, ""},
    [SONDE_CONNECT_HOST_UNREACHABLE] =
        {CLIENT_HOST_UNREACHABLE,
         " (reported by a router, or no host has this address)"},
    [SONDE_CONNECT_NETWORK_UNREACHABLE] = {CLIENT_NETWORK_UNREACHABLE,
                                           " (no route from this host)"},
    [SONDE_CONNECT_NAME_UNKNOWN] = {CLIENT_NAME_UNKNOWN, ""},
    [SONDE_CONNECT_NAME_NO_ANSWER] = {CLIENT_NAME_NO_ANSWER, ""},
    [SONDE_CONNECT_SOURCE_NOT_LOCAL] =
        {CLIENT_SOURCE_NOT_LOCAL,
         " (no such source address on this host, or none with a route)"},
    [SONDE_CONNECT_PORT_IN_USE] = {CLIENT_PORT_IN_USE, " (the source port)"},
    [SONDE_CONNECT_PERMISSION] =
        {CLIENT_PERMISSION,
         " (a firewall, a broadcast address, or a source port below 1024)"},
    [SONDE_CONNECT_RESET] = {CLIENT_CLOSED_EARLY, ""},
    [SONDE_CONNECT_RESOURCES] = {CLIENT_TROUBLE, ""},
    [SONDE_CONNECT_ABANDONED] = {CLIENT_TROUBLE, ""},
    [SONDE_CONNECT_OTHER] = {CLIENT_TROUBLE, ""},
};

enum client_end client_end_of(enum sonde_connect_status status)
{
    return ends[status].end;
}

/* Print in TIME how long the client waited without a reply: the timeout of the
   target, if given, once less than 1 ms is left until the deadline of CLIENT;
   otherwise WAITED_NS, rounded to milliseconds.  Returns TIME.  */
static const char *print_waited(const struct client *client, int64_t waited_ns,
                                char time[CLIENT_TIME_TEXT])
{
    int64_t given = (int64_t)client->target->timeout * 1000000;
    bool is_over = given > 0 && client->deadline - monotonic_now() < 1000000;
    return client_print_time(
        is_over ? given : (waited_ns + 500000) / 1000000 * 1000000, time);
}

enum client_end client_output_lost(struct client *client, int error)
{
    if (write_has_no_reader(error))
        return client->end = CLIENT_TROUBLE;
    return client_trouble(client, "cannot write standard output: %s",
                          strerror(error));
}

/* Set and return the end of STATUS.  The text, after the name of CLIENT:
   "unexpected error: " for SONDE_CONNECT_OTHER; strerror's text for ERROR, an
   errno; the explanation of STATUS, unless the target is a path; COMMA (", " or
   empty); WHERE, as for client_lost.  */
static enum client_end client_fail_by(struct client *client,
                                      enum sonde_connect_status status,
                                      int error, const char *comma,
                                      const char *where)
{
    return client_fail(
        client, ends[status].end, "%s%s%s%s%s",
        status == SONDE_CONNECT_OTHER ? "unexpected error: " : "",
        strerror(error), client->target->path ? "" : ends[status].more, comma,
        where);
}

enum client_end client_lost(struct client *client, int error, int64_t waited_ns,
                            const char *where)
{
    char time[CLIENT_TIME_TEXT];
    const char *comma = *where ? ", " : "";
    const char *causes =
        client->target->type != SOCK_DGRAM ? ""
        : client->target->path
            ? " (the server does not reply, or may not write to this client's "
              "socket)"
            : " (lost, dropped by a firewall, or no server: UDP reports none "
              "of these)";
    if (error != EAGAIN)
        return client_fail_by(client, sonde_connect_status(error), error, comma,
                              where);
    return client_fail(client, *causes ? CLIENT_SILENCE : CLIENT_TIMED_OUT,
                       "no reply within %s%s%s%s",
                       print_waited(client, waited_ns, time), comma, where,
                       causes);
}

/* What the user can correct in TARGET after ERROR of connect: a constant; NULL
   if nothing is known.  For a host: a link-local IPv6 address without interface
   (EINVAL), a source with port 0 when no local port is free (EADDRINUSE).  For
   a path: too long (ENAMETOOLONG), a socket of the other type (EPROTOTYPE), no
   permission (EACCES), an abstract name on a system without any (ENOTSUP).  */
static const char *client_find_advice(const struct client_target *target,
                                      int error)
{
    if (error == EADDRINUSE && target->source &&
        sonde_address_port(target->source) == 0)
        return "no local port is free at the source address";
    if (!target->path)
        return error == EINVAL && !strncasecmp(target->host, "fe80:", 5) &&
                       !strchr(target->host, '%')
                   ? "a link-local address needs its interface, as in "
                     "fe80::1%eth0"
                   : NULL;
    switch (error) {
    case ENAMETOOLONG:
        return "the path is too long for a UNIX socket";
    case EPROTOTYPE:
        return target->type == SOCK_DGRAM ? "a stream socket: leave out -u"
                                          : "a datagram socket: use -u";
    case EACCES:
        return "no permission for this file or for a folder of its path";
    case ENOTSUP:
        return *target->path == '@'
                   ? "@NAME is for Linux, a path that begins so is ./@NAME"
                   : NULL;
    default:
        return NULL;
    }
}

/* Set the end and the text of CLIENT by the status in its report, and return
   the end: why connect or the name lookup failed with ERROR, an errno.  The
   text has the reason of the lookup, the time waited for connect, or the text
   of ERROR with advice for the user if known.  A missing interface in the host
   is CLIENT_NAME_UNKNOWN, for any status but refused, timed out and reset.  */
static enum client_end client_explain(struct client *client, int error)
{
    const struct client_target *target = client->target;
    enum sonde_connect_status status = client->report.status;
    char time[CLIENT_TIME_TEXT], interface[64];
    if (target->host && status != SONDE_CONNECT_REFUSED &&
        status != SONDE_CONNECT_TIMED_OUT && status != SONDE_CONNECT_RESET &&
        endpoint_lacks_interface(target->host, interface, sizeof interface))
        return client_fail(client, CLIENT_NAME_UNKNOWN,
                           "no such interface: '%s'", interface);
    if (status == SONDE_CONNECT_NAME_UNKNOWN ||
        status == SONDE_CONNECT_NAME_NO_ANSWER)
        return client_fail(client, ends[status].end, "%s",
                           client->report.code
                               ? sonde_resolve_code_text(client->report.code)
                               : sonde_connect_status_text(status));
    if (status == SONDE_CONNECT_OTHER && client->report.code)
        return client_fail(client, ends[status].end, "%s: %s",
                           sonde_resolve_code_text(client->report.code),
                           strerror(error));
    if (status == SONDE_CONNECT_TIMED_OUT)
        return client_fail(
            client, CLIENT_TIMED_OUT, "connection timed out after %s (%s)",
            print_waited(client, client->connect_ns, time),
            target->path ? "full listen queue"
                         : "firewall, full listen queue, or host down");
    const char *advice = client_find_advice(target, error);
    if (advice)
        return client_fail(client, ends[status].end, "%s (%s)", strerror(error),
                           advice);
    return client_fail_by(client, status, error, "", "");
}

/* ---- connect ---------------------------------------------------------- */

/* A UNIX datagram client's socket and its folder, or empty; 104 bytes is the
   size of such a path on any system.  */
enum { OWN_PATH = 104 };
static char own_path[OWN_PATH], own_folder[OWN_PATH];

/* Remove the client's own datagram socket and folder (async-signal-safe).
   Failures are ignored; own_path and own_folder stay.  */
static void remove_own_path(void)
{
    unlink(own_path);
    rmdir(own_folder);
}

/* The handler: remove socket and folder, restore the default action of SIGNO,
   and raise SIGNO, which ends the process.  */
static void on_end(int signo)
{
    remove_own_path();
    sonde_signal(signo, SIG_DFL, SONDE_RESTART);
    raise(signo);
}

/* Have the signals that others send to end a process, unless ignored or
   handled, call on_end, which removes the client's own files before the process
   ends.  */
static void client_watch_signals(void)
{
    static const int signals[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
                                  SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU};
    struct sigaction prev;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (!sigaction(signals[i], NULL, &prev) && prev.sa_handler == SIG_DFL)
            sonde_signal(signals[i], on_end, SONDE_RESTART);
}

/* Make a folder of mode 0711 for the client's own UNIX datagram socket, which
   without an address gets no replies: below TMPDIR if that is an absolute path
   and short enough, else below /tmp.  Sets own_folder and own_path; the signals
   of client_watch_signals remove the folder as soon as it exists.  The socket
   is not made.  Returns 0, with the path to bind in *SOURCE; or -1 with errno,
   and, if no folder of that mode was made, with end and text of CLIENT set and
   no folder left.  */
static int make_own_path(struct client *client, struct sonde_address *source)
{
    static const char template[] = "/sonde-XXXXXX", name[] = "/client";
    enum { FOLDER_MAX = OWN_PATH - sizeof name };
    enum { WHERE_MAX = FOLDER_MAX + 1 - sizeof template };
    const char *where = getenv("TMPDIR");
    if (!where || *where != '/' || strlen(where) > WHERE_MAX)
        where = "/tmp";
    snprintf(own_folder, sizeof own_folder, "%.*s%s", (int)WHERE_MAX, where,
             template);
    /* Before mkdtemp, which writes the name and then makes the folder; but not
       while own_folder is the beginning of the path.  */
    client_watch_signals();
    /* A server of another user needs access.  */
    bool is_made = mkdtemp(own_folder) != NULL;
    if (!is_made || chmod(own_folder, 0711)) {
        int error = errno;
        client_trouble(client,
                       "cannot make a folder in %s for this client's own "
                       "socket: %s; set TMPDIR to a writable folder",
                       where, strerror(error));
        if (is_made)
            rmdir(own_folder);
        *own_folder = '\0';
        errno = error;
        return -1;
    }
    snprintf(own_path, sizeof own_path, "%.*s%s", (int)FOLDER_MAX, own_folder,
             name);
    return sonde_address_unix(source, own_path);
}

/* Set *SOURCE to the address of this client's own datagram socket.  For a
   server with a path: a path in a new folder, which make_own_path makes.  For a
   server with an abstract name, which may have another file system: an address
   without a name, for which the kernel chooses an abstract name at bind
   (autobind).  Returns 0; or -1 as make_own_path.  */
static int make_own_address(struct client *client, struct sonde_address *source)
{
    if (*client->target->path != '@')
        return make_own_path(client, source);
    *source = (struct sonde_address){
        .storage.ss_family = AF_UNIX,
        .length = offsetof(struct sockaddr_un, sun_path)};
    return 0;
}

/* Connect to the UNIX socket of the target within TIMEOUT milliseconds.  A
   datagram socket is bound to the address of make_own_address, and the source
   of OPTIONS is ignored; a path is made writable for all users, if possible.
   Returns the descriptor; or -1 with errno and the status in the report, and
   with end and text of CLIENT set only if make_own_path sets them.  A folder,
   once made, stays until client_close.  */
static int connect_path(struct client *client, int timeout,
                        const struct sonde_connect_options *options)
{
    struct sonde_connect_options own = *options;
    struct sonde_address server, source;
    bool is_datagram = options->type == SOCK_DGRAM;
    if (sonde_address_unix_name(&server, client->target->path) ||
        (is_datagram && make_own_address(client, &source))) {
        client->report.status = sonde_connect_status(errno);
        return -1;
    }
    if (is_datagram)
        own.source = &source;
    int fd = sonde_connect(&server, 1, timeout, &own, &client->report);
    /* A server of another user must be able to reply.  The kernel discards
       datagrams of all other senders, since the socket is connected.  */
    if (fd >= 0 && is_datagram && *own_path)
        chmod(own_path, 0666);
    return fd;
}

/* Write the target to the name of CLIENT, and connect within the timeout of the
   target, by default CLIENT_TIMEOUT.  Returns the descriptor; or -1 with errno
   and the status in the report.  The end and text of CLIENT are set only if no
   folder for the client's own UNIX socket could be made.  */
static int connect_target(struct client *client)
{
    const struct client_target *target = client->target;
    int timeout = target->timeout > 0 ? target->timeout : CLIENT_TIMEOUT;
    struct sonde_connect_options options = {
        .type = target->type,
        .flags = SONDE_NONBLOCK | SONDE_CLOEXEC,
        .family = target->family,
        .source = target->source,
    };
    if (target->path) {
        snprintf(client->name, sizeof client->name, "%s", target->path);
        return connect_path(client, timeout, &options);
    }
    snprintf(client->name, sizeof client->name, "%s port %s", target->host,
             target->service);
    return sonde_connect_name(target->host, target->service, timeout, &options,
                              &client->report);
}

/* Set the options of the socket of CLIENT, if TCP: small writes are sent at
   once; keepalive if configured, with the result in CLIENT->keepalive.  Errors
   are ignored: the exchange works without these options.  */
static void client_set_options(struct client *client)
{
    int on = 1;
    if (client->target->type != SOCK_STREAM || client->target->path)
        return;
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (client->target->keepalive > 0)
        client->keepalive =
            sonde_keepalive(client->fd, client->target->keepalive);
}

enum client_end client_connect(struct client *client,
                               const struct client_target *target)
{
    int64_t start = monotonic_now();
    *client = (struct client){
        .target = target,
        .deadline = sonde_deadline(target->timeout > 0 ? target->timeout : -1)};
    client->fd = connect_target(client);
    int error = errno;
    client->connect_ns = monotonic_now() - start;
    if (client->fd >= 0)
        client_set_options(client);
    else if (client->end == CLIENT_DONE)
        client_explain(client, error);
    return client->end;
}

void client_close(struct client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    if (*own_folder)
        remove_own_path();
    *own_path = *own_folder = '\0';
}

void client_extend_deadline(struct client *client, int64_t since)
{
    if (client->deadline != SONDE_NEVER)
        client->deadline += monotonic_now() - since;
}

int64_t client_reply_deadline(const struct client *client)
{
    if (client->deadline != SONDE_NEVER)
        return client->deadline;
    return sonde_deadline(client->target->type == SOCK_DGRAM
                              ? CLIENT_DATAGRAM_TIMEOUT
                              : CLIENT_TIMEOUT);
}
