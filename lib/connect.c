/* connect.c - connect to the first address that answers, within a timeout
   SPDX-License-Identifier: LGPL-2.1-or-later

   Every attempt is a non-blocking connect on a socket of its own.  Attempts
   start one after another (RFC 8305 section 5).  One poll waits for all of
   them, for the start of the next attempt, and for the deadline.  */

#include <config.h>

#include <errno.h>

#include "private.h"

enum {
    default_delay = 250, /* RFC 8305 section 8 */
    min_retry_delay = 1, /* before a full UNIX queue is retried */
    max_retry_delay = 100
};

/* An attempt.  Until over it waits for FD to connect, or, if FD is -1, until
   the time AGAIN, when a new socket is tried.  retry_delay: milliseconds before
   the next retry at a full UNIX queue.  */
struct racer {
    int fd;
    int over;
    int retry_delay;
    int64_t start, again;
};

struct race {
    const struct sonde_address *list;
    size_t count, open; /* addresses; attempts begun and not over */
    const struct sonde_connect_options *options;
    struct sonde_connect_report *report;
    int64_t deadline, next; /* start of the next attempt */
    int winner;             /* the connected descriptor, or -1 */
    struct racer racers[SONDE_ATTEMPTS];
};

/* Close FD after a failure, and remove the file made by bind if the source is a
   UNIX path.  Keeps errno.  */
static void connect_abandon(const struct race *race, int fd)
{
    sonde__close(fd);
    if (race->options->source)
        sonde__remove_path(race->options->source);
}

/* End attempt INDEX of RACE, begun and not over, with the errno ERROR, 0 for
   success, and complete its report.  Success: the descriptor is the winner, and
   stays open.  Failure: the descriptor, if there is one, is closed and the file
   of a UNIX source removed; the next attempt is due at once.  */
static void end_attempt(struct race *race, size_t index, int error)
{
    struct racer *racer = &race->racers[index];
    struct sonde_attempt *attempt = &race->report->attempts[index];
    racer->over = 1;
    race->open--;
    attempt->error = error;
    attempt->status = sonde_connect_status(error);
    attempt->milliseconds = sonde__since(racer->start);
    if (error == 0) {
        race->winner = racer->fd;
    } else {
        if (racer->fd >= 0)
            connect_abandon(race, racer->fd);
        race->next = sonde__sys.now(); /* start the next attempt at once */
    }
    racer->fd = -1;
}

/* Bind FD, for a connection to an address of FAMILY, to the source address in
   the options, if there is one; with SO_REUSEADDR for a TCP source with a port.
   Returns 0, or -1 with EAFNOSUPPORT: a source of another family; or the errno
   of setsockopt or bind.  */
static int bind_source(const struct race *race, int fd, int family)
{
    const struct sonde_address *source = race->options->source;
    if (!source)
        return 0;
    if (source->storage.ss_family != family)
        return sonde__fail(EAFNOSUPPORT);
    if (race->options->type != SOCK_DGRAM && family != AF_UNIX &&
        sonde_address_port(source) > 0 &&
        sonde__set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1))
        return -1;
    return sonde__sys.bind(fd, (const void *)&source->storage, source->length);
}

/* Whether FD, connected to PEER, is connected to itself: PEER is the local
   address, with a port.  A kernel may choose the destination port as local
   port, and TCP then connects the socket to itself without a listener.  0 also
   for UNIX, and if the local address is unknown.  May change errno.  */
static int is_own_peer(int fd, const struct sonde_address *peer)
{
    struct sonde_address local;
    return sonde_address_port(peer) > 0 && !sonde_address_local(fd, &local) &&
           !sonde_address_compare(&local, peer);
}

/* The errno of FD after connect succeeded or poll reported FD, or 0 if FD is
   really connected.  FD stays open; its pending error is cleared.  ECONNREFUSED
   also: FD is connected to itself, and will be reset at close.  On System V
   getsockopt itself fails with the pending error.  SO_ERROR may be 0 after a
   failure (NuttX), without a peer: ENOTCONN.  May change errno.  */
static int check_connected(int fd)
{
    struct sonde_address peer;
    int error = 0;
    if (sonde__get_option(fd, SOL_SOCKET, SO_ERROR, &error))
        return errno;
    if (error)
        return error;
    if (sonde_address_peer(fd, &peer))
        return errno;
    if (!is_own_peer(fd, &peer))
        return 0;
    /* Close by RST: TIME_WAIT would block the port for its server.  */
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    sonde__sys.setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    return ECONNREFUSED;
}

/* A new non-blocking socket of FAMILY, with the type and flags in the options,
   bound to the source in the options if there is one, and with larger buffers
   for datagrams.  Returns the descriptor, or -1 with errno: EAFNOSUPPORT: a
   source of another family; or of the failed call.  */
