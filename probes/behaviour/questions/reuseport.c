/* reuseport.c - several sockets on one port, by SO_REUSEPORT
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/behaviour/loopback.h"
#include "probes/run/namespace.h"
#include "sonde.h"

#ifndef SO_REUSEPORT
#define SO_REUSEPORT -1 /* setsockopt fails */
#endif

/* Of CLIENTS that a hash spreads over GROUP_MAX sockets, one socket gets none
   once in 20 billion runs.  */
enum { GROUP_MAX = 8, CLIENTS = 200, QUEUED = 100 };

/* Sockets on one port: all bound to ADDRESS, in the order of binding; COUNT is
   lower than asked for if the system refuses a further one (REFUSED: errno).
 */
struct reuseport_group {
    int fds[GROUP_MAX];
    int count, refused;
    struct sockaddr_in address;
};

/* Make a group of up to COUNT sockets of TYPE, at most GROUP_MAX; streams
   listen, all are non-blocking.  The first failure of bind or listen ends the
   group, with the errno in REFUSED; otherwise REFUSED is 0.  The question is
   skipped if setsockopt fails for SO_REUSEPORT, or if another call fails.  */
static void group_open(struct reuseport_group *group, struct probe *probe,
                       int type, int count)
{
    *group = (struct reuseport_group){.address = loopback_address(0)};
    while (group->count < count) {
        int fd = probe_check(probe, socket(AF_INET, type, 0), "socket");
        if (set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1))
            probe_skip(probe, "no SO_REUSEPORT: %s", error_text(errno));
        if (bind_to(fd, &group->address) ||
            (type == SOCK_STREAM && listen(fd, 2 * CLIENTS))) {
            group->refused = errno;
            close(fd);
            return;
        }
        set_nonblocking(fd, true);
        group->fds[group->count++] = fd;
        group->address = local_address(probe, group->fds[0]);
    }
}

/* Close all sockets of GROUP, listeners or datagram sockets, by reset.  GROUP
   may be open in part.  */
static void group_close(struct reuseport_group *group)
{
    for (int i = 0; i < group->count; i++)
        reset(group->fds[i]);
}

/* Connect COUNT clients, in turn, into FDS; or skip the question.  */
static void group_connect(const struct reuseport_group *group,
                          struct probe *probe, int *fds, int count)
{
    for (int i = 0; i < count; i++) {
        fds[i] = tcp_socket(probe);
        if (connect_to(fds[i], &group->address)) {
            skip_unreached(probe, errno);
            probe_check(probe, -1, "connect");
        }
    }
}

/* How COUNTS, of the COUNT sockets (at least 1) of a group in the order of
   binding, are spread, in words: "none" if all are 0; the first or the last
   bound takes all; or spread over all or some sockets.  */
static const char *reuseport_spread(const int *counts, int count)
{
    int total = 0, used = 0, max = 0;
    for (int i = 0; i < count; i++) {
        total += counts[i];
        used += counts[i] > 0;
        max = counts[i] > max ? counts[i] : max;
    }
    return total == 0                   ? "none"
           : counts[0] == total         ? "the first bound takes all"
           : counts[count - 1] == total ? "the last bound takes all"
           : used == count              ? "spread over all"
                                        : "spread over some";
}

/* Skip the question if GROUP has fewer than COUNT sockets.  */
static void group_check(const struct reuseport_group *group,
                        struct probe *probe, int count)
{
    if (group->count < count)
        probe_skip(probe, "socket %d of the group: %s", group->count + 1,
                   error_text(group->refused));
}

/* Question reuseport.spread: how 200 clients are spread over 8 listeners; the
   answer alone.  A hundred at a time: where one listener takes all, its queue
   may hold no more than 128.  */
static void reuseport_probe_spread(struct probe *probe)
{
    struct reuseport_group group;
    int fds[CLIENTS], counts[GROUP_MAX] = {0};
    group_open(&group, probe, SOCK_STREAM, GROUP_MAX);
    group_check(&group, probe, GROUP_MAX);
    for (int done = 0; done < CLIENTS; done += QUEUED) {
        group_connect(&group, probe, fds + done, QUEUED);
        settle(probe);
        for (int i = 0; i < GROUP_MAX; i++)
            counts[i] += drain(probe, group.fds[i]);
    }
    probe_report(probe, "answer", "%d listeners, %d clients: %s", GROUP_MAX,
                 CLIENTS, reuseport_spread(counts, GROUP_MAX));
    for (int i = 0; i < CLIENTS; i++)
        reset(fds[i]);
    group_close(&group);
}

/* The connections that a listener of two loses when closed.  */
struct reuseport_loss {
    int queued; /* at the closed listener, by the kernel's figure; -1 */
    int kept;   /* accepted at the other listener afterwards */
    int lost;   /* clients that were reset */
};

