/* require.h - whether a program that asks for a backlog gets it
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_REQUIRE_H
#define PROBES_VERDICT_REQUIRE_H 1

#include "probes/verdict/table.h"

enum grant {
    GRANT_UNKNOWN, /* no figure says */
    GRANT_WHOLE,   /* as much as was asked for, or more */
    GRANT_CUT
};

struct requirement {
    int asked;
    enum grant grant;
    const char *family; /* the one that gets least */
    long effective;     /* the kernel's word on what is in force, or -1 */
    long queued;        /* connections that accept returned, or -1 */
    bool measured;      /* by connections; else by the kernel's word alone */
    const char *reason; /* why it is not, or is not known */
    bool owed;          /* if it is not known: and should be */
};

/* What becomes of ASKED, by TABLE, which has rows for it.  A queue that was
   measured shorter, or a backlog in force that is smaller, is a cut one.  A
   family in which nothing could be measured, though it is there, makes the
   whole unknown.  */
struct requirement require_of(const struct queue_table *table, int asked);

#endif /* PROBES_VERDICT_REQUIRE_H */
