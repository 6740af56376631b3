/* report-chart.c - findings about listen queues, as a chart
   SPDX-License-Identifier: GPL-3.0-or-later

   A bar for each backlog, the cap as a line.  Where the least and the largest
   are far apart, the scale is that of their logarithms, and says so.  */

#include <config.h>

#include <limits.h>
#include <string.h>

#include "base/sentence.h"
#include "probes/report/report.h"

enum {
    HEIGHT = 15, /* lines of the largest bar, at the most */
    LEFT = 8,    /* columns before the axis: a count, a blank and a bar */
    NOTE = 14,   /* and behind the chart: "<- cap 4097" */
    BARS_MAX = (SENTENCE_COLUMNS - LEFT - NOTE) / 2
};

/* Beyond this ratio bars of a linear scale say nothing.  */
static const long far_apart = 40;

struct chart {
    const struct queue_row *bars[BARS_MAX];
    size_t count, left_out;
    int width;  /* of a bar and the gap behind it */
    int height; /* lines of the largest bar */
    long most;
    bool is_log;
    long cap; /* connections, or -1 */
};

/* The rows of the first family that has figures.  */
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

/* Make each bar as wide as there is room, but no wider than looks well; a bar
   that has no room for its name makes others go.  */
static void choose_width(struct chart *chart)
{
    int room = SENTENCE_COLUMNS - LEFT - NOTE;
    int name_width = 1;
    char name[16];
    for (size_t i = 0; i < chart->count; i++) {
        report_backlog(chart->bars[i]->backlog, name, sizeof name);
        int length = (int)strlen(name) + 1;
        name_width = length > name_width ? length : name_width;
    }
    while (chart->count > 1 && (int)chart->count * name_width > room) {
        chart->count--;
        chart->left_out++;
    }
    chart->width = chart->count > 0 ? room / (int)chart->count : room;
    chart->width = chart->width > 8 ? 8 : chart->width;
}

static void choose_scale(struct chart *chart, const struct report *report)
{
    long least = LONG_MAX;
    for (size_t i = 0; i < chart->count; i++) {
        long count = chart->bars[i]->accepted;
        chart->most = count > chart->most ? count : chart->most;
        least = count < least ? count : least;
    }
    chart->cap = report->table.cap.accepted;
    chart->is_log = least > 0 && chart->most / least > far_apart;
    /* A line for each connection, if there are no more.  */
    chart->height = chart->most < HEIGHT ? (int)chart->most : HEIGHT;
}

/* Half the logarithm's steps are enough: 16 parts of an octave.  */
static long report_chart_logarithm(long value)
{
    long octave = 0, rest = 16 * value;
    while (rest >= 32) {
        rest = (rest + 1) / 2;
        octave++;
    }
    return 16 * octave + rest - 16;
}

/* The line, from 1 up to the height, that a bar of COUNT reaches; 0 has none.
 */
static int report_chart_level(const struct chart *chart, long count)
{
    if (count <= 0)
        return 0;
    long part = chart->is_log ? report_chart_logarithm(count + 1) : count;
    long whole =
        chart->is_log ? report_chart_logarithm(chart->most + 1) : chart->most;
    int line = (int)((part * chart->height + whole / 2) / whole);
    return line < 1 ? 1 : line;
}

/* The count that is told beside LINE: that of the highest bar that ends there;
   -1 if none does.  */
static long told_at(const struct chart *chart, int line)
{
    long told = -1;
    for (size_t i = 0; i < chart->count; i++) {
        long count = chart->bars[i]->accepted;
        if (report_chart_level(chart, count) == line && count > told)
            told = count;
    }
    return told;
}

static void put_line(FILE *out, const struct chart *chart, int line)
{
    char text[SENTENCE_COLUMNS + 1];
    long told = told_at(chart, line);
    bool is_cap = chart->cap > 0 && chart->cap <= chart->most &&
                  report_chart_level(chart, chart->cap) == line;
    int used = 0;
    if (told >= 0)
        fprintf(out, "%*ld |", LEFT - 2, told);
    else
        fprintf(out, "%*s |", LEFT - 2, "");
    for (size_t i = 0; i < chart->count; i++) {
        bool filled =
            report_chart_level(chart, chart->bars[i]->accepted) >= line;
        for (int k = 0; k < chart->width; k++)
            text[used++] = k == 0   ? (is_cap ? '-' : ' ')
                           : filled ? '#'
                           : is_cap ? '-'
                                    : ' ';
    }
    while (!is_cap && used > 0 && text[used - 1] == ' ')
        used--;
    fprintf(out, "%.*s", used, text);
    if (is_cap)
        fprintf(out, "- cap %ld", chart->cap);
    putc('\n', out);
}

static void put_names(FILE *out, const struct chart *chart)
{
    fprintf(out, "%*s +", LEFT - 2, "");
    for (int i = 0; i < chart->width * (int)chart->count; i++)
        putc('-', out);
    fprintf(out, "\n%*s  ", LEFT - 2, "");
    for (size_t i = 0; i < chart->count; i++) {
        char name[16];
        report_backlog(chart->bars[i]->backlog, name, sizeof name);
        fprintf(out, "%*s", chart->width, name);
    }
    fputs("  backlog\n\n", out);
}

void report_chart(FILE *out, const struct report *report)
{
    struct chart chart = {.most = 0};
    struct sentence left_out = {""};
    choose_bars(&chart, &report->table);
    choose_width(&chart);
    choose_scale(&chart, report);
    report_head(out, report);
    if (chart.count > 0) {
        fprintf(out, "queued%s\n",
                chart.is_log ? " (logarithmic: each line is the same multiple "
                               "of the one below)"
                             : "");
        for (int line = chart.height; line > 0; line--)
            put_line(out, &chart, line);
        put_names(out, &chart);
    }
    if (chart.left_out > 0) {
        say(&left_out, "%zu more backlogs have no room here", chart.left_out);
        put_sentence(out, "note", &left_out);
    }
    report_rule(out, report);
    report_cap(out, report);
}
