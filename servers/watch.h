/* watch.h - what a poller's event leads to
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_WATCH_H
#define SERVERS_WATCH_H 1

struct server;
struct server_watch;

/* Called when the poller reports READY (SONDE_READABLE, SONDE_WRITABLE) for the
   descriptor.  May free the object of WATCH.  */
typedef void watch_call(struct server *server, struct server_watch *watch,
                        unsigned ready);

/* The first member of every watched object; the poller's user data.  */
struct server_watch {
    watch_call *ready;
};

#endif /* SERVERS_WATCH_H */
