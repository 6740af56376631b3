/* report-text.c - the text report on listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <string.h>

#include "base/sentence.h"
#include "probes/finding/host.h"
#include "probes/report/report.h"
#include "probes/verdict/published.h"

/* ---- the table ---------------------------------------------------------- */

/* Whether TABLE has a row of FAMILY, "inet", "inet6" or "unix".  */
static bool table_has_family(const struct queue_table *table,
                             const char *family)
{
    for (size_t i = 0; i < table->count; i++)
        if (!strcmp(table->rows[i].family, family))
            return true;
    return false;
}

const char *report_backlog(int backlog, char text[BACKLOG_TEXT])
{
    snprintf(text, BACKLOG_TEXT, "%d", backlog);
    return backlog == INT_MAX ? "max" : text;
}

/* Whether the published results have BACKLOG: 0 to PUBLISHED_BACKLOGS - 1.  */
static bool is_published(int backlog)
{
    return backlog >= 0 && backlog < PUBLISHED_BACKLOGS;
}

/* The larger of WIDTH and the length of TEXT, a count or NULL.  */
static int width_max(int width, const char *text)
{
    int length = text ? (int)strlen(text) : 0;
    return length > width ? length : width;
}

/* The width of a column of counts: 6, or more for a longer range.  */
static int count_width(const struct queue_table *table)
{
    int width = 6;
    for (size_t i = 0; i < table->count; i++) {
        width = width_max(width, table->rows[i].client_text);
        width = width_max(width, table->rows[i].accepted_text);
    }
    return width;
}

/* The width of column I of the published results: that of the system's name;
   for the first, with a blank more.  */
static int published_width(int i)
{
    return i == 0 ? 5 : (int)strlen(published[i].system);
}

/* Whether the published results fit beside the backlogs and the counts; never
   with three families.  */
static bool table_has_room(const struct queue_table *table)
{
    int columns = 16; /* the backlogs */
    for (size_t i = 0; i < REPORT_FAMILIES; i++)
        if (table_has_family(table, report_families[i].id))
            columns += 2 * (1 + count_width(table));
    for (int i = 0; i < PUBLISHED; i++)
        columns += 1 + published_width(i);
    return columns <= SENTENCE_COLUMNS;
}

/* Whether to show the published results: there is room (table_has_room), and a
   row has a backlog of 0 to 14.  */
static bool has_published(const struct queue_table *table)
{
    if (!table_has_room(table))
        return false;
    for (size_t i = 0; i < table->count; i++)
        if (is_published(table->rows[i].backlog))
            return true;
    return false;
}

/* Write a line of the head, without a newline: FIRST and SECOND above the
   backlogs; then for each family with rows the two heads COUNTS, or if COUNTS
   is NULL the family's name, centered above its two columns.  Returns how many
   blanks, not written, the last name lacks to the end of its columns; 0 with
   COUNTS.  */
static int put_head_line(FILE *out, const struct queue_table *table,
                         const char *first, const char *second,
                         const char *const *counts)
{
    int blank = 0, width = count_width(table);
    int middle = width + 3; /* the end of the name */
    fprintf(out, "%7s %8s", first, second);
    for (int i = 0; i < REPORT_FAMILIES; i++) {
        if (!table_has_family(table, report_families[i].id))
            continue;
        if (counts) {
            fprintf(out, " %*s %*s", width, counts[0], width, counts[1]);
        } else {
            fprintf(out, "%*s %*s", blank, "", middle, report_families[i].name);
            blank = 2 * width + 1 - middle;
        }
    }
    return blank;
}

