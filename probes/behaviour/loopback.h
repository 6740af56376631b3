/* loopback.h - sockets on the loopback interface
   SPDX-License-Identifier: GPL-3.0-or-later

   Plain blocking sockets. If a necessary call fails, the child ends and the
   reason is reported (probe_skip).  */

#ifndef PROBES_BEHAVIOUR_LOOPBACK_H
#define PROBES_BEHAVIOUR_LOOPBACK_H 1

/* <sys/types.h> must precede OpenBSD's tcp.h.  */
#include <sys/types.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "probes/behaviour/question.h"

/* A connection and its listener.  */
struct pair {
    int listener, client, server;
};

/* Timeout of an event that must happen, in milliseconds; long enough for a busy
   host.  */
enum { LOOPBACK_TIMEOUT = 5000 };

/* An unbound TCP socket of IPv4; a listener with BACKLOG at 127.0.0.1 and an
   ephemeral port.  */
int tcp_socket(struct probe *probe);
int tcp_listener(struct probe *probe, int backlog);

/* The local address of FD; a loopback address with PORT in network order.  */
struct sockaddr_in local_address(struct probe *probe, int fd);
struct sockaddr_in loopback_address(in_port_t port);

/* bind, connect: the address' length is seen to.  */
int bind_to(int fd, const struct sockaddr_in *address);
int connect_to(int fd, const struct sockaddr_in *address);

/* A client connected to LISTENER.  */
int tcp_client(struct probe *probe, int listener);

/* A connection; the listener stays open.  */
struct pair tcp_pair(struct probe *probe);
void pair_close(struct pair *pair);

/* Set an option of type int; get an option of type int, or OTHERWISE.  */
int set_int(int fd, int level, int option, int value);
int get_int(int fd, int level, int option, int otherwise);

/* Set SO_LINGER 0, so that close sends RST; the same, and close FD.  */
void end_by_reset(int fd);
void reset(int fd);

void set_nonblocking(int fd, bool on);

/* Read or write one byte without blocking; the result by result_text.  */
const char *try_read(int fd);
const char *try_write(int fd);

/* Wait for EVENTS on FD, for TIMEOUT milliseconds. Returns the events that
   occurred.  */
short wait_for(int fd, short events, int timeout);

/* select for reading from FD alone; TIME may be null. Skips the question if FD
   is FD_SETSIZE or above.  */
int select_input(struct probe *probe, int fd, struct timeval *time);

/* Enter a private network namespace, if users may create one on this host;
   otherwise stay. There the kernel's table of connections is short, and the
   same each time.  */
void enter_private_network(void);

/* Wait until packets in flight on the loopback interface have arrived: a
   connection begun now is established and passes data. Only then may "no reply"
   be an answer.  */
void settle(struct probe *probe);

/* Skip the question if ERROR, from connect, is a fault of this host's own
   network: the network is down, or its ports are used up. Such an errno is no
   answer of a listener.  */
void skip_unreached(struct probe *probe, int error);

/* Connect up to MAX clients to LISTENER, one after another, until a client is
   rejected. If DEAD, each client is closed by RST at once; otherwise its
   descriptor goes to FDS. Returns the number of connections, for live clients
   without those reset later. *NEXT is the outcome of the first rejected client:
   an errno, ETIMEDOUT for no reply, ECONNRESET for a reset after the handshake;
   0 if none was rejected.  */
int fill_queue(struct probe *probe, int listener, int max, bool dead, int *fds,
               int *next);

#endif /* PROBES_BEHAVIOUR_LOOPBACK_H */
