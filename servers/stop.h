/* stop.h - signals that stop a server, and the grace period
   SPDX-License-Identifier: GPL-3.0-or-later

   SIGTERM, SIGINT or SIGHUP begins the grace period.  The end of the grace
   period, a second signal, or SIGQUIT at any time, ends the remaining
   connections: shutdown.c has the phases.  Each wakes the loop by a self-pipe.
   The default action would leave the file of a UNIX socket, and O_NONBLOCK on
   an inherited socket.

   The handler calls shutdown(2) on the connection of a process that serves a
   single client with blocking calls: a shutdown lasts, so the call may also
   begin after the signal.  After the grace period, any other blocking call
   fails with EINTR within a second.  */

#ifndef SERVERS_STOP_H
#define SERVERS_STOP_H 1

#include <signal.h>
#include <stdbool.h>

/* Catch SIGTERM, SIGINT, SIGHUP, SIGQUIT, STOP_SOON and STOP_NOW, and SIGUSR2,
   which wakes the loop; unblock these and SIGCHLD in this thread.  The grace
   period is GRACE seconds; with 0 the first signal ends the connections.
   SIGHUP stays ignored if ignored before, as by nohup(1).  Returns the
   descriptor of the self-pipe, to be polled for readability and emptied by
   stop_woken.  Or -1 with errno: the self-pipe may then be open, and some
   signals caught: nothing undoes that but the end of the process.  */
int stop_begin(long grace);

/* A terminal or a service manager signals the whole process group, so the
   parent has separate signals for children: STOP_SOON begins the grace period,
   unless begun before; STOP_NOW ends the grace period.  */
enum { STOP_SOON = SIGUSR1, STOP_NOW = SIGALRM };

/* Begin in a child, with a loop of its own: closes the parent's self-pipe,
   opens a separate one, and unblocks the signals in each case.  The handlers,
   the grace period and the signals received so far stay those of the parent; an
   alarm set before fork does not.  The parent calls stop_hold before fork, so
   that no signal to the child is lost.  Returns the descriptor, or -1 with
   errno, as stop_begin.  */
int stop_begin_child(void);

/* Block and unblock, in the calling thread, all signals of this file and
   SIGCHLD.  Calls are not counted: one stop_release unblocks all.  */
void stop_hold(void);
void stop_release(void);

/* Whether the grace period has begun; whether the grace period is over.  */
bool stop_asked(void);
bool stop_now(void);

/* Begin the grace period, unless begun before, and wake the loop.  */
void stop_ask(void);

/* End the grace period, even if not begun: stop_now is true from now on.  A
   loop that waits and the descriptor of stop_watch follow a second later, by
   the alarm that this call starts, and each second again.  */
void stop_hurry(void);

/* Have FD shut down in both directions when the grace period ends, or now if
   over; -1: none.  FD replaces the descriptor of the last call.  */
void stop_watch(int fd);

/* Wake the loop, from a thread or a signal handler, by raising SIGUSR2.  Does
   nothing without a self-pipe in this process.  May change errno.  */
void stop_wake(void);

/* Empty the self-pipe; bytes that are left wake the loop again.  Returns
   whether any signal was noted there.  */
bool stop_woken(void);

#endif /* SERVERS_STOP_H */
