/* syn-queue.c - what there is to know before the incomplete queue is filled
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/queue/defer.h"
#include "probes/queue/queue-client.h"
#include "probes/queue/reference.h"
#include "probes/queue/syn-queue.h"
#include "probes/run/namespace.h"

struct syn_settings syn_settings_read(void)
{
    return (struct syn_settings){
        .cookies = namespace_read("net.ipv4.tcp_syncookies"),
        .most = namespace_read("net.ipv4.tcp_max_syn_backlog"),
    };
}

bool syn_settings_know_peers(const struct syn_settings *settings)
{
    return settings->cookies == 0;
}

bool syn_has_strangers(int family, bool own)
{
    return family == AF_INET || (own && !namespace_add_inet6());
}

/* One of 127.0.0.0/8.  */
static void choose_stranger(struct sonde_address *address)
{
    static uint64_t chance;
    char text[24];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    chance ^= (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30 ^
              (uint64_t)getpid() << 16;
    chance = chance * 6364136223846793005u + 1442695040888963407u;
    /* Not 127.0.x.y, from which others connect.  */
    snprintf(text, sizeof text, "127.%u.%u.%u",
             1 + (unsigned)(chance >> 40) % 254, (unsigned)(chance >> 48) % 256,
             1 + (unsigned)(chance >> 56) % 254);
    sonde_address_parse(address, text, 0);
}

/* Nobody has connected from an address that was added a moment ago; and those
   whose handshakes stay open never will have.  */
void syn_stranger(struct sonde_address *address, int family)
{
    if (family == AF_INET6)
        sonde_address_parse(address, NAMESPACE_INET6, 0);
    else
        choose_stranger(address);
}

/* Wait for EVENTS on FD.  Returns 0; or -1 with errno: ETIMEDOUT, or poll's. */
static int syn_queue_wait(int fd, short events)
{
    int came = wait_one(fd, events, REFERENCE_TIMEOUT);
    if (came == 0)
        errno = ETIMEDOUT;
    return came > 0 ? 0 : -1;
}

/* Connect CLIENT to LISTENER.  Returns the accepted socket, or -1.  */
static int syn_queue_meet(int listener, int client)
{
    struct sonde_address address;
    if (sonde_address_local(listener, &address) ||
        queue_client_connect(client, &address) == CLIENT_FAILED)
        return -1;
    if (syn_queue_wait(listener, POLLIN))
        return -1;
    return sonde_accept(listener, NULL, SONDE_CLOEXEC);
}

/* Wait until FD is readable, and read what there is, at most a byte.  Returns
   the length, or -1.  */
static ssize_t read_byte(int fd)
{
    char byte;
    if (syn_queue_wait(fd, POLLIN))
        return -1;
    return recv(fd, &byte, 1, 0);
}

/* End the connection so that the kernel keeps what it has learned of the peer:
   the server ends first, and is closed once its end was acknowledged, which the
   client's byte tells.  The client's reset then takes away what would wait for
   a minute.  */
static int syn_queue_part(int server, int client)
{
    if (sonde_half_close(server) || read_byte(client) != 0 ||
        send(client, "", 1, 0) != 1 || read_byte(server) != 1)
        return -1;
    return 0;
}

/* Let the kernel meet ADDRESS.  Returns 0, or -1 with errno.  */
static int syn_queue_introduce(const struct sonde_address *address)
{
    struct sonde_address loopback;
    const void *storage = &address->storage;
    int family = address->storage.ss_family;
    if (sonde_address_loopback(&loopback, family, 0))
        return -1;
    int listener =
        sonde_listen(&loopback, 1, SONDE_NONBLOCK | SONDE_CLOEXEC, NULL);
    int client = listener < 0 ? -1 : resetting_socket(family);
    int server = -1;
    if (client >= 0 && !bind(client, storage, address->length))
        server = syn_queue_meet(listener, client);
    int status = server < 0 ? -1 : syn_queue_part(server, client);
    int error = errno;
    if (server >= 0)
        close(server);
    if (client >= 0)
        close(client);
    if (listener >= 0)
        close(listener);
    errno = error;
    return status;
}

int syn_acquaintance(struct sonde_address *address, int family)
{
    if (family == AF_INET6)
        sonde_address_loopback(address, family, 0);
    else
        choose_stranger(address);
    return syn_queue_introduce(address);
}

int syn_defer_works(int family)
{
    struct sonde_address address;
    int works = -1;
    if (sonde_address_loopback(&address, family, 0))
        return -1;
    int listener =
        sonde_listen(&address, 8, SONDE_NONBLOCK | SONDE_CLOEXEC, NULL);
    int client = listener < 0 ? -1 : resetting_socket(family);
    if (client >= 0 && !defer_handshakes(listener) &&
        !sonde_address_local(listener, &address) &&
        queue_client_connect(client, &address) != CLIENT_FAILED) {
        if (!syn_queue_wait(client, POLLOUT)) {
            int accepted = sonde_accept(listener, NULL, SONDE_CLOEXEC);
            if (accepted >= 0 || errno == EAGAIN)
                works = accepted < 0;
            if (accepted >= 0)
                close(accepted);
        }
    }
    int error = errno;
    if (client >= 0)
        close(client);
    if (listener >= 0)
        close(listener);
    errno = error;
    return works;
}
