/* table.c - the table of faults
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "base/wrap.h"
#include "faults/server.h"

enum { STREAM = FAULT_TCP | FAULT_UNIX, ALL = STREAM | FAULT_UDP };
enum { BYTES_MAX = 1 << 30, KEPT_MAX = 4096, MS_MAX = 600000 };

/* ---- streams; N is the argument of the fault ----------------------------- */

/* Each sets the behaviour of a client just accepted.  After a reply of fewer
   than N bytes the connection ends as without a fault.  */

/* N bytes of the reply, then silence.  */
static void silence_connected(struct fault_client *client)
{
    client->limit = client->port->choice->number;
    client->then = THEN_SILENCE;
}

/* N bytes of the reply, then a FIN.  Data read after the FIN was sent cause
   RST, also data that had come before.  */
static void fin_connected(struct fault_client *client)
{
    client->limit = client->port->choice->number;
    client->then = THEN_FIN;
}

/* Send N bytes of the reply, then RST; N is 0 for rst-at-once.  */
static void rst_connected(struct fault_client *client)
{
    client->limit = client->port->choice->number;
    client->then = THEN_RST;
}

/* N bytes of the reply, then a FIN; the client is still read.  */
static void half_close_connected(struct fault_client *client)
{
    client->limit = client->port->choice->number;
    client->then = THEN_HALF_CLOSE;
}

/* Reply, but never end the connection, not even after the client's FIN.  */
static void no_close_connected(struct fault_client *client)
{
    client->stays = true;
}

/* Never read CLIENT, and never end the connection.  */
static void never_read_connected(struct fault_client *client)
{
    client->never_reads = client->stays = true;
}

/* Send a byte each N milliseconds.  */
static void slow_connected(struct fault_client *client)
{
    client->pace = client->port->choice->number;
}

/* Alter byte N of the reply, counted from 0.  */
static void alter_connected(struct fault_client *client)
{
    client->alter_at = client->port->choice->number;
}

/* Send N bytes before the reply, as soon as CLIENT is accepted.  */
static void early_connected(struct fault_client *client)
{
    client->first = client->port->choice->number;
}

/* Have N more bytes sent behind the reply; the reply of an echo ends when the
   client's FIN has come.  */
static void extra_connected(struct fault_client *client)
{
    client->extra = client->port->choice->number;
}

/* Leave out the last N bytes of the reply.  */
static void short_connected(struct fault_client *client)
{
    client->keep_back = (size_t)client->port->choice->number;
}

/* Send each reply N milliseconds late.  */
static void delay_connected(struct fault_client *client)
{
    client->delay = client->port->choice->number;
}

/* ---- listeners ----------------------------------------------------------- */

/* Accept no client.  Returns 0.  */
static int no_accept_open(struct fault_port *port)
{
    port->accepts = false;
    return 0;
}

/* Accept no client; the first client starts the time until the reset.  Returns
   0.  */
static int reset_queued_open(struct fault_port *port)
{
    port->accepts = false;
    port->counts = true;
    return 0;
}

/* Refuse clients from the start if N is 0.  Returns 0.  */
static int refuse_open(struct fault_port *port)
{
    if (port->choice->number == 0)
        fault_port_refuse(port);
    return 0;
}

/* Refuse clients when N have been accepted.  Returns -1: no time is due.  */
static int64_t refuse_tick(struct fault_port *port, int64_t now)
{
    (void)now;
    if (port->fd >= 0 && port->count >= port->choice->number)
        fault_port_refuse(port);
    return -1;
}

/* After the time set by the first client, note the length of the queue, -1 if
   unknown, and refuse.  Returns that time if set and not over, else -1.  */
static int64_t reset_queued_tick(struct fault_port *port, int64_t now)
{
    struct sonde_queue queue;
    if (port->fd < 0 || port->due < 0)
        return -1;
    if (now < port->due)
        return port->due;
    port->seen->queued = sonde_queue(port->fd, &queue) ? -1 : queue.queued;
    fault_port_refuse(port);
    return -1;
}

/* ---- datagrams ----------------------------------------------------------- */

/* Send no reply.  */
static void silence_datagram(struct fault_port *port,
                             struct fault_datagram *datagram)
{
    (void)port;
    (void)datagram;
}

