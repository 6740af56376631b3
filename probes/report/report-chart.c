/* report-chart.c - the report on listen queues as a bar chart
   SPDX-License-Identifier: GPL-3.0-or-later

   A bar for each backlog, the cap as a line.  If the smallest and the largest
   figure are far apart, the scale is logarithmic, with a note.  */

#include <config.h>

#include <limits.h>
#include <string.h>

#include "base/sentence.h"
#include "probes/report/report.h"

enum {
    HEIGHT = 15, /* maximum lines of the largest bar */
    LEFT = 8,    /* columns left of the chart: a count and the axis */
    NOTE = 14,   /* columns right of the chart: "- cap 4097" */
    BARS_MAX = (SENTENCE_COLUMNS - LEFT - NOTE) / 2
};

/* Above this ratio a linear scale hides the small bars.  */
static const long far_apart = 40;

struct chart {
    const struct queue_row *bars[BARS_MAX];
    size_t count, left_out;
    int width;   /* columns of a bar, with the gap */
    int height;  /* lines of the largest bar */
    long max;    /* connections of the largest bar */
    bool is_log; /* the scale is logarithmic */
    long cap;    /* connections queued with the largest backlog, or -1 */
};

/* Set BARS and COUNT of CHART, all zero before: the rows with a known count of
   accepted connections, of the first family that has any, at most BARS_MAX;
   count further such rows of this family in LEFT_OUT.  */
static void choose_bars(struct chart *chart, const struct queue_table *table)
{
    const char *family = NULL;
    for (size_t i = 0; i < table->count; i++) {
        const struct queue_row *row = &table->rows[i];
        if (row->accepted < 0 || (family && strcmp(family, row->family) != 0))
            continue;
        family = row->family;
        if (chart->count < BARS_MAX)
            chart->bars[chart->count++] = row;
        else
            chart->left_out++;
    }
}

/* Set WIDTH of CHART: each bar gets an equal share of the columns, at most 8;
   but at least the length of the longest backlog and a blank before it.  If the
   bars do not fit with that minimum, first take the last bars from COUNT, and
   count them in LEFT_OUT; one bar always stays.  */
static void choose_width(struct chart *chart)
{
    int room = SENTENCE_COLUMNS - LEFT - NOTE;
    int name_width = 1, most = 8;
    char name[BACKLOG_TEXT];
    for (size_t i = 0; i < chart->count; i++) {
        int length =
            (int)strlen(report_backlog(chart->bars[i]->backlog, name)) + 1;
        name_width = length > name_width ? length : name_width;
    }
    while (chart->count > 1 && (int)chart->count * name_width > room) {
        chart->count--;
        chart->left_out++;
    }
    chart->width = chart->count > 0 ? room / (int)chart->count : room;
    most = name_width > most ? name_width : most;
    chart->width = chart->width > most ? most : chart->width;
}

/* From the bars of CHART, which are chosen already, set MAX, the largest count;
   HEIGHT: MAX, at most 15 lines; and IS_LOG: no count is 0, and the largest is
   at least FAR_APART + 1 times the smallest.  Set CAP from REPORT: the
   connections accepted with the largest backlog, or -1.  */
static void choose_scale(struct chart *chart, const struct report *report)
{
    long min = LONG_MAX;
    for (size_t i = 0; i < chart->count; i++) {
        long count = chart->bars[i]->accepted;
        chart->max = count > chart->max ? count : chart->max;
        min = count < min ? count : min;
    }
    chart->cap = report->table.cap.accepted;
    chart->is_log = min > 0 && chart->max / min > far_apart;
    /* A line for each connection, if there are few.  */
    chart->height = chart->max < HEIGHT ? (int)chart->max : HEIGHT;
}

/* 16 times the binary logarithm of VALUE, roughly.  VALUE is at least 1, at
   most LONG_MAX / 16.  */
