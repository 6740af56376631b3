/* loopback.h - sockets on the loopback interface
   SPDX-License-Identifier: GPL-3.0-or-later

   Plain blocking IPv4 sockets.  If a necessary call fails, functions with PROBE
   skip the question and do not return (probe_skip).  A lack of descriptors or
   memory skips the question in all functions, unless the errno is the
   question's expected_errno (resource_check).  */

#ifndef PROBES_BEHAVIOUR_LOOPBACK_H
#define PROBES_BEHAVIOUR_LOOPBACK_H 1

/* <sys/types.h> must precede OpenBSD's tcp.h.  */
#include <sys/types.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "probes/behaviour/question.h"

/* A connection of two sockets of this process, and its listener.  */
struct pair {
    int listener, client, server;
};

/* Timeout of an event that must happen, in milliseconds; long enough for a busy
   host.  */
enum { LOOPBACK_TIMEOUT = 5000 };

/* tcp_socket: make an unbound TCP socket of IPv4.  tcp_socket_with: the same,
   with OPTION of SOL_SOCKET set to 1; 0: none.  tcp_bound: the same, bound to
   127.0.0.1 and an ephemeral port.  tcp_listener: the same without an option,
   and listening with BACKLOG.  Returns the descriptor; on failure the question
   is skipped.  */
int tcp_socket(struct probe *probe);
int tcp_socket_with(struct probe *probe, int option);
int tcp_bound(struct probe *probe, int option);
int tcp_listener(struct probe *probe, int backlog);

/* local_address: the local address of FD; on failure the question is skipped.
   loopback_address: 127.0.0.1 with PORT, in network byte order, 0 for an
   ephemeral port.  */
struct sockaddr_in local_address(struct probe *probe, int fd);
struct sockaddr_in loopback_address(in_port_t port);

/* bind and connect with the right length of ADDRESS.  Returns 0, or -1 with
   errno.  */
int bind_to(int fd, const struct sockaddr_in *address);
int connect_to(int fd, const struct sockaddr_in *address);

/* Make a client and connect it to LISTENER; blocks until connected.  Returns
   the client's descriptor; on failure the question is skipped.  */
int tcp_client(struct probe *probe, int listener);

/* Make a listener and an accepted connection, or skip the question.  */
struct pair tcp_pair(struct probe *probe);

/* set_int: set an option of type int.  Returns 0, or -1 with errno.  get_int:
   get an option of type int, or of one byte, 0 to 255.  Returns the value, with
   errno kept; or on failure OTHERWISE, with errno.  */
int set_int(int fd, int level, int option, int value);
int get_int(int fd, int level, int option, int otherwise);

/* As get_int, for an option that every system has; on failure the question is
   skipped.  */
int need_int(struct probe *probe, int fd, int level, int option);

/* end_by_reset: set SO_LINGER 0, so that close sends RST. reset: the same, and
   close FD.  Both ignore a negative FD, and an FD that is not open.  If
   SO_LINGER cannot be set, the question is skipped, for close would send FIN;
   EINVAL, of a connection that has ended, is ignored.  */
void end_by_reset(int fd);
void reset(int fd);

/* need_flags: the flags of FD by GET, F_GETFL or F_GETFD.  set_nonblocking: set
   or clear O_NONBLOCK of FD.  On failure the question is skipped.  */
int need_flags(int fd, int get);
void set_nonblocking(int fd, bool on);

/* Receive (and discard) or send one byte with MSG_DONTWAIT; blocks only where
   the system ignores this flag.  Returns the result by result_text: "1", "0" at
   the end of the stream, or the name of errno.  */
const char *try_read(int fd);
const char *try_write(int fd);

/* send_byte: send the byte 'x'; on failure the question is skipped.
   receive_byte: receive a byte and discard the byte; blocks unless FD is
   non-blocking.  Returns the result of recv: 1, 0 at the end of the stream, or
   -1 with errno.  A lack of descriptors or memory skips the question.  */
