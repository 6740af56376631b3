/* tcp-states.c - connections through all states of TCP
   SPDX-License-Identifier: GPL-3.0-or-later

   Each step is a finding "WALK.NN" of the form "EVENT; HERE; PEER": the
   event, and the state of both ends in the kernel's table.  If both ends
   belong to this kernel, transient states are skipped; if the peer is
   simulated, its column is "-" and the kernel waits for each packet.  An event
   is a call that succeeded: a failed call skips the question with its errno,
   and the steps before stay.  */

#include <config.h>

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "base/wait.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/peer.h"
#include "probes/behaviour/tcp-table.h"
#include "probes/peer/tun.h"

/* The eleven states of RFC 9293, in the order of the array "seen".  */
static const char *const all_states[] = {
    "CLOSED",      "LISTEN",     "SYN_SENT",   "SYN_RCVD",
    "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT",
    "LAST_ACK",    "CLOSING",    "TIME_WAIT",
};
enum { STATES = sizeof all_states / sizeof *all_states };

/* A walk: a connection taken through a series of states.  NAME and STEP make
   the keys of the findings.  SEEN notes the states, for all walks together.
   LAST is the state of the previous step, or NULL.  */
struct walk {
    struct probe *probe;
    const char *name;
    bool *seen;
    int step;
    in_port_t here, peer;
    bool both; /* ends belong to this kernel */
    const char *last;
    struct peer_tcp tcp; /* with a simulated peer */
};

/* The state of the connection between the ports HERE and PEER, in network byte
   order, by tcp_table_state; notes the state as seen.  The question is skipped
   if there is no readable table.  */
static const char *tcp_states_look(struct walk *walk, in_port_t here,
                                   in_port_t peer)
{
    const char *state = tcp_table_state(here, peer, NULL);
    if (!state)
        probe_skip(walk->probe, "no readable table of connections");
    for (int i = 0; i < STATES; i++)
        if (!strcmp(state, all_states[i]))
            walk->seen[i] = true;
    return state;
}

/* Whether STATE, of a connection once established, lasts only until the other
   end replies.  */
static bool tcp_states_passes(const char *state)
{
    return !strcmp(state, "FIN_WAIT_1") || !strcmp(state, "LAST_ACK") ||
           !strcmp(state, "CLOSING");
}

/* Whether packets of this step are still in flight: of two ends here, one is in
   a transient state; with a simulated peer, the state HERE has not changed
   yet.  */
static bool tcp_states_is_transient(const struct walk *walk, const char *here,
                                    const char *peer)
{
    if (walk->both)
        return tcp_states_passes(here) || tcp_states_passes(peer);
    return walk->last && !strcmp(walk->last, here);
}

/* Report HERE and PEER, the states of both ends after the event WHAT, as the
   next finding of WALK.  */
static void tcp_states_report(struct walk *walk, const char *what,
                              const char *here, const char *peer)
{
    char key[40];
    snprintf(key, sizeof key, "%s.%02d", walk->name, ++walk->step);
    probe_report(walk->probe, key, "%s; %s; %s", what, here, peer);
}

/* Wait up to 2 s for the end of transient states.  Then report the states of
   the connection after the event WHAT.  With a simulated peer, the state of the
   step before counts as transient, and PEER is "-".  Updates LAST and SEEN of
   WALK.  The question is skipped without a readable table.  */
static void tcp_states_step(struct walk *walk, const char *what)
{
    const char *here, *peer = "-";
    for (int i = 0;; i++) {
        here = tcp_table_state(walk->here, walk->peer, NULL);
        if (walk->both)
            peer = tcp_table_state(walk->peer, walk->here, NULL);
        if (!here || !peer || i == 200 ||
            !tcp_states_is_transient(walk, here, peer))
            break;
        wait_pause(10);
    }
    here = walk->last = tcp_states_look(walk, walk->here, walk->peer);
    if (walk->both)
        peer = tcp_states_look(walk, walk->peer, walk->here);
    tcp_states_report(walk, what, here, peer);
}

/* Report, as the next step, the state of the listener at PORT, in network byte
   order, after socket, bind and listen; the peer's column is "-".  */
static void tcp_states_step_listener(struct walk *walk, in_port_t port)
{
    tcp_states_report(walk, "socket, bind, listen",
                      tcp_states_look(walk, port, 0), "-");
}

