/* daytime.h - the settings of the daytime service
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_DAYTIME_H
#define SERVERS_DAYTIME_H 1

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct daytime_settings {
    bool iso; /* ISO 8601, not the form of RFC 867 */
    bool utc; /* not the local time zone */
};

enum { DAYTIME_TEXT = 128 };

/* Write NOW to TEXT, of DAYTIME_TEXT bytes, by SETTINGS, with CR LF and a NUL.
   Returns the length without the NUL; 0 if NOW is no date, or if the text is
   too long: TEXT is then undefined.  */
size_t daytime_print(const struct daytime_settings *settings, time_t now,
                     char *text);

#endif /* SERVERS_DAYTIME_H */