/* Reply, except to each Nth datagram of PORT; N is at least 1.  */
static void lose_datagram(struct fault_port *port,
                          struct fault_datagram *datagram)
{
    if (port->count % port->choice->number != 0)
        fault_datagram_send(port, port->fd, datagram);
}

/* Reply, with byte N altered, counted from 0; a shorter reply is unchanged.  */
static void alter_datagram(struct fault_port *port,
                           struct fault_datagram *datagram)
{
    if (port->choice->number < (long)datagram->size)
        datagram->bytes[port->choice->number] ^= 1;
    fault_datagram_send(port, port->fd, datagram);
}

/* Reply with N bytes more at the end, up to FAULT_DATAGRAM_MAX in all.  */
static void extra_datagram(struct fault_port *port,
                           struct fault_datagram *datagram)
{
    for (long i = 0;
         i < port->choice->number && datagram->size < FAULT_DATAGRAM_MAX; i++)
        datagram->bytes[datagram->size++] = 'x';
    fault_datagram_send(port, port->fd, datagram);
}

/* Reply with the first N bytes, or with all of a shorter reply.  */
static void truncate_datagram(struct fault_port *port,
                              struct fault_datagram *datagram)
{
    if ((size_t)port->choice->number < datagram->size)
        datagram->size = (size_t)port->choice->number;
    fault_datagram_send(port, port->fd, datagram);
}

/* Hold the reply for N milliseconds, as fault_datagram_hold does.  */
static void delay_datagram(struct fault_port *port,
                           struct fault_datagram *datagram)
{
    fault_datagram_hold(port, datagram, monotonic_ms() + port->choice->number);
}

/* Reply from PORT's second socket, which is at another address or port, instead
   of the address at which DATAGRAM was received.  */
static void elsewhere_datagram(struct fault_port *port,
                               struct fault_datagram *datagram)
{
    datagram->ends.wildcard = 0;
    fault_datagram_send(port, port->second, datagram);
}

/* Send the reply, and N copies, N being the argument of the fault.  */
static void duplicate_datagram(struct fault_port *port,
                               struct fault_datagram *datagram)
{
    for (long i = 0; i <= port->choice->number; i++)
        fault_datagram_send(port, port->fd, datagram);
}

/* Send the replies of two datagrams of PORT in the reverse order: hold the
   first reply until the second is sent, but at most 1000 ms.  */
static void reorder_datagram(struct fault_port *port,
                             struct fault_datagram *datagram)
{
    enum { ALONE_MS = 1000 };
    bool holds = port->held[0].due > 0;
    if (!holds) {
        fault_datagram_hold(port, datagram, monotonic_ms() + ALONE_MS);
        return;
    }
    fault_datagram_send(port, port->fd, datagram);
    fault_datagram_tick(port, port->held[0].due);
}

/* ---- the table ----------------------------------------------------------- */

