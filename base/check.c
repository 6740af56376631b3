/* check.c - the report of a check for a monitoring system
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

/* Read a decimal number, with an optional sign and fraction ("-1.5", ".5",
   "1."), at *TEXT into *NUMBER, and set *TEXT behind.  Returns false if there
   is none, if more signs, dots or digits follow ("1-2"), or if the number goes
   on with an exponent or as hexadecimal ("1e5", "0x10"); *TEXT stays, and
   *NUMBER is undefined.  strtod alone would take these two, blanks, "inf" and
   "nan".  */
static bool check_read_number(const char **text, double *number)
{
    char *end;
    size_t length = strspn(*text, "+-.0123456789");
    *number = strtod(*text, &end);
    if (end == *text || end != *text + length)
        return false;
    *text = end;
    return true;
}

bool check_range_read(struct check_range *range, const char *text)
{
    struct check_range read = {.text = text, .end = HUGE_VAL};
    const char *colon = strchr(text, ':');
    read.inverted = *text == '@';
    text += read.inverted;
    if (colon && *text == '~') {
        read.start = -HUGE_VAL;
        text++;
    } else if (colon && !check_read_number(&text, &read.start)) {
        return false;
    }
    if (colon && *text++ != ':')
        return false;
    if ((*text || !colon) && !check_read_number(&text, &read.end))
        return false;
    if (*text || read.start > read.end)
        return false;
    *range = read;
    return true;
}

/* Whether VALUE calls for an alert: outside of RANGE, or inside of an inverted
   RANGE; false without a range.  */
static bool check_alerts(const struct check_range *range, double value)
{
    bool inside = value >= range->start && value <= range->end;
    return range->text && inside == range->inverted;
}

enum check_state check_state_of(const struct check_range *warning,
                                const struct check_range *critical,
                                double value)
{
    if (check_alerts(critical, value))
        return CHECK_CRITICAL;
    return check_alerts(warning, value) ? CHECK_WARNING : CHECK_OK;
}

void check_add_data(struct check *check, const char *label, long long value,
                    const char *unit, const struct check_ranges *ranges,
                    long long max)
{
    struct sentence one = {""};
    const char *warning = ranges ? ranges->warning.text : NULL;
    const char *critical = ranges ? ranges->critical.text : NULL;
    if (value < 0)
        return;
    say(&one, " '%s", label);
    for (char *c = one.text + 2; *c; c++)
        if (*c == '\'' || *c == '=' || *c == '|')
            *c = '_';
    say(&one, "'=%lld%s", value, unit);
    if (ranges || max >= 0)
        say(&one, ";%s;%s", warning ? warning : "", critical ? critical : "");
    if (max >= 0)
        say(&one, ";0;%lld", max);
    /* A text that fills ONE may have been cut.  */
    if (strlen(one.text) < sizeof one.text - 1 &&
        strlen(check->data.text) + strlen(one.text) < sizeof check->data.text)
        say(&check->data, "%s", one.text);
}

void check_write(FILE *out, const char *program, const struct check *check)
{
    static const char *const names[] = {
        [CHECK_OK] = "OK",
        [CHECK_WARNING] = "WARNING",
        [CHECK_CRITICAL] = "CRITICAL",
        [CHECK_UNKNOWN] = "UNKNOWN",
    };
    for (const char *c = program; *c; c++)
        putc(toupper((unsigned char)*c), out);
    fprintf(out, " %s: ", names[check->state]);
    for (const char *c = check->text.text; *c; c++)
        putc(*c == '|' ? '!' : *c, out);
    fprintf(out, "%s%s\n", *check->data.text ? " |" : "", check->data.text);
}
