/* syn-queue.c - preparations for measuring the SYN queue
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/names.h"
#include "base/queue-client.h"
#include "base/wait.h"
#include "probes/queue/defer.h"
#include "probes/queue/reference.h"
#include "probes/queue/syn-queue.h"
#include "probes/run/namespace.h"

struct syn_settings syn_settings_read(void)
{
    struct syn_settings settings = {
        .cookies = namespace_read("net.ipv4.tcp_syncookies")};
    settings.error = settings.cookies < 0 ? errno : 0;
    settings.max_backlog = namespace_read("net.ipv4.tcp_max_syn_backlog");
    if (settings.max_backlog < 0 && !settings.error)
        settings.error = errno;
    return settings;
}

const char *syn_setting_why(int error)
{
    return error && error != ENOENT ? errno_name(error)
                                    : "this host shows no such setting";
}

bool syn_settings_favor_known(const struct syn_settings *settings)
{
    return settings->cookies == 0;
}

bool syn_has_new_peers(int family, bool own)
{
    return family == AF_INET || (own && !namespace_add_inet6());
}

/* Set *ADDRESS to a random address in 127.0.0.0/8, with port 0; not in
   127.0.0.0/16, which other programs use.  For one thread only.  */
static void choose_peer(struct sonde_address *address)
{
    static uint64_t chance;
    char text[24];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    chance ^= (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30 ^
              (uint64_t)getpid() << 16;
    chance = chance * 6364136223846793005u + 1442695040888963407u;
    snprintf(text, sizeof text, "127.%u.%u.%u",
             1 + (unsigned)(chance >> 40) % 254, (unsigned)(chance >> 48) % 256,
             1 + (unsigned)(chance >> 56) % 254);
    sonde_address_parse(address, text, 0);
}

/* A new IPv6 address has no connections; and incomplete handshakes do not make
   a known peer.  */
void syn_new_peer(struct sonde_address *address, int family)
{
    if (family == AF_INET6)
        sonde_address_parse(address, NAMESPACE_INET6, 0);
    else
        choose_peer(address);
}

/* Wait up to REFERENCE_TIMEOUT for EVENTS on FD.  Returns 0; or -1 with
   ETIMEDOUT, or the errno of poll.  */
static int syn_queue_wait(int fd, short events)
{
    int ready = wait_one(fd, events, REFERENCE_TIMEOUT);
    if (ready == 0)
        errno = ETIMEDOUT;
    return ready > 0 ? 0 : -1;
}

/* Connect CLIENT, a non-blocking socket, to LISTENER, and wait up to
   REFERENCE_TIMEOUT until LISTENER has the connection.  Returns the accepted
   socket, the caller's to close; or -1 with errno, ETIMEDOUT after the timeout.
   CLIENT stays open.  */
static int syn_queue_connect(int listener, int client)
{
    struct sonde_address address;
    if (sonde_address_local(listener, &address) ||
        queue_client_connect(client, &address) == CLIENT_FAILED ||
        syn_queue_wait(listener, POLLIN))
        return -1;
    return sonde_accept(listener, NULL, SONDE_CLOEXEC);
}

/* Wait until FD is readable, REFERENCE_TIMEOUT at most, and read one byte,
   which is dropped.  Returns 1; 0 at the end of the data; or -1 with errno,
   ETIMEDOUT after the timeout.  */
static ssize_t read_byte(int fd)
{
    char byte;
    return syn_queue_wait(fd, POLLIN) ? -1 : recv(fd, &byte, 1, 0);
}

/* Shut down the connection of SERVER and CLIENT, its two sockets, so that the
   kernel keeps the peer's metrics: the server sends FIN first, and is closed
   after its FIN was acknowledged, which the client's byte proves.  The client's
   RST then removes the socket from TIME_WAIT.  The caller closes SERVER, then
   CLIENT, in each case.  Returns 0; or -1 with errno: EPROTO if other data or a
   FIN came instead, ETIMEDOUT, or that of a call.  */
static int syn_queue_disconnect(int server, int client)
{
    errno = EPROTO; /* if a length is not as expected */
    if (sonde_half_close(server) || read_byte(client) != 0 ||
        send(client, "", 1, 0) != 1 || read_byte(server) != 1)
        return -1;
    return 0;
}

/* Make ADDRESS, of AF_INET or AF_INET6 with port 0, a known peer, by a
   connection from ADDRESS over the loopback interface, which is then closed.
   Waits as syn_queue_connect and syn_queue_disconnect.  The listener is not of
   queue_listener, whose connections close with RST and leave no metrics.
   Returns 0, or -1 with errno.  */
static int syn_queue_make_known(const struct sonde_address *address)
{
    struct sonde_address loopback;
    int family = address->storage.ss_family;
    if (sonde_address_loopback(&loopback, family, 0))
        return -1;
    int listener =
        sonde_listen(&loopback, 1, SONDE_NONBLOCK | SONDE_CLOEXEC, NULL);
    int client = listener < 0 ? -1 : queue_client_socket(family);
    int server = -1;
    if (client >= 0 && !queue_client_bind(client, address))
        server = syn_queue_connect(listener, client);
    int status = server < 0 ? -1 : syn_queue_disconnect(server, client);
    descriptor_close(&server);
    descriptor_close(&client);
    descriptor_close(&listener);
    return status;
}

int syn_known_peer(struct sonde_address *address, int family)
{
    if (family == AF_INET6)
        sonde_address_loopback(address, family, 0);
    else
        choose_peer(address);
    return syn_queue_make_known(address);
}

int syn_defer_works(int family)
{
    struct sonde_address address;
    const char *failed;
    int works = -1;
    int listener = queue_listener(family, 8, &failed);
    int client = listener < 0 ? -1 : queue_client_socket(family);
    if (client >= 0 && !defer_handshakes(listener) &&
        !sonde_address_local(listener, &address) &&
        queue_client_connect(client, &address) != CLIENT_FAILED &&
        !syn_queue_wait(client, POLLOUT) &&
        queue_client_check(client) == CLIENT_CONNECTED &&
        /* A SYN-ACK has come: let the last ACK arrive, too.  */
        !reference_try(family, &failed)) {
        long accepted = queue_accept(listener, 1, &failed);
        if (!failed)
            works = accepted == 0;
    }
    descriptor_close(&client);
    descriptor_close(&listener);
    return works;
}
