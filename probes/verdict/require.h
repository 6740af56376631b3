/* require.h - whether the kernel grants a requested backlog
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_REQUIRE_H
#define PROBES_VERDICT_REQUIRE_H 1

#include "probes/verdict/table.h"

enum grant {
    GRANT_UNKNOWN,  /* no figures, or none that decides */
    GRANT_FULL,     /* the requested backlog, or more */
    GRANT_TRUNCATED /* less than the requested backlog */
};

/* The grant of a requested backlog (option --require).  The texts belong to
   the table.  */
struct requirement {
    int asked; /* the requested backlog */
    enum grant grant;
    const char *family; /* the family with the smallest grant; NULL: no row */
    long effective;     /* the backlog in force, as the kernel reports, or -1 */
    long queued;        /* connections that accept returned, or -1 */
    bool measured;      /* by connections; false: reported by the kernel only */
    const char *reason; /* why the grant is not measured, or unknown */
    bool owed;          /* an unknown grant that makes the result unknown */
};

/* The smallest grant for ASKED among the rows of TABLE with the backlog ASKED.
   Truncated: a measured queue is shorter than ASKED, or a backlog in force is
   smaller.  Otherwise unknown, and OWED: a family that was tested, or has
   addresses, has no figure that decides.  Otherwise full: all other families
   have the queue, or a limit of the process or host ended the test and the
   kernel reports enough.  A disabled family, or a family without a test of
   ASKED, counts only if there is no other row.  Without a row: unknown, with
   FAMILY NULL and the reason "no row".  The result points into TABLE and its
   findings.  */
struct requirement require_of(const struct queue_table *table, int asked);

#endif /* PROBES_VERDICT_REQUIRE_H */