/* Write the column heads: two lines, three with published results.  */
static void table_put_head(FILE *out, const struct queue_table *table)
{
    static const char *const counts[] = {"client", "accept"};
    static const char *const blanks[] = {"", ""};
    bool more = has_published(table);
    int blank = put_head_line(out, table, "", "backlog", NULL);
    if (more)
        fprintf(out, "%*s  published: connections queued", blank, "");
    putc('\n', out);
    put_head_line(out, table, "backlog", "in force", counts);
    for (int i = 0; more && i < PUBLISHED; i++)
        fprintf(out, " %*s", published_width(i), published[i].system);
    putc('\n', out);
    if (!more)
        return;
    put_head_line(out, table, "", "", blanks);
    for (int i = 0; i < PUBLISHED; i++)
        fprintf(out, " %*s", published_width(i), published[i].version);
    putc('\n', out);
}

/* Write to TEXT (cut to SIZE) the backlog in force of the rows that requested
   BACKLOG: for IPv4 and IPv6, as one number, but "128/64" if both are known and
   differ; for UNIX sockets if no such row is of TCP; "-" if unknown.  */
static void print_effective(const struct queue_table *table, int backlog,
                            char *text, size_t size)
{
    const struct queue_row *inet = table_row(table, "inet", backlog);
    const struct queue_row *inet6 = table_row(table, "inet6", backlog);
    const struct queue_row *local = table_row(table, "unix", backlog);
    long first = inet ? inet->effective : -1;
    long second = inet6 ? inet6->effective : -1;
    if (!inet && !inet6 && local)
        first = local->effective;
    if (first < 0 && second < 0)
        snprintf(text, size, "-");
    else if (first >= 0 && second >= 0 && first != second)
        snprintf(text, size, "%ld/%ld", first, second);
    else
        snprintf(text, size, "%ld", first >= 0 ? first : second);
}

/* Write the connections of ROW, which may be NULL, complete at the clients and
   returned by accept, as numbers or ranges, WIDTH wide; "-" if unknown.  */
static void put_counts(FILE *out, const struct queue_row *row, int width)
{
    fprintf(out, " %*s %*s", width,
            row && row->client_text ? row->client_text : "-", width,
            row && row->accepted_text ? row->accepted_text : "-");
}

/* Write the line of BACKLOG: in force, counts by family, and published counts
   if shown (has_published), "-" for a BACKLOG without any.  */
static void table_put_row(FILE *out, const struct queue_table *table,
                          int backlog)
{
    char name[BACKLOG_TEXT], effective[48];
    int width = count_width(table);
    bool more = has_published(table);
    print_effective(table, backlog, effective, sizeof effective);
    fprintf(out, "%7s %8s", report_backlog(backlog, name), effective);
    for (int i = 0; i < REPORT_FAMILIES; i++)
        if (table_has_family(table, report_families[i].id))
            put_counts(out, table_row(table, report_families[i].id, backlog),
                       width);
    for (int i = 0; more && i < PUBLISHED; i++) {
        if (is_published(backlog))
            fprintf(out, " %*d", published_width(i),
                    published[i].queued[backlog]);
        else
            fprintf(out, " %*s", published_width(i), "-");
    }
    putc('\n', out);
}

/* The first row of any family with BACKLOG, or NULL.  */
static const struct queue_row *first_row(const struct queue_table *table,
                                         int backlog)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].backlog == backlog)
            return &table->rows[i];
    return NULL;
}

/* Write the column heads, a line for each backlog, and an empty line.  If the
   published results are shown (has_published), a footnote to the heads precedes
   the empty line.  */
static void table_put(FILE *out, const struct queue_table *table)
{
    table_put_head(out, table);
    for (size_t i = 0; i < table->count; i++) {
        const struct queue_row *row = &table->rows[i];
        /* One line for all families with this backlog.  */
        if (first_row(table, row->backlog) == row)
            table_put_row(out, table, row->backlog);
    }
    fputs(has_published(table) ? "* the same on macOS 10.2.6\n\n" : "\n", out);
}

/* ---- conclusions -------------------------------------------------------- */

/* Write a note that FAMILY, "IPv4" or "IPv6", does not work on the loopback
   interface, for REASON; nothing if REASON is NULL.  */