static int connect_open_socket(const struct race *race, int family)
{
    const struct sonde_connect_options *options = race->options;
    int type = options->type ? options->type : SOCK_STREAM;
    int fd = sonde_socket(family, type, options->flags | SONDE_NONBLOCK);
    if (fd >= 0 && type == SOCK_DGRAM)
        sonde__datagram_room(fd);
    if (fd >= 0 && bind_source(race, fd, family))
        return sonde__close_failed(fd);
    return fd;
}

/* The queue of a UNIX listener is full: close the socket of attempt INDEX,
   remove the file of its source, and pause the attempt before a new socket is
   tried: 1 ms, then twice as long each time, at most 100 ms.  */
static void connect_pause(struct race *race, size_t index)
{
    struct racer *racer = &race->racers[index];
    connect_abandon(race, racer->fd);
    racer->fd = -1;
    racer->again = sonde_deadline(racer->retry_delay);
    racer->retry_delay = racer->retry_delay < max_retry_delay / 2
                             ? racer->retry_delay * 2
                             : max_retry_delay;
}

/* Open a socket for attempt INDEX, and call connect once.  The attempt ends,
   goes on in the background, or is paused if a UNIX queue is full.  A connect
   that succeeds at once is checked, but not for UNIX.  An interrupted connect
   continues by itself, like EINPROGRESS.  */
static void connect_try(struct race *race, size_t index)
{
    struct racer *racer = &race->racers[index];
    const struct sonde_address *address = &race->list[index];
    int family = address->storage.ss_family;
    racer->fd = connect_open_socket(race, family);
    if (racer->fd < 0) {
        end_attempt(race, index, errno);
        return;
    }
    if (!sonde__sys.connect(racer->fd, (const void *)&address->storage,
                            address->length)) {
        /* A UNIX peer may have closed already, with its data still readable. */
        int error = family == AF_UNIX ? 0 : check_connected(racer->fd);
        end_attempt(race, index, error);
        return;
    }
    if (errno == EINPROGRESS || errno == EINTR)
        return;
    if (errno == EAGAIN && family == AF_UNIX)
        connect_pause(race, index);
    else
        end_attempt(race, index, errno);
}

/* Start paused attempts again, and then further attempts, if due, until one is
   connected.  The next attempt is due after the delay in the options (250 ms if
   not positive), and at once when an attempt fails or all are over (a paused
   attempt is not over).  Each further attempt is counted, with its address, in
   the report.  */
static void connect_begin_due(struct race *race)
{
    size_t *begun = &race->report->count;
    int64_t now = sonde__sys.now();
    for (size_t i = 0; i < *begun && race->winner < 0; i++) {
        struct racer *racer = &race->racers[i];
        if (!racer->over && racer->fd < 0 && racer->again <= now)
            connect_try(race, i);
    }
    while (race->winner < 0 && *begun < race->count &&
           (race->next <= now || race->open == 0)) {
        size_t index = (*begun)++;
        race->open++;
        race->racers[index] = (struct racer){
            .fd = -1, .retry_delay = min_retry_delay, .start = now};
        race->report->attempts[index].address = race->list[index];
        race->next = sonde_deadline(
            race->options->delay > 0 ? race->options->delay : default_delay);
        connect_try(race, index);
    }
}

/* Wait for a socket, the start of an attempt, the end of a pause or the
   deadline, and end the attempts that connected or failed, up to the first that
   connected.  Returns 0, also if none ended, or -1 with the errno of poll.  */
static int wait_and_check(struct race *race)
{
    struct pollfd fds[SONDE_ATTEMPTS];
    size_t which[SONDE_ATTEMPTS];
    nfds_t count = 0;
    size_t begun = race->report->count;
    int64_t until = race->deadline;
    if (begun < race->count)
        until = sonde__sooner(until, race->next);
    for (size_t i = 0; i < begun; i++) {
        struct racer *racer = &race->racers[i];
        if (!racer->over && racer->fd >= 0) {
            which[count] = i;
            fds[count++] = (struct pollfd){.fd = racer->fd, .events = POLLOUT};
        } else if (!racer->over) {
            until = sonde__sooner(until, racer->again);
        }
    }
    if (sonde__poll(fds, count, until) < 0)
        return -1;
    for (nfds_t i = 0; i < count && race->winner < 0; i++)
        if (fds[i].revents)
            end_attempt(race, which[i], check_connected(fds[i].fd));
    return 0;
}

/* Run RACE until an attempt is connected, all addresses have failed, the
   deadline has passed, or poll has failed.  Then no attempt is going on: the
   others end with ECANCELED after a success, ETIMEDOUT at the deadline, or the
   errno of poll.  May change errno.  */