void send_byte(struct probe *probe, int fd);
int receive_byte(int fd);

/* As receive_byte, where success is expected: 1, or 0 at the end of the stream.
   On failure the question is skipped.  */
int receive_end(struct probe *probe, int fd);

/* Accept every connection of LISTENER, which is non-blocking, and close each by
   RST; at most DRAIN_MAX.  Returns the number; if accept fails for another
   reason than an empty queue (EAGAIN) or a signal (EINTR, retried), the
   question is skipped.  */
enum { DRAIN_MAX = 1000 };
int drain(struct probe *probe, int listener);

/* Write to FD, while the peer does not read, until three rounds in a row write
   nothing, at most 30 rounds, each followed by settle.  A late acknowledgment
   may still make room.  FD becomes non-blocking.  Returns the number of written
   bytes, about ENOUGH at most: full buffers of several questions could use up
   the memory that the host has for TCP.  */
long fill_buffers(struct probe *probe, int fd, long enough);

/* Set OPTION, SO_RCVTIMEO or SO_SNDTIMEO, of FD to MILLISECONDS.  On failure
   the question is skipped.  */
void set_timeout(struct probe *probe, int fd, int option, int milliseconds);

/* Wait up to TIMEOUT milliseconds for EVENTS on FD; 0 or less: check without
   waiting.  Returns the events that occurred, also POLLERR and POLLHUP, or 0
   after the timeout.  A signal does not end the wait; if poll keeps failing,
   the question is skipped.  */
short wait_for(int fd, short events, int timeout);

/* wait_input: wait_for POLLIN on FD, within LOOPBACK_TIMEOUT.  poll_text:
   wait_for POLLIN and POLLOUT on FD, without waiting; returns the events by
   poll_names, as in "POLLIN|POLLHUP", or "none".  */
short wait_input(int fd);
const char *poll_text(int fd);

/* Call select for reading from FD alone; without a timeout if TIME is NULL.
   Some systems change *TIME.  Returns the result of select: 1 if readable, 0
   after the timeout, -1 with errno, also EINTR.  The question is skipped if FD
   is negative, or FD_SETSIZE or above.  */
int select_input(struct probe *probe, int fd, struct timeval *time);

/* Move this process to a private network namespace if possible, otherwise stay.
   In the namespace the kernel's table of connections is short, and the same
   each time.  The process cannot return.  */
void enter_private_network(void);

/* Wait until packets in flight on the loopback interface have arrived: a new
   connection passes data and, after 5 ms more, is closed.  Only then may "no
   reply" be an answer.  On failure the question is skipped.  */
void settle(struct probe *probe);

/* Skip the question if ERROR, from connect, is a fault of this host's own
   network: the network is down (ENETDOWN, ENETUNREACH, EHOSTUNREACH), or all
   ports are used up (EADDRNOTAVAIL).  Such an errno is no answer of a
   listener.  */
void skip_unreached(struct probe *probe, int error);

/* Fill the accept queue of LISTENER: connect up to MAX clients, one after
   another, until a client is refused, reset, or gets no reply.  If DEAD, each
   client is closed by RST at once, FDS is not used, and a reset after the
   handshake may go unnoticed; otherwise the caller closes the connected clients
   in FDS, with room for MAX, and clients reset later are closed.  Returns the
   number of connections, for live clients without those reset later.  *NEXT is
   the outcome of the first rejected client: an errno, ETIMEDOUT for no reply
   (after 40 ms, when a new connection elsewhere succeeds), ECONNRESET for a
   reset after the handshake; 0 if none of MAX was rejected.  The question is
   skipped if the network of this host fails (skip_unreached), if poll fails, or
   if a client was refused or got no reply though the kernel reports room in the
   queue, or no further drop.  */
int fill_queue(struct probe *probe, int listener, int max, bool dead, int *fds,
               int *next);

#endif /* PROBES_BEHAVIOUR_LOOPBACK_H */
