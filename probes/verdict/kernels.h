/* kernels.h - kernel families, by what is known of their listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_KERNELS_H
#define PROBES_VERDICT_KERNELS_H 1

#include <stdbool.h>

#include "probes/verdict/rule.h"
#include "probes/verdict/table.h"

enum { KERNELS_MAX = 16 };

/* The families whose figures TABLE's are like.  */
struct likeness {
    const char *best;              /* the one that fits best, or NULL */
    const char *known;             /* how its figures are known: "measured",
                                      with versions, "source", "published" */
    const char *also[KERNELS_MAX]; /* others that fit */
    int also_count;
    bool comparable; /* there were figures to go by */
};

struct likeness kernels_like(const struct queue_table *table);

/* Whether a kernel that LIKE names can have SETTING as its cap; true also where
   it names none.  A program for Linux may run on another stack: what it was
   compiled for does not say which settings there are.  */
bool kernels_may_have(const struct likeness *like, const char *setting);

#endif /* PROBES_VERDICT_KERNELS_H */
