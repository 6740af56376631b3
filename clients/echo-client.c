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
#include "base/wait.h"
#include "clients/echo-client.h"
#include "clients/verify.h"

/* Bytes per read from the socket and write to the output.  */
enum { PIECE = 65536 };

struct session {
    struct client *client;
    int input, output;
    struct verify verify;
    bool input_ended, half_closed;
    int send_error;            /* errno of a failed send; only receive now */
    size_t out_start, out_end; /* verified, not yet written */
    int64_t idle_since;        /* no reply is due since then, or 0 */
    int64_t progress;          /* last progress of the server */
    int failures;              /* of poll, in a row */
    struct monotonic_spin spin;
    unsigned char bytes[PIECE];
};

/* Whether verified bytes are not yet written to the output.  */
static bool has_pending(const struct session *session)
{
    return session->out_start < session->out_end;
}

/* Whether the client has half-closed, and all bytes are echoed: only the close
   of the server is missing.  */
static bool is_all_echoed(const struct session *session)
{
    return session->half_closed &&
           session->verify.echoed == session->verify.filled;
}

/* Record in the client of SESSION, and return, how the connection ended, with
   the number of bytes echoed: a send or receive failed with ERROR after
   WAITED_NS nanoseconds, as client_lost; ERROR 0: the server closed,
   CLIENT_CLOSED_EARLY.  */
static enum client_end echo_client_lost(const struct session *session,
                                        int error, int64_t waited_ns)
{
    const struct verify *verify = &session->verify;
    uint64_t unsent = verify->filled - verify->sent;
    char text[160];
    int length =
        snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64 " bytes echoed",
                 verify->echoed, verify->sent);
    if (unsent > 0)
        snprintf(text + length, sizeof text - (size_t)length,
                 ", %" PRIu64 " more not sent", unsent);
    if (error == 0)
        return client_fail(session->client, CLIENT_CLOSED_EARLY,
                           "server closed the connection, %s", text);
    return client_lost(session->client, error, waited_ns, text);
}

/* ---- events ------------------------------------- */

/* Functions that return bool return whether the session goes on.  */

/* Read input into the ring, which has space, without waiting, and note the end
   of input.  False, with CLIENT_TROUBLE, after a read error.  */
static bool echo_client_take_input(struct session *session)
{
    size_t size;
    void *space = verify_space(&session->verify, &size);
    ssize_t count = sonde_read(session->input, space, size, 0);
    if (count > 0)
        session->verify.filled += (uint64_t)count;
    else if (count == 0)
        session->input_ended = true;
    else if (errno != EAGAIN)
        return !client_trouble(
            session->client, "cannot read standard input: %s", strerror(errno));
    return true;
}

/* Send unsent bytes until the socket takes no more.  When input has ended and
   all bytes are sent, half-close, whose errors are ignored.  Bytes sent and the
   half-close are progress.  An error of sending is kept in SEND_ERROR, and ends
   only the sending: after a failure the bytes echoed before are still
   received.  */
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
        session->verify.sent += (uint64_t)count;
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

/* Set and return CLIENT_WRONG_REPLY, with the position and value of the byte in
   the text: ANSWER is a wrong byte or a byte never sent.  */
static enum client_end echo_client_wrong(const struct session *session,
                                         enum verify_answer answer)
{
    const struct verify *verify = &session->verify;
    if (answer == VERIFY_DIFFERENT)
        return client_fail(session->client, CLIENT_WRONG_REPLY,
                           "wrong reply: byte %" PRIu64
                           " is 0x%02x, not 0x%02x",
                           verify->echoed, verify->received, verify->expected);
    return client_fail(session->client, CLIENT_WRONG_REPLY,
                       "wrong reply: byte %" PRIu64
                       ", 0x%02x, is beyond the %" PRIu64 " sent",
                       verify->echoed, verify->received, verify->sent);
}

/* Write verified bytes until none is left (has_pending), or the output takes
   none for TIMEOUT milliseconds.  Returns true in both cases; false after a
   write error, as client_output_lost.  */
static bool put_output(struct session *session, int timeout)
{
    while (has_pending(session)) {
        ssize_t count =
            sonde_write(session->output, session->bytes + session->out_start,
                        session->out_end - session->out_start, timeout);
        if (count < 0)
            return errno == EAGAIN ||
                   !client_output_lost(session->client, errno);
        session->out_start += (size_t)count;
    }
    return true;
}

/* Receive up to PIECE bytes, verify, and write the bytes that match: as far as
   the output takes them at once, but all of those before a wrong byte, however
   long this takes.  No verified byte is pending before.  Returns true also if
   nothing has arrived.  False, with the end set, after an error, a wrong byte
   or the close of the server: CLIENT_DONE if all is echoed, otherwise by
   SEND_ERROR or CLIENT_CLOSED_EARLY.  */
static bool take_echo(struct session *session)
{
    size_t good;
    ssize_t count = sonde_read(session->client->fd, session->bytes, PIECE, 0);
    if (count < 0)
        return errno == EAGAIN || !echo_client_lost(session, errno, 0);
    if (count == 0 && !is_all_echoed(session))
        echo_client_lost(session, session->send_error, 0);
    if (count == 0)
        return false;
    session->progress = monotonic_now();
    enum verify_answer answer =
        verify_check(&session->verify, session->bytes, (size_t)count, &good);
    session->out_start = 0;
    session->out_end = good;
    if (answer == VERIFY_SAME)
        return put_output(session, 0);
    /* The session ends here, and no later round writes the rest.  */
    return put_output(session, -1) && !echo_client_wrong(session, answer);
}

