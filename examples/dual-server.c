/* dual-server.c - greet each client, over IPv6 and IPv4
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: dual-server [port]        (0: chosen by the system)
   Ends by SIGINT or SIGTERM.  */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sonde.h"

/* Print errno with WHAT.  Returns 1, the exit status.  */
static int fail(const char *what)
{
    perror(what);
    return 1;
}

/* A listener, and its recent failures of accept.  */
struct listener {
    int fd;
    struct sonde_backoff_state backoff;
};

/* Open a listener for each of the two ADDRESSES, of IPv6 and IPv4: not every
   system has a socket for both families.  A family missing on this host is
   skipped.  If the system chose the port of the first, the second gets the same
   port, also in ADDRESSES.  Returns the number of listeners, the first of
   LISTENERS; or -1 with errno if there is none or another error came.  */
static int open_listeners(struct sonde_address *addresses,
                          struct listener *listeners)
{
    int count = 0;
    struct sonde_address local;
    for (int i = 0; i < 2; i++) {
        int fd = sonde_listen(&addresses[i], 16,
                              SONDE_NONBLOCK | SONDE_CLOEXEC | SONDE_REUSEADDR,
                              NULL);
        if (fd < 0 && errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL)
            return -1;
        if (fd < 0)
            continue;
        listeners[count++].fd = fd;
        if (!sonde_address_local(fd, &local))
            sonde_address_set_port(&addresses[1],
                                   (uint16_t)sonde_address_port(&local));
    }
    return count ? count : -1;
}

/* Greet the next client and close the connection; other clients wait meanwhile,
   up to 2 s.  Returns for how many milliseconds to leave the listener alone, 0
   for none, -1 if the listener is unusable.  */
static int greet(struct listener *listener)
{
    static const char hello[] = "hello\r\n";
    char unread[4096];
    size_t done;
    int fd = sonde_accept(listener->fd, NULL, SONDE_CLOEXEC);
    int error = fd < 0 ? errno : 0;
    int delay = sonde_backoff_after(&listener->backoff, listener->fd, error);
    if (fd < 0)
        return sonde_accept_class(error) == SONDE_ACCEPT_FATAL ? -1 : delay;
    if (sonde_write_all(fd, hello, strlen(hello), 1000, &done))
        perror("write");
    /* Closing a connection with unread data would reset the connection, and
       the greeting might be lost.  */
    if (!sonde_half_close(fd))
        sonde_read_all(fd, unread, sizeof unread, 1000, &done);
    close(fd);
    return 0;
}

/* Serve until a signal comes.  Returns 0, or -1 after a failure of accept or of
   the poller.  */
static int serve(struct sonde_poller *poller, int signals)
{
    struct sonde_event event;
    while (sonde_poller_wait(poller, -1) > 0)
        while (sonde_poller_next(poller, &event)) {
            if (event.fd == signals)
                return 0;
            int delay = greet(event.data);
            if (delay < 0)
                return -1;
            /* accept fails persistently.  Here all clients wait; a server of
               more than a few clients would pause the listener alone.  */
            if (delay > 0)
                poll(NULL, 0, delay);
        }
    return -1;
}

int main(int argc, char **argv)
{
    struct sonde_address loopback[2], local;
    /* No host means ::1, then 127.0.0.1.  */
    struct sonde_target target = {NULL, argc > 1 ? argv[1] : "0", AF_UNSPEC,
                                  SOCK_STREAM};
    struct listener listeners[2] = {{0}};
    int code;
    if (sonde_resolve(&target, 1000, loopback, 2, &code) != 2) {
        fprintf(stderr, "dual-server: %s\n", sonde_resolve_code_text(code));
        return 1;
    }
    int signals = sonde_selfpipe_open();
    struct sonde_poller *poller = sonde_poller_open(SONDE_POLLER_BEST);
    if (signals < 0 || !poller || sonde_selfpipe_catch(SIGINT) ||
        sonde_selfpipe_catch(SIGTERM) ||
        sonde_poller_add(poller, signals, SONDE_READABLE, NULL))
        return fail("dual-server");
    int count = open_listeners(loopback, listeners);
    if (count < 0)
        return fail("listen");
    for (int i = 0; i < count; i++) {
        char text[SONDE_ADDRESS_TEXT];
        sonde_address_local(listeners[i].fd, &local);
        sonde_address_print(&local, text, sizeof text);
        printf("listening on %s\n", text);
        sonde_poller_add(poller, listeners[i].fd, SONDE_READABLE,
                         &listeners[i]);
    }
    fflush(stdout);
    int result = serve(poller, signals);
    if (result)
        perror("accept");
    sonde_poller_close(poller);
    sonde_selfpipe_close();
    return result ? 1 : 0;
}
