/* loopback.c - sockets on the loopback interface, to put questions to
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/names.h"
#include "base/queue-client.h"
#include "base/wait.h"
#include "probes/behaviour/loopback.h"
#include "probes/run/namespace.h"

int tcp_socket(struct probe *probe)
{
    return probe_check(probe, socket(AF_INET, SOCK_STREAM, 0), "socket");
}

struct sockaddr_in loopback_address(in_port_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = port};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int bind_to(int fd, const struct sockaddr_in *address)
{
    const void *storage = address;
    return resource_check(bind(fd, storage, sizeof *address), "bind");
}

int connect_to(int fd, const struct sockaddr_in *address)
{
    const void *storage = address;
    return resource_check(connect(fd, storage, sizeof *address), "connect");
}

struct sockaddr_in local_address(struct probe *probe, int fd)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    probe_check(probe, getsockname(fd, (struct sockaddr *)&address, &length),
                "getsockname");
    return address;
}

int tcp_socket_with(struct probe *probe, int option)
{
    int fd = tcp_socket(probe);
    if (option)
        probe_check(probe, set_int(fd, SOL_SOCKET, option, 1), "setsockopt");
    return fd;
}

int tcp_bound(struct probe *probe, int option)
{
    int fd = tcp_socket_with(probe, option);
    struct sockaddr_in address = loopback_address(0);
    probe_check(probe, bind_to(fd, &address), "bind");
    return fd;
}

int tcp_listener(struct probe *probe, int backlog)
{
    int fd = tcp_bound(probe, 0);
    probe_check(probe, listen(fd, backlog), "listen");
    return fd;
}

int tcp_client(struct probe *probe, int listener)
{
    struct sockaddr_in address = local_address(probe, listener);
    int fd = tcp_socket(probe);
    probe_check(probe, connect_to(fd, &address), "connect");
    return fd;
}

struct pair tcp_pair(struct probe *probe)
{
    struct pair pair;
    pair.listener = tcp_listener(probe, 8);
    pair.client = tcp_client(probe, pair.listener);
    pair.server =
        probe_check(probe, accept(pair.listener, NULL, NULL), "accept");
    return pair;
}

int set_int(int fd, int level, int option, int value)
{
    return resource_check(setsockopt(fd, level, option, &value, sizeof value),
                          "setsockopt");
}

int get_int(int fd, int level, int option, int otherwise)
{
    int value = 0;
    socklen_t size = sizeof value;
    if (resource_check(getsockopt(fd, level, option, &value, &size),
                       "getsockopt"))
        return otherwise;
    return size == 1 ? *(unsigned char *)&value : value;
}

int need_int(struct probe *probe, int fd, int level, int option)
{
    errno = 0;
    int value = get_int(fd, level, option, INT_MIN);
    if (value == INT_MIN && errno)
        probe_check(probe, -1, "getsockopt");
    return value;
}

/* Whether FD need not be reset, after SO_LINGER failed with ERROR: for EBADF if
   FD is not open; for EINVAL, as of macOS, if FD has no peer any more.  False
   for any other ERROR.  Changes errno.  */
static bool loopback_is_over(int fd, int error)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    if (error == EBADF)
        return fcntl(fd, F_GETFD) < 0;
    return error == EINVAL && getpeername(fd, (struct sockaddr *)&peer, &size);
}

void end_by_reset(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0)
        return;
    int error = errno;
    if (loopback_is_over(fd, error))
        return;
    errno = error;
    question_check(-1, "setsockopt");
}

void reset(int fd)
{
    if (fd < 0)
        return;
    end_by_reset(fd);
    close(fd);
}

int need_flags(int fd, int get)
{
    return question_check(fcntl(fd, get), "fcntl");
}

void set_nonblocking(int fd, bool on)
{
    int flags = need_flags(fd, F_GETFL);
    flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    question_check(fcntl(fd, F_SETFL, flags), "fcntl");
}

const char *try_read(int fd)
{
    char byte;
    return result_text(recv(fd, &byte, 1, MSG_DONTWAIT));
}

const char *try_write(int fd)
{
    return result_text(send(fd, "x", 1, MSG_DONTWAIT));
}

