/* close.c - how close ends a connection, and how long TIME_WAIT lasts
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/tcp-table.h"
#include "probes/run/namespace.h"
#include "probes/run/runner.h"

/* Start a child that holds all inherited descriptors.  Returns the child, for
   close_release; on failure the question is skipped.  */
static pid_t close_hold(struct probe *probe)
{
    pid_t child = probe_fork(probe);
    if (child > 0)
        return child;
    for (;;)
        pause();
}

/* Kill the CHILD of close_hold, which closes its descriptors, and wait for its
   end, at most LOOPBACK_TIMEOUT.  If kill fails, the question is skipped; a
   failed wait is ignored.  */
static void close_release(struct probe *probe, pid_t child)
{
    probe_check(probe, kill(child, SIGKILL), "kill");
    wait_child(child, NULL, LOOPBACK_TIMEOUT);
}

/* Question close.refcount: whether close sends FIN while a child holds the
   socket (the answer), and once the child has ended; and whether shutdown sends
   FIN while a child holds the socket.  */
static void close_probe_refcount(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    pid_t child = close_hold(probe);
    close(pair.server);
    settle(probe);
    bool silent = !wait_for(pair.client, POLLIN, 0);
    close_release(probe, child);
    probe_report(probe, "answer", "close %s while a child holds the socket",
                 silent ? "sends no FIN" : "sends FIN");
    probe_report(probe, "last-close", "%s",
                 wait_input(pair.client) ? "sends FIN" : "sends no FIN");
    pair = tcp_pair(probe);
    child = close_hold(probe);
    probe_check(probe, shutdown(pair.server, SHUT_WR), "shutdown");
    probe_report(probe, "shutdown", "%s",
                 wait_input(pair.client) ? "sends FIN at once"
                                         : "sends no FIN");
    close_release(probe, child);
}

/* How the peer's socket FD, which has no data to read, receives the end of the
   connection: what recv returns once packets in flight have arrived (settle).
   The result is "FIN", "RST" or another errno; or "neither FIN nor RST" after
   LOOPBACK_TIMEOUT.  */
static const char *close_read_end(struct probe *probe, int fd)
{
    char byte;
    if (!wait_input(fd))
        return "neither FIN nor RST";
    settle(probe);
    ssize_t got = resource_check((int)recv(fd, &byte, 1, MSG_DONTWAIT), "recv");
    return got == 0                         ? "FIN"
           : got < 0 && errno == ECONNRESET ? "RST"
                                            : result_text(got);
}

/* Question close.linger: whether close sends FIN or RST, with SO_LINGER 0, with
   unread data, and with neither.  */
static void close_probe_linger(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    reset(pair.server);
    const char *zero = close_read_end(probe, pair.client);
    pair = tcp_pair(probe);
    send_byte(probe, pair.client);
    wait_input(pair.server);
    close(pair.server);
    const char *unread = close_read_end(probe, pair.client);
    pair = tcp_pair(probe);
    close(pair.server);
    const char *plain = close_read_end(probe, pair.client);
    probe_report(probe, "answer",
                 "SO_LINGER 0: %s; unread data: %s; otherwise: %s", zero,
                 unread, plain);
    probe_report(probe, "SO_LINGER-0", "%s", zero);
    probe_report(probe, "unread-data", "%s", unread);
    probe_report(probe, "otherwise", "%s", plain);
}

/* Read from FD until the connection ends, by FIN or RST, or until no data
   arrives within LOOPBACK_TIMEOUT.  Returns the number of bytes.  Another error
   skips the question.  */
static long close_read_rest(struct probe *probe, int fd)
{
    char buffer[4096];
    long received = 0;
    while (wait_input(fd)) {
        ssize_t got = recv(fd, buffer, sizeof buffer, 0);
        if (got < 0 && errno != ECONNRESET)
            probe_check(probe, -1, "recv");
        if (got <= 0)
            break;
        received += got;
    }
    return received;
}

/* macOS counts SO_LINGER in ticks of a clock, 10 ms each.  */
#ifdef SO_LINGER_SEC
enum { LINGER_SECONDS = SO_LINGER_SEC };
#else
enum { LINGER_SECONDS = SO_LINGER };
#endif

