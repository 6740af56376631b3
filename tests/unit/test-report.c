/* test-report.c - the reports on listen queues, of figures made up
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/memory-stream.h"
#include "probes/report/report.h"
#include "tests/unit/unit.h"

enum { ROWS = 4 };

static struct queue_row rows[ROWS];
static struct findings findings;
static struct report report;
static char *text;

static void setup(void)
{
    static const struct cap_row unknown = {
        .effective = -1, .client = -1, .accepted = -1, .value = -1};
    report = (struct report){.findings = &findings,
                             .table = {.rows = rows, .cap = unknown}};
    report.verdict.cap = -1;
}

static void teardown(void)
{
    free(text);
    text = NULL;
}

static void row_add(const char *family, int backlog, const char *count)
{
    struct queue_row row = {.backlog = backlog,
                            .effective = backlog,
                            .accepted = atol(count),
                            .client = atol(count),
                            .incomplete = -1,
                            .known = -1,
                            .half_open = -1,
                            .client_text = count,
                            .accepted_text = count,
                            .stable = true};
    strcpy(row.family, family);
    ck_assert_uint_lt(report.table.count, ROWS);
    rows[report.table.count++] = row;
}

/* What WRITE writes of the report.  */
static const char *written(void (*write)(FILE *, const struct report *))
{
    size_t size;
    free(text);
    FILE *out = memory_stream_open(&text, &size);
    ck_assert_ptr_nonnull(out);
    write(out, &report);
    ck_assert_int_eq(memory_stream_close(out, &text), 0);
    return text;
}

/* WORDS must be in the report that WRITE writes.  */
static void has(void (*write)(FILE *, const struct report *), const char *words)
{
    ck_assert_msg(strstr(written(write), words), "%s", text);
}

START_TEST(ranges_keep_the_columns)
{
    row_add("inet", 1, "2");
    row_add("inet", 128, "129..130");
    row_add("inet6", 128, "129");
    has(report_text, "         backlog        IPv4              IPv6\n"
                     "backlog in force   client   accept   client   accept\n"
                     "      1        1        2        2        -        -\n"
                     "    128      128 129..130 129..130      129      129\n");
}
END_TEST

START_TEST(published_results_stay_where_they_fit)
{
    row_add("inet", 1, "129..130");
    has(report_text, "published");
    row_add("inet6", 1, "2");
    ck_assert_ptr_null(strstr(written(report_text), "published"));
    rows[0].client_text = rows[0].accepted_text = "129";
    has(report_text, "published");
}
END_TEST

START_TEST(bars_have_room_for_their_backlogs)
{
    row_add("inet", 100000000, "65");
    row_add("inet", 200000000, "65");
    has(report_chart, " 100000000 200000000  backlog\n");
}
END_TEST

START_TEST(an_unknown_cap_was_not_measured)
{
    report.table.cap.setting = "net.core.somaxconn";
    has(report_cap, "cap       unknown; net.core.somaxconn is not readable;");
    report.table.cap.value = 128;
    has(report_cap, "unknown; net.core.somaxconn = 128 is not in force");
    report.verdict.setting_foreign = true;
    has(report_cap,
        "unknown; kernels like this one have no net.core.somaxconn");
    report.verdict.cap = 10;
    has(report_cap, "cap       10, as measured; kernels like this one");
}
END_TEST

START_TEST(known_peers_are_counted_if_measured)
{
    row_add("inet", 100, "101");
    rows[0].incomplete = 13;
    report.table.max_backlog = 16;
    report.verdict.bound = BOUND_SETTING;
    report.verdict.incomplete.rows = 1;
    written(report_text);
    unit_squeeze(text);
    ck_assert_msg(strstr(text, "tcp_max_syn_backlog = 16, the last quarter "
                               "reserved for known peers cap"),
                  "%s", text);
    rows[0].known = 17;
    written(report_text);
    unit_squeeze(text);
    ck_assert_msg(strstr(text, "for known peers (17 for those)"), "%s", text);
}
END_TEST

/* The performance data of a grant agree with its state.  */
START_TEST(the_granted_figure_is_the_smaller)
{
    static const struct {
        long effective, queued;
        enum grant grant;
        const char *data;
    } grants[] = {
        {511, 100, GRANT_TRUNCATED, " 'granted'=100;;511:"},
        {128, 129, GRANT_TRUNCATED, " 'granted'=128;;511:"},
        {511, 512, GRANT_FULL, " 'granted'=511;;511:"},
        {511, -1, GRANT_FULL, " 'granted'=511;;511:"},
        {-1, 100, GRANT_TRUNCATED, " 'granted'=100;;511:"},
        {511, 0, GRANT_TRUNCATED, " 'granted'=0;;511:"},
        {-1, -1, GRANT_UNKNOWN, ""},
    };
    for (size_t i = 0; i < sizeof grants / sizeof *grants; i++) {
        struct check check = {.state = CHECK_OK};
        report.need = (struct requirement){.asked = 511,
                                           .grant = grants[i].grant,
                                           .effective = grants[i].effective,
                                           .queued = grants[i].queued,
                                           .measured = grants[i].queued >= 0};
        report_check(&check, &report);
        ck_assert_str_eq(check.data.text, grants[i].data);
    }
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, ranges_keep_the_columns);
    tcase_add_test(tests, published_results_stay_where_they_fit);
    tcase_add_test(tests, bars_have_room_for_their_backlogs);
    tcase_add_test(tests, an_unknown_cap_was_not_measured);
    tcase_add_test(tests, known_peers_are_counted_if_measured);
    tcase_add_test(tests, the_granted_figure_is_the_smaller);
}

int main(void)
{
    return unit_main("report", add);
}
