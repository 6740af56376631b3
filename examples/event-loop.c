/* event-loop.c - serve 100 clients in one loop: each gets its lines back
   SPDX-License-Identifier: GPL-3.0-or-later

   The clients run in a child process, so that the example ends: each client
   sends a line, waits for the echo, and closes.  Bytes that a client cannot
   take yet are kept, and nothing more is read from the client until then: that
   is back-pressure.  Out of descriptors, the server rejects clients: otherwise
   the poller would report the listener without end.  */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sonde.h"

enum { clients = 100, timeout = 30000 };

struct connection {
    int fd;
    size_t held, sent; /* bytes read, and bytes written of these */
    char buffer[4096];
};

static struct sonde_poller *poller;
static struct sonde_reserve reserve;
static int served;

/* Print errno with WHAT.  Returns 1, the exit status.  */
static int fail(const char *what)
{
    perror(what);
    return 1;
}

/* Close and free CONNECTION, and count the client as served.  */
static void drop(struct connection *connection)
{
    sonde_poller_remove(poller, connection->fd);
    close(connection->fd);
    free(connection);
    served++;
}

/* Accept all waiting clients.  Without a free descriptor, one client is
   rejected by the reserve descriptor.  Returns for how many milliseconds to
   leave the listener alone, 0 for none, -1 if the listener is unusable.  */
static int accept_clients(int listener)
{
    static struct sonde_backoff_state backoff;
    for (;;) {
        int fd = sonde_accept(listener, NULL, SONDE_NONBLOCK | SONDE_CLOEXEC);
        int error = fd < 0 ? errno : 0;
        if (error && sonde_accept_class(error) == SONDE_ACCEPT_FATAL)
            return -1;
        if (error && sonde_accept_class(error) == SONDE_ACCEPT_BACKOFF &&
            !sonde_reserve_shed(&reserve, listener))
            return 0;
        int delay = sonde_backoff_after(&backoff, listener, error);
        if (fd < 0)
            return delay;
        struct connection *connection = calloc(1, sizeof *connection);
        if (!connection ||
            sonde_poller_add(poller, fd, SONDE_READABLE, connection)) {
            free(connection);
            close(fd);
            return 0;
        }
        connection->fd = fd;
    }
}

/* Send back bytes held, or read more if none are held.  Drops CONNECTION at end
   of file or after an error.  */
static void serve(struct connection *connection)
{
    ssize_t count;
    if (connection->held == connection->sent) {
        count = sonde_read(connection->fd, connection->buffer,
                           sizeof connection->buffer, 0);
        connection->held = count > 0 ? (size_t)count : 0;
        connection->sent = 0;
        if (count == 0 || (count < 0 && errno != EAGAIN)) {
            drop(connection);
            return;
        }
    }
    count = sonde_write(connection->fd, connection->buffer + connection->sent,
                        connection->held - connection->sent, 0);
    if (count < 0 && errno != EAGAIN) {
        drop(connection);
        return;
    }
    connection->sent += count > 0 ? (size_t)count : 0;
    sonde_poller_modify(poller, connection->fd,
                        connection->sent < connection->held ? SONDE_WRITABLE
                                                            : SONDE_READABLE,
                        connection);
}

/* Run all clients, in the child process.  Returns the exit status: 0 if each
   got its line back.  */
static int run_clients(const struct sonde_address *server)
{
    static int fds[clients];
    int failed = 0;
    for (int i = 0; i < clients; i++) {
        fds[i] = sonde_socket(AF_INET, SOCK_STREAM, SONDE_CLOEXEC);
        failed |= connect(fds[i], (const void *)&server->storage,
                          server->length) != 0;
    }
    for (int i = 0; i < clients && !failed; i++) {
        char line[32], answer[32];
        size_t done;
        snprintf(line, sizeof line, "client %d\n", i);
        failed |= sonde_write_all(fds[i], line, strlen(line), timeout, &done);
        failed |= sonde_half_close(fds[i]);
        failed |= sonde_read_all(fds[i], answer, sizeof answer, timeout,
                                 &done) != 0 ||
                  done != strlen(line) || memcmp(line, answer, done) != 0;
    }
    return failed;
}

int main(void)
{
    struct sonde_address address;
    struct sonde_event event;
    int status = 1, delay = 0;
    sonde_address_loopback(&address, AF_INET, 0);
    int listener =
        sonde_listen(&address, clients, SONDE_NONBLOCK | SONDE_CLOEXEC, NULL);
    poller = sonde_poller_open(SONDE_POLLER_BEST);
    if (listener < 0 || !poller || sonde_address_local(listener, &address) ||
        sonde_reserve_open(&reserve) ||
        sonde_poller_add(poller, listener, SONDE_READABLE, NULL))
        return fail("event-loop");
    pid_t child = fork();
    if (child == 0)
        _exit(run_clients(&address));
    while (served < clients && delay >= 0) {
        int ready = sonde_poller_wait(poller, delay ? delay : timeout);
        if (ready < 0 || (ready == 0 && !delay))
            break;
        if (delay)
            sonde_poller_modify(poller, listener, SONDE_READABLE, NULL);
        delay = 0;
        while (delay >= 0 && sonde_poller_next(poller, &event)) {
            if (event.data)
                serve(event.data);
            else if ((delay = accept_clients(event.fd)) > 0)
                /* accept fails persistently: serve connected clients.  */
                sonde_poller_modify(poller, listener, 0, NULL);
        }
    }
    waitpid(child, &status, 0);
    printf("%d clients served\n", served);
    sonde_poller_close(poller);
    sonde_reserve_close(&reserve);
    close(listener);
    return served == clients && status == 0 ? 0 : 1;
}
