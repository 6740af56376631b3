/* test-kernels.c - probes/verdict/kernels.c
   SPDX-License-Identifier: GPL-3.0-or-later

   Each kernel is simulated by a few lines that do what its source does with a
   backlog; the table that it would give must be like it, or like it and those
   that nobody could tell from it.  */

#include <config.h>

#include <limits.h>
#include <string.h>

#include "probes/verdict/kernels.h"
#include "tests/unit/unit.h"

static long least(long a, long b)
{
    return a < b ? a : b;
}

static long most(long a, long b)
{
    return a > b ? a : b;
}

static long plain(long n, long cap)
{
    return (n < 0 ? cap : least(n, cap)) + 1;
}

/* What clients of Linux before 4.10 believe.  */
static long plain_believed(long n, long cap)
{
    return plain(n, cap) + 2;
}

static long half_more(long n, long cap)
{
    return (n < 0 ? cap : least(n, cap)) * 3 / 2 + 1;
}

static long netbsd(long n, long cap)
{
    return least(most(0, n), cap) + 1;
}

static long openbsd(long n, long cap)
{
    return most(80, n < 0 ? cap : least(n, cap)) + 1;
}

static long macos(long n, long cap)
{
    return n <= 0 ? cap : least(n, cap);
}

static long bsd44(long n, long cap)
{
    return least(most(0, n), cap) * 3 / 2 + 1;
}

static long illumos(long n, long cap)
{
    return most(1, least(most(0, n) * 3 / 2 + 1, cap));
}

static long hpux(long n, long cap)
{
    return most(1, (n < 0 ? cap : least(n, cap)) * 3 / 2);
}

static long lwip(long n, long cap)
{
    return least(most(1, n), cap);
}

static long nuttx(long n, long cap)
{
    return least(most(0, n), cap);
}

/* FEW rows: backlogs of 0 to 14; MANY: some larger ones, and a negative one. */
enum { FEW, MANY, SETS };

static const struct {
    const char *name;
    long (*accepted)(long n, long cap);
    long (*client)(long n, long cap);
    long cap;
    bool says;
    const char *overflow;
    const char *best[SETS];
    const char *also[SETS][6];
} kernels[] = {
    {"Linux 4.10 or later",
     plain,
     plain,
     4096,
     true,
     "silence",
     {"Linux 4.10 or later", "Linux 4.10 or later"},
     {{NULL}}},
    {"Linux, its cap changed",
     plain,
     plain,
     100,
     true,
     "silence",
     {"Linux 4.10 or later", "Linux 4.10 or later"},
     {{NULL}}},
    {"Linux before 4.10",
     plain,
     plain_believed,
     128,
     true,
     "silence",
     {"Linux before 4.10", "Linux before 4.10"},
     {{NULL}}},
    {"gVisor",
     plain,
     plain,
     1024,
     false,
     "silence",
     {"gVisor", "gVisor"},
     {{"FreeBSD 5 and 6", "DragonFly", "NetBSD", "Linux 4.10 or later"},
      {"FreeBSD 5 and 6", "DragonFly", "Linux 4.10 or later"}}},
    {"FreeBSD, asked",
     half_more,
     half_more,
     128,
     true,
     "reset",
     {"FreeBSD 9 or later", "FreeBSD 9 or later"},
     {{NULL}}},
    {"FreeBSD, not asked",
     half_more,
     half_more,
     128,
     false,
     "reset",
     {"FreeBSD 9 or later", "FreeBSD 9 or later"},
     {{NULL}}},
    {"FreeBSD 5, DragonFly",
     plain,
     plain,
     128,
     false,
     "silence",
     {NULL, NULL},
     {{"FreeBSD 5 and 6", "DragonFly", "NetBSD", "Linux 4.10 or later"},
      {"FreeBSD 5 and 6", "DragonFly", "Linux 4.10 or later"}}},
    {"NetBSD",
     netbsd,
     netbsd,
     128,
     false,
     "silence",
     {NULL, "NetBSD"},
     {{"FreeBSD 5 and 6", "DragonFly", "NetBSD", "Linux 4.10 or later"},
      {NULL}}},
    {"OpenBSD",
     openbsd,
     openbsd,
     128,
     false,
     "silence",
     {"OpenBSD", "OpenBSD"},
     {{NULL}}},
    {"macOS, asked",
     macos,
     macos,
     128,
     true,
     "silence",
     {"macOS 10.5 or later", "macOS 10.5 or later"},
     {{NULL}}},
    {"macOS, not asked",
     macos,
     macos,
     128,
     false,
     "silence",
     {"macOS 10.5 or later", "macOS 10.5 or later"},
     {{NULL}}},
    {"macOS before 10.5",
     half_more,
     half_more,
     128,
     false,
     "silence",
     {"macOS before 10.5", "macOS before 10.5"},
     {{"AIX", "illumos and Solaris"}, {"AIX"}}},
    {"AIX",
     half_more,
     half_more,
     1024,
     false,
     "silence",
     {"AIX", "AIX"},
     {{"macOS before 10.5", "illumos and Solaris"}, {"macOS before 10.5"}}},
    {"4.4BSD",
     bsd44,
     bsd44,
     5,
     false,
     "silence",
     {"4.4BSD", "4.4BSD"},
     {{"macOS before 10.5", "AIX", "illumos and Solaris"},
      {"illumos and Solaris"}}},
    {"illumos",
     illumos,
     illumos,
     128,
     false,
     "silence",
     {"illumos and Solaris", "illumos and Solaris"},
     {{"macOS before 10.5", "AIX"}, {NULL}}},
    {"HP-UX",
     hpux,
     hpux,
     4096,
     false,
     "silence",
     {"HP-UX 11", "HP-UX 11"},
     {{NULL}}},
    {"lwIP", lwip, lwip, 255, false, "silence", {"lwIP", "lwIP"}, {{NULL}}},
    {"NuttX",
     nuttx,
     nuttx,
     255,
     false,
     "silence",
     {"NuttX", "NuttX"},
     {{NULL}}},
};

