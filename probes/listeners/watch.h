/* watch.h - listeners over time
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_LISTENERS_WATCH_H
#define PROBES_LISTENERS_WATCH_H 1

#include "probes/listeners/listeners.h"
#include "probes/listeners/occupancy.h"
#include "probes/listeners/pace.h"

/* A listener, or a datagram socket, that is or was watched.  A restarted server
   has a new row.  Times are nanoseconds since the start.  */
struct watch_row {
    struct sonde_listener listener;
    char *local;  /* as in struct listener_row */
    char *owners; /* as by listeners_say_owners; NULL: not known */
    struct occupancy occupancy;
    int64_t since;         /* when it was found; 0: from the start */
    int64_t until;         /* when it was gone; -1: still there */
    uint64_t list;         /* the list that had it last */
    int missing;           /* looks in a row that did not find it */
    bool is_hidden;        /* the look-up of one socket does not find it */
    int64_t peak_realtime; /* the clock of the host at the peak */
};

/* All zero is empty.  Free with watch_free.  */
struct watch {
    struct watch_row *rows;
    size_t count;
    const struct watch_row **by_local; /* with watch_sort_groups; otherwise only
                                          room for COUNT */
    size_t *slots;     /* rows by cookie: a number from 1 on, 0 is free */
    size_t slot_count; /* a power of two, or 0 */
    bool all;          /* every listener, by the list of listeners */
    unsigned families; /* bits, to be listed */
    struct sonde_watch *handle;
    struct pace pace;
    int64_t cpu;         /* time of this process, read now and then */
    uint64_t lists;      /* lists read */
    int64_t list_at;     /* when to read a list next, to find new listeners */
    int64_t start, now;  /* of monotonic_now; NOW is the last look */
    int64_t realtime;    /* the clock of the host at the start */
    int64_t looks;       /* rounds, each of all rows */
    int64_t longest_gap; /* between two looks, in nanoseconds */
    int64_t failures;    /* look-ups that failed, and the errno of the last */
    int error;
    /* New listeners beyond the limit of rows: in this list, and in the list
       with most.  */
    int64_t lost_now, lost_rows;
    struct sonde_listen_totals before, after; /* -1: unknown */
    /* RcvbufErrors of UDP, of both families; -1: unknown.  */
    int64_t udp_before, udp_after;
};

/* Begin to watch: if ALL, every listener of those FAMILIES (bits) that
   sock_diag reported for LISTENERS, also later ones; otherwise the rows of
   LISTENERS, and later listeners at the same addresses, and FAMILIES is
   ignored.  Rows with a peer or without a cookie are left out.  The rows are
   copied; *WATCH is overwritten, and nothing in it is freed; no queue is looked
   at yet.  Returns 0, or -1: ENOTSUP, EACCES, EPERM: not possible here, or the
   errno in REDUCED or DATAGRAMS_REDUCED of LISTENERS if all families are from
   /proc; ENOTSUP also if no row is left, unless ALL; ENOMEM, EMFILE, ENFILE,
   ENOBUFS.  Call watch_free in each case.  */
int watch_begin(struct watch *watch, const struct listeners *listeners,
                unsigned families, bool all);

/* Look once at all rows, read a list if one is due or a row is missing or
   hidden, with ALL always, and set PACE.NEXT, the time of the next look, which
   the caller waits for.  Updates NOW, LOOKS and LONGEST_GAP; look-ups and lists
   that fail are counted in FAILURES.  Returns 0, or -1 with ENOMEM.  */
int watch_look(struct watch *watch);

/* Read the counters of this network namespace into AFTER and UDP_AFTER; -1 if
   unreadable.  */
void watch_read_totals(struct watch *watch);

/* Begin the next second in each row.  */
void watch_next_second(struct watch *watch);

/* End the watch: set NOW; the last look of each row counts until NOW, and AFTER
   and UDP_AFTER are read.  */
void watch_end(struct watch *watch);

/* Free all memory, close HANDLE, and make WATCH empty.  */
void watch_free(struct watch *watch);

/* Seconds since the start at the last look; milliseconds by which the clock of
   the host was set since the start until this call, negative if set back, 0 if
   less than a second.  */
double watch_seconds(const struct watch *watch);
int64_t watch_clock_step(const struct watch *watch);

/* The row with the highest peak of the second, in percent, the first of equals;
   NULL if no fill of this second is known.  */
const struct watch_row *watch_fullest(const struct watch *watch);

/* Whether the text has a place for ROW: with ALL only if ROW had a queue, or
   drops.  */
bool watch_is_shown(const struct watch *watch, const struct watch_row *row);

/* Sort the rows into BY_LOCAL, by LOCAL and then in their order.  */
void watch_sort_groups(const struct watch *watch);

/* Append what ROW is in its SO_REUSEPORT group, the TCP listeners at one
   address at the same time; nothing for a listener alone, or never looked at,
   or not of TCP.  For the first member shown in the text: the number of
   members, the peak and the share of full time of at most 16 of them; and if
   one was ever full, an estimate of the share of the clients that found a full
   queue: the mean of these shares over all members.  For any other member: the
   number of members.  Call after watch_sort_groups.  */
void watch_say_group(struct sentence *text, const struct watch *watch,
                     const struct watch_row *row);

/* Columns of watch_say_second.  */
enum { WATCH_COLUMNS = 68 };

/* Append to the empty TEXT one line for a terminal, without newline: LOOKS,
   those of the last second; its fullest row, if known, with the address cut to
   24 bytes, or that no row had a queue; and the rise of ListenOverflows since
   the start, unless unknown.  The queue at the last look is left out of a line
   that would be longer than WATCH_COLUMNS.  Without the queue only more than
   9999 looks, or a rise of a million or more, make the line longer.  */
void watch_say_second(struct sentence *text, const struct watch *watch,
                      int64_t looks);

/* Write the report as text, in 80 columns; if ALL, only the number of the rows
   that had neither queue nor drops.  Sentences on the looks and the counters of
   the host follow the rows.  */
void watch_text(FILE *out, const struct watch *watch);

/* A line of JSON: as soon as looks begin, without rows; about the last second,
   with the rows that had a queue or drops; the report, with all rows.  */
enum watch_line { WATCH_START, WATCH_SECOND, WATCH_REPORT };

/* Write a JSON object in a line: times, LOOKS, the looks that LINE is about,
   how many were missed or failed, the rise of the counters, and the rows of
   LINE.  LEFT_OUT is the number of lines not written.  */
void watch_json(FILE *out, const struct watch *watch, enum watch_line line,
                int64_t looks, int64_t left_out);

#endif /* PROBES_LISTENERS_WATCH_H */
