/* kernels.h - kernel families, by the figures of their listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_KERNELS_H
#define PROBES_VERDICT_KERNELS_H 1

#include <stdbool.h>

#include "probes/verdict/rule.h"
#include "probes/verdict/table.h"

enum { KERNELS_MAX = 16 };

/* The kernel families with the figures of a table.  The texts are constant.  */
struct likeness {
    const char *best;              /* the family that fits best; NULL if none
                                      fits, or if several fit equally well */
    const char *known;             /* source of BEST's figures: "measured:" with
                                      versions, "source" (code of the kernel),
                                      "published"; NULL without BEST */
    const char *also[KERNELS_MAX]; /* all families that fit, except BEST */
    int also_count;
    bool comparable; /* a TCP row of the table has figures */
};

/* The kernel families that would give the TCP figures of TABLE: BEST, if one
   fits better than all others, and the rest in ALSO.  A family with its default
   cap fits better than a family with another or unknown cap.  Without TCP
   figures COMPARABLE is false and no family is named.  */
struct likeness kernels_like(const struct queue_table *table);

/* Whether a kernel family named in LIKE, as BEST or in ALSO, can have a cap
   named SETTING, by the beginning of the name; true also if LIKE names no
   family.  False reveals a program for Linux on a stack that lacks the settings
   of Linux.  */
bool kernels_may_have(const struct likeness *like, const char *setting);

#endif /* PROBES_VERDICT_KERNELS_H */