enum { KERNELS = sizeof kernels / sizeof *kernels, CLASSIC = 15, ROWS = 20 };

static struct queue_row rows[ROWS];

/* The table of kernel I.  */
static struct queue_table make_table(int i, int set)
{
    static const int others[ROWS - CLASSIC] = {-1, 80, 200, 300, 5000};
    struct queue_table table = {.rows = rows};
    table.count = set == FEW ? CLASSIC : ROWS;
    for (int k = 0; k < (int)table.count; k++) {
        int n = k < CLASSIC ? k : others[k - CLASSIC];
        rows[k] = (struct queue_row){
            .family = "inet",
            .backlog = n,
            .effective = kernels[i].says ? least(n, kernels[i].cap) : -1,
            .client = kernels[i].client(n, kernels[i].cap),
            .accepted = kernels[i].accepted(n, kernels[i].cap),
            .overflow = kernels[i].overflow,
            .stable = true,
        };
        if (kernels[i].says && n < 0)
            rows[k].effective = kernels[i].cap;
    }
    table.cap.client = kernels[i].client(INT_MAX, kernels[i].cap);
    table.cap.accepted = kernels[i].accepted(INT_MAX, kernels[i].cap);
    table.cap.effective = kernels[i].says ? kernels[i].cap : -1;
    table.cap.value = -1;
    table.cap.overflow = kernels[i].overflow;
    return table;
}

static int count_names(const char *const *names)
{
    int count = 0;
    while (count < 6 && names[count])
        count++;
    return count;
}

static void check_names(const struct likeness *like, const char *best,
                        const char *const *also, const char *name)
{
    const char *found = like->best ? like->best : "none";
    ck_assert_msg(!strcmp(found, best ? best : "none"), "%s: %s", name, found);
    ck_assert_msg(like->also_count == count_names(also), "%s: %d others", name,
                  like->also_count);
    for (int i = 0; i < like->also_count; i++) {
        bool listed = false;
        for (int k = 0; k < count_names(also); k++)
            listed = listed || !strcmp(like->also[i], also[k]);
        ck_assert_msg(listed, "%s: %s too", name, like->also[i]);
    }
}

START_TEST(each_kernel_is_like_itself)
{
    for (int set = 0; set < SETS; set++) {
        struct queue_table table = make_table(_i, set);
        struct likeness like = kernels_like(&table);
        ck_assert(like.comparable);
        check_names(&like, kernels[_i].best[set], kernels[_i].also[set],
                    kernels[_i].name);
    }
}
END_TEST