/* Queue QUEUED clients at a new group of two listeners, close the listener
   CLOSED (0 or 1), and count the clients that were queued there before, that
   are reset, and that the other listener then accepts.  All sockets are closed.
   If the group or a connection cannot be made, the question is skipped.  */
static struct reuseport_loss reuseport_close_one(struct probe *probe,
                                                 int closed)
{
    struct reuseport_group group;
    struct sonde_queue queue;
    struct reuseport_loss loss = {.queued = -1};
    int fds[QUEUED];
    group_open(&group, probe, SOCK_STREAM, 2);
    group_check(&group, probe, 2);
    group_connect(&group, probe, fds, QUEUED);
    settle(probe);
    if (sonde_queue(group.fds[closed], &queue) == 0)
        loss.queued = (int)queue.queued;
    close(group.fds[closed]);
    settle(probe);
    for (int i = 0; i < QUEUED; i++)
        if (wait_for(fds[i], POLLIN, 0) &&
            strcmp(try_read(fds[i]), "ECONNRESET") == 0)
            loss.lost++;
    loss.kept = drain(probe, group.fds[!closed]);
    for (int i = 0; i < QUEUED; i++)
        reset(fds[i]);
    close(group.fds[!closed]);
    return loss;
}

/* What LOSS means, in words that do not depend on the share of the closed
   listener, which is by chance.  */
static const char *reuseport_fate(const struct reuseport_loss *loss)
{
    return loss->kept == QUEUED && loss->lost == 0 ? "none is lost"
           : loss->kept == 0 && loss->lost == QUEUED
               ? "all are reset: it had all"
           : loss->kept + loss->lost == QUEUED
               ? "those in its queue are reset"
               : "some are neither kept nor reset";
}

/* Report, as "with-tcp_migrate_req", the fate of queued clients with
   net.ipv4.tcp_migrate_req set to 1, in a new network namespace, which this
   process does not leave; or why that cannot be measured.  */
static void reuseport_report_migration(struct probe *probe)
{
    static const char setting[] = "net.ipv4.tcp_migrate_req";
    struct namespace_trouble trouble;
    if (!namespace_knows(setting, &trouble) || namespace_enter(&trouble) ||
        namespace_set(setting, "1", &trouble)) {
        probe_report_skip(probe, "with-tcp_migrate_req", "%s", trouble.text);
        return;
    }
    struct reuseport_loss loss = reuseport_close_one(probe, 1);
    probe_report(probe, "with-tcp_migrate_req", "%s", reuseport_fate(&loss));
}

/* Question reuseport.close: the fate of queued clients when the second of two
   listeners closes (the answer); how many are lost, and whether those are as
   many as were queued there; and the fate with net.ipv4.tcp_migrate_req.  */
static void reuseport_probe_close(struct probe *probe)
{
    struct reuseport_loss loss = reuseport_close_one(probe, 1);
    probe_report(probe, "answer", "one of two closed, %d queued: %s", QUEUED,
                 reuseport_fate(&loss));
    probe_report(probe, "lost", "%d of %d", loss.lost, QUEUED);
    if (loss.queued >= 0)
        probe_report(probe, "lost-of-queued", "%s",
                     loss.lost == loss.queued ? "all that were queued there"
                     : loss.lost == 0         ? "none"
                                              : "not as many as queued there");
    reuseport_report_migration(probe);
}

/* Send a datagram of one byte to GROUP from FD, or from a new socket, which is
   closed, if FD is -1; on failure the question is skipped.  */
static void group_send(const struct reuseport_group *group, struct probe *probe,
                       int fd)
{
    int sender =
        fd < 0 ? probe_check(probe, socket(AF_INET, SOCK_DGRAM, 0), "socket")
               : fd;
    probe_check(probe,
                (int)sendto(sender, "x", 1, 0,
                            (const struct sockaddr *)&group->address,
                            sizeof group->address),
                "sendto");
    if (fd < 0)
        close(sender);
}

/* Receive all datagrams of FD, which is non-blocking, at most CLIENTS.  Returns
   the number; if recv fails otherwise than by an empty queue, the question is
   skipped.  */
static int reuseport_receive(struct probe *probe, int fd)
{
    int count = 0;
    while (count < CLIENTS && receive_byte(fd) > 0)
        count++;
    if (count < CLIENTS && errno != EAGAIN)
        probe_check(probe, -1, "recv");
    return count;
}

/* Question reuseport.udp: how datagrams of CLIENTS senders are spread over
   sockets of a port (the answer); whether all of one sender come to one
   socket.  */