const struct fault faults[] = {
    {"echo", NULL, 0, 0, ALL,
     "No fault: each byte comes back, or the reply of --reply is sent.",
     "The usual case, to compare with.", NULL, NULL, NULL, NULL},
    {"blackhole", NULL, 0, 0, STREAM,
     "connect never completes: the accept queue is kept full by clients of "
     "this server.",
     "No response to the SYN: connect blocks, and returns ETIMEDOUT after a "
     "minute or more (4.3); a full queue ignores the SYN (4.5).",
     fault_blackhole_open, NULL, fault_blackhole_tick, NULL},
    {"no-accept", "N", 1, 4096, STREAM,
     "The kernel connects the clients that the queue of N holds; none is "
     "accepted.",
     "connect returns when the kernels have completed the handshake, before "
     "the server calls accept (4.5).",
     no_accept_open, NULL, NULL, NULL},
    {"silence", "N", 0, BYTES_MAX, ALL,
     "Accepts, and falls silent after N bytes of the reply; datagrams get no "
     "reply.",
     "Crash of the server's host: no FIN, no RST, and a client without a "
     "timeout waits for ever (5.14, 14.2); a lost datagram (8.7).",
     NULL, silence_connected, NULL, silence_datagram},
    {"fin", "N", 0, BYTES_MAX, STREAM,
     "Ends the connection by FIN after N bytes of the reply; data that come "
     "later get RST.",
     "Termination of the server process: FIN, then RST for the next data, "
     "then SIGPIPE or EPIPE (5.12, 5.13).",
     NULL, fin_connected, NULL, NULL},
    {"rst", "N", 1, BYTES_MAX, FAULT_TCP,
     "Resets the connection after N bytes of the reply.",
     "Crash and reboot of the server's host: RST answers data of a forgotten "
     "connection, and read returns ECONNRESET (5.15).",
     NULL, rst_connected, NULL, NULL},
    {"rst-at-once", NULL, 0, 0, FAULT_TCP,
     "Resets the connection at once after accept, by SO_LINGER 0.",
     "connect has succeeded, and the first call afterwards fails with "
     "ECONNRESET (5.15, 7.5).",
     NULL, rst_connected, NULL, NULL},
    {"reset-queued", "MS", 100, MS_MAX, STREAM,
     "Closes the listener MS milliseconds after the first client: all clients "
     "in its queue are reset, later clients refused.",
     "The server ends before accept: connect has succeeded although no process "
     "has seen the client (4.5).",
     reset_queued_open, NULL, reset_queued_tick, NULL},
    {"half-close", "N", 0, BYTES_MAX, STREAM,
     "Ends its own direction after N bytes of the reply, and goes on reading.",
     "End of file in one direction: the connection still carries data in the "
     "other (6.6).",
     NULL, half_close_connected, NULL, NULL},
    {"no-close", NULL, 0, 0, STREAM,
     "Replies, but never closes, not even after the client's FIN.",
     "The client's FIN is acknowledged, and its own end of file never comes "
     "(6.6).",
     NULL, no_close_connected, NULL, NULL},
    {"never-read", NULL, 0, 0, STREAM,
     "Accepts and never reads: the buffers fill, and the window is zero.",
     "write blocks when the send buffer is full (2.11), or returns EAGAIN "
     "(16.2).",
     NULL, never_read_connected, NULL, NULL},
    {"slow", "MS", 1000, MS_MAX, STREAM, "Sends one byte each MS milliseconds.",
     "A stream has no records: read returns less than was asked for (3.9), "
     "and a timeout for each read never expires (14.2).",
     NULL, slow_connected, NULL, NULL},
    {"alter", "N", 0, BYTES_MAX, ALL,
     "Alters byte N of the reply, counted from 0.",
     "The reply must be verified (5.18, 8.8).", NULL, alter_connected, NULL,
     alter_datagram},
    {"early", "N", 1, BYTES_MAX, STREAM,
     "Sends N bytes before the client has sent any.",
     "The server speaks first, against the protocol of the client (5.18).",
     NULL, early_connected, NULL, NULL},
    {"extra", "N", 1, BYTES_MAX, ALL | FAULT_GROWS,
     "Sends N bytes too many at the end.",
     "The reply must be verified: more has come than was asked for (3.9, "
     "8.8).",
     NULL, extra_connected, NULL, extra_datagram},
    {"short", "N", 1, KEPT_MAX, STREAM,
     "Leaves out the last N bytes of the reply.",
     "End of file before the whole reply: readn returns a short count (3.9).",
     NULL, short_connected, NULL, NULL},
    {"delay", "MS", 1000, MS_MAX, ALL,
     "Sends each reply MS milliseconds late; over a stream with all that has "
     "come until then.",
     "The client needs a timeout (14.2), over UDP one that follows the round "
     "trip time (22.5).",
     NULL, delay_connected, NULL, delay_datagram},
    {"refuse", "N", 1, BYTES_MAX, STREAM,
     "Serves N clients, and refuses all later ones.",
     "No process listens: RST answers the SYN, and connect returns "
     "ECONNREFUSED (4.3).",
     refuse_open, NULL, refuse_tick, NULL},
    {"crash", "N", 1, BYTES_MAX, STREAM | FAULT_ECHOES,
     "A child serves each client, and is killed when it has read N bytes.",
     "Termination of the server process: the kernel closes its sockets (5.12).",
     NULL, fault_crash_connected, NULL, NULL},
    {"lose", "N", 2, BYTES_MAX, FAULT_UDP,
     "Replies to all datagrams but each Nth.",
     "Lost datagrams: recvfrom blocks for ever without a timeout (8.7).", NULL,
     NULL, NULL, lose_datagram},
    {"other-address", "ADDR", 0, 0, FAULT_UDP | FAULT_INET,
     "Replies from another address of this host, by default 127.0.0.2.",
     "The reply of a host with several addresses: only a connected socket, or "
     "a comparison, keeps it out (8.8, 8.11).",
     fault_other_address_open, NULL, NULL, elsewhere_datagram},
    {"other-port", NULL, 0, 0, FAULT_UDP | FAULT_INET,
     "Replies from another port.",
     "A datagram of another process: only a connected socket, or a "
     "comparison, keeps it out (8.8, 8.11).",
     fault_other_port_open, NULL, NULL, elsewhere_datagram},
    {"duplicate", "N", 1, 16, FAULT_UDP | FAULT_GROWS,
     "Sends each reply, and N copies.",
     "Duplicated datagrams: the client numbers its requests (22.5).", NULL,
     NULL, NULL, duplicate_datagram},
    {"reorder", NULL, 0, 0, FAULT_UDP,
     "Sends each first reply after the second; alone, after a second.",
     "Datagrams out of order: the client numbers its requests (22.5).", NULL,
     NULL, NULL, reorder_datagram},
    {"truncate", "N", 1, SONDE_DATAGRAM_MAX, FAULT_UDP,
     "Sends only the first N bytes of each reply.",
     "A reply shorter than its protocol allows: the length that recvfrom "
     "returns must be checked (8.4).",
     NULL, NULL, NULL, truncate_datagram},
    {NULL, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

/* ---- choosing and listing ------------------------------------------------ */

/* Whether the argument of FAULT is an address, not a number.  */
static bool takes_address(const struct fault *fault)
{
    return fault->argument && fault->max == 0;
}

/* Read ARGUMENT, a number or an address, into CHOICE, whose fault is set.  A
   number is decimal, from 0, for "lose" and "slow" from 1, to the MAX of the
   fault; an address is not checked, nor copied.  Returns true; or false with a
   sentence without a full stop in PROBLEM, also if the fault takes no argument;
   CHOICE may be changed then.  */
static bool choice_read(struct fault_choice *choice, const char *argument,
                        char problem[FAULT_TEXT])
{
    const struct fault *fault = choice->fault;
    char *end;
    if (!fault->argument) {
        snprintf(problem, FAULT_TEXT, "'%s' takes no argument", fault->name);
        return false;
    }
    if (takes_address(fault)) {
        choice->text = argument;
        return true;
    }
    errno = 0;
    choice->number = strtol(argument, &end, 10);
    long min = !strcmp(fault->name, "lose") || !strcmp(fault->name, "slow");
    if (argument[strspn(argument, "0123456789")] || end == argument || errno ||
        choice->number < min || choice->number > fault->max) {
        snprintf(problem, FAULT_TEXT,
                 "'%.60s' is no argument of '%s': give a number from %ld to "
                 "%ld",
                 argument, fault->name, min, fault->max);
        return false;
    }
    return true;
}

bool fault_choose(struct fault_choice *choice, const char *text,
                  char problem[FAULT_TEXT])
{
    size_t length = strcspn(text, ",");
    for (const struct fault *fault = faults; fault->name; fault++) {
        if (strlen(fault->name) != length ||
            strncmp(fault->name, text, length) != 0)
            continue;
        *choice = (struct fault_choice){.fault = fault, .number = fault->usual};
        return !text[length] || choice_read(choice, text + length + 1, problem);
    }
    snprintf(problem, FAULT_TEXT, "there is no fault '%.60s'; see --list",
             text);
    return false;
}

void faults_list(FILE *out)
{
    for (const struct fault *fault = faults; fault->name; fault++) {
        fprintf(out, "%s%s%s (%s%s%s%s", fault->name,
                fault->argument ? "," : "",
                fault->argument ? fault->argument : "",
                fault->kinds & FAULT_TCP ? "TCP" : "",
                fault->kinds & FAULT_UNIX ? ", UNIX" : "",
                (fault->kinds & ALL) == ALL ? ", " : "",
                fault->kinds & FAULT_UDP ? "UDP" : "");
        if (fault->max > 0)
            fprintf(out, "; %s is %ld by default", fault->argument,
                    fault->usual);
        fputs(")\n", out);
        wrap_labelled(out, "   ", 4, 4, fault->does);
        wrap_labelled(out, "   ", 4, 4, fault->condition);
    }
}
