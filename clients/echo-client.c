/* echo-client.c - echo client for streams: send, verify, print
   SPDX-License-Identifier: GPL-3.0-or-later

   One loop polls input, socket and output together: the server's end is noticed
   while a user types, and there is no deadlock between the three.  */

#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/monotonic.h"
#include "clients/echo-client.h"
#include "clients/verify.h"

/* Bytes per read from the socket and write to the output.  */
enum { PIECE = 65536 };

struct session {
    struct client *client;
    struct client_result *result;
    struct sonde_poller *poller;
    int input, output;
    struct verify verify;
    bool input_ended, half_closed;
    int send_error;            /* errno of a failed send; only receive now */
    size_t out_start, out_end; /* verified, not yet written */
    unsigned watched[3];       /* events watched on each descriptor */
    int64_t idle_since;        /* no reply is due since then, or 0 */
    int64_t progress;          /* last progress of the server */
    struct monotonic_spin spin;
    unsigned char bytes[PIECE];
};

enum { INPUT, SOCKET, OUTPUT };

static bool has_pending(const struct session *session)
{
    return session->out_start < session->out_end;
}

/* The progress, as part of a sentence, in TEXT.  */
static const char *echo_client_where(const struct session *session,
                                     char text[160])
{
    const struct verify *verify = &session->verify;
    uint64_t unsent = verify->filled - verify->sent;
    int length = snprintf(text, 160, "%" PRIu64 " of %" PRIu64 " bytes echoed",
                          verify->echoed, verify->sent);
    if (unsent > 0)
        snprintf(text + length, 160 - (size_t)length,
                 ", %" PRIu64 " more not sent", unsent);
    return text;
}

/* ---- events ------------------------------------- */

/* Each returns 0 to continue, or -1 with the end in the result.  */

/* Read input into the ring, which has space, and note the end of input.  */
static int echo_client_take_input(struct session *session)
{
    size_t size;
    void *space = verify_space(&session->verify, &size);
    ssize_t count = sonde_read(session->input, space, size, 0);
    if (count > 0) {
        verify_fill(&session->verify, (size_t)count);
    } else if (count == 0) {
        session->input_ended = true;
    } else if (errno != EAGAIN) {
        client_say(session->result, CLIENT_TROUBLE,
                   "cannot read standard input: %s", strerror(errno));
        return -1;
    }
    return 0;
}

/* Send unsent bytes until the socket takes no more.  When input has ended and
   all bytes are sent, half-close.  An error is kept in SEND_ERROR, and the run
   goes on: after a failure the bytes echoed before are still received.  */
static void send_some(struct session *session)
{
    size_t size;
    const void *bytes = verify_unsent(&session->verify, &size);
    while (size > 0 && !session->send_error) {
        ssize_t count = sonde_write(session->client->fd, bytes, size, 0);
        if (count < 0) {
            if (errno != EAGAIN)
                session->send_error = errno;
            break;
        }
        verify_sent(&session->verify, (size_t)count);
        session->progress = monotonic_now();
        bytes = verify_unsent(&session->verify, &size);
    }
    if (session->input_ended && size == 0 && !session->half_closed &&
        !session->send_error) {
        sonde_half_close(session->client->fd);
        session->half_closed = true;
        session->progress = monotonic_now();
    }
}

/* Report ANSWER, a wrong byte or a byte never sent.  Returns -1.  */
static int echo_client_say_wrong(struct session *session,
                                 enum verify_answer answer)
{
    const struct verify *verify = &session->verify;
    if (answer == VERIFY_DIFFERENT)
        client_say(session->result, CLIENT_WRONG_REPLY,
                   "%s: wrong reply: byte %" PRIu64 " is 0x%02x, not 0x%02x",
                   session->client->name, verify->echoed, verify->received,
                   verify->expected);
    else
        client_say(session->result, CLIENT_WRONG_REPLY,
                   "%s: wrong reply: byte %" PRIu64
                   ", 0x%02x, is beyond the %" PRIu64 " sent",
                   session->client->name, verify->echoed, verify->received,
                   verify->sent);
    return -1;
}

/* The server closed the connection (ERROR is 0), or a read failed with ERROR.
   CLIENT_DONE if the server closed after the half-close and all bytes are
   echoed.  An error of sending explains an early close.  Returns -1, with the
   end in the result.  */
