/* queue-client.c - clients that only connect, and listeners that never accept
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/queue-client.h"
#include "base/wait.h"

int queue_client_socket(int family)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int fd = sonde_socket(family, SOCK_STREAM, SONDE_NONBLOCK | SONDE_CLOEXEC);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset))
        descriptor_close(&fd);
    return fd;
}

int queue_client_bind(int fd, const struct sonde_address *address)
{
    const void *storage = &address->storage;
    return bind(fd, storage, address->length);
}

/* Bind FD to loopback and an ephemeral port.  Returns 0, or -1 with errno.  */
static int bind_loopback(int fd, int family)
{
    struct sonde_address address;
    return sonde_address_loopback(&address, family, 0)
               ? -1
               : queue_client_bind(fd, &address);
}

/* Bind FD to an unused abstract name, which begins with NUL, and exists in no
   file system.  Linux chooses a name for an address that ends behind its
   family.  gVisor fails with EINVAL then: FD is bound to "sonde-PID-COUNT".
   Other systems have no such names.  Returns 0, or -1 with the errno of
   bind.  */
static int bind_unix(int fd)
{
    static unsigned count;
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    const void *address = &name;
    socklen_t length = offsetof(struct sockaddr_un, sun_path);
    if (!bind(fd, address, length))
        return 0;
    if (errno != EINVAL)
        return -1;
    length +=
        1 + (socklen_t)snprintf(name.sun_path + 1, sizeof name.sun_path - 1,
                                "sonde-%ld-%u", (long)getpid(), ++count);
    return bind(fd, address, length);
}

int queue_listener(int family, int backlog, const char **failed)
{
    *failed = "socket";
    int fd = queue_client_socket(family);
    if (fd < 0)
        return -1;
    *failed = "bind";
    int status = family == AF_UNIX ? bind_unix(fd) : bind_loopback(fd, family);
    if (!status) {
        *failed = "listen";
        status = listen(fd, backlog);
    }
    if (status)
        descriptor_close(&fd);
    return fd;
}

/* EAGAIN alone does not prove an empty queue: a connection may have come since.
   But a listener that stays readable without one is no queue.  */
long queue_accept(int listener, long max, const char **failed)
{
    enum { ROW_MAX = 64 };
    long count = 0;
    int events = POLLIN, row = 0;
    *failed = NULL;
    for (long calls = 0; calls < max && events & POLLIN; calls++) {
        int fd = sonde_accept(listener, NULL, SONDE_CLOEXEC);
        if (fd >= 0) {
            close(fd);
            count++;
            row = 0;
        } else if (errno != EAGAIN || ++row == ROW_MAX) {
            *failed = "accept";
            break;
        } else if ((events = wait_one(listener, POLLIN, 0)) < 0) {
            *failed = "poll";
            break;
        }
    }
    return count;
}

enum client_state queue_client_connect(int fd,
                                       const struct sonde_address *address)
{
    const void *storage = &address->storage;
    /* After EINTR the kernel goes on connecting; do not call connect again.  */
    if (!connect(fd, storage, address->length) || errno == EINPROGRESS ||
        errno == EINTR)
        return queue_client_check(fd);
    return CLIENT_FAILED;
}

/* poll FDS without waiting, again after EINTR (wait_retry).  Returns as poll
   does.  */
static int poll_now(struct pollfd *fds, size_t count)
{
    int ready, tries = 0;
    do
        ready = poll(fds, (nfds_t)count, 0);
    while (ready < 0 && wait_retry(&tries));
    return ready;
}

/* A peer address is the proof: a failed connect may leave SO_ERROR 0.  On Linux
   poll then reports a hangup.  With neither, the failure of getpeername says
   nothing about connect.  */
enum client_state queue_client_check(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    struct sonde_address peer;
    int error = 0;
    socklen_t size = sizeof error;
    int ready = poll_now(&poll_fd, 1);
    if (ready <= 0)
        return ready < 0 ? CLIENT_UNKNOWN : CLIENT_PENDING;
    if (sonde_address_peer(fd, &peer)) {
        int no_peer = errno;
        bool is_down =
            no_peer == ENOTCONN && poll_fd.revents & (POLLERR | POLLHUP);
        if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
            error = 0;
        errno = error ? error : no_peer;
        return error || is_down ? CLIENT_FAILED : CLIENT_UNKNOWN;
    }
    if (poll_fd.revents & (POLLERR | POLLHUP)) {
        errno = ECONNRESET;
        return CLIENT_FAILED;
    }
    return CLIENT_CONNECTED;
}

/* Whether the connection of WATCHED, the result of poll for POLLIN, was reset;
   of a UNIX socket, also whether the peer has closed.  A TCP socket has no peer
   address after a reset, but keeps the address of a peer that has only closed.
   The events do not tell the two cases apart: a system may report nothing but
   POLLIN in both, or POLLHUP in both (macOS).  A UNIX socket keeps the address
   of a closed peer, so POLLERR and POLLHUP count.  Returns 1, 0, or -1 with an
   errno of getpeername that tells neither.  */
static int is_reset(const struct pollfd *watched)
{
    struct sonde_address peer;
    if (!watched->revents)
        return 0;
    if (sonde_address_peer(watched->fd, &peer))
        return errno == ENOTCONN ? 1 : -1;
    return peer.storage.ss_family == AF_UNIX &&
           watched->revents & (POLLERR | POLLHUP);
}

long queue_clients_connected(const int *fds, size_t count)
{
    enum { CHUNK = 256 };
    struct pollfd poll_fds[CHUNK];
    long connected = (long)count;
    for (size_t start = 0; start < count; start += CHUNK) {
        size_t some = count - start < CHUNK ? count - start : CHUNK;
        for (size_t i = 0; i < some; i++)
            poll_fds[i] =
                (struct pollfd){.fd = fds[start + i], .events = POLLIN};
        if (poll_now(poll_fds, some) < 0)
            return -1;
        for (size_t i = 0; i < some; i++) {
            int gone = is_reset(&poll_fds[i]);
            if (gone < 0)
                return -1;
            connected -= gone;
        }
    }
    return connected;
}
