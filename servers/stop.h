/* stop.h - signals: no new clients, time for the others, the end
   SPDX-License-Identifier: GPL-3.0-or-later

   The first signal asks for the end and starts the time of grace; when that is
   over, or with the second signal, those still at work are cut off.  Both wake
   the loop up through a descriptor.  A process that waits in a call for its
   one client is freed from it: the handler shuts the connection down, and since
   that lasts, it matters not whether the call has begun.  Any other call that
   waits fails with EINTR within a second, once those at work are cut off.

   SIGQUIT cuts off at once.  Every signal that ends a process by default and
   that users send is caught: the default action would leave the file of a UNIX
   socket, and O_NONBLOCK on an inherited one.

   One state for the whole process, as signals have it.  */

#ifndef SERVERS_STOP_H
#define SERVERS_STOP_H 1

#include <signal.h>
#include <stdbool.h>

/* Catch the signals, with GRACE seconds.  Returns the descriptor that wakes up,
   or -1 with errno.  */
int stop_begin(long grace);

/* The same again in a child that has a loop of its own.  stop_hold came before
   fork; so nothing that the child was sent is lost.

   A terminal or a service manager signals the whole group, so the parent has
   signals of its own: STOP_SOON begins the grace of a child for whom it has not
   begun, and means nothing to the others; STOP_NOW ends it.  */
enum { STOP_SOON = SIGUSR1, STOP_NOW = SIGALRM };
int stop_begin_child(void);

/* Keep the signals back for a moment, SIGCHLD among them; and no more.  */
void stop_hold(void);
void stop_release(void);

/* Whether the end was asked for; whether the grace is over.  */
bool stop_asked(void);
bool stop_now(void);

/* Ask for it, as a signal does.  */
void stop_ask(void);

/* The grace is over now.  */
void stop_hurry(void);

/* The descriptor to be shut down when it is; -1: none.  */
void stop_watch(int fd);

/* Wake the loop up, from a thread or a signal handler.  */
void stop_wake(void);

/* What woke up was seen.  Returns whether there was a signal.  */
bool stop_woken(void);

#endif /* SERVERS_STOP_H */