static int end_of_stream(struct session *session, int error)
{
    const struct verify *verify = &session->verify;
    char text[160];
    if (!error && session->half_closed && verify->echoed == verify->filled)
        return client_say(session->result, CLIENT_DONE, "%s", ""), -1;
    if (!error)
        error = session->send_error;
    if (error)
        client_lost(session->client, error, echo_client_where(session, text),
                    session->result);
    else
        client_say(session->result, CLIENT_CLOSED_EARLY,
                   "%s: server closed the connection, %s",
                   session->client->name, echo_client_where(session, text));
    return -1;
}

/* Write verified bytes until the output takes no more.  Returns as above.  */
static int put_output(struct session *session)
{
    while (has_pending(session)) {
        ssize_t count =
            sonde_write(session->output, session->bytes + session->out_start,
                        session->out_end - session->out_start, 0);
        if (count < 0 && errno == EAGAIN)
            return 0;
        if (count < 0) {
            client_output_lost(errno, session->result);
            return -1;
        }
        session->out_start += (size_t)count;
    }
    return 0;
}

/* Receive, verify, and write the bytes that match, before a difference is
   reported.  No verified byte is pending.  */
static int take_echo(struct session *session)
{
    size_t good;
    ssize_t count = sonde_read(session->client->fd, session->bytes, PIECE, 0);
    if (count < 0)
        return errno == EAGAIN ? 0 : end_of_stream(session, errno);
    if (count == 0)
        return end_of_stream(session, 0);
    session->progress = monotonic_now();
    enum verify_answer answer =
        verify_check(&session->verify, session->bytes, (size_t)count, &good);
    session->out_start = 0;
    session->out_end = good;
    if (put_output(session))
        return -1;
    return answer == VERIFY_SAME ? 0 : echo_client_say_wrong(session, answer);
}

/* ---- waiting ------------------------------------------------------------- */

/* Whether a reply is due: bytes are not echoed, or input has ended and the
   server has not closed.  Not while input is awaited or output is blocked.  */
static bool is_due(const struct session *session)
{
    return !has_pending(session) &&
           (session->input_ended ||
            session->verify.echoed < session->verify.filled);
}

/* Extend the deadline by the time in which no reply was due.  Called once a
   round: notes when this time begins, and adds the time when it ends.  */
static void extend_deadline(struct session *session)
{
    struct client *client = session->client;
    if (!is_due(session)) {
        if (!session->idle_since)
            session->idle_since = monotonic_now();
    } else if (session->idle_since) {
        int64_t now = monotonic_now();
        if (client->deadline != SONDE_NEVER)
            client->deadline += now - session->idle_since;
        session->progress = now;
        session->idle_since = 0;
    }
}

/* The deadline of the next reply: SONDE_NEVER while none is due; the deadline
   of the client; without a timeout option, CLIENT_TIMEOUT after the last
   progress.  */
static int64_t echo_client_latest(const struct session *session)
{
    if (!is_due(session))
        return SONDE_NEVER;
    if (session->client->deadline != SONDE_NEVER)
        return session->client->deadline;
    return session->progress + (int64_t)CLIENT_TIMEOUT * 1000000;
}

/* Report the timeout and the progress.  Returns -1.  */
static int say_late(struct session *session)
{
    const struct client_target *target = session->client->target;
    int64_t ms = target->timeout > 0 ? target->timeout : CLIENT_TIMEOUT;
    char text[160];
    if (session->half_closed &&
        session->verify.echoed == session->verify.filled)
        client_late(session->client, ms * 1000000,
                    "all bytes echoed, but the server does not close its side",
                    session->result);
    else
        client_late(session->client, ms * 1000000,
                    echo_client_where(session, text), session->result);
    return -1;
}

/* Report that poll keeps reporting readiness while read or write returns
   EAGAIN.  No deadline ends this, because no reply is due.  Returns -1.  */
static int say_unready(struct session *session)
{
    const char *what =
        has_pending(session) ? "write standard output" : "read standard input";
    client_say(session->result, CLIENT_TROUBLE,
               "cannot %s: poll reports readiness, but the call fails: %s",
               what, strerror(EAGAIN));
    return -1;
}