/* Report the walk "loopback": both ends here, the client closing first.  */
static void tcp_states_walk_loopback(struct probe *probe, bool *seen)
{
    struct walk walk = {.probe = probe, .name = "loopback", .seen = seen};
    struct pair pair = tcp_pair(probe);
    walk.here = local_address(probe, pair.client).sin_port;
    walk.peer = local_address(probe, pair.listener).sin_port;
    tcp_states_step_listener(&walk, walk.peer);
    walk.both = true;
    tcp_states_step(&walk, "connect, accept");
    probe_check(probe, shutdown(pair.client, SHUT_WR), "shutdown");
    wait_input(pair.server);
    settle(probe);
    tcp_states_step(&walk, "here: shutdown (SHUT_WR)");
    probe_check(probe, shutdown(pair.server, SHUT_WR), "shutdown");
    wait_input(pair.client);
    settle(probe);
    tcp_states_step(&walk, "there: shutdown (SHUT_WR)");
}

/* ---- with a simulated peer ---------------------------------------------- */

enum { SYN = SEGMENT_SYN, ACK = SEGMENT_ACK, FIN = SEGMENT_FIN };

/* Set the ports HERE and PEER of WALK to the ports of WALK->tcp.  */
static void tcp_states_set_ports(struct walk *walk)
{
    walk->here = walk->tcp.local.sin_port;
    walk->peer = walk->tcp.remote.sin_port;
}

/* Send the kernel a segment with the flags SEND, wait for a segment with AWAIT
   (0: none), and report the states after the event WHAT, also if no such
   segment comes (peer_tcp_await).  */
static void tcp_states_exchange(struct walk *walk, unsigned send,
                                unsigned await, const char *what)
{
    if (send)
        peer_tcp_send(&walk->tcp, send, 0);
    if (await)
        peer_tcp_await(&walk->tcp, await);
    tcp_states_step(walk, what);
}

/* Begin to connect to the simulated PEER, and report the step.  */
static void tcp_states_connect(struct walk *walk, struct peer *peer)
{
    peer_tcp_begin(&walk->tcp, peer, TUN_PEER);
    tcp_states_set_ports(walk);
    tcp_states_step(walk, "connect: SYN out");
}

/* Shut the sending side down, await the FIN, and report the step.  */
static void tcp_states_shutdown(struct walk *walk)
{
    probe_check(walk->probe, shutdown(walk->tcp.fd, SHUT_WR), "shutdown");
    tcp_states_exchange(walk, 0, FIN, "shutdown: FIN out");
}

/* Make the walk "active", and report its steps: active open and active close,
   with a delay between the simulated peer's ACK and FIN.  Sets the flags of the
   states met in SEEN, an array of all states, and clears none.  */
static void tcp_states_walk_active(struct peer *peer, bool *seen)
{
    struct walk walk = {.probe = peer->probe, .name = "active", .seen = seen};
    tcp_states_connect(&walk, peer);
    tcp_states_exchange(&walk, SYN | ACK, ACK, "SYN, ACK in; ACK out");
    tcp_states_shutdown(&walk);
    tcp_states_exchange(&walk, ACK, 0, "ACK in");
    tcp_states_exchange(&walk, FIN | ACK, ACK, "FIN in; ACK out");
}

/* Report the walk "simultaneous-close"; or if AT_ONCE, "fin-ack": ACK and FIN
   of the simulated peer in one segment.  */
static void tcp_states_walk_closing(struct peer *peer, bool *seen, bool at_once)
{
    struct walk walk = {.probe = peer->probe,
                        .name = at_once ? "fin-ack" : "simultaneous-close",
                        .seen = seen};
    peer_tcp_connect(&walk.tcp, peer, TUN_PEER);
    tcp_states_set_ports(&walk);
    tcp_states_step(&walk, "connected");
    tcp_states_shutdown(&walk);
    if (at_once) {
        tcp_states_exchange(&walk, FIN | ACK, ACK, "FIN, ACK in; ACK out");
        return;
    }
    walk.tcp.seen--; /* the simulated peer has not received the FIN yet */
    peer_tcp_send(&walk.tcp, FIN | ACK, 0);
    walk.tcp.seen++;
    tcp_states_exchange(&walk, 0, ACK, "FIN in; ACK out");
    tcp_states_exchange(&walk, ACK, 0, "ACK in");
}