static void put_absence(FILE *out, const char *family, const char *reason)
{
    struct sentence sentence = {""};
    if (!reason)
        return;
    say(&sentence,
        "%s does not work on the loopback interface (%s): its columns are "
        "empty",
        family, reason);
    put_sentence(out, "note", &sentence);
}

/* Why ROW has no figures, or unstable ones; NULL if all are stable.  */
static const char *row_reason(const struct queue_row *row)
{
    if (row->reason || row->stable)
        return row->reason;
    return "the repeats differ; the rule does not use this row";
}

/* Whether ROW and OTHER have the same family and row_reason, not NULL.  */
static bool same_reason(const struct queue_row *row,
                        const struct queue_row *other)
{
    return row_reason(row) && row_reason(other) &&
           !strcmp(row->family, other->family) &&
           !strcmp(row_reason(row), row_reason(other));
}

/* The number of adjacent rows, from row NUMBER on, that are SAME as that row; 1
   at least.  */
static size_t count_rows(const struct queue_table *table, size_t number,
                         bool (*same)(const struct queue_row *,
                                      const struct queue_row *))
{
    size_t next = number + 1;
    while (next < table->count &&
           same(&table->rows[number], &table->rows[next]))
        next++;
    return next - number;
}

/* Append the backlogs of the COUNT rows from ROW on: "3", or "3 to 5".  */
static void say_backlogs(struct sentence *sentence, const struct queue_row *row,
                         size_t count)
{
    char text[BACKLOG_TEXT];
    say(sentence, "%s", report_backlog(row->backlog, text));
    if (count > 1)
        say(sentence, " to %s", report_backlog(row[count - 1].backlog, text));
}

/* Write a note: family, backlogs and reason of the COUNT rows from ROW on.  All
   have the same family, and the same row_reason, which is not NULL.  */
static void row_put_reason(FILE *out, const struct queue_row *row, size_t count)
{
    struct sentence sentence = {""};
    say(&sentence, "%s, backlog ", report_family_name(row->family));
    say_backlogs(&sentence, row, count);
    say(&sentence, ": %s", row_reason(row));
    put_sentence(out, "note", &sentence);
}

/* Why FAMILY ("inet", "inet6") does not work; NULL if FAMILY works, could not
   be tried, or was not requested.  Always NULL for "unix".  */
static const char *absence_of(const struct queue_table *table,
                              const char *family)
{
    if (!strcmp(family, "inet"))
        return table->inet_absent;
    return !strcmp(family, "inet6") ? table->inet6_absent : NULL;
}

/* Write notes on families that do not work, and on rows without stable figures:
   adjacent rows with the same reason share a note.  Rows of a family that does
   not work get no note.  */
static void put_reasons(FILE *out, const struct queue_table *table)
{
    size_t next;
    put_absence(out, "IPv4", table->inet_absent);
    put_absence(out, "IPv6", table->inet6_absent);
    for (size_t i = 0; i < table->count; i = next) {
        const struct queue_row *row = &table->rows[i];
        next = i + count_rows(table, i, same_reason);
        if (!absence_of(table, row->family) && row_reason(row))
            row_put_reason(out, row, next - i);
    }
}

/* Append the rows that the rule for accepted connections, which must be
   determined, does not explain: at most 8 by backlog, family and count, and the
   number of more.  */
static void say_broken(struct sentence *sentence, const struct report *report)
{
    int named = 0;
    for (size_t i = 0; i < report->table.count; i++) {
        const struct queue_row *row = &report->table.rows[i];
        char backlog[BACKLOG_TEXT];
        if (verdict_explains(&report->verdict, &report->table, row))
            continue;
        if (named++ < 8)
            say(sentence, "%s %s (%s: %ld)", named == 1 ? "; not" : ",",
                report_backlog(row->backlog, backlog),
                report_family_name(row->family), row->accepted);
    }
    if (named > 8)
        say(sentence, " and %d more", named - 8);
}