/* Have the poller watch EVENTS on FD, or nothing unless ON.  WHICH is the index
   of FD in watched.  Returns 0, or -1 with errno.  */
static int echo_client_watch(struct session *session, int which, int fd,
                             bool on, unsigned events)
{
    unsigned wanted = on ? events : 0;
    if (session->watched[which] == wanted)
        return 0;
    session->watched[which] = wanted;
    return sonde_poller_modify(session->poller, fd, wanted, NULL);
}

static int watch_all(struct session *session)
{
    size_t space, unsent;
    bool pending = has_pending(session);
    verify_space(&session->verify, &space);
    verify_unsent(&session->verify, &unsent);
    bool sending = unsent > 0 && !session->send_error;
    unsigned socket_events =
        (pending ? 0 : SONDE_READABLE) | (sending ? SONDE_WRITABLE : 0);
    bool reading = !session->input_ended && space > 0 && !session->send_error;
    return echo_client_watch(session, INPUT, session->input, reading,
                             SONDE_READABLE) ||
                   echo_client_watch(session, OUTPUT, session->output, pending,
                                     SONDE_WRITABLE) ||
                   echo_client_watch(session, SOCKET, session->client->fd, true,
                                     socket_events)
               ? -1
               : 0;
}

static int echo_client_serve(struct session *session,
                             const struct sonde_event *event)
{
    if (event->fd == session->input)
        return echo_client_take_input(session);
    if (event->fd == session->output)
        return put_output(session);
    return event->ready & SONDE_READABLE ? take_echo(session) : 0;
}

/* A number that changes with any progress.  */
static uint64_t progress_of(const struct session *session)
{
    const struct verify *verify = &session->verify;
    return verify->filled + verify->sent + verify->echoed + session->out_start +
           (session->input_ended ? 1 : 0) + (session->half_closed ? 1 : 0) +
           (session->send_error ? 1 : 0);
}

/* One round: send, wait for events or the deadline, and handle these.  Returns
   as above.  */
static int echo_client_step(struct session *session)
{
    struct sonde_event event;
    uint64_t progress = progress_of(session);
    send_some(session);
    extend_deadline(session);
    if (watch_all(session)) {
        client_say(session->result, CLIENT_TROUBLE, "cannot wait: %s",
                   strerror(errno));
        return -1;
    }
    int64_t until = echo_client_latest(session);
    int ready = sonde_poller_wait(session->poller, sonde_deadline_left(until));
    if (ready < 0) {
        client_say(session->result, CLIENT_TROUBLE, "cannot wait: %s",
                   strerror(errno));
        return -1;
    }
    while (sonde_poller_next(session->poller, &event))
        if (echo_client_serve(session, &event))
            return -1;
    if (ready == 0 || progress_of(session) != progress)
        session->spin.rounds = 0;
    else if (monotonic_spin(&session->spin) && until == SONDE_NEVER)
        return say_unready(session);
    if (until != SONDE_NEVER && monotonic_now() >= until &&
        echo_client_latest(session) <= until)
        return say_late(session);
    return 0;
}

/* Open the poller, with nothing watched yet.  Only poll accepts regular files,
   which are always ready.  OUTPUT with the number of INPUT is accepted.
   Returns 0; or -1 with errno, and the caller closes the poller.  */
static int open_poller(struct session *session)
{
    session->poller = sonde_poller_open(SONDE_POLLER_POLL);
    if (!session->poller)
        return -1;
    return sonde_poller_add(session->poller, session->input, 0, NULL) ||
                   (sonde_poller_add(session->poller, session->output, 0,
                                     NULL) &&
                    errno != EEXIST) ||
                   sonde_poller_add(session->poller, session->client->fd, 0,
                                    NULL)
               ? -1
               : 0;
}

enum client_end echo_stream(struct client *client, int input, int output,
                            struct client_result *result)
{
    struct session session = {.client = client,
                              .result = result,
                              .input = input,
                              .output = output,
                              .progress = monotonic_now()};
    if (verify_open(&session.verify, ECHO_UNECHOED_MAX) ||
        open_poller(&session))
        client_say(result, CLIENT_TROUBLE, "cannot begin: %s", strerror(errno));
    else
        while (!echo_client_step(&session)) {
        }
    sonde_poller_close(session.poller);
    verify_close(&session.verify);
    return result->end;
}
