/* check.h - the report of a check for a monitoring system
   SPDX-License-Identifier: GPL-3.0-or-later

   One line and an exit status, as the Monitoring Plugins Development Guidelines
   define: "NAME STATE: text | performance data".  */

#ifndef BASE_CHECK_H
#define BASE_CHECK_H 1

#include <stdbool.h>
#include <stdio.h>

#include "base/sentence.h"

/* The states; the numbers are exit statuses.  */
enum check_state {
    CHECK_OK = 0,
    CHECK_WARNING = 1,
    CHECK_CRITICAL = 2,
    CHECK_UNKNOWN = 3
};

/* A range of numbers, both ends included.  All zero: no number is outside.  */
struct check_range {
    const char *text; /* as given; NULL: no range */
    double start, end;
    bool inverted; /* an alert inside of the range, not outside */
};

/* Read TEXT, which must outlive RANGE, as [@]END or [@]START:[END].  With END
   alone, START is 0; ~ as START is minus infinity; END is infinity by default;
   @ inverts.  Returns false if TEXT is no range, or START exceeds END; *RANGE
   stays then.  */
bool check_range_read(struct check_range *range, const char *text);

/* The state for VALUE: CHECK_CRITICAL if CRITICAL calls for an alert, else
   CHECK_WARNING if WARNING does, else CHECK_OK.  A range, not NULL, calls for
   an alert if VALUE is outside, or inside of an inverted range; a range without
   text never does.  */
enum check_state check_state_of(const struct check_range *warning,
                                const struct check_range *critical,
                                double value);

/* The ranges of a check, by its options.  */
struct check_ranges {
    struct check_range warning, critical;
};

/* A check in progress.  All zero is empty, CHECK_OK.  */
struct check {
    enum check_state state;
    struct sentence text; /* for a reader */
    struct sentence data; /* performance data, with a blank before each */
};

/* Append " 'LABEL'=VALUEUNIT;WARNING;CRITICAL;0;MAX" to the performance data of
   CHECK; UNIT is "", "%", "B" (bytes) or "c" (a counter).  RANGES may be NULL:
   WARNING and CRITICAL are empty then, as for a range without text.  With MAX
   below 0 the min, which is 0, and MAX are omitted, and without RANGES all
   after UNIT.  A negative VALUE is unknown: nothing is appended.  Data for
   which there is no room are dropped.  Single quotes, equal signs and '|' of
   LABEL become '_'.  */
void check_add_data(struct check *check, const char *label, long long value,
                    const char *unit, const struct check_ranges *ranges,
                    long long max);

/* Write CHECK to OUT in one line with a newline, "PROGRAM STATE: TEXT | DATA",
   with PROGRAM in capitals; without data the line ends with TEXT.  A '|' in the
   text, which would begin the data, becomes '!'.  */
void check_write(FILE *out, const char *program, const struct check *check);

#endif /* BASE_CHECK_H */