/* ---- waiting ------------------------------------------------------------- */

/* Whether a reply is due: not all bytes read from the input are echoed, or
   input has ended, and the server has not closed.  False as long as verified
   bytes are not yet written to the output.  */
static bool is_due(const struct session *session)
{
    return !has_pending(session) &&
           (session->input_ended ||
            session->verify.echoed < session->verify.filled);
}

/* Called once a round.  While no reply is due, note since when; once due,
   extend the deadline, unless SONDE_NEVER, by this time, and note progress.  */
static void extend_deadline(struct session *session)
{
    if (!is_due(session)) {
        if (!session->idle_since)
            session->idle_since = monotonic_now();
    } else if (session->idle_since) {
        client_extend_deadline(session->client, session->idle_since);
        session->progress = monotonic_now();
        session->idle_since = 0;
    }
}

/* The deadline of the next reply: of the client, or without a timeout option
   CLIENT_TIMEOUT after the last progress; SONDE_NEVER while none is due.  */
static int64_t echo_client_latest(const struct session *session)
{
    if (!is_due(session))
        return SONDE_NEVER;
    if (session->client->deadline != SONDE_NEVER)
        return session->client->deadline;
    return session->progress + (int64_t)CLIENT_TIMEOUT * 1000000;
}

/* Set the end of the client to CLIENT_TIMED_OUT, and return that end.  The
   caller has checked that the reply is overdue.  The text has the timeout of
   the target, by default CLIENT_TIMEOUT, and the progress.  */
static enum client_end echo_client_late(const struct session *session)
{
    int given = session->client->target->timeout;
    int64_t ns = (int64_t)(given > 0 ? given : CLIENT_TIMEOUT) * 1000000;
    if (is_all_echoed(session))
        return client_lost(session->client, EAGAIN, ns,
                           "all bytes echoed, but the server does not close "
                           "its side");
    return echo_client_lost(session, EAGAIN, ns);
}

/* Wait until UNTIL for what the session needs, and handle the events.  A
   descriptor that is not needed is not polled, since poll reports a closed peer
   in each case: the input after a send error or without space, the socket for
   replies while output is pending.  Room to send is only waited for: send_some
   sends in the next round.  Sets *READY to the number of descriptors with
   events; 0 at UNTIL; -1 if poll failed.  False, with the end set: the session
   is over, also after more than WAIT_FAILURES failures of poll in a row.  */
static bool echo_client_wait(struct session *session, int64_t until, int *ready)
{
    size_t space, unsent;
    verify_space(&session->verify, &space);
    verify_unsent(&session->verify, &unsent);
    bool pending = has_pending(session), may_send = !session->send_error;
    bool reading = !session->input_ended && space > 0 && may_send;
    int events =
        (pending ? 0 : POLLIN) | (unsent > 0 && may_send ? POLLOUT : 0);
    struct pollfd fds[] = {
        {reading ? session->input : -1, POLLIN, 0},
        {pending ? session->output : -1, POLLOUT, 0},
        {events ? session->client->fd : -1, (short)events, 0}};
    *ready = wait_poll(fds, 3, sonde_deadline_left(until));
    session->failures = *ready < 0 ? session->failures + 1 : 0;
    if (session->failures > WAIT_FAILURES)
        return !client_trouble(session->client, "cannot wait: %s",
                               strerror(errno));
    return (!fds[0].revents || echo_client_take_input(session)) &&
           (!fds[1].revents || put_output(session, 0)) &&
           (pending || !(fds[2].revents & ~POLLOUT) || take_echo(session));
}

/* A number to compare before and after a round: as a rule a different number
   after any progress.  */
static uint64_t progress_of(const struct session *session)
{
    const struct verify *verify = &session->verify;
    return verify->filled + verify->sent + verify->echoed + session->out_start +
           session->input_ended + session->half_closed +
           (session->send_error != 0);
}

/* One round: send, wait, handle the events.  False, with the end set: the
   session is over, also if the deadline of a due reply has passed, unless the
   events have moved that deadline, or no reply is due any more.  If poll keeps
   reporting a descriptor ready without progress, and no reply is due, the end
   is CLIENT_TROUBLE after some 1.5 seconds.  */
static bool echo_client_step(struct session *session)
{
    int ready;
    uint64_t progress = progress_of(session);
    send_some(session);
    extend_deadline(session);
    int64_t until = echo_client_latest(session);
    if (!echo_client_wait(session, until, &ready))
        return false;
    if (ready <= 0 || progress_of(session) != progress)
        session->spin.rounds = 0;
    else if (monotonic_spin(&session->spin) && until == SONDE_NEVER)
        return !client_trouble(
            session->client,
            "cannot %s: poll reports readiness, but the call "
            "fails: %s",
            has_pending(session) ? "write standard output"
                                 : "read standard input",
            strerror(EAGAIN));
    int64_t latest = echo_client_latest(session);
    /* SONDE_NEVER: nothing is due any more; the last reply was ready before a
       late look, as after a stop of this process.  */
    return until == SONDE_NEVER || monotonic_now() < until ||
           latest == SONDE_NEVER || latest > until ||
           !echo_client_late(session);
}

enum client_end echo_stream(struct client *client, int input, int output)
{
    struct session session = {.client = client,
                              .input = input,
                              .output = output,
                              .progress = monotonic_now()};
    if (verify_open(&session.verify, ECHO_UNECHOED_MAX))
        return client_trouble(client, "cannot begin: %s", strerror(errno));
    while (echo_client_step(&session))
        continue;
    verify_close(&session.verify);
    return client->end;
}
