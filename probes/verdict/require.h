/* require.h - whether the kernel grants a requested backlog
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_REQUIRE_H
#define PROBES_VERDICT_REQUIRE_H 1

#include "probes/verdict/table.h"

enum grant {
    GRANT_UNKNOWN, /* no figures */
    GRANT_FULL,    /* the requested backlog, or more */
    GRANT_TRUNCATED
};

struct requirement {
    int asked;
    enum grant grant;
    const char *family; /* the family with the smallest grant */
    long effective;     /* the backlog in force, as the kernel reports, or -1 */
    long queued;        /* connections that accept returned, or -1 */
    bool measured;      /* by connections; false: reported by the kernel only */
    const char *reason; /* why the grant is not measured, or unknown */
    bool owed;          /* an unknown grant that makes the result unknown */
};

/* The grant for ASKED, by the rows of TABLE with that backlog.  A shorter
   queue, or a smaller backlog in force, is truncated.  An enabled family
   without any figure makes the result unknown.  */
struct requirement require_of(const struct queue_table *table, int asked);

#endif /* PROBES_VERDICT_REQUIRE_H */