void report_rule(FILE *out, const struct report *report)
{
    const struct ruling *ruling = &report->verdict.accepted;
    const struct ruling *client = &report->verdict.client;
    struct sentence sentence = {""};
    char rule[80], client_rule[80];
    rule_print(&ruling->rule, true, rule, sizeof rule);
    rule_print(&client->rule, true, client_rule, sizeof client_rule);
    if (ruling->rows == 0)
        say(&sentence, "not determined: no row has figures");
    else if (!ruling->comparable)
        say(&sentence, "not determined: needs at least three backlogs between "
                       "0 and the cap");
    else if (ruling->broken == 0)
        say(&sentence,
            "%s connections in the accept queue; holds for all %zu rows", rule,
            ruling->rows);
    else
        say(&sentence, "no single rule: %s fits %zu of %zu rows", rule,
            ruling->rows - ruling->broken, ruling->rows);
    if (ruling->comparable && ruling->broken)
        say_broken(&sentence, report);
    put_sentence(out, "rule", &sentence);
    if (client->comparable && strcmp(rule, client_rule) != 0) {
        say(&sentence, "%s connections complete at the clients%s", client_rule,
            client->broken ? ", in most rows" : "");
        put_sentence(out, "", &sentence);
    }
}

/* Append the origin of the cap: the setting in force with its namespace;
   without a setting, a constant of the kernel, or nothing if there is none;
   with a setting that is not in force, "as measured" if the cap is known, and
   the reason: kernels with these figures have no such setting, its value is not
   the cap, or its value is not readable.  */
static void say_origin(struct sentence *sentence, const struct report *report)
{
    const struct cap_row *cap = &report->table.cap;
    const char *how = report->verdict.cap >= 0 ? ", as measured" : "";
    if (!cap->setting) {
        if (report->verdict.setting_holds)
            say(sentence, ", a constant of this kernel");
    } else if (report->verdict.setting_holds) {
        say(sentence, " from %s", cap->setting);
        report_say_namespace(sentence, cap);
    } else if (report->verdict.setting_foreign) {
        say(sentence, "%s; kernels like this one have no %s", how,
            cap->setting);
    } else if (cap->value >= 0) {
        say(sentence, "%s; %s = %ld is not in force", how, cap->setting,
            cap->value);
    } else {
        say(sentence, "%s; %s is %s", how, cap->setting,
            cap->value_reason ? cap->value_reason : "not readable");
    }
}

void report_cap(FILE *out, const struct report *report)
{
    const struct cap_row *cap = &report->table.cap;
    struct sentence sentence = {""};
    if (report->verdict.cap >= 0)
        say(&sentence, "%ld", report->verdict.cap);
    else
        say(&sentence, "unknown");
    say_origin(&sentence, report);
    if (cap->accepted >= 0)
        say(&sentence, ": listen (fd, %d) queued %ld, without an error",
            INT_MAX, cap->accepted);
    else
        report_not_filled(&sentence, cap->reason);
    put_sentence(out, "cap", &sentence);
}

/* Why no row has a figure of the SYN queue, given that none has: the first
   reason of any row, or "its figures vary" without a reason.  */
static const char *why_no_incomplete(const struct queue_table *table)
{
    const char *reason = NULL;
    for (size_t i = 0; i < table->count && !reason; i++)
        reason = table->rows[i].incomplete_reason;
    return reason ? reason : "its figures vary";
}

/* Whether IPv4 and IPv6 agree on the SYN queue: the TCP rows of each backlog
   all have the same figure, as text, or all have none.  */
static bool families_agree(const struct queue_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct queue_row *row = &table->rows[i];
        const char *text = row->incomplete_text;
        const struct queue_row *head = first_row(table, row->backlog);
        const char *first = head ? head->incomplete_text : NULL;
        if (!strcmp(row->family, "unix"))
            continue;
        if (!text != !first || (text && strcmp(text, first) != 0))
            return false;
    }
    return true;
}

