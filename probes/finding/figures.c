/* figures.c - compare two runs of one host by some of their findings
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probes/finding/figures.h"

/* Read TEXT, decimal digits alone, into *NUMBER.  Returns true; or false if
   TEXT has another form or is above 2^63 - 1, and *NUMBER is then undefined.
   Changes errno.  */
static bool figure_parse(const char *text, int64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

int figures_check(const struct findings *findings, const struct figure *list,
                  size_t count, const char *name, char *problem, size_t size)
{
    int64_t number;
    for (size_t i = 0; i < count; i++) {
        const char *text = findings_text(findings, list[i].id, list[i].key);
        if (!text || list[i].kind == FIGURE_SETTING ||
            figure_parse(text, &number))
            continue;
        snprintf(problem, size, "%s: '%.40s' is no number: %s %s", name, text,
                 list[i].id, list[i].key);
        return -1;
    }
    return 0;
}

/* Room for a value with its unit, and for a remark.  */
enum { FIGURE_TEXT = 40 };

/* Print VALUE of FIGURE, accepted by figures_check, with its unit to TEXT: a
   time below 10000 ns as in "900 ns", a longer time rounded to some four digits
   in us, ms or s; a rate as in "20/s"; a count or setting unchanged.  If VALUE
   is NULL, print "missing".  TEXT is cut to FIGURE_TEXT bytes.  Returns
   TEXT.  */
static const char *figure_print(const struct figure *figure, const char *value,
                                char text[FIGURE_TEXT])
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    int64_t number = 0;
    size_t unit = 0;
    if (value)
        figure_parse(value, &number);
    double time = (double)number;
    /* Four digits, also after rounding.  */
    for (; time >= 9999.5 && unit < 3; time /= 1000)
        unit++;
    int digits = unit == 0 || time >= 999.95 ? 0 : time >= 99.995 ? 1 : 2;
    if (!value)
        snprintf(text, FIGURE_TEXT, "missing");
    else if (figure->kind == FIGURE_TIME)
        snprintf(text, FIGURE_TEXT, "%.*f %s", digits, time, units[unit]);
    else
        snprintf(text, FIGURE_TEXT, "%s%s", value,
                 figure->kind == FIGURE_RATE ? "/s" : "");
    return text;
}

/* Compare the numbers HERE and THERE of FIGURE.  Returns whether HERE is more
   than TOLERANCE percent above or below THERE; if THERE is 0, whether HERE is
   above 0.  Sets REMARK in each case, as "+12.3 %, better": the difference in
   percent of THERE ("> 9999 %" from 10000 on), left out if THERE is 0, and
   whether HERE is better or worse, without meaning if both are equal.  */
static bool figure_differs(const struct figure *figure, const char *here,
                           const char *there, long tolerance,
                           char remark[FIGURE_TEXT])
{
    int64_t a = 0, b = 0;
    char percent[FIGURE_TEXT] = "";
    figure_parse(here, &a);
    figure_parse(there, &b);
    double difference = (double)a - (double)b;
    double share = b > 0 ? 100 * difference / (double)b : 0;
    if (b > 0 && share < 10000)
        snprintf(percent, sizeof percent, "%+.*f %%, ", share < 1000 ? 1 : 0,
                 share);
    else if (b > 0)
        snprintf(percent, sizeof percent, "> 9999 %%, ");
    snprintf(remark, FIGURE_TEXT, "%.20s%s", percent,
             (difference > 0) == (figure->kind == FIGURE_RATE) ? "better"
                                                               : "worse");
    return (difference < 0 ? -difference : difference) * 100 >
           (double)tolerance * (double)b;
}

/* Write a line to OUT: id and key of FIGURE, its values HERE and THERE, with
   unit (NULL: "missing"), and REMARK, which may be empty.  The line has at most
   79 columns, unless a value is longer than 9 digits with a unit.  */
static void figure_put_line(FILE *out, const struct figure *figure,
                            const char *here, const char *there,
                            const char *remark)
{
    char name[80], a[FIGURE_TEXT], b[FIGURE_TEXT];
    snprintf(name, sizeof name, "%s %s", figure->id, figure->key);
    fprintf(out, "%-26s here: %-10s there: ", name,
            figure_print(figure, here, a));
    if (*remark)
        fprintf(out, "%-9s %s\n", figure_print(figure, there, b), remark);
    else
        fprintf(out, "%s\n", figure_print(figure, there, b));
}

/* Count FIGURE in COMPARISON as the same, different (by TOLERANCE, a
   percentage, unless a setting), or on one side only.  Write a line to OUT,
   unless the same.  If both sides lack the figure, do neither.  */
static void figure_compare(FILE *out, const struct figure *figure,
                           const struct findings *here,
                           const struct findings *there, long tolerance,
                           struct comparison *comparison)
{
    const char *a = findings_text(here, figure->id, figure->key);
    const char *b = findings_text(there, figure->id, figure->key);
    char remark[FIGURE_TEXT] = "";
    bool differs = a && b && strcmp(a, b);
    if (!a && !b)
        return;
    if (differs && figure->kind != FIGURE_SETTING)
        differs = figure_differs(figure, a, b, tolerance, remark);
    comparison->here_only += a && !b;
    comparison->there_only += b && !a;
    comparison->different += differs;
    comparison->same += a && b && !differs;
    if (differs || !a || !b)
        figure_put_line(out, figure, a, b, remark);
}

struct comparison figures_compare(FILE *out, const struct figure *list,
                                  size_t count, const struct findings *here,
                                  const struct findings *there, long tolerance)
{
    struct comparison comparison = {0};
    char how[60];
    for (size_t i = 0; i < count; i++)
        figure_compare(out, &list[i], here, there, tolerance, &comparison);
    snprintf(how, sizeof how, " (tolerance %ld %%)", tolerance);
    comparison_end(out, &comparison, how);
    return comparison;
}
