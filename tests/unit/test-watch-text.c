/* test-watch-text.c - the sentences of listeners --watch
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory-stream.h"
#include "base/monotonic.h"
#include "probes/listeners/watch.h"
#include "tests/unit/unit.h"

#define S (INT64_C(1000000000))

static struct watch_row rows[3];
static const struct watch_row *sorted[3];
static struct watch seen;
static char *text;

static void setup(void)
{
    static const char *const names[] = {"127.0.0.1:80", "127.0.0.1:53",
                                        "127.0.0.1:81"};
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    memset(rows, 0, sizeof rows);
    seen = (struct watch){.rows = rows,
                          .by_local = sorted,
                          .count = 1,
                          .families = LISTENERS_INET};
    seen.start = monotonic_now();
    seen.realtime = now.tv_sec * S + now.tv_nsec;
    seen.now = seen.start + 4 * S;
    seen.looks = 400;
    seen.longest_gap = 12500000;
    seen.after.overflows = 7;
    seen.before.overflows = 2;
    seen.before.drops = -1;
    for (int i = 0; i < 3; i++) {
        rows[i].local = strdup(names[i]);
        rows[i].listener.type = SOCK_STREAM;
        rows[i].until = -1;
        rows[i].occupancy.drops = -1;
    }
}

static void teardown(void)
{
    for (int i = 0; i < 3; i++)
        free(rows[i].local);
    free(text);
    text = NULL;
}

/* Set TEXT to the report, each run of blanks as one blank.  */
static void text_make(void)
{
    size_t size;
    free(text);
    FILE *out = memory_stream_open(&text, &size);
    ck_assert_ptr_nonnull(out);
    watch_text(out, &seen);
    ck_assert_int_eq(memory_stream_close(out, &text), 0);
    unit_squeeze(text);
}

static void text_has(const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no \"%s\" in: %s", part, text);
}

static void text_lacks(const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "\"%s\" in: %s", part, text);
}

/* ROW was empty for 1 s, half full for 2 s, and full for 1 s, from 3 s on.  */
static void row_fill(struct watch_row *row, long capacity)
{
    const struct occupancy_look looks[] = {{0, 0, capacity, 0},
                                           {S, capacity / 2, capacity, 0},
                                           {3 * S, capacity, capacity, 5}};
    row->occupancy = (struct occupancy){0};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        occupancy_add(&row->occupancy, &looks[i], 10 * S);
    occupancy_stop(&row->occupancy, 4 * S, 10 * S);
}

START_TEST(a_queue_that_became_full)
{
    row_fill(&rows[0], 8);
    rows[0].owners = strdup("nginx (7)");
    text_make();
    text_has("127.0.0.1:80 owner nginx (7) peak 100 %: 8 of 8, 3.000 s after "
             "the start, at 00:00:00.000 UTC");
    text_has("above 70 % or more for 1.000 s (25.0 %), 90 % or more for 1.000 "
             "s, full for 1.000 s");
    text_has("fill empty 1.000 s (25.0 %), 50 to 60 % 2.000 s (50.0 %), full "
             "1.000 s (25.0 %)");
    text_has("drops 5 packets discarded by this listener");
    text_lacks("listened");
    free(rows[0].owners);
    rows[0].owners = NULL;
}
END_TEST

/* Without WHAT an idle member of a group is left out of the text.  The members
   need not follow each other.  */
START_TEST(the_group_is_told_by_a_member_shown)
{
    const struct occupancy_look idle = {0, 0, 8, 0};
    free(rows[2].local);
    rows[2].local = strdup(rows[0].local);
    seen.count = 3;
    seen.all = true;
    for (int i = 0; i < 3; i++) {
        sonde_address_loopback(&rows[i].listener.address, AF_INET, 80);
        rows[i].listener.inode = (uint64_t)i + 1;
    }
    row_fill(&rows[2], 8);
    rows[0].occupancy = (struct occupancy){0};
    occupancy_add(&rows[0].occupancy, &idle, 10 * S);
    text_make();
    text_has(
        "one of 2 sockets at this address (SO_REUSEPORT); peaks: 0, 100 %");
    text_has("so 12 % of the clients found a full queue");
    text_lacks("the same, of");
}
END_TEST

/* Of a receive buffer, bytes, and no time is called full.  */
START_TEST(a_datagram_socket)
{
    rows[0].listener.type = SOCK_DGRAM;
    seen.families = LISTENERS_UDP;
    row_fill(&rows[0], 1000);
    seen.udp_before = 3;
    seen.udp_after = 9;
    text_make();
    text_has("peak 100 %: 1000 of 1000 bytes, 3.000 s after");
    text_has("90 % or more for 1.000 s fill empty");
    text_has("100 % 1.000 s (25.0 %)");
    text_has("drops 5 datagrams lost; ");
    text_has("host RcvbufErrors +6, of all UDP sockets");
    text_lacks("ListenOverflows");
    /* A counter that went back, or was not read, tells no increase.  */
    seen.udp_after = 2;
    text_make();
    text_has("host RcvbufErrors not known, of all UDP");
}
END_TEST