static long chart_logarithm(long value)
{
    long octave = 0, rest = 16 * value;
    while (rest >= 32) {
        rest = (rest + 1) / 2;
        octave++;
    }
    return 16 * octave + rest - 16;
}

/* The height in lines of a bar of COUNT connections, by the chart's scale: from
   1 to the chart's height; 0 if COUNT is 0 or less.  COUNT is at most the
   chart's MAX.  A profile may have any figures: MOST prevents an overflow.  */
static int chart_level(const struct chart *chart, long count)
{
    const long most = LONG_MAX / 32;
    if (count <= 0)
        return 0;
    long part = count < most ? count : most;
    long whole = chart->max < most ? chart->max : most;
    if (chart->is_log) {
        part = chart_logarithm(part + 1);
        whole = chart_logarithm(whole + 1);
    }
    int line = (int)((part * chart->height + whole / 2) / whole);
    return line < 1 ? 1 : line;
}

/* The largest count of the bars that end at LINE; -1 if none does.  */
static long chart_label(const struct chart *chart, int line)
{
    long label = -1;
    for (size_t i = 0; i < chart->count; i++) {
        long count = chart->bars[i]->accepted;
        if (chart_level(chart, count) == line && count > label)
            label = count;
    }
    return label;
}

/* Write LINE of the chart, 1 being the lowest: the largest count of the bars
   that end there, the axis, a part of each bar at least as high; on the line of
   the cap also dashes between the bars, and the cap.  A cap that is unknown, 0,
   or above the largest bar has no line.  */
static void put_line(FILE *out, const struct chart *chart, int line)
{
    char text[SENTENCE_COLUMNS + 1];
    long label = chart_label(chart, line);
    bool is_cap = chart->cap > 0 && chart->cap <= chart->max &&
                  chart_level(chart, chart->cap) == line;
    int used = 0;
    if (label >= 0)
        fprintf(out, "%*ld |", LEFT - 2, label);
    else
        fprintf(out, "%*s |", LEFT - 2, "");
    for (size_t i = 0; i < chart->count; i++) {
        bool filled = chart_level(chart, chart->bars[i]->accepted) >= line;
        for (int k = 0; k < chart->width; k++)
            text[used++] = k > 0 && filled ? '#' : is_cap ? '-' : ' ';
    }
    while (!is_cap && used > 0 && text[used - 1] == ' ')
        used--;
    fprintf(out, "%.*s", used, text);
    if (is_cap)
        fprintf(out, "- cap %ld", chart->cap);
    putc('\n', out);
}

/* Write the lower axis, and below each bar the backlog.  */
static void put_names(FILE *out, const struct chart *chart)
{
    fprintf(out, "%*s +", LEFT - 2, "");
    for (int i = 0; i < chart->width * (int)chart->count; i++)
        putc('-', out);
    fprintf(out, "\n%*s  ", LEFT - 2, "");
    for (size_t i = 0; i < chart->count; i++) {
        char name[BACKLOG_TEXT];
        fprintf(out, "%*s", chart->width,
                report_backlog(chart->bars[i]->backlog, name));
    }
    fputs("  backlog\n\n", out);
}

void report_chart(FILE *out, const struct report *report)
{
    struct chart chart = {.max = 0};
    struct sentence left_out = {""};
    choose_bars(&chart, &report->table);
    choose_width(&chart);
    choose_scale(&chart, report);
    report_head(out, report);
    if (chart.count > 0) {
        fprintf(out, "queued%s\n", chart.is_log ? " (logarithmic scale)" : "");
        for (int line = chart.height; line > 0; line--)
            put_line(out, &chart, line);
        put_names(out, &chart);
    }
    if (chart.left_out > 0) {
        say(&left_out, "%zu more %s not fit", chart.left_out,
            chart.left_out == 1 ? "backlog does" : "backlogs do");
        put_sentence(out, "note", &left_out);
    }
    report_rule(out, report);
    report_cap(out, report);
}
