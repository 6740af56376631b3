/* loopback.h - sockets on the loopback interface, to put questions to
   SPDX-License-Identifier: GPL-3.0-or-later

   Plain blocking sockets.  What must work for the question to be put, and does
   not, ends the child with the reason (probe_skip).  */

#ifndef PROBES_BEHAVIOUR_LOOPBACK_H
#define PROBES_BEHAVIOUR_LOOPBACK_H 1

/* OpenBSD's tcp.h wants it first.  */
#include <sys/types.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "probes/behaviour/question.h"

/* A connection, and its listener.  */
struct pair {
    int listener, client, server;
};

/* How long something that must come may take, in milliseconds, on a host with
   much else to do.  */
enum { PATIENCE = 5000 };

/* A TCP socket of IPv4, unbound; and one that listens at 127.0.0.1, a port the
   system chose, with BACKLOG.  */
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

/* Set an option of one int; get it, or OTHERWISE.  */
int set_int(int fd, int level, int option, int value);
int get_int(int fd, int level, int option, int otherwise);

/* Have FD end by a reset, and close it with one.  */
void end_by_reset(int fd);
void reset(int fd);

void set_nonblocking(int fd, bool on);

/* One byte read or written without waiting; what said makes of the result.  */
const char *try_read(int fd);
const char *try_write(int fd);

/* Wait for EVENTS on FD, for TIMEOUT milliseconds; returns those that came.  */
short wait_for(int fd, short events, int timeout);

/* select for reading from FD alone; TIME may be null.  Gives up if FD is beyond
   what select can be asked for.  */
int select_input(struct probe *probe, int fd, struct timeval *time);

/* Go where nobody else has connections, if this host gives its users private
   networks; otherwise stay.  The kernel's table is short there, and the same
   each time.  */
void go_private(void);

/* Let what is under way on the loopback interface arrive: a connection begun
   now gets through, data and all.  Only after this is "nothing came" an
   answer.  */
void settle(struct probe *probe);

/* Give up if ERROR, from connect, is about this host's own network: it is down,
   or its ports are used up.  That is no answer of a listener's.  */
void give_up_unreached(struct probe *probe, int error);

/* Connect clients to LISTENER, one after another, until one is not let in or
   there are MOST; each is closed by a reset at once if DEAD, otherwise its
   descriptor goes to FDS.  Returns how many got in, and stayed if they live;
   what the next one saw, an errno or ETIMEDOUT for silence or 0, is in *NEXT:
   ECONNRESET if it was connected first.  */
int fill_queue(struct probe *probe, int listener, int most, bool dead, int *fds,
               int *next);

#endif /* PROBES_BEHAVIOUR_LOOPBACK_H */
