/* daytime-parse.c - parse the time that a daytime server sends
   SPDX-License-Identifier: GPL-3.0-or-later

   RFC 867 does not define a syntax.  The forms in use are patterns; a letter is
   a field:

       Y  year, four digits        y  year, two digits: 1969 to 2068
       M  month by name            m  month, two digits
       d  day, one or two digits   H  hour, one or two digits
       I S  minute, second, two    w  weekday by name
       Z  zone                     J  Modified Julian Date, five digits
       N  the rest of the NIST form
       _  blanks, at least one     any other character matches itself  */

#include <config.h>

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "clients/daytime-parse.h"

static const struct {
    const char *pattern;
    const char *name;
} forms[] = {
    {"w_M_d_H:I:S_Y", "asctime"},     {"w_M_d_H:I:S_Z_Y", "date"},
    {"w, M_d, Y_H:I:S-Z", "RFC 867"}, {"d_M_y_H:I:S_Z", "RFC 867"},
    {"d_M_Y_H:I:S_Z", "xinetd"},      {"Y-m-dTH:I:SZ", "ISO 8601"},
    {"J_y-m-d_H:I:S_N", "NIST"},
};

/* OF has the fields read by their letters, the year in Y, the month in m.  */
struct reading {
    const char *at;
    int of['y' + 1];
    bool has_zone;
    int zone; /* minutes east of Greenwich */
};

static const struct {
    const char *name;
    int minutes;
} zones[] = {
    {"UTC", 0},     {"GMT", 0},     {"UT", 0},     {"Z", 0},      {"EST", -300},
    {"EDT", -240},  {"CST", -360},  {"CDT", -300}, {"MST", -420}, {"MDT", -360},
    {"PST", -480},  {"PDT", -420},  {"WET", 0},    {"WEST", 60},  {"CET", 60},
    {"CEST", 120},  {"EET", 120},   {"EEST", 180}, {"BST", 60},   {"MSK", 180},
    {"AKST", -540}, {"AKDT", -480}, {"HST", -600},
};

static const char *const months[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
static const char *const days[] = {"Monday",   "Tuesday", "Wednesday",
                                   "Thursday", "Friday",  "Saturday",
                                   "Sunday"};

/* ---- fields: each returns whether the field is there, and skips it ------- */

/* Take MIN to MAX digits, with their decimal value in *VALUE; further digits
   stay.  Returns false after fewer than MIN digits, which are taken all the
   same; without any *VALUE is 0.  */
static bool take_digits(struct reading *reading, int min, int max, int *value)
{
    int count = 0;
    for (*value = 0; count < max && isdigit((unsigned char)*reading->at);
         count++)
        *value = 10 * *value + (*reading->at++ - '0');
    return count >= min;
}

/* The number of letters at the beginning of TEXT.  */
static size_t count_letters(const char *text)
{
    size_t length = 0;
    while (isalpha((unsigned char)text[length]))
        length++;
    return length;
}

/* Take the whole word at READING if the word is one of the COUNT NAMES, or the
   first three letters of a name, in any case; *VALUE is the index of the name,
   from 1.  Returns false for another word; READING and *VALUE stay then.  */
static bool take_name(struct reading *reading, const char *const *names,
                      int count, int *value)
{
    size_t length = count_letters(reading->at);
    for (int i = 0; i < count; i++)
        if ((length == 3 || length == strlen(names[i])) &&
            !strncasecmp(names[i], reading->at, length)) {
            reading->at += length;
            *value = i + 1;
            return true;
        }
    return false;
}

/* Take an offset, +01, +01:00, +0100 or -01, into the zone, in minutes east of
   Greenwich.  The caller has checked that the text begins with a sign.  Returns
   false for another form, or from 24 hours or 60 minutes on; READING is
   undefined then.  */
static bool take_offset(struct reading *reading)
{
    int sign = *reading->at == '-' ? -1 : 1, hours, minutes = 0;
    reading->at++;
    if (!take_digits(reading, 2, 2, &hours))
        return false;
    bool colon = *reading->at == ':';
    reading->at += colon;
    if ((colon || isdigit((unsigned char)*reading->at)) &&
        !take_digits(reading, 2, 2, &minutes))
        return false;
    reading->zone = sign * (60 * hours + minutes);
    return hours < 24 && minutes < 60;
}

/* Take an offset from UTC, or an abbreviation such as CET in any case, into the
   zone.  Returns false for another text.  HAS_ZONE is true in each case.  */
static bool take_zone(struct reading *reading)
{
    size_t length = count_letters(reading->at);
    reading->has_zone = true;
    if (*reading->at == '+' || *reading->at == '-')
        return take_offset(reading);
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strlen(zones[i].name) == length &&
            !strncasecmp(zones[i].name, reading->at, length)) {
            reading->at += length;
            reading->zone = zones[i].minutes;
            return true;
        }
    return false;
}

/* Take the rest of the NIST form, TT L H msADV UTC(NIST) *, up to the end: none
   of these fields changes the second of UTC.  Returns true, with HAS_ZONE true
   and the zone unchanged; false, with nothing changed, without "UTC(...)", the
   only required part.  */
static bool take_nist(struct reading *reading)
{
    const char *zone = strstr(reading->at, "UTC(");
    if (!zone || !strchr(zone, ')'))
        return false;
    reading->at += strlen(reading->at);
    reading->has_zone = true;
    return true;
}