void send_byte(struct probe *probe, int fd)
{
    probe_check(probe, (int)send(fd, "x", 1, 0), "send");
}

int receive_byte(int fd)
{
    char byte;
    return resource_check((int)recv(fd, &byte, 1, 0), "recv");
}

int receive_end(struct probe *probe, int fd)
{
    return probe_check(probe, receive_byte(fd), "recv");
}

int drain(struct probe *probe, int listener)
{
    int count = 0, tries = 0;
    while (count < DRAIN_MAX) {
        int fd = resource_check(accept(listener, NULL, NULL), "accept");
        if (fd >= 0) {
            reset(fd);
            count++;
        } else if (errno == EAGAIN) {
            return count;
        } else if (!wait_retry(&tries)) {
            probe_check(probe, fd, "accept");
        }
    }
    return count;
}

/* Write to FD, which is non-blocking, in blocks of 4096 bytes while a block or
   a part fits, then in single bytes, until no byte fits, 4096 single bytes were
   tried, or ENOUGH bytes are written (or more, by less than a block).  Returns
   the number of bytes.  EINTR is retried; after another error than that of full
   buffers the question is skipped.  */
static long loopback_write_full(struct probe *probe, int fd, long enough)
{
    static char block[4096];
    long total = 0;
    int tries = 0, singles = 0;
    size_t size = sizeof block;
    while (size > 0 && total < enough && singles < (int)sizeof block) {
        int sent = resource_check((int)send(fd, block, size, 0), "send");
        bool is_full = sent == 0 || (sent < 0 && errno == EAGAIN);
        if (sent < 0 && !is_full && !wait_retry(&tries))
            probe_check(probe, -1, "send");
        total += sent > 0 ? sent : 0;
        singles += size == 1;
        if (is_full)
            size /= sizeof block;
    }
    return total;
}

long fill_buffers(struct probe *probe, int fd, long enough)
{
    long total = 0;
    set_nonblocking(fd, true);
    for (int round = 0, idle = 0; round < 30 && idle < 3 && total < enough;
         round++) {
        long written = loopback_write_full(probe, fd, enough - total);
        idle = written ? 0 : idle + 1;
        total += written;
        settle(probe);
    }
    return total;
}

void set_timeout(struct probe *probe, int fd, int option, int milliseconds)
{
    struct timeval time = {milliseconds / 1000, milliseconds % 1000 * 1000};
    probe_check(probe, setsockopt(fd, SOL_SOCKET, option, &time, sizeof time),
                "setsockopt");
}

short wait_for(int fd, short events, int timeout)
{
    int ready = question_check(wait_one(fd, events, timeout), "poll");
    return (short)(ready > 0 ? ready : 0);
}

short wait_input(int fd)
{
    return wait_for(fd, POLLIN, LOOPBACK_TIMEOUT);
}

const char *poll_text(int fd)
{
    return poll_names(wait_for(fd, POLLIN | POLLOUT, 0));
}

int select_input(struct probe *probe, int fd, struct timeval *time)
{
    fd_set set;
    if (fd < 0 || fd >= FD_SETSIZE)
        probe_skip(probe, "select: no descriptor below %d is free", FD_SETSIZE);
    FD_ZERO(&set);
    /* A type whose sign neither musl's macro minds, nor glibc's with
       _FORTIFY_SOURCE where long has 32 bits.  */
    FD_SET((unsigned short)fd, &set);
    return resource_check(select(fd + 1, &set, NULL, NULL, time), "select");
}

/* A failed attempt may leave a process in a user namespace without a network
   namespace, so a child makes the attempt first.  */
void enter_private_network(void)
{
    struct namespace_trouble trouble;
    int status = 1;
    pid_t child = resource_check(fork(), "fork");
    if (child == 0)
        _exit(namespace_enter(&trouble) ? 1 : 0);
    if (child > 0 && wait_child(child, &status, LOOPBACK_TIMEOUT) > 0 &&
        status == 0)
        namespace_enter(&trouble);
}

