/* daytime.c - send the date and time, and end (RFC 867)
   SPDX-License-Identifier: GPL-3.0-or-later

   The classic form is that of RFC 867's first example,
   "Tuesday, February 22, 1982 17:37:43-PST", in English in any locale.
   ISO 8601 has the offset to UTC instead of the time zone's name, and programs
   can parse it.  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "servers/daytime.h"
#include "servers/service.h"

static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};
static const char *const months[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

/* Write the offset of local time NOW to UTC to TEXT, of SIZE bytes, as
   "+hh:mm", from strftime's "+hhmm"; "Z" if UTC is set, or if the offset is not
   known.  */
static void put_offset(const struct tm *now, bool utc, char *text, size_t size)
{
    char offset[16];
    if (utc || strftime(offset, sizeof offset, "%z", now) != 5)
        snprintf(text, size, "Z");
    else
        snprintf(text, size, "%.3s:%s", offset, offset + 3);
}

/* Write the name of the time zone of NOW to TEXT, of SIZE bytes, with "?" for
   blanks and all that is not printable ASCII; "UTC" if UTC is set; the offset
   (put_offset) if there is no name, or none that fits.  */
static void put_zone(const struct tm *now, bool utc, char *text, size_t size)
{
    if (utc)
        snprintf(text, size, "UTC");
    else if (strftime(text, size, "%Z", now) == 0)
        put_offset(now, utc, text, size);
    for (char *c = text; *c; c++)
        if (*c <= ' ' || *c > '~')
            *c = '?';
}

size_t daytime_print(const struct daytime_settings *settings, time_t now,
                     char *text)
{
    struct tm tm;
    char zone[40];
    int length;
    if (!(settings->utc ? gmtime_r(&now, &tm) : localtime_r(&now, &tm)))
        return 0;
    long year = tm.tm_year + 1900L;
    if (settings->iso) {
        put_offset(&tm, settings->utc, zone, sizeof zone);
        length = snprintf(
            text, DAYTIME_TEXT, "%04ld-%02d-%02dT%02d:%02d:%02d%s\r\n", year,
            tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, zone);
    } else {
        put_zone(&tm, settings->utc, zone, sizeof zone);
        length =
            snprintf(text, DAYTIME_TEXT, "%s, %s %d, %ld %02d:%02d:%02d-%s\r\n",
                     days[tm.tm_wday], months[tm.tm_mon], tm.tm_mday, year,
                     tm.tm_hour, tm.tm_min, tm.tm_sec, zone);
    }
    return length > 0 && length < DAYTIME_TEXT ? (size_t)length : 0;
}

/* Send the date and time, nothing if the time is no date, and end.  */
static void daytime_opened(struct connection *connection)
{
    char text[DAYTIME_TEXT];
    size_t length =
        daytime_print(connection_settings(connection), time(NULL), text);
    connection_write(connection, text, length);
    connection_end(connection);
}

/* Answer any REQUEST with the date and time, written to request->room, in the
   form of SETTINGS; set *ANSWER to the room.  Returns the length, or -1, no
   answer, if the time is no date.  */
static ssize_t daytime_answer(const void *settings,
                              struct datagram_request *request,
                              const char **answer)
{
    _Static_assert(sizeof request->room >= DAYTIME_TEXT, "room for the text");
    size_t length = daytime_print(settings, time(NULL), request->room);
    *answer = request->room;
    return length > 0 ? (ssize_t)length : -1;
}

const struct service service_daytime = {
    .name = "daytime",
    .port = 13,
    .opened = daytime_opened,
    .datagram = daytime_answer,
};