/* Report the walk "simultaneous-open": both ends send a SYN.  */
static void tcp_states_walk_open(struct peer *peer, bool *seen)
{
    struct walk walk = {
        .probe = peer->probe, .name = "simultaneous-open", .seen = seen};
    tcp_states_connect(&walk, peer);
    tcp_states_exchange(&walk, SYN, SYN | ACK, "SYN in; SYN, ACK out");
    tcp_states_exchange(&walk, ACK, 0, "ACK in");
}

/* Report the walk "passive": passive open here, closed first by the peer.  */
static void tcp_states_walk_passive(struct peer *peer, bool *seen)
{
    struct walk walk = {.probe = peer->probe, .name = "passive", .seen = seen};
    struct peer_tcp *tcp = &walk.tcp;
    int listener = peer_tcp_listen(tcp, peer);
    tcp_states_set_ports(&walk);
    tcp_states_step_listener(&walk, walk.here);
    tcp_states_exchange(&walk, SYN, SYN | ACK, "SYN in; SYN, ACK out");
    peer_tcp_send(tcp, ACK, 0);
    tcp->fd = probe_check(peer->probe, accept(listener, NULL, NULL), "accept");
    tcp_states_step(&walk, "ACK in; accept");
    tcp_states_exchange(&walk, FIN | ACK, ACK, "FIN in; ACK out");
    probe_check(peer->probe, close(tcp->fd), "close");
    tcp_states_exchange(&walk, 0, FIN, "close: FIN out");
    tcp_states_exchange(&walk, ACK, 0, "ACK in");
}

/* Report the number of SEEN states as the answer, and the missing states, if
   any, as "not-seen", separated by commas.  WHY, unless NULL, is the reason why
   no peer was simulated: then missing states are no property of the host, and
   the answer is not testable, with the missing states and WHY in the reason. */
static void tcp_states_report_seen(struct probe *probe, const bool *seen,
                                   const char *why)
{
    char missing[160] = "";
    int count = 0;
    for (int i = 0; i < STATES; i++) {
        count += seen[i];
        if (!seen[i])
            snprintf(missing + strlen(missing),
                     sizeof missing - strlen(missing), "%s%s",
                     *missing ? ", " : "", all_states[i]);
    }
    if (why)
        probe_report_skip(probe, "answer", "%d of %d states seen; not %s: %s",
                          count, STATES, missing, why);
    else
        probe_report(probe, "answer", "%d of %d states seen", count, STATES);
    if (!why && *missing)
        probe_report(probe, "not-seen", "%s", missing);
}

/* Question tcp.states: the walk over loopback, then all with a simulated peer;
   if none can be simulated, the answer is not testable.  */
static void tcp_states_probe(struct probe *probe)
{
    struct peer peer = {.probe = probe};
    struct namespace_trouble trouble;
    bool seen[STATES] = {true}; /* an unused socket is CLOSED */
    enter_private_network();
    tcp_states_walk_loopback(probe, seen);
    if (namespace_enter(&trouble) || (peer.tun = tun_open(&trouble)) < 0) {
        tcp_states_report_seen(probe, seen, trouble.text);
        return;
    }
    tcp_states_walk_active(&peer, seen);
    tcp_states_walk_passive(&peer, seen);
    tcp_states_walk_closing(&peer, seen, false);
    tcp_states_walk_closing(&peer, seen, true);
    tcp_states_walk_open(&peer, seen);
    tcp_states_report_seen(probe, seen, NULL);
}

QUESTIONS(tcp_states){
    {
        .id = "tcp.states",
        .text = "a connection through the eleven states of TCP",
        .why =
            "The state that netstat shows of a hanging connection tells which "
            "end did not close.",
        .standard =
            "RFC 9293 3.3.2, figure 5. The notes: the same picture, with "
            "FIN_WAIT_1 straight to TIME_WAIT.",
        .cope = "sockprobe --states draws the states",
        .probe = tcp_states_probe,
        .where = IN_BOTH,
        .deadline = 20000,
    },
    END_OF_QUESTIONS,
};
