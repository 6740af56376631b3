/* listen-row.h - what a row's fillings came to, as findings
   SPDX-License-Identifier: GPL-3.0-or-later

   The findings are those of probes/queue/listen-queue.h.  */

#ifndef PROBES_QUEUE_LISTEN_ROW_H
#define PROBES_QUEUE_LISTEN_ROW_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "probes/queue/fill.h"

enum row_kind {
    ROW_QUEUE,
    ROW_CAP,
    ROW_STRANGER,    /* the incomplete queue, by a peer never met before */
    ROW_ACQUAINTANCE /* and by one that was, where that makes a difference */
};

/* A row: the same asked REPEATS times, side by side.  */
struct listen_row {
    enum row_kind kind;
    const char *family;
    struct fill *fills;   /* of them the first */
    size_t repeats, left; /* LEFT are not through */
    bool is_cap_too; /* its backlog is the one that the cap is asked with */
    bool held;       /* not written yet: it may be filled again */
};

/* Whether what ROW's fillings came to is not to be believed yet: they differ;
   or one was disturbed, though the host answered elsewhere.  */
bool listen_row_varies(const struct listen_row *row);
bool listen_row_failed(const struct listen_row *row);

/* How the reason begins of a queue that was not begun with.  */
#define NOT_FILLED "not filled: "

/* Write to OUT what ROW, whose fillings are through, came to.  */
void listen_row_write(FILE *out, const struct listen_row *row);

#endif /* PROBES_QUEUE_LISTEN_ROW_H */
