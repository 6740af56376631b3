/* listen-row.h - the results of one row, as findings
   SPDX-License-Identifier: GPL-3.0-or-later

   The findings are those of probes/queue/listen-queue.h.  */

#ifndef PROBES_QUEUE_LISTEN_ROW_H
#define PROBES_QUEUE_LISTEN_ROW_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "probes/queue/fill.h"

enum row_kind {
    ROW_QUEUE,     /* the accept queue, by backlog */
    ROW_CAP,       /* the accept queue with the largest backlog */
    ROW_NEW_PEER,  /* the SYN queue, with a peer new to the kernel */
    ROW_KNOWN_PEER /* and with a known peer, where that makes a difference */
};

/* A row: the same queue test, REPEATS times side by side.  */
struct listen_row {
    enum row_kind kind;
    struct fill *fills;   /* the first of the tests */
    size_t repeats, left; /* LEFT are not done */
    bool is_cap_too;      /* its backlog is that of the cap */
    bool held;            /* to be repeated, and not written yet */
};

/* Whether ROW's tests, all done, should be repeated.  listen_row_varies: the
   tests differ in their overflow or in a count, of clients, accepted
   connections or incomplete handshakes; or the two counts of incomplete
   handshakes of one test differ.  listen_row_failed: a test was disturbed; then
   listen_row_varies is false.  Both are false if a limit or an error ended a
   test; ROW has at least one test.  */
bool listen_row_varies(const struct listen_row *row);
bool listen_row_failed(const struct listen_row *row);

/* Begins the reason of a queue that was not filled.  */
#define NOT_FILLED "not filled: "

/* Write the results of ROW, of which all tests are done, to OUT.  A ROW_CAP is
   written as the cap alone; a ROW_QUEUE with IS_CAP_TOO is written twice, also
   as the cap.  If a test was stopped by a limit or an error, or was disturbed,
   the figures are not testable, with the reason; but after a limit or a
   disturbance the backlog in force is written.  Write errors stay with OUT.  */
void listen_row_write(FILE *out, const struct listen_row *row);

#endif /* PROBES_QUEUE_LISTEN_ROW_H */