/* A close with SO_LINGER of 1 s: the time and the result of close; and whether
   the client then reads all, a part or none of the data, in words.  */
struct lingering {
    int64_t elapsed; /* milliseconds */
    const char *result, *data;
};

/* Fill the buffers, up to 1 MiB, of a connection with a client that does not
   read, and close the server with SO_LINGER of 1 s, and with O_NONBLOCK if the
   question has data.  */
static struct lingering close_linger(struct probe *probe)
{
    bool nonblocking = probe->question->data != NULL;
    struct linger linger = {.l_onoff = 1, .l_linger = 1};
    struct pair pair = tcp_pair(probe);
    long written = fill_buffers(probe, pair.server, 1 << 20);
    set_nonblocking(pair.server, nonblocking);
    probe_check(probe,
                setsockopt(pair.server, SOL_SOCKET, LINGER_SECONDS, &linger,
                           sizeof linger),
                "setsockopt");
    struct lingering lingering = {0};
    int64_t start = monotonic_ms();
    lingering.result = status_text(close(pair.server));
    lingering.elapsed = monotonic_ms() - start;
    long received = close_read_rest(probe, pair.client);
    lingering.data = received == written ? "delivered nevertheless"
                     : received == 0     ? "discarded"
                                         : "cut";
    return lingering;
}

/* Questions close.linger-time and close.linger-nonblock: whether close waits,
   its result, and what happens to the data.  Where close waits, SIGSTOP, a
   debugger or a frozen control group ends the wait without an error: so three
   tries must return at once.  Skipped if the longest of three is between.  */
static void close_probe_linger_time(struct probe *probe)
{
    enum { WAITS = 900, AT_ONCE = 250, TRIES = 3 }; /* ms, for a busy host */
    struct lingering longest = close_linger(probe);
    for (int tries = 1; longest.elapsed < WAITS && tries < TRIES; tries++) {
        struct lingering other = close_linger(probe);
        if (other.elapsed > longest.elapsed)
            longest = other;
    }
    if (longest.elapsed < WAITS && longest.elapsed >= AT_ONCE)
        probe_skip(probe, "close was interrupted after %d ms of 1 s",
                   (int)longest.elapsed);
    probe_report(
        probe, "answer", "close %s%s; the data is %s",
        longest.elapsed < WAITS ? "returns at once" : "waits for the time",
        strcmp(longest.result, "success") ? ", then fails" : "", longest.data);
    probe_report(probe, "result", "%s", longest.result);
}

/* A connection closed by the client first: the state of the client's end (NULL:
   no readable table), the remaining time of its timer in seconds, -1 if
   unknown, and the uncertainty of its start in seconds.  */
struct ending {
    const char *state;
    double seconds, uncertainty;
};

/* Make a connection, close the client, then the server, and read the client's
   timer once the kernel's table shows TIME_WAIT, or after 3 s.  */
static struct ending close_client_first(struct probe *probe)
{
    struct ending ending = {.seconds = -1};
    struct pair pair = tcp_pair(probe);
    in_port_t here = local_address(probe, pair.client).sin_port;
    in_port_t peer = local_address(probe, pair.listener).sin_port;
    close(pair.client);
    wait_input(pair.server);
    receive_end(probe, pair.server);
    int64_t start = monotonic_ms();
    close(pair.server);
    /* A long table takes a while to read.  */
    do {
        ending.state = tcp_table_state(here, peer, &ending.seconds);
        if (!ending.state || !strcmp(ending.state, "TIME_WAIT"))
            break;
        wait_pause(10);
    } while (monotonic_ms() - start < DEADLINE_USUAL / 5);
    ending.uncertainty = (double)(monotonic_ms() - start) / 1000;
    close(pair.listener);
    return ending;
}

/* Question close.timewait: the kernel's timer of TIME_WAIT at its start;
   skipped without a table or such a timer, if the state is another, or if the
   timer's start is uncertain by a second.  The start is assumed in the middle
   of the uncertainty.  Also reports the host's tcp_fin_timeout, if readable. */
