/* published.h - the classic table of backlogs
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_VERDICT_PUBLISHED_H
#define PROBES_VERDICT_PUBLISHED_H 1

enum { PUBLISHED = 5, PUBLISHED_BACKLOGS = 15 };

/* W. Richard Stevens, Bill Fenner, Andrew M. Rudoff, UNIX Network Programming,
   volume 1, third edition, figure 4.10: connections queued for backlogs of 0 to
   14.  */
struct published {
    const char *system, *version;   /* head of the column, two lines */
    int queued[PUBLISHED_BACKLOGS]; /* by backlog */
};

extern const struct published published[PUBLISHED];

#endif /* PROBES_VERDICT_PUBLISHED_H */
