/* daytime-parse.h - the instant that a daytime server tells
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef CLIENTS_DAYTIME_PARSE_H
#define CLIENTS_DAYTIME_PARSE_H 1

#include <stdbool.h>
#include <stdint.h>

struct daytime_instant {
    int64_t seconds;  /* since 1970, in UTC */
    const char *form; /* what TEXT is, for the log */
    bool assumed;     /* TEXT names no zone */
};

/* Read TEXT, one line in one of the forms that servers use: that of asctime
   and date, the two of RFC 867, that of mail, ISO 8601, that of NIST.  One that
   names no zone is taken as UTC or as the time of this host's zone.
   Returns 0, or -1 if it is none of them, or no such time exists.  */
int daytime_parse(const char *text, bool is_utc,
                  struct daytime_instant *instant);

/* SECONDS since 1970 as ISO 8601 in UTC, "2026-11-21T05:20:00Z", in TEXT.  */
enum { DAYTIME_ISO_TEXT = 32 };
void daytime_iso(int64_t seconds, char text[DAYTIME_ISO_TEXT]);

#endif /* CLIENTS_DAYTIME_PARSE_H */