/* Whether ROW and OTHER have the same family and the same figure of the SYN
   queue: INCOMPLETE_TEXT, a number or a range, compared as text.  False if
   either row has no figure.  */
static bool same_figure(const struct queue_row *row,
                        const struct queue_row *other)
{
    return row->incomplete_text && other->incomplete_text &&
           !strcmp(row->family, other->family) &&
           !strcmp(row->incomplete_text, other->incomplete_text);
}

/* Whether ROW and OTHER have the same family, and their SYN queues could not be
   measured for the same reason.  */
static bool same_failure(const struct queue_row *row,
                         const struct queue_row *other)
{
    return row->incomplete_failed && other->incomplete_failed &&
           !strcmp(row->family, other->family) &&
           !strcmp(row->incomplete_reason, other->incomplete_reason);
}

/* Append the figures of the SYN queue: adjacent rows with the same figure
   together, families together if all agree, at most ROWS_MAX entries, and the
   number of more.  Rows without a figure are left out.  */
static void say_incomplete_rows(struct sentence *sentence,
                                const struct queue_table *table)
{
    enum { ROWS_MAX = 8 };
    int named = 0;
    bool agree = families_agree(table);
    size_t count;
    say(sentence, "incomplete handshakes");
    for (size_t i = 0; i < table->count; i += count) {
        const struct queue_row *row = &table->rows[i];
        count = 1;
        if (!row->incomplete_text ||
            (agree && first_row(table, row->backlog) != row))
            continue;
        count = count_rows(table, i, same_figure);
        if (named++ >= ROWS_MAX)
            continue;
        say(sentence, "%s %s for backlog ", named == 1 ? ":" : ",",
            row->incomplete_text);
        say_backlogs(sentence, row, count);
        if (!agree)
            say(sentence, " (%s)", report_family_name(row->family));
    }
    if (named > ROWS_MAX)
        say(sentence, " and %d more", named - ROWS_MAX);
}

/* Append which rows have failed to measure the SYN queue; nothing if none has.
   The first such row is named with its reason, together with the next rows of
   the same family and reason; then comes the number of all other failed
   rows.  */
static void say_failed_rows(struct sentence *sentence,
                            const struct queue_table *table)
{
    size_t first = 0, count, more = 0;
    while (first < table->count && !table->rows[first].incomplete_failed)
        first++;
    if (first == table->count)
        return;
    count = count_rows(table, first, same_failure);
    for (size_t i = first + count; i < table->count; i++)
        more += table->rows[i].incomplete_failed;
    say(sentence, "; not measured for backlog ");
    say_backlogs(sentence, &table->rows[first], count);
    say(sentence, " (%s): %s", report_family_name(table->rows[first].family),
        table->rows[first].incomplete_reason);
    if (more > 0)
        say(sentence, "; nor in %zu more row%s", more, more == 1 ? "" : "s");
}

/* Append that tcp_max_syn_backlog bounds the SYN queue; and the largest queue
   of known peers, if measured.  */
static void say_bound_setting(struct sentence *sentence,
                              const struct queue_table *table)
{
    long known = table_max(table, row_known);
    say(sentence,
        "; bounded by tcp_max_syn_backlog = %ld, the last quarter reserved for "
        "known peers",
        table->max_backlog);
    if (known >= 0)
        say(sentence, " (%ld for those)", known);
}

/* Append the bound of the SYN queue, if known.  If the bound is the backlog or
   unknown, also append the reaction beyond: drops with tcp_syncookies 0, SYN
   cookies with 1, nothing otherwise.  */
