/* crash.c - a child serves the client, and is killed
   SPDX-License-Identifier: GPL-3.0-or-later

   The child alone has the connection, so that the kernel closes it.  The child
   reports by a pipe, and this process waits for the end of the pipe.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/wait.h"
#include "faults/server.h"

enum { PIECE = 4096, ORPHAN_MS = 2 * FAULT_CLIENT_MS };

/* What the child writes after each call.  */
struct crash_report {
    int64_t sent, replied;
};

/* ---- the child ----------------------------------------------------------- */

/* In the child: close the self-pipe, the poller, the ports, and the connections
   of all clients but OWN: a copy would keep their connections open.  */
static void crash_close_others(const struct fault_client *own)
{
    const struct fault_server *server = own->port->server;
    sonde_selfpipe_close();
    sonde_poller_close(server->poller);
    for (size_t i = 0; i < server->options->count; i++) {
        descriptor_close(&server->ports[i].fd);
        descriptor_close(&server->ports[i].second);
    }
    for (struct fault_client *each = server->clients; each; each = each->next)
        if (each != own)
            descriptor_close(&each->fd);
}

/* Echo on FD until LIMIT bytes are read, and write a struct crash_report to OUT
   after each read and each echo; then die by SIGKILL, without an echo of the
   last piece.  Errors of the echo are ignored.  Never returns.  Exit status 0:
   the client ended first; 1: the client reset, or OUT failed.  The parent ends
   this process after FAULT_CLIENT_MS; without a parent it ends after ORPHAN_MS
   of silence.  */
static void crash_child(int fd, int out, int64_t limit)
{
    struct crash_report report = {0};
    char bytes[PIECE];
    ssize_t count = 0;
    size_t done;
    while (report.sent < limit &&
           (count = sonde_read(fd, bytes, sizeof bytes, ORPHAN_MS)) > 0) {
        report.sent += count;
        if (write(out, &report, sizeof report) < 0)
            _exit(1);
        if (report.sent < limit) {
            sonde_write_all(fd, bytes, (size_t)count, ORPHAN_MS, &done);
            report.replied += (int64_t)done;
            if (write(out, &report, sizeof report) < 0)
                _exit(1);
        }
    }
    if (report.sent >= limit)
        raise(SIGKILL);
    _exit(count < 0);
}

/* ---- the parent ---------------------------------------------------------- */

/* The child of CLIENT has ended with STATUS, as of waitpid: close CLIENT.
   FAULT_FIN for the exit status 0, FAULT_RST for another, FAULT_PLAYED if the
   child was killed and had read enough bytes, otherwise FAULT_FAILED.  */
static void crash_end(struct fault_client *client, int status)
{
    if (WIFEXITED(status))
        fault_client_close(client,
                           WEXITSTATUS(status) == 0 ? FAULT_FIN : FAULT_RST);
    else if (client->record.sent >= client->port->choice->number)
        fault_client_close(client, FAULT_PLAYED);
    else
        fault_client_fail(client, 0);
}

/* The watch of a child's pipe: take the counts of one report.  At the end of
   the pipe reap the child, killed if still running after FAULT_REAP_MS, and
   close the client, DATA (crash_end).  READY is ignored.  */
static void crash_ready(void *data, unsigned ready)
{
    struct fault_client *client = data;
    struct crash_report report;
    int status = 0;
    (void)ready;
    ssize_t count = read(client->fd, &report, sizeof report);
    if (count == (ssize_t)sizeof report) {
        client->record.sent = report.sent;
        client->record.replied = report.replied;
        return;
    }
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    pid_t reaped = wait_child(client->child, &status, FAULT_REAP_MS);
    if (reaped == 0) {
        kill(client->child, SIGKILL);
        reaped = wait_child(client->child, &status, FAULT_REAP_MS);
    }
    client->child = 0;
    if (reaped > 0)
        crash_end(client, status);
    else
        fault_client_fail(client, reaped < 0 ? errno : ETIMEDOUT);
}

/* Close the connection of CLIENT in this process, and put IN, the pipe of its
   child, in its place, non-blocking and close-on-exec.  Returns 0; or -1 with
   errno if IN cannot be polled, and CLIENT has IN all the same.  */
static int crash_watch(struct fault_client *client, int in)
{
    struct sonde_poller *poller = client->port->server->poller;
    sonde_poller_remove(poller, client->fd);
    close(client->fd);
    client->fd = in;
    client->watch.ready = crash_ready;
    fcntl(in, F_SETFL, O_NONBLOCK);
    fcntl(in, F_SETFD, FD_CLOEXEC);
    return sonde_poller_add(poller, in, SONDE_READABLE, &client->watch);
}

void fault_crash_connected(struct fault_client *client)
{
    int ends[2];
    client->child = -1;
    if (pipe(ends))
        return;
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        sonde_parent_death_signal(SIGKILL);
        if (getppid() != parent)
            _exit(1);
        close(ends[0]);
        crash_close_others(client);
        crash_child(client->fd, ends[1], client->port->choice->number);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return;
    }
    client->child = child;
    if (!crash_watch(client, ends[0]))
        return;
    int error = errno;
    kill(child, SIGKILL);
    wait_child(child, NULL, FAULT_REAP_MS);
    client->child = -1;
    errno = error;
}
