/* dual-server.c - say hello to whoever connects, over IPv6 and IPv4
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: dual-server [port]        (0: one the system chooses)
   Ends by SIGINT or SIGTERM.  */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sonde.h"

static int fail(const char *what)
{
    perror(what);
    return 1;
}

/* A listener, and how accept has failed on it lately.  */
struct listener {
    int fd;
    struct sonde_backoff_state backoff;
};

/* Greet the next client.  Returns for how many milliseconds to leave the
   listener alone, -1 if it is of no more use.  */
static int greet(struct listener *listener)
{
    static const char hello[] = "hello\r\n";
    char unread[4096];
    size_t done;
    int fd = sonde_accept(listener->fd, NULL, SONDE_CLOEXEC);
    int error = fd < 0 ? errno : 0;
    int rest = sonde_backoff_after(&listener->backoff, listener->fd, error);
    if (fd < 0)
        return sonde_accept_class(error) == SONDE_ACCEPT_FATAL ? -1 : rest;
    if (sonde_write_all(fd, hello, strlen(hello), 1000, &done))
        perror("write");
    /* Closed with something unread, the connection would be reset, and the
       greeting might be lost with it.  */
    if (!sonde_half_close(fd))
        sonde_read_all(fd, unread, sizeof unread, 1000, &done);
    close(fd);
    return 0;
}

int main(int argc, char **argv)
{
    struct sonde_address loopback[2], local;
    struct sonde_event event;
    /* No host means ::1, and then 127.0.0.1.  */
    struct sonde_target target = {NULL, argc > 1 ? argv[1] : "0", AF_UNSPEC,
                                  SOCK_STREAM};
    struct listener listeners[2] = {{0}};
    int code, fds[2], done = 0, rest = 0;
    if (sonde_resolve(&target, 1000, loopback, 2, &code) != 2) {
        fprintf(stderr, "dual-server: %s\n", sonde_resolve_code_text(code));
        return 1;
    }
    int wake = sonde_selfpipe_open();
    struct sonde_poller *poller = sonde_poller_open(SONDE_POLLER_BEST);
    if (wake < 0 || !poller || sonde_selfpipe_catch(SIGINT) ||
        sonde_selfpipe_catch(SIGTERM))
        return fail("dual-server");
    int count = sonde_listen_dual(
        &loopback[0], &loopback[1], 16,
        SONDE_NONBLOCK | SONDE_CLOEXEC | SONDE_REUSEADDR, fds);
    if (count < 0)
        return fail("listen");
    for (int i = 0; i < count; i++) {
        char text[SONDE_ADDRESS_TEXT];
        sonde_address_local(fds[i], &local);
        sonde_address_print(&local, text, sizeof text);
        printf("listening on %s\n", text);
        listeners[i].fd = fds[i];
        sonde_poller_add(poller, fds[i], SONDE_READABLE, &listeners[i]);
    }
    fflush(stdout);
    sonde_poller_add(poller, wake, SONDE_READABLE, NULL);

    while (!done && rest >= 0 && sonde_poller_wait(poller, -1) > 0)
        while (!done && rest >= 0 && sonde_poller_next(poller, &event)) {
            if (event.fd == wake)
                done = sonde_selfpipe_read() != 0;
            else if ((rest = greet(event.user)) > 0)
                /* accept goes on failing.  Here all wait that long; a server of
                   more than a few clients would pause the listener alone.  */
                poll(NULL, 0, rest);
        }
    if (rest < 0)
        perror("accept");
    sonde_poller_close(poller);
    sonde_selfpipe_close();
    return rest < 0 ? 1 : 0;
}