START_TEST(counters_of_the_host)
{
    text_make();
    text_has("ListenOverflows +5, ListenDrops not known, of all TCP listeners");
    seen.count = 2;
    rows[1].listener.type = SOCK_DGRAM;
    seen.families |= LISTENERS_UDP6;
    seen.udp_before = seen.udp_after = 4;
    text_make();
    text_has("network namespace; RcvbufErrors +0, of all UDP");
    seen.families = LISTENERS_UNIX | LISTENERS_UNIX_DATAGRAM;
    text_make();
    text_lacks("host");
}
END_TEST

START_TEST(a_queue_without_a_figure)
{
    text_make();
    text_has("is not known: the system does not report it, or the socket was "
             "gone");
    rows[0].occupancy.looks = 1;
    text_make();
    text_has("the system does not report it looks 400 in 4.000 s");
}
END_TEST

START_TEST(a_row_that_came_or_went)
{
    rows[0].since = S / 2;
    text_make();
    text_has("listened found 0.500 s after the start looks");
    rows[0].until = 2 * S;
    text_make();
    text_has("listened found 0.500 s after the start; closed 2.000 s after "
             "the start looks");
    rows[0].since = 0;
    rows[0].occupancy.unseen = S;
    text_make();
    text_has("listened closed 2.000 s after the start; not seen for 1.000 of "
             "2.000 s, between late looks");
    rows[0].until = -1;
    text_make();
    text_has("listened not seen for 1.000 of 4.000 s");
}
END_TEST

START_TEST(looks_that_were_missed)
{
    text_make();
    text_has("looks 400 in 4.000 s, 100 a second; at most 12.5 ms between two "
             "host");
    seen.pace.missed = 3;
    seen.pace.held = 4;
    seen.failures = 5;
    seen.error = ENOBUFS;
    seen.lost_rows = 6;
    text_make();
    text_has("; 3 missed, because this process got no processor in time; 4 "
             "left out, to stay below 3 % of a CPU; 5 failed (ENOBUFS)");
    text_has("more 6 new listeners were not watched");
    seen.all = true;
    text_make();
    text_has("in time; as often as 3 % of a CPU allows; 5 failed");
    text_lacks("left out");
}
END_TEST

START_TEST(a_clock_that_was_set)
{
    text_make();
    text_lacks("clock");
    seen.realtime -= 3600 * S;
    text_make();
    text_has("clock the clock of the host was set by +3600.");
}
END_TEST

/* Among all listeners, those without a queue and drops are only counted.  */
START_TEST(idle_rows_are_counted)
{
    seen.all = true;
    seen.count = 3;
    text_make();
    text_has("3 listeners: no queue at any look, and no drops");
    rows[1].occupancy.drops = 1;
    text_make();
    text_has("127.0.0.1:53 peak");
    text_has("2 other listeners: no queue");
    rows[2].occupancy.peak = (struct occupancy_look){0, 1, 4, 0};
    text_make();
    text_has("127.0.0.1:81 peak 25 %: 1 of 4");
    text_has("1 other listener: no queue");
    text_lacks("127.0.0.1:80");
}
END_TEST

START_TEST(the_line_of_a_second)
{
    struct sentence line = {""};
    rows[0].occupancy.second = (struct occupancy_look){0, 0, 8, 0};
    watch_say_second(&line, &seen, 99);
    ck_assert_str_eq(line.text, "99 looks; no queue; overflows +5");
    rows[0].occupancy.second.queued = 6;
    rows[0].occupancy.last = (struct occupancy_look){0, 2, 8, 0};
    line = (struct sentence){""};
    watch_say_second(&line, &seen, 98);
    ck_assert_str_eq(line.text, "98 looks; 127.0.0.1:80 up to 75 %, now 2 of "
                                "8; overflows +5");
    /* A line that is too long has no last look, and all of the counter.  */
    free(rows[0].local);
    rows[0].local = strdup("192.168.100.200%eth10:65535");
    rows[0].occupancy.last = (struct occupancy_look){0, 4096, 4096, 0};
    seen.after.overflows = 123458;
    line = (struct sentence){""};
    watch_say_second(&line, &seen, 1000);
    ck_assert_str_eq(line.text, "1000 looks; 192.168.100.200%eth10:65 up to 75 "
                                "%; overflows +123456");
    /* Nothing is known of a queue without a capacity; counters never fall.  */
    rows[0].occupancy.second.capacity = 0;
    seen.after.overflows = 1;
    line = (struct sentence){""};
    watch_say_second(&line, &seen, 97);
    ck_assert_str_eq(line.text, "97 looks");
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_queue_that_became_full);
    tcase_add_test(tests, the_group_is_told_by_a_member_shown);
    tcase_add_test(tests, a_datagram_socket);
    tcase_add_test(tests, counters_of_the_host);
    tcase_add_test(tests, a_queue_without_a_figure);
    tcase_add_test(tests, a_row_that_came_or_went);
    tcase_add_test(tests, looks_that_were_missed);
    tcase_add_test(tests, a_clock_that_was_set);
    tcase_add_test(tests, idle_rows_are_counted);
    tcase_add_test(tests, the_line_of_a_second);
}

int main(void)
{
    return unit_main("watch-text", add);
}
