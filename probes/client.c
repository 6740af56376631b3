/* client.c - a client that connects and does nothing more
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "probes/client.h"

int listener_address(struct sonde_address *address, int family)
{
    if (family != AF_UNIX)
        return sonde_address_loopback(address, family, 0);
    *address = (struct sonde_address){.length = sizeof(sa_family_t)};
    address->storage.ss_family = AF_UNIX;
    return 0;
}

int resetting_socket(int family)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int fd = sonde_socket(family, SOCK_STREAM, SONDE_NONBLOCK | SONDE_CLOEXEC);
    if (fd >= 0 &&
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* FD is writable, or in error: connected or not?  SO_ERROR alone does not
   say: there is a stack where a failed connect leaves none.  The address of
   the peer proves it.  */
static enum client_state outcome(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;
    struct sonde_address peer;
    if (!sonde_address_peer(fd, &peer))
        return CLIENT_CONNECTED;
    int no_peer = errno;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
        error = errno;
    errno = error ? error : no_peer;
    return CLIENT_FAILED;
}

enum client_state client_connect(int fd, const struct sonde_address *address)
{
    const void *storage = &address->storage;
    if (!connect(fd, storage, address->length))
        return client_check(fd);
    /* An interrupted connect goes on by itself; it is never called again.  */
    if (errno == EINPROGRESS || errno == EINTR)
        return client_check(fd);
    return CLIENT_FAILED;
}

enum client_state client_check(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    int ready;
    do
        ready = poll(&poll_fd, 1, 0);
    while (ready < 0 && errno == EINTR);
    if (ready < 0)
        return CLIENT_FAILED;
    if (ready == 0)
        return CLIENT_PENDING;
    enum client_state state = outcome(fd);
    if (state == CLIENT_CONNECTED && poll_fd.revents & (POLLERR | POLLHUP)) {
        errno = ECONNRESET;
        return CLIENT_FAILED;
    }
    return state;
}

size_t clients_connected(const int *fds, size_t count)
{
    enum { CHUNK = 256 };
    struct pollfd poll_fds[CHUNK];
    size_t connected = count;
    for (size_t start = 0; start < count; start += CHUNK) {
        size_t some = count - start < CHUNK ? count - start : CHUNK;
        for (size_t i = 0; i < some; i++)
            poll_fds[i] = (struct pollfd){.fd = fds[start + i]};
        if (poll(poll_fds, (nfds_t)some, 0) <= 0)
            continue;
        for (size_t i = 0; i < some; i++)
            connected -= (poll_fds[i].revents & (POLLERR | POLLHUP)) != 0;
    }
    return connected;
}
