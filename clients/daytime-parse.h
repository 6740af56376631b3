/* daytime-parse.h - parse the time that a daytime server sends
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef CLIENTS_DAYTIME_PARSE_H
#define CLIENTS_DAYTIME_PARSE_H 1

#include <stdbool.h>
#include <stdint.h>

struct daytime_instant {
    int64_t seconds;  /* since 1970, in UTC */
    const char *form; /* name of the form, for the log: a constant */
    bool assumed;     /* the text has no zone: the zone is assumed */
};

/* Parse TEXT, one line in a form that servers use: asctime, date, the two
   examples of RFC 867, xinetd, ISO 8601 without fractions, NIST.  White space
   around the line and the case of names are ignored, and any weekday is
   accepted.  A time without a zone is UTC if IS_UTC, otherwise in the zone of
   this host.  Returns 0; or -1 if the form is unknown or no such time exists,
   and *INSTANT is undefined.  */
int daytime_parse(const char *text, bool is_utc,
                  struct daytime_instant *instant);

/* Print SECONDS since 1970 as ISO 8601 in UTC, "2026-11-21T05:20:00Z", in TEXT;
   "(unknown)" if the C library cannot convert SECONDS.  */
enum { DAYTIME_ISO_TEXT = 32 };
void daytime_iso(int64_t seconds, char text[DAYTIME_ISO_TEXT]);

#endif /* CLIENTS_DAYTIME_PARSE_H */