void settle(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    char byte = 0;
    for (int i = 0; i < 3; i++) {
        probe_check(probe, (int)send(pair.client, &byte, 1, 0), "send");
        probe_check(probe, (int)recv(pair.server, &byte, 1, 0), "recv");
    }
    wait_pause(5);
    reset(pair.client);
    reset(pair.server);
    close(pair.listener);
}

/* Connect a client to ADDRESS without blocking, and wait up to 40 ms for the
   outcome; without one, settle, and look once more.  Returns the connected
   non-blocking descriptor, or -1 with errno; ETIMEDOUT: no reply, although the
   connection of settle succeeded.  A client that is not connected is closed by
   RST.  If settle or poll fails, the question is skipped.  */
static int loopback_try_client(struct probe *probe,
                               const struct sockaddr_in *address)
{
    int fd = tcp_socket(probe);
    set_nonblocking(fd, true);
    enum client_state state = CLIENT_FAILED;
    if (!connect_to(fd, address) || errno == EINPROGRESS) {
        if (!wait_for(fd, POLLOUT, 40))
            settle(probe);
        state = queue_client_check(fd);
    }
    if (state == CLIENT_CONNECTED)
        return fd;
    if (state == CLIENT_UNKNOWN)
        probe_check(probe, -1, QUEUE_CLIENT_CALLS);
    int error = state == CLIENT_PENDING ? ETIMEDOUT : errno;
    reset(fd);
    errno = error;
    return resource_check(-1, "connect");
}

void skip_unreached(struct probe *probe, int error)
{
    static const int local[] = {ENETUNREACH, ENETDOWN, EHOSTUNREACH,
                                EADDRNOTAVAIL};
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        if (error == local[i])
            probe_skip(probe, "connect: %s", errno_name(error));
}

/* Whether the client FD, connected before, has not been reset since.  The
   question is skipped if a call fails.  */
static bool loopback_is_connected(struct probe *probe, int fd)
{
    return probe_check(probe, (int)queue_clients_connected(&fd, 1),
                       QUEUE_CLIENT_CALLS) > 0;
}

/* Whether LISTENER defers handshakes: then the full queue is the SYN queue.
   Without a readable TCP_DEFER_ACCEPT false.  */
static bool loopback_is_deferred(int listener)
{
#ifdef TCP_DEFER_ACCEPT
    return get_int(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 0) != 0;
#else
    return false;
#endif
}

/* Called after a client was rejected.  Skip the question if the kernel reports
   room in the accept queue of LISTENER (not checked if handshakes are
   deferred), or that the number of drops is still DROPS, as before that client
   (-1: unknown).  Without a report nothing is done.  */
static void loopback_skip_disturbed(struct probe *probe, int listener,
                                    long drops)
{
    struct sonde_queue queue;
    if (sonde_queue(listener, &queue))
        return;
    if ((!loopback_is_deferred(listener) && queue.queued < queue.backlog) ||
        (queue.drops >= 0 && queue.drops == drops))
        probe_skip(probe,
                   "disturbed: a client was rejected though the kernel "
                   "counts room in the queue (lost packets, or a firewall?)");
}

/* Some kernels accept every client and then reset the clients for which there
   is no room (FreeBSD). Mostly the RST of one client has arrived when the next
   client is connected; a later RST is found at the end.  */
int fill_queue(struct probe *probe, int listener, int max, bool dead, int *fds,
               int *next)
{
    struct sockaddr_in address = local_address(probe, listener);
    int count = 0, live = 0;
    *next = 0;
    while (count < max) {
        struct sonde_queue queue;
        long drops = sonde_queue(listener, &queue) ? -1 : queue.drops;
        int fd = loopback_try_client(probe, &address);
        if (fd < 0) {
            *next = errno;
            skip_unreached(probe, *next);
            loopback_skip_disturbed(probe, listener, drops);
            break;
        }
        if (dead)
            reset(fd);
        else
            fds[count] = fd;
        count++;
        if (!dead && count > 1 && !loopback_is_connected(probe, fds[count - 2]))
            break;
    }
    if (dead)
        return count;
    settle(probe);
    for (int i = 0; i < count; i++)
        if (loopback_is_connected(probe, fds[i]))
            fds[live++] = fds[i];
        else
            reset(fds[i]);
    if (live < count)
        *next = ECONNRESET;
    return live;
}
