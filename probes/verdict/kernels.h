/* kernels.h - kernel families, by the figures of their listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_KERNELS_H
#define PROBES_VERDICT_KERNELS_H 1

#include <stdbool.h>

#include "probes/verdict/rule.h"
#include "probes/verdict/table.h"

enum { KERNELS_MAX = 16 };

/* The families with the figures of a table.  */
struct likeness {
    const char *best;              /* the family that fits best, or NULL */
    const char *known;             /* source of its figures: "measured", with
                                      versions, "source", "published" */
    const char *also[KERNELS_MAX]; /* other families that fit */
    int also_count;
    bool comparable; /* the table has figures */
};

struct likeness kernels_like(const struct queue_table *table);

/* Whether a kernel in LIKE can have SETTING as its cap; true also if LIKE has
   no kernel.  A program for Linux may run on another stack, without the
   settings of Linux.  */
bool kernels_may_have(const struct likeness *like, const char *setting);

#endif /* PROBES_VERDICT_KERNELS_H */