/* One figure changed, and it is like itself no more.  */
START_TEST(a_single_figure_matters)
{
    for (int row = 0; row < ROWS; row++)
        for (int what = 0; what < 3; what++) {
            struct queue_table table = make_table(_i, MANY);
            const char *self = kernels[_i].best[MANY];
            if (what == 0)
                rows[row].accepted += 1000;
            else if (what == 1)
                rows[row].client += 1000;
            else
                rows[row].overflow = "refused";
            struct likeness like = kernels_like(&table);
            ck_assert(like.comparable);
            ck_assert_ptr_null(like.best);
            ck_assert_msg(like.also_count == 0, "%s as %s, row %d",
                          kernels[_i].name, self ? self : "two", row);
        }
}
END_TEST

START_TEST(rows_without_figures_are_no_evidence)
{
    struct queue_table table = make_table(_i, MANY);
    for (int row = 1; row < ROWS; row += 2)
        rows[row] = (struct queue_row){.backlog = rows[row].backlog,
                                       .effective = -1,
                                       .client = -1,
                                       .accepted = -1};
    rows[0].client = -1;
    rows[2].accepted = -1;
    struct likeness like = kernels_like(&table);
    bool listed = like.best && kernels[_i].best[MANY] &&
                  !strcmp(like.best, kernels[_i].best[MANY]);
    for (int i = 0; i < like.also_count; i++)
        listed = listed || !kernels[_i].best[MANY] ||
                 !strcmp(like.also[i], kernels[_i].best[MANY]);
    ck_assert(listed);
    for (int row = 0; row < ROWS; row++)
        rows[row].accepted = -1;
    like = kernels_like(&table);
    ck_assert(!like.comparable);
    ck_assert_ptr_null(like.best);
    ck_assert_int_eq(like.also_count, 0);
    table.count = 0;
    ck_assert(!kernels_like(&table).comparable);
}
END_TEST

/* Where the largest queue was not measured, the rows are still like it.  */
START_TEST(without_the_cap_the_rows_speak)
{
    struct queue_table table = make_table(0, FEW);
    table.cap.accepted = table.cap.client = table.cap.effective = -1;
    struct likeness like = kernels_like(&table);
    ck_assert_str_eq(like.best, "Linux 4.10 or later");
    ck_assert_int_eq(like.also_count, 0);
}
END_TEST

/* Nor does a cap of its own, which was not measured, make gVisor the likest. */
START_TEST(without_the_cap_a_fixed_one_is_no_evidence)
{
    struct queue_table table = make_table(0, FEW);
    for (int row = 0; row < CLASSIC; row++)
        rows[row].effective = -1;
    table.cap.accepted = table.cap.client = table.cap.effective = -1;
    ck_assert_ptr_null(kernels_like(&table).best);
}
END_TEST

/* 3n/2 + 1 from a kernel that says its limit, and its clients hear nothing:
   nobody does that.  */
START_TEST(a_tampered_kernel_is_like_none)
{
    struct queue_table table = make_table(0, FEW);
    for (int row = 0; row < CLASSIC; row++)
        rows[row].accepted = rows[row].client =
            half_more(rows[row].backlog, 4096);
    ck_assert_int_eq(table.cap.accepted, 4097);
    struct likeness like = kernels_like(&table);
    ck_assert(like.comparable);
    ck_assert_ptr_null(like.best);
    ck_assert_int_eq(like.also_count, 0);
}
END_TEST

START_TEST(a_limit_said_or_not_tells_gvisor_from_linux)
{
    struct queue_table table = make_table(0, FEW);
    for (int row = 0; row < CLASSIC; row++)
        rows[row].effective = -1;
    table.cap.effective = -1;
    table.cap.accepted = table.cap.client = 1025;
    struct likeness like = kernels_like(&table);
    ck_assert_str_eq(like.best, "gVisor");
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, each_kernel_is_like_itself, 0, KERNELS);
    tcase_add_loop_test(tests, a_single_figure_matters, 0, KERNELS);
    tcase_add_loop_test(tests, rows_without_figures_are_no_evidence, 0,
                        KERNELS);
    tcase_add_test(tests, without_the_cap_the_rows_speak);
    tcase_add_test(tests, without_the_cap_a_fixed_one_is_no_evidence);
    tcase_add_test(tests, a_tampered_kernel_is_like_none);
    tcase_add_test(tests, a_limit_said_or_not_tells_gvisor_from_linux);
}

int main(void)
{
    return unit_main("kernels", add);
}
