/* load-line.c - the connections of a load run: opened and ended
   SPDX-License-Identifier: GPL-3.0-or-later

   sonde_connect waits for one connection; here hundreds are under way at once,
   to an address that one of them has reached already.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "services/load-run.h"

/* How long a line rests before it tries again: what is full or refused now may
   not be so then, and a run must not turn without doing anything.  */
enum { REST = 10 * 1000000 };

void line_watch(struct load *load, struct line *line, bool wanted)
{
    unsigned events = SONDE_READABLE | (wanted ? SONDE_WRITABLE : 0);
    if (line->state == LINE_CONNECTING)
        events = SONDE_WRITABLE;
    if (events == line->watched)
        return;
    if (sonde_poller_modify(load->poller, line->fd, events, line))
        load_fail_errno(load, line, errno);
    else
        line->watched = events;
}

/* Small messages leave at once.  */
static void set_options(const struct load *load, int fd)
{
    int on = 1;
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    if (load->report->type != SOCK_STREAM)
        return;
    if (load->report->peer.storage.ss_family != AF_UNIX) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (load->target->keepalive > 0)
            sonde_keepalive(fd, load->target->keepalive);
    }
    if (load->plan->reset)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* LINE is connected.  */
static void begin(struct load *load, struct line *line)
{
    line->state = LINE_OPEN;
    load->open++;
    line->begun = line->done = line->sent = line->received = 0;
    line->waiting = 0;
    load->report->connects++;
    line_watch(load, line, false);
    if (line->state == LINE_OPEN && load->phase >= LOAD_RUNNING)
        load_pump(load, line);
}

/* FD, a socket, is LINE's from now on.  Returns 0, or -1 with errno.  */
static int take_socket(struct load *load, struct line *line, int fd)
{
    line->fd = fd;
    line->watched = 0;
    set_options(load, fd);
    return sonde_poller_add(load->poller, fd, 0, line);
}

void line_adopt(struct load *load, struct line *line, int fd)
{
    if (take_socket(load, line, fd))
        load_fail_errno(load, line, errno);
    else
        begin(load, line);
}

/* Let LINE, which is closed, be in STATE until it is tried again.  */
static void rest(struct load *load, struct line *line, enum line_state state)
{
    line->state = state;
    line->again = monotonic_now() + REST;
    load->connecting++;
}

/* A connect of LINE failed with ERROR.  */
static void fail_connect(struct load *load, struct line *line, int error)
{
    if (error == EAGAIN && load->report->peer.storage.ss_family == AF_UNIX) {
        /* A full queue of a UNIX listener, which cannot be waited for.  */
        line_close(load, line);
        rest(load, line, LINE_QUEUING);
        return;
    }
    if (error == EADDRNOTAVAIL && !load->target->source)
        load_fail(load, line, LOAD_NO_PORT);
    else
        load_fail_errno(load, line, error);
    if (load->plan->kind == LOAD_CONNECTS && load->phase == LOAD_RUNNING)
        rest(load, line, LINE_RESTING);
}

static int open_socket(const struct load *load)
{
    const struct sonde_address *source = load->target->source;
    int fd = sonde_socket(load->report->peer.storage.ss_family,
                          load->report->type, SONDE_NONBLOCK | SONDE_CLOEXEC);
    if (fd >= 0 && source &&
        bind(fd, (const void *)&source->storage, source->length)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

void line_open(struct load *load, struct line *line, int64_t since)
{
    const struct sonde_address *peer = &load->report->peer;
    if (line->state != LINE_QUEUING)
        line->give_up = monotonic_now() + (int64_t)CLIENT_PATIENCE * 1000000;
    line_close(load, line);
    line->since = since;
    int fd = open_socket(load);
    if (fd < 0 || take_socket(load, line, fd)) {
        fail_connect(load, line, errno);
        return;
    }
    line->state = LINE_CONNECTING;
    load->connecting++;
    if (!connect(fd, (const void *)&peer->storage, peer->length))
        line_finish(load, line);
    else if (errno == EINPROGRESS || errno == EINTR)
        line_watch(load, line, true);
    else
        fail_connect(load, line, errno);
}

/* The errno of FD, whose connect has ended.  TCP may have connected it to
   itself, if the port it was given happened to be the one it asks for.  */
static int check(const struct load *load, int fd)
{
    int error = 0;
    socklen_t length = sizeof error;
    struct sonde_address local;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length))
        return errno;
    if (!error && load->report->type == SOCK_STREAM &&
        sonde_address_port(&load->report->peer) > 0 &&
        !sonde_address_local(fd, &local) &&
        !sonde_address_compare(&local, &load->report->peer))
        error = ECONNREFUSED;
    return error;
}

void line_finish(struct load *load, struct line *line)
{
    int error = check(load, line->fd);
    if (error) {
        fail_connect(load, line, error);
        return;
    }
    histogram_add(&load->report->connect, monotonic_now() - line->since);
    load->connecting--;
    begin(load, line);
}

void line_close(struct load *load, struct line *line)
{
    if (line->fd >= 0) {
        sonde_poller_remove(load->poller, line->fd);
        close(line->fd);
    }
    if (line->state == LINE_RESTING || line->state == LINE_QUEUING ||
        line->state == LINE_CONNECTING)
        load->connecting--;
    if (line->state == LINE_OPEN || line->state == LINE_ENDING) {
        load->open--;
        load->outstanding -= line->waiting;
        line->waiting = 0;
    }
    line->fd = -1;
    line->state = LINE_CLOSED;
}

void line_end(struct load *load, struct line *line)
{
    sonde_half_close(line->fd);
    line->state = LINE_ENDING;
    line_watch(load, line, false);
}
