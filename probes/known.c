/* known.c - what is known of systems that were not asked
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "probes/known.h"

#define S MARK_SOURCE
#define D MARK_DOCUMENTED
#define M MARK_MEASURED

static const struct known rows[] = {
    {"accept.aborted", "FreeBSD 9, 13", "ECONNABORTED", M},
    {"accept.aborted", "NetBSD 7.99", "ECONNABORTED", M},
    {"accept.aborted", "OpenBSD, illumos", "ECONNABORTED", S},
};

const struct known *known_next(const char *id, const struct known *row)
{
    row = row ? row + 1 : rows;
    for (; row < rows + sizeof rows / sizeof *rows; row++)
        if (!strcmp(row->id, id))
            return row;
    return NULL;
}

const char *mark_name(enum mark mark)
{
    static const char *const names[] = {
        [MARK_SOURCE] = "source",
        [MARK_DOCUMENTED] = "documented",
        [MARK_MEASURED] = "measured",
    };
    return names[mark];
}