/* Take FIELD of a pattern, a letter of the table at the top or a literal
   character, into READING.  Returns false if the text at READING has another
   form; READING is undefined then.  */
static bool take_field(struct reading *reading, char field)
{
    int *value = &reading->of[(unsigned char)field];
    switch (field) {
    case 'Y':
        return take_digits(reading, 4, 4, value);
    case 'd':
    case 'H':
        return take_digits(reading, 1, 2, value);
    case 'm':
    case 'I':
    case 'S':
        return take_digits(reading, 2, 2, value);
    case 'J':
        return take_digits(reading, 5, 5, value);
    case 'y':
        if (!take_digits(reading, 2, 2, value))
            return false;
        reading->of['Y'] = *value + (*value < 69 ? 2000 : 1900);
        return true;
    case 'M':
        return take_name(reading, months, 12, &reading->of['m']);
    case 'w': /* any, since the example of RFC 867 has a wrong one */
        return take_name(reading, days, 7, value);
    case 'Z':
        return take_zone(reading);
    case 'N':
        return take_nist(reading);
    case '_':
        reading->at += *value = (int)strspn(reading->at, " ");
        return *value > 0;
    default:
        return *reading->at == field && *reading->at++;
    }
}

/* ---- the calendar -------------------------------------------------------- */

/* Days from 1 January 1970 to this day; MONTH 13 is the next January.
   Gregorian, by years from March on: the leap day is the last.  */
static int64_t days_since_1970(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           719468;
}

/* Days from 1 January 1970 to the date of READING.  */
static int64_t days_of(const struct reading *reading)
{
    return days_since_1970(reading->of['Y'], reading->of['m'],
                           reading->of['d']);
}

/* Whether READING is an existing date and time and, if the form has a Modified
   Julian Date (not -1), whether the two dates are the same.  Second 60, a leap
   second, exists in each minute.  The zone has no effect.  */
static bool is_possible(const struct reading *reading)
{
    enum { julian_1970 = 40587 };
    const int *of = reading->of;
    return of['m'] >= 1 && of['m'] <= 12 && of['d'] >= 1 &&
           days_of(reading) < days_since_1970(of['Y'], of['m'] + 1, 1) &&
           of['H'] <= 23 && of['I'] <= 59 && of['S'] <= 60 &&
           (of['J'] < 0 || of['J'] - julian_1970 == days_of(reading));
}

/* Convert READING by this host's zone to *SECONDS since 1970.  Of a time that
   comes twice, as where summer time ends, mktime chooses one.  False, with
   *SECONDS undefined, if mktime cannot convert the time, or if the zone skips
   the time, as where summer time begins.  */
static bool local_seconds(const struct reading *reading, int64_t *seconds)
{
    const int *of = reading->of;
    struct tm tm = {.tm_year = of['Y'] - 1900,
                    .tm_mon = of['m'] - 1,
                    .tm_mday = of['d'],
                    .tm_hour = of['H'],
                    .tm_min = of['I'],
                    .tm_wday = -1,
                    .tm_isdst = -1};
    /* Without the seconds, as 60 is in the next minute.  */
    *seconds = mktime(&tm) + (int64_t)of['S'];
    /* -1 is a valid result, too; mktime sets the weekday on success, and moves
       a time that the zone skips.  */
    return tm.tm_wday >= 0 && tm.tm_mday == of['d'] && tm.tm_hour == of['H'] &&
           tm.tm_min == of['I'];
}

/* READING as seconds since 1970, by its zone; without a zone as UTC.  */
static int64_t utc_seconds(const struct reading *reading)
{
    return days_of(reading) * 86400 + reading->of['H'] * 3600 +
           (reading->of['I'] - reading->zone) * 60 + reading->of['S'];
}

#define SPACE " \t\n\v\f\r"

/* Whether TEXT, apart from white space around it, has the form PATTERN and is
   an existing time.  *READING then has the fields; otherwise it is
   undefined.  */
static bool daytime_parse_matches(struct reading *reading, const char *pattern,
                                  const char *text)
{
    *reading = (struct reading){.at = text, .of['J'] = -1};
    reading->at += strspn(text, SPACE);
    for (; *pattern; pattern++)
        if (!take_field(reading, *pattern))
            return false;
    reading->at += strspn(reading->at, SPACE);
    return !*reading->at && is_possible(reading);
}

int daytime_parse(const char *text, bool is_utc,
                  struct daytime_instant *instant)
{
    struct reading reading;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!daytime_parse_matches(&reading, forms[i].pattern, text))
            continue;
        instant->form = forms[i].name;
        instant->assumed = !reading.has_zone;
        instant->seconds = utc_seconds(&reading);
        return is_utc || reading.has_zone ||
                       local_seconds(&reading, &instant->seconds)
                   ? 0
                   : -1;
    }
    return -1;
}

void daytime_iso(int64_t seconds, char text[DAYTIME_ISO_TEXT])
{
    struct tm tm;
    time_t time = (time_t)seconds;
    /* A time_t of 32 bits ends in 2038.  */
    if ((int64_t)time != seconds || !gmtime_r(&time, &tm) ||
        !strftime(text, DAYTIME_ISO_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm))
        snprintf(text, DAYTIME_ISO_TEXT, "(unknown)");
}
