/* proc-queues.c - whether /proc/net shows the length of accept queues
   SPDX-License-Identifier: GPL-3.0-or-later

   Not every stack that has /proc/net shows the length of an accept queue there:
   gVisor always shows 0.  So the length of a known queue is read first.  */

#include <config.h>

#include <unistd.h>

#include "probes/listeners/listeners.h"

enum { KNOWN_QUEUE_MS = 1000 };

/* The listener to find, and the length of the queue, -1 before.  */
struct known_queue {
    struct sonde_address address;
    long queued;
};

/* A sonde_listener_each: if LISTENER is at the address of DATA, a struct
   known_queue, set QUEUED to the length of the queue, and return 1, which ends
   the list; otherwise return 0.  */
static int proc_queues_find_queue(const struct sonde_listener *listener,
                                  void *data)
{
    struct known_queue *known = data;
    if (sonde_address_compare(&listener->address, &known->address))
        return 0;
    known->queued = listener->queue.queued;
    return 1;
}

/* Whether /proc counts a waiting client in the queue length of its listener.
   Opens a listener of FAMILY and one client on the loopback interface, and
   closes both.  True only for a length of 1; false also after a failure.  */
static bool proc_queues_shows_client(int family)
{
    struct known_queue known = {.queued = -1};
    struct sonde_address loopback;
    sonde_address_loopback(&loopback, family, 0);
    int listener = sonde_listen(&loopback, 1, SONDE_CLOEXEC, NULL);
    if (listener < 0)
        return false;
    if (!sonde_address_local(listener, &known.address)) {
        int client =
            sonde_connect(&known.address, 1, KNOWN_QUEUE_MS, NULL, NULL);
        if (client >= 0) {
            sonde_listeners_proc(0, family, KNOWN_QUEUE_MS,
                                 proc_queues_find_queue, &known);
            close(client);
        }
    }
    close(listener);
    return known.queued == 1;
}

bool listeners_proc_has_queues(void)
{
    static int has_queues = -1;
    if (has_queues < 0)
        has_queues = proc_queues_shows_client(AF_INET) ||
                     proc_queues_shows_client(AF_INET6);
    return has_queues;
}