static void say_bound(struct sentence *sentence, const struct report *report)
{
    const struct queue_table *table = &report->table;
    switch (report->verdict.bound) {
    case BOUND_COOKIES:
        say(sentence, "; tcp_syncookies is 2: SYN cookies, no queue entries");
        return;
    case BOUND_SETTING:
        say_bound_setting(sentence, table);
        return;
    case BOUND_BACKLOG:
        say(sentence, "; bounded by the backlog");
        break;
    case BOUND_UNKNOWN:
        break;
    }
    if (table->cookies == 0)
        say(sentence, "; beyond it SYNs are dropped (tcp_syncookies is 0)");
    else if (table->cookies == 1)
        say(sentence, "; beyond it SYN cookies (tcp_syncookies is 1)");
}

/* Append the comparison with the second method for the SYN queue, half-open
   handshakes, if requested.  The first that applies: why it is not testable;
   how many rows differ; how many agree; how many have the half-open figure
   only; that no row has one.  */
static void say_half_open(struct sentence *sentence,
                          const struct report *report)
{
    const struct finding *asked =
        findings_get(report->findings, "listen.queue", "inet.half-open");
    int agree = 0, differ = 0, alone = 0;
    for (size_t i = 0; i < report->table.count; i++) {
        const struct queue_row *row = &report->table.rows[i];
        differ += row->ways_differ;
        agree += row->half_open >= 0 && row->half_open == row->incomplete;
        alone += row->half_open >= 0 && row->incomplete < 0;
    }
    if (!asked)
        return;
    if (!asked->value)
        say(sentence, "; half-open handshakes not testable: %s",
            asked->reason ? asked->reason : "-");
    else if (differ > 0)
        say(sentence,
            "; half-open handshakes give different figures in %d row%s: "
            "unstable",
            differ, differ == 1 ? "" : "s");
    else if (agree > 0)
        say(sentence, "; half-open handshakes agree in %d row%s", agree,
            agree == 1 ? "" : "s");
    else if (alone > 0)
        say(sentence, "; only half-open handshakes give figures, for %d row%s",
            alone, alone == 1 ? "" : "s");
    else
        say(sentence, "; half-open handshakes give no figures");
}

/* Append the rule of the SYN queue, which must be determined and hold for all
   rows, and the largest figure if tcp_max_syn_backlog is the bound.  */
static void say_incomplete_rule(struct sentence *sentence,
                                const struct report *report)
{
    const struct ruling *ruling = &report->verdict.incomplete;
    char rule[80];
    rule_print(&ruling->rule, true, rule, sizeof rule);
    say(sentence, "%s incomplete handshakes", rule);
    if (report->verdict.bound == BOUND_SETTING)
        say(sentence, ", at most %ld",
            table_max(&report->table, row_incomplete));
    say(sentence, "; holds for all %zu rows", ruling->rows);
}

/* Write the sentence on the SYN queue: the rule if it holds for all rows, or
   else the figures by row; then the bound and the rows that failed.  Without
   figures: why there are none.  Last comes the second method, if requested.  */
static void report_text_put_incomplete(FILE *out, const struct report *report)
{
    const struct ruling *ruling = &report->verdict.incomplete;
    struct sentence sentence = {""};
    const char *why = why_no_incomplete(&report->table);
    if (ruling->rows == 0)
        say(&sentence, "%s%s",
            strcmp(why, "not measured") != 0 ? "not measured: " : "", why);
    else if (ruling->comparable && ruling->broken == 0)
        say_incomplete_rule(&sentence, report);
    else
        say_incomplete_rows(&sentence, &report->table);
    if (ruling->rows > 0) {
        say_bound(&sentence, report);
        say_failed_rows(&sentence, &report->table);
    }
    say_half_open(&sentence, report);
    put_sentence(out, "syn queue", &sentence);
}

/* Append NEXT, with a SAW that is not NULL, in words: silence with WAIT, the
   silence timeout in milliseconds, reset, refused, an errno by name, or that
   the rows differ.  */