static void reuseport_probe_udp(struct probe *probe)
{
    struct reuseport_group group;
    int counts[GROUP_MAX], used = 0;
    group_open(&group, probe, SOCK_DGRAM, GROUP_MAX);
    group_check(&group, probe, GROUP_MAX);
    for (int i = 0; i < CLIENTS; i++)
        group_send(&group, probe, -1);
    settle(probe);
    for (int i = 0; i < GROUP_MAX; i++)
        counts[i] = reuseport_receive(probe, group.fds[i]);
    probe_report(probe, "answer", "%d sockets, %d senders: %s", GROUP_MAX,
                 CLIENTS, reuseport_spread(counts, GROUP_MAX));
    int sender = probe_check(probe, socket(AF_INET, SOCK_DGRAM, 0), "socket");
    for (int i = 0; i < CLIENTS; i++)
        group_send(&group, probe, sender);
    settle(probe);
    for (int i = 0; i < GROUP_MAX; i++)
        used += reuseport_receive(probe, group.fds[i]) > 0;
    probe_report(probe, "one-sender", "%s",
                 used == 1 ? "to one socket" : "to several sockets");
    group_close(&group);
}

/* Bind a socket with SO_REUSEPORT to the address of GROUP and listen as the
   user UID, in a child.  Returns 0 for success; the errno of bind or listen, or
   of a lack of resources, by which error_text then skips the question; or -1 if
   the child could not become that user or make the socket, or did not end
   within LOOPBACK_TIMEOUT.  */
static int group_bind_as(const struct reuseport_group *group,
                         struct probe *probe, uid_t uid)
{
    int fd = probe_check(probe, socket(AF_INET, SOCK_STREAM, 0), "socket");
    close(fd);
    pid_t child = probe_fork(probe);
    if (child == 0) {
        if (setuid(uid))
            _exit(FORK_SKIPPED);
        /* The user is the maker's.  */
        fd = resource_check(socket(AF_INET, SOCK_STREAM, 0), "socket");
        if (fd < 0 || set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1))
            _exit(FORK_SKIPPED);
        _exit(bind_to(fd, &group->address) || listen(fd, 1)
                  ? wait_status_of(errno)
                  : 0);
    }
    int status = 0;
    if (wait_child(child, &status, LOOPBACK_TIMEOUT) != child ||
        !WIFEXITED(status) || WEXITSTATUS(status) == FORK_SKIPPED)
        return -1;
    return WEXITSTATUS(status);
}

/* Question reuseport.users: the status of bind to the port by this user
   ("same-user", left out if unknown) and by the user 65534 (the answer).
   Skipped, after "same-user", if this process is of the user 65534, or cannot
   become that user.  */
static void reuseport_probe_users(struct probe *probe)
{
    enum { OTHER = 65534 };
    struct reuseport_group group;
    group_open(&group, probe, SOCK_STREAM, 1);
    group_check(&group, probe, 1);
    int same = group_bind_as(&group, probe, geteuid());
    int other = geteuid() == OTHER ? -1 : group_bind_as(&group, probe, OTHER);
    if (same >= 0)
        probe_report(probe, "same-user", "%s",
                     same ? error_text(same) : "success");
    if (other < 0)
        probe_skip(probe, "another user cannot be tried without privilege");
    probe_report(probe, "answer", "bind by another user: %s",
                 other ? error_text(other) : "success");
}

QUESTIONS(reuseport){
    {
        .id = "reuseport.spread",
        .text = "how SO_REUSEPORT shares clients among listeners",
        .why = "Servers with a listener for each worker rely on the kernel to "
               "share the clients; where one takes all, they have one worker.",
        .standard = "Not in POSIX. 4.4BSD made SO_REUSEPORT for multicast: all "
                    "sockets bind, and one receives.",
        .cope = "one listener for all workers, as echosrv --model prefork has",
        .probe = reuseport_probe_spread,
    },
    {
        .id = "reuseport.close",
        .text = "what closing one of two listeners of a port loses",
        .why = "A server that is reloaded, or that reduces its workers, closes "
               "listeners with connections in their queues.",
        .standard = "Not in POSIX. Linux since 5.14 can move the queue to "
                    "another listener (net.ipv4.tcp_migrate_req).",
        .cope = "shared listeners: accept until EAGAIN before close",
        .probe = reuseport_probe_close,
        .where = IN_BOTH,
    },
    {
        .id = "reuseport.udp",
        .text = "how SO_REUSEPORT shares datagrams among sockets",
        .why = "A server with a socket for each worker needs all datagrams of "
               "a client at the same worker.",
        .standard = "Not in POSIX.",
        .cope = "one socket for all workers",
        .probe = reuseport_probe_udp,
    },
    {
        .id = "reuseport.users",
        .text = "may another user join a port by SO_REUSEPORT",
        .why = "If so, any local user can take clients of a server above port "
               "1023.",
        .standard = "Not in POSIX.",
        .cope = "no SO_REUSEPORT unless the system compares users",
        .probe = reuseport_probe_users,
    },
    END_OF_QUESTIONS,
};
