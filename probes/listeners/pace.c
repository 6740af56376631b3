/* pace.c - when to look next: at fixed times, with a bounded share of a CPU
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/listeners/pace.h"

enum { WINDOW_NS = 1000000000 };

void pace_next(struct pace *pace, int64_t now, int64_t cpu)
{
    pace->next += pace->interval;
    if (now > pace->next) {
        int64_t late = (now - pace->next) / pace->interval;
        pace->missed += late;
        pace->next += late * pace->interval;
    }
    int64_t allowed = pace->window +
                      (int64_t)((double)(cpu - pace->window_cpu) / pace->share);
    if (allowed > pace->next) {
        int64_t held =
            (allowed - pace->next + pace->interval - 1) / pace->interval;
        if (pace->hold_max > 0 && held > pace->hold_max)
            held = pace->hold_max;
        pace->held += held;
        pace->next += held * pace->interval;
    }
    /* A quiet second gives no credit for the next; a debt stays.  */
    if (now - pace->window >= WINDOW_NS) {
        pace->window = allowed > now ? allowed : now;
        pace->window_cpu = cpu;
    }
}
