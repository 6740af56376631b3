/* listen-again.c - the effect of a second listen on a queue
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "base/names.h"
#include "probes/queue/listen-again.h"
#include "probes/queue/stepwise.h"

/* Fill a queue of BACKLOG, write its length as KEY, or the reason if the queue
   is not full, and drop the pending client: TCP would retransmit after a
   second.  Returns 0; or -1 without a listener, with the reason written as KEY.
   The caller closes STEPWISE in each case.  */
static int listen_again_open(const struct prefix *prefix,
                             struct stepwise *stepwise, int family, int backlog,
                             int wait, const char *key)
{
    if (stepwise_open(stepwise, family, backlog)) {
        prefix_put_failure(prefix, key, stepwise->failed, errno);
        return -1;
    }
    stepwise_fill(stepwise, wait);
    stepwise_drop_pending(stepwise);
    stepwise_put(stepwise, prefix, key, (long)stepwise->count);
    return 0;
}

/* Call listen again with BACKLOG, and write its result as KEY: "none" or an
   errno by name.  */
static void listen_again_call(const struct prefix *prefix,
                              const struct stepwise *stepwise, int backlog,
                              const char *key)
{
    int error = listen(stepwise->listener, backlog) ? errno : 0;
    prefix_put_text(prefix, key, error ? errno_name(error) : "none",
                    HOW_MEASURED, NULL);
}

/* Accept and close all queued connections, and write their number as KEY; or a
   reason, as stepwise_put does.  */
static void listen_again_count(const struct prefix *prefix,
                               struct stepwise *stepwise, const char *key)
{
    stepwise_put(stepwise, prefix, key,
                 stepwise_accept(stepwise, STEPWISE_CLIENTS));
}

/* Fill STEPWISE up, then accept and count all queued connections, as KEY.  */
static void listen_again_refill(const struct prefix *prefix,
                                struct stepwise *stepwise, int wait,
                                const char *key)
{
    stepwise_fill(stepwise, wait);
    stepwise_drop_pending(stepwise);
    listen_again_count(prefix, stepwise, key);
}

void listen_again(FILE *out, int family, const char *name, int wait)
{
    const struct prefix prefix = {out, "listen.again", name};
    struct stepwise stepwise;
    if (!listen_again_open(&prefix, &stepwise, family, AGAIN_SMALL, wait,
                           "grow.before")) {
        listen_again_call(&prefix, &stepwise, AGAIN_LARGE, "grow.error");
        listen_again_refill(&prefix, &stepwise, wait, "grow.after");
    }
    stepwise_close(&stepwise);
    if (!listen_again_open(&prefix, &stepwise, family, AGAIN_LARGE, wait,
                           "shrink.before")) {
        listen_again_call(&prefix, &stepwise, AGAIN_MIN, "shrink.error");
        listen_again_count(&prefix, &stepwise, "shrink.kept");
        listen_again_refill(&prefix, &stepwise, wait, "shrink.after");
    }
    stepwise_close(&stepwise);
}
