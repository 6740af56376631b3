/* listen-again.c - the effect of a second listen on a queue
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "base/descriptors.h"
#include "base/names.h"
#include "probes/queue/listen-again.h"
#include "probes/queue/stepwise.h"

/* Connect clients until the queue is full (stepwise_fill, with the silence
   timeout WAIT), and close a client that is then pending: TCP would retransmit
   its SYN after 1 s, perhaps into a queue that has room by then.  */
static void listen_again_refill(struct stepwise *stepwise, int wait)
{
    stepwise_fill(stepwise, wait);
    descriptor_close(&stepwise->pending);
}

/* Accept and close all queued connections, and write their number as KEY: not
   testable after a shortage, or if the queue was not full.  */
static void listen_again_count(const struct prefix *prefix,
                               struct stepwise *stepwise, const char *key)
{
    stepwise_put(stepwise, prefix, key,
                 stepwise_accept(stepwise, STEPWISE_CLIENTS));
}

/* Fill a queue of the backlog FIRST, listen again with SECOND, and fill the
   queue again, with the silence timeout WAIT.  Write NAME.before, the clients
   connected at first; NAME.error, the errno of the second listen, or "none";
   and NAME.after, the connections accepted at the end.  If SECOND is less than
   FIRST, also accept the queue before the second filling, and write the number
   as NAME.kept.  After a failed second listen the rest is measured as well.  If
   no listener can be made, write NAME.before alone, not testable.  */
static void listen_again_measure(FILE *out, int family, const char *name,
                                 int first, int second, int wait)
{
    const struct prefix prefix = {out, "listen.again", name};
    struct stepwise stepwise;
    if (stepwise_listen(&stepwise, &prefix, "before", family, first))
        return;
    listen_again_refill(&stepwise, wait);
    stepwise_put(&stepwise, &prefix, "before", stepwise_connected(&stepwise));
    int error = listen(stepwise.listener, second) ? errno : 0;
    prefix_put_text(&prefix, "error", error ? errno_name(error) : "none",
                    HOW_MEASURED, NULL);
    if (second < first)
        listen_again_count(&prefix, &stepwise, "kept");
    listen_again_refill(&stepwise, wait);
    listen_again_count(&prefix, &stepwise, "after");
    stepwise_close(&stepwise);
}

void listen_again(FILE *out, int family, const char *name, int wait)
{
    char text[24];
    snprintf(text, sizeof text, "%s.grow", name);
    listen_again_measure(out, family, text, AGAIN_SMALL, AGAIN_LARGE, wait);
    snprintf(text, sizeof text, "%s.shrink", name);
    listen_again_measure(out, family, text, AGAIN_LARGE, AGAIN_MIN, wait);
}