static void connect_run(struct race *race)
{
    int error = 0;
    while (error == 0) {
        connect_begin_due(race);
        if (race->winner >= 0 || race->open == 0)
            error = ECANCELED;
        else if (wait_and_check(race))
            error = errno;
        else if (race->winner < 0 && sonde_deadline_left(race->deadline) == 0)
            error = ETIMEDOUT;
    }
    for (size_t i = 0; i < race->report->count; i++)
        if (!race->racers[i].over)
            end_attempt(race, i, error);
}

/* The rank of STATUS, of a failed attempt: 0 is the most significant, which
   sonde_connect reports; a status not in the order comes last.  Without IPv6
   the attempts over IPv6 end with one of the last two (EADDRNOTAVAIL where the
   kernel has IPv6 but loopback does not).  */
static size_t connect_rank(enum sonde_connect_status status)
{
    static const enum sonde_connect_status order[] = {
        SONDE_CONNECT_REFUSED,          SONDE_CONNECT_RESET,
        SONDE_CONNECT_TIMED_OUT,        SONDE_CONNECT_HOST_UNREACHABLE,
        SONDE_CONNECT_PERMISSION,       SONDE_CONNECT_PORT_IN_USE,
        SONDE_CONNECT_RESOURCES,        SONDE_CONNECT_OTHER,
        SONDE_CONNECT_SOURCE_NOT_LOCAL, SONDE_CONNECT_NETWORK_UNREACHABLE,
    };
    size_t i = 0;
    while (i < sizeof order / sizeof *order && order[i] != status)
        i++;
    return i;
}

/* The errno of the most significant failure in REPORT, which has at least one
   attempt, all failed; the first of equals.  */
static int most_significant(const struct sonde_connect_report *report)
{
    const struct sonde_attempt *best = &report->attempts[0];
    for (size_t i = 1; i < report->count; i++)
        if (connect_rank(report->attempts[i].status) <
            connect_rank(best->status))
            best = &report->attempts[i];
    return best->error;
}

/* Set the status in REPORT, which is not NULL, to sonde_connect_status of
   ERROR, and errno to ERROR.  Returns -1.  */
static int connect_fail(struct sonde_connect_report *report, int error)
{
    report->status = sonde_connect_status(error);
    errno = error;
    return -1;
}

/* Whether arguments of sonde_connect are valid: COUNT is not 0, and OPTIONS,
   not NULL here, has known flags and a known type.  Keeps errno.  */
static int is_valid(size_t count, const struct sonde_connect_options *options)
{
    return count > 0 && !(options->flags & ~(SONDE_NONBLOCK | SONDE_CLOEXEC)) &&
           (options->type == 0 || options->type == SOCK_STREAM ||
            options->type == SOCK_DGRAM);
}

static const struct sonde_connect_options no_options;

int sonde_connect(const struct sonde_address *list, size_t count, int timeout,
                  const struct sonde_connect_options *options,
                  struct sonde_connect_report *report)
{
    struct sonde_connect_report unwanted;
    struct race race = {.list = list,
                        .count =
                            count < SONDE_ATTEMPTS ? count : SONDE_ATTEMPTS,
                        .options = options ? options : &no_options,
                        .report = report ? report : &unwanted,
                        .deadline = sonde_deadline(timeout),
                        .winner = -1};
    int saved = errno;
    *race.report = (struct sonde_connect_report){0};
    if (!is_valid(count, race.options))
        return connect_fail(race.report, EINVAL);
    connect_run(&race);
    if (race.winner < 0)
        return connect_fail(race.report, most_significant(race.report));
    if (sonde__set_flags(race.winner, race.options->flags)) {
        connect_abandon(&race, race.winner);
        return connect_fail(race.report, errno);
    }
    errno = saved;
    return race.winner;
}

int sonde_connect_name(const char *host, const char *service, int timeout,
                       const struct sonde_connect_options *options,
                       struct sonde_connect_report *report)
{
    struct sonde_connect_report unwanted;
    struct sonde_address list[SONDE_ATTEMPTS];
    int64_t start = sonde__sys.now();
    int64_t deadline = sonde_deadline(timeout);
    int code;
    if (!options)
        options = &no_options;
    if (!report)
        report = &unwanted;
    *report = (struct sonde_connect_report){0};
    if (!is_valid(1, options))
        return connect_fail(report, EINVAL);
    struct sonde_target target = {host, service, options->family,
                                  options->type ? options->type : SOCK_STREAM};
    ssize_t count =
        sonde_resolve(&target, timeout, list, SONDE_ATTEMPTS, &code);
    int lookup = sonde__since(start);
    int fd = count < 0 ? -1
                       : sonde_connect(list, (size_t)count,
                                       sonde_deadline_left(deadline), options,
                                       report);
    report->lookup_milliseconds = lookup;
    report->code = code;
    if (count < 0)
        report->status = sonde__resolve_status(code, errno);
    return fd;
}