static void say_next(struct sentence *sentence, const struct next *next,
                     int wait)
{
    if (next->varies)
        say(sentence, "not the same in every row: see --json");
    else if (!strcmp(next->saw, "silence"))
        say(sentence,
            "no SYN-ACK within %d ms; the kernel retransmits and connect() "
            "keeps blocking",
            wait);
    else if (!strcmp(next->saw, "reset"))
        say(sentence, "connected, then reset (ECONNRESET)");
    else if (!strcmp(next->saw, "refused"))
        say(sentence, "connection refused (ECONNREFUSED)");
    else
        say(sentence, "%s%s", next->saw,
            strcmp(next->saw, "EAGAIN") ? "" : " from a non-blocking connect");
}

/* Write the sentence on the next client of a full queue, over TCP and over UNIX
   sockets, or that no queue was full.  */
static void report_text_put_next(FILE *out, const struct report *report)
{
    const struct verdict *verdict = &report->verdict;
    struct sentence sentence = {"client: "};
    if (verdict->tcp.saw)
        say_next(&sentence, &verdict->tcp, report->wait);
    if (verdict->local.saw)
        say(&sentence, "%sover a UNIX socket: ", verdict->tcp.saw ? "; " : "");
    if (verdict->local.saw)
        say_next(&sentence, &verdict->local, report->wait);
    if (!verdict->tcp.saw && !verdict->local.saw)
        say(&sentence, "not tested: no queue was full");
    put_sentence(out, "next", &sentence);
}

/* Write the sentence on the kernel families with these figures: the best, with
   the source of its figures, then the others, in no order; all in no order if
   no single one is best.  Or that none is known, or that no row of TCP has
   figures.  */
static void report_text_put_like(FILE *out, const struct likeness *like)
{
    struct sentence sentence = {""};
    if (!like->comparable)
        say(&sentence, "unknown: no row of TCP has figures");
    else if (like->best)
        say(&sentence, "%s (%s)", like->best, like->known);
    else if (like->also_count > 0)
        say(&sentence, "one of these, with equal figures: ");
    else
        say(&sentence, "no known kernel family");
    for (int i = 0; i < like->also_count; i++)
        say(&sentence, "%s%s",
            i == 0 ? (like->best ? "; also with these figures: " : "") : ", ",
            like->also[i]);
    put_sentence(out, "like", &sentence);
}

/* Write that this network namespace was new, and the settings of --with, with
   their values; failed settings are left out.  FINDINGS must have at least one
   setting with a value.  */
static void report_text_put_with(FILE *out, const struct findings *findings)
{
    struct sentence sentence = {"in a new network namespace, with"};
    const char *before = " ";
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        if (!report_is_setting(finding) || !finding->value)
            continue;
        say(&sentence, "%s%s = %s", before, finding->key, finding->value);
        before = ", ";
    }
    put_sentence(out, NULL, &sentence);
}

/* The scope is written only if it has a number, as "net:[4026531833]".  */
void report_head(FILE *out, const struct report *report)
{
    const struct findings *findings = report->findings;
    const char *scope = findings_text(findings, "host", "scope");
    struct sentence host = {""};
    report_say_host(&host, findings);
    fputs(host.text, out);
    if (scope && !strncmp(scope, "net:[", 5))
        fprintf(out, ", network namespace %.*s", (int)strcspn(scope + 5, "]"),
                scope + 5);
    putc('\n', out);
    if (findings_get(findings, "with", "namespace"))
        report_text_put_with(out, findings);
    putc('\n', out);
}

void report_text(FILE *out, const struct report *report)
{
    report_head(out, report);
    table_put(out, &report->table);
    put_reasons(out, &report->table);
    report_rule(out, report);
    report_text_put_incomplete(out, report);
    report_cap(out, report);
    report_text_put_next(out, report);
    report_stepwise_text(out, report->findings);
    report_text_put_like(out, &report->verdict.like);
}
