/* listen-again.c - what a second listen does to a queue
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "base/names.h"
#include "probes/finding/prefix.h"
#include "probes/queue/listen-again.h"
#include "probes/queue/stepwise.h"

/* How many connections there were before the queue was full.  */
static void put_count(const struct prefix *prefix, const char *key,
                      const struct stepwise *stepwise, long count)
{
    if (stepwise->ours)
        prefix_put_failure(prefix, key, stepwise->failed, stepwise->ours);
    else
        prefix_put_figure(prefix, key, stepwise->full ? count : -1,
                          HOW_MEASURED, stepwise_why_not_full(stepwise));
}

/* A queue of BACKLOG, full; the client outside has gone: it would try again in
   a second.  Returns 0, or -1 having said why not, as KEY.  */
static int listen_again_open_full(const struct prefix *prefix,
                                  struct stepwise *stepwise, int family,
                                  int backlog, int wait, const char *key)
{
    if (stepwise_open(stepwise, family, backlog)) {
        prefix_put_failure(prefix, key, stepwise->failed, errno);
        return -1;
    }
    stepwise_fill(stepwise, wait);
    stepwise_give_up(stepwise);
    put_count(prefix, key, stepwise, (long)stepwise->count);
    return 0;
}

/* Listen again with BACKLOG, and say as KEY what came of it.  */
static void listen_anew(const struct prefix *prefix,
                        const struct stepwise *stepwise, int backlog,
                        const char *key)
{
    int error = listen(stepwise->listener, backlog) ? errno : 0;
    prefix_put_text(prefix, key, error ? errno_name(error) : "none",
                    HOW_MEASURED, NULL);
}

/* Fill SERIAL up, and count what accept returns, as KEY.  */
static void listen_again_count_all(const struct prefix *prefix,
                                   struct stepwise *stepwise, int wait,
                                   const char *key)
{
    stepwise_fill(stepwise, wait);
    stepwise_give_up(stepwise);
    put_count(prefix, key, stepwise,
              stepwise_accept(stepwise, STEPWISE_CLIENTS));
}

static void listen_again_grow(const struct prefix *prefix, int family, int wait)
{
    struct stepwise stepwise;
    if (!listen_again_open_full(prefix, &stepwise, family, AGAIN_SMALL, wait,
                                "grow.before")) {
        listen_anew(prefix, &stepwise, AGAIN_LARGE, "grow.error");
        listen_again_count_all(prefix, &stepwise, wait, "grow.after");
    }
    stepwise_close(&stepwise);
}

static void listen_again_shrink(const struct prefix *prefix, int family,
                                int wait)
{
    struct stepwise stepwise;
    if (!listen_again_open_full(prefix, &stepwise, family, AGAIN_LARGE, wait,
                                "shrink.before")) {
        listen_anew(prefix, &stepwise, AGAIN_MIN, "shrink.error");
        put_count(prefix, "shrink.kept", &stepwise,
                  stepwise_accept(&stepwise, STEPWISE_CLIENTS));
        listen_again_count_all(prefix, &stepwise, wait, "shrink.after");
    }
    stepwise_close(&stepwise);
}

void listen_again(FILE *out, int family, const char *name, int wait)
{
    const struct prefix prefix = {out, "listen.again", name};
    listen_again_grow(&prefix, family, wait);
    listen_again_shrink(&prefix, family, wait);
}
