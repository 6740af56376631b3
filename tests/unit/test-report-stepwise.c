/* test-report-stepwise.c - the sentences of --again and --overflow
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/memory-stream.h"
#include "probes/report/report.h"
#include "tests/unit/findings-pair.h"
#include "tests/unit/unit.h"

static char *text;

static void teardown(void)
{
    pair_teardown();
    free(text);
    text = NULL;
}

static void again_add(const char *key, const char *value)
{
    pair_add_to(&here, "listen.again", key, value);
}

static void overflow_add(const char *key, const char *value)
{
    pair_add_to(&here, "listen.overflow", key, value);
}

static void unknown_add(const char *id, const char *key, const char *reason)
{
    struct finding finding = {
        .id = id, .key = key, .reason = reason, .how = HOW_NOT_TESTABLE};
    ck_assert(!findings_add(&here, &finding));
}

/* The report must be EXPECTED, each run of blanks as one.  */
static void report_is(const char *expected)
{
    size_t size;
    free(text);
    FILE *out = memory_stream_open(&text, &size);
    ck_assert_ptr_nonnull(out);
    findings_sort(&here);
    report_stepwise_text(out, &here);
    ck_assert_int_eq(memory_stream_close(out, &text), 0);
    unit_squeeze(text);
    ck_assert_str_eq(text, expected);
}

START_TEST(nothing_was_measured)
{
    report_is("");
}
END_TEST

START_TEST(a_second_listen)
{
    again_add("inet.grow.before", "3");
    again_add("inet.grow.after", "6");
    again_add("inet.grow.error", "none");
    again_add("inet.shrink.before", "6");
    again_add("inet.shrink.kept", "6");
    again_add("inet.shrink.after", "2");
    report_is("again IPv4: listen (fd, 2), then 5: 3 queued, then 6; 5, then "
              "1: 6 queued, 6 kept, then 2 ");
    again_add("inet.shrink.error", "EINVAL");
    report_is("again IPv4: listen (fd, 2), then 5: 3 queued, then 6; 5, then "
              "1: 6 queued, 6 kept, then 2 (EINVAL) ");
}
END_TEST

START_TEST(a_second_listen_in_part)
{
    again_add("inet.grow.before", "3");
    unknown_add("listen.again", "inet.shrink.before", "no ports left");
    unknown_add("listen.again", "inet6.grow.before", "no IPv6");
    unknown_add("listen.again", "unix.grow.before", NULL);
    report_is("again IPv4: listen (fd, 2), then 5: 3 queued, then -; 5, then "
              "1: - queued, - kept, then -; the rest not measured: no ports "
              "left IPv6: not measured: no IPv6 UNIX: not measured: - ");
}
END_TEST

/* Each result of the next client has its words.  */
START_TEST(the_next_client)
{
    static const char *const words[][2] = {
        {"silence", "gets no SYN-ACK"},
        {"refused", "is refused (ECONNREFUSED)"},
        {"reset", "is reset before it is connected (ECONNRESET)"},
        {"reset after connect", "is connected, then reset (ECONNRESET)"},
        {"EAGAIN", "gets EAGAIN if non-blocking"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char expected[128];
        snprintf(expected, sizeof expected, "overflow IPv4: client 5 %s ",
                 words[i][1]);
        overflow_add("inet.next", words[i][0]);
        overflow_add("inet.connected", "4");
        overflow_add("inet.accepted", "4");
        report_is(expected);
        findings_free(&here);
    }
}
END_TEST

START_TEST(what_becomes_of_the_clients)
{
    overflow_add("unix.next", "EAGAIN");
    overflow_add("unix.connected", "3");
    overflow_add("unix.blocking", "waits");
    overflow_add("unix.enters", "no");
    report_is("overflow UNIX: client 4 gets EAGAIN if non-blocking, waits if "
              "blocking, and does not connect after an accept ");
    findings_free(&here);
    overflow_add("inet.next", "silence");
    overflow_add("inet.connected", "6");
    overflow_add("inet.accepted", "4");
    overflow_add("inet.blocking", "EINTR");
    overflow_add("inet.enters", "yes");
    unknown_add("listen.overflow", "inet.data", NULL);
    report_is("overflow IPv4: client 7 gets no SYN-ACK, and EINTR if "
              "blocking, and connects as soon as accept makes room; 2 earlier "
              "connections are complete at the client only; data sent before "
              "accept not measured (-) ");
}
END_TEST

START_TEST(figures_that_vary)
{
    overflow_add("inet.next", "silence");
    overflow_add("inet.connected", "4");
    overflow_add("inet.enters", "yes");
    overflow_add("inet.data", "kept");
    pair_add_to(&here, "volatile", "overflow.inet.enters-ms", "1070");
    pair_add_to(&here, "volatile", "overflow.inet.data-bytes", "4096");
    report_is("overflow IPv4: client 5 gets no SYN-ACK, and connects 1.0 s "
              "after accept makes room; data sent before accept is kept (4096 "
              "bytes fit) ");
}
END_TEST

START_TEST(the_next_client_was_not_tested)
{
    unknown_add("listen.overflow", "inet.next", "packets are lost");
    unknown_add("listen.overflow", "inet6.next", NULL);
    overflow_add("tcp_abort_on_overflow", "1");
    report_is("overflow IPv4: not tested: packets are lost IPv6: not tested: "
              "not measured tcp_abort_on_overflow is 1: affects only a client "
              "whose last ACK arrives at a full queue ");
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, pair_setup, teardown);
    tcase_add_test(tests, nothing_was_measured);
    tcase_add_test(tests, a_second_listen);
    tcase_add_test(tests, a_second_listen_in_part);
    tcase_add_test(tests, the_next_client);
    tcase_add_test(tests, what_becomes_of_the_clients);
    tcase_add_test(tests, figures_that_vary);
    tcase_add_test(tests, the_next_client_was_not_tested);
}

int main(void)
{
    return unit_main("report-stepwise", add);
}