static void close_probe_timewait(struct probe *probe)
{
    long tuned = namespace_read("net.ipv4.tcp_fin_timeout");
    enter_private_network();
    struct ending ending = close_client_first(probe);
    int64_t start = monotonic_ms();
    /* On a busy host, or with a long table, the uncertainty may be large; then
       repeat, until a deadline.  */
    while (ending.seconds > 0 && ending.uncertainty > 0.2 &&
           monotonic_ms() - start < DEADLINE_USUAL / 4) {
        struct ending again = close_client_first(probe);
        if (again.seconds > 0 && again.uncertainty < ending.uncertainty)
            ending = again;
    }
    if (!ending.state)
        probe_skip(probe, "no readable table of connections");
    if (strcmp(ending.state, "TIME_WAIT"))
        probe_skip(probe, "the end that closed first is %s, not TIME_WAIT",
                   ending.state);
    if (ending.seconds < 1)
        probe_skip(probe, "the table of connections has no timer of TIME_WAIT");
    if (ending.uncertainty >= 1)
        probe_skip(probe, "reading the table of connections took %.0f s",
                   ending.uncertainty);
    /* The timer began between UNCERTAINTY seconds ago and now.  */
    probe_report_read(probe, "answer", "%.0f s (kernel timer)",
                      ending.seconds + ending.uncertainty / 2);
    if (tuned >= 0)
        probe_report_read(probe, "tcp_fin_timeout", "%ld s (of FIN_WAIT_2)",
                          tuned);
}

QUESTIONS(close){
    {
        .id = "close.refcount",
        .text = "close while another process holds the socket",
        .why =
            "If a forking server does not close the connection in the parent, "
            "the client never reads end of stream.",
        .standard =
            "POSIX.1-2024 close: the open file description is released with "
            "its last descriptor. The notes: shutdown brings the reference "
            "count to zero; in fact shutdown sends FIN and leaves the count. "
            "Before accept, a connection has no descriptor.",
        .cope = "sonde_half_close: ends the stream for all processes",
        .probe = close_probe_refcount,
    },
    {
        .id = "close.linger",
        .text = "when does close send RST instead of FIN",
        .why =
            "A server that closes with unread input resets the connection, and "
            "the client may lose a reply that was already sent.",
        .standard =
            "RFC 9293 3.6.1: close with unread data should send RST. The "
            "notes: SO_LINGER with a time of 0 aborts.",
        .cope = "sonde_half_close, then read until end of stream",
        .probe = close_probe_linger,
    },
    {
        .id = "close.linger-time",
        .text = "SO_LINGER of 1 s, and a peer that does not read",
        .why = "A server that closes with a time blocks its whole loop; where "
               "the data is cut after the time, a slow client loses the end "
               "of the reply.",
        .standard = "POSIX.1-2024 setsockopt: close blocks until the data is "
                    "transmitted or the time has passed. The notes: close then "
                    "returns EWOULDBLOCK, and the rest is discarded.",
        .cope = "sonde_half_close, and a wait for the peer's end",
        .probe = close_probe_linger_time,
        .deadline = DEADLINE_SECONDS,
    },
    {
        .id = "close.linger-nonblock",
        .text = "the same with O_NONBLOCK",
        .why = "In an event loop no call may block.",
        .standard = "POSIX leaves O_NONBLOCK open. The notes: close returns at "
                    "once.",
        .cope = "sonde_half_close, and a wait for the peer's end",
        .probe = close_probe_linger_time,
        .deadline = DEADLINE_SECONDS,
        .data = "nonblocking",
    },
    {
        .id = "close.timewait",
        .text = "how long TIME_WAIT lasts",
        .why =
            "A client that opens many connections runs out of ports; a server "
            "cannot bind to its port after a restart.",
        .standard = "RFC 9293 3.6.1: 2 MSL; 3.4.2: an MSL is 2 minutes. The "
                    "notes: between 1 and 4 minutes.",
        .cope = "sonde_listen with SONDE_REUSEADDR",
        .probe = close_probe_timewait,
    },
    END_OF_QUESTIONS,
};
