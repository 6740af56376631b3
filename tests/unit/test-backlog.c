/* test-backlog.c - lib/backlog.c, against every kernel whose rule is known
   SPDX-License-Identifier: GPL-3.0-or-later

   Each kernel is a few lines that do what its source does with the argument of
   listen(), and return how many connections accept can then give.  */

#include <config.h>

#include <limits.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

static long least(long a, long b)
{
    return a < b ? a : b;
}

static long most(long a, long b)
{
    return a > b ? a : b;
}

/* listen() reads its argument as unsigned: a negative one is the cap.  */
static long linux_kernel(long n, long cap)
{
    return (n < 0 ? cap : least(n, cap)) + 1;
}

static long bsd44(long n, long cap)
{
    return most(0, least(n, cap)) * 3 / 2 + 1;
}

static long freebsd(long n, long cap)
{
    return (n < 0 ? cap : least(n, cap)) * 3 / 2 + 1;
}

static long dragonfly(long n, long cap)
{
    return (n < 0 ? cap : least(n, cap)) + 1;
}

static long netbsd(long n, long cap)
{
    return most(0, least(n, cap)) + 1;
}

/* kern.sominconn is a floor.  */
static long openbsd(long n, long cap)
{
    return most(80, n < 0 ? cap : least(n, cap)) + 1;
}

static long macos(long n, long cap)
{
    return n <= 0 ? cap : least(n, cap);
}

/* The library asks for half as many more, and TCP cuts that to the cap.  */
static long illumos(long n, long cap)
{
    return most(1, least(most(0, n) * 3 / 2 + 1, cap));
}

static long hpux(long n, long cap)
{
    return most(1, least(most(0, n), cap) * 3 / 2);
}

/* 0 counts as 1.  */
static long lwip(long n, long cap)
{
    return least(most(1, n), cap);
}

static long nuttx(long n, long cap)
{
    return least(most(0, n), cap);
}

/* A kernel whose backlog is kept in eight or sixteen bits keeps its cap.  */
static const struct {
    const char *name;
    long (*queue)(long n, long cap);
    long cap;
} kernels[] = {
    {"Linux", linux_kernel, 4096},  {"Linux before 5.4", linux_kernel, 128},
    {"gVisor", linux_kernel, 1024}, {"4.4BSD", bsd44, 5},
    {"FreeBSD", freebsd, 128},      {"DragonFly", dragonfly, 128},
    {"NetBSD", netbsd, 128},        {"OpenBSD", openbsd, 128},
    {"macOS", macos, 128},          {"macOS before 10.5", freebsd, 128},
    {"AIX", freebsd, 1024},         {"illumos", illumos, 128},
    {"HP-UX", hpux, 4096},          {"lwIP", lwip, 255},
    {"NuttX", nuttx, 255},
};

enum { KERNELS = sizeof kernels / sizeof *kernels };

/* What the cap of kernel I lets wait at most.  */
static long capacity(int i)
{
    long largest = 0;
    for (long n = 1; n <= 2 * kernels[i].cap; n++)
        largest = most(largest, kernels[i].queue(n, kernels[i].cap));
    return largest;
}

static void check(int i, int wanted)
{
    int n = sonde_backlog(wanted);
    long queue = kernels[i].queue(n, kernels[i].cap);
    ck_assert_msg(n > 0, "listen (fd, %d) for %d", n, wanted);
    ck_assert_msg(queue >= least(wanted, capacity(i)),
                  "%s: %d wanted, %d asked, %ld wait", kernels[i].name, wanted,
                  n, queue);
}

START_TEST(as_many_as_wanted_may_wait)
{
    static const int large[] = {
        511,   512,   1023,  1024,  1025,    4095,        4096,        4097,
        32767, 32768, 65535, 65536, 1 << 24, INT_MAX / 2, INT_MAX - 1, INT_MAX};
    for (int wanted = 0; wanted <= 300; wanted++)
        check(_i, wanted);
    for (size_t k = 0; k < sizeof large / sizeof *large; k++)
        check(_i, large[k]);
}
END_TEST

/* Kept in a short, which is not looked at before the cap has cut.  */
static long macos_short(long n, long cap)
{
    long kept = (int16_t)(n <= 0 ? cap : least(n, cap));
    return most(0, kept);
}

static long dragonfly_short(long n, long cap)
{
    long kept = (int16_t)(n < 0 ? cap : least(n, cap));
    return kept < 0 ? 0 : kept + 1;
}

/* macOS and DragonFly, with a setting above what a short can hold.  */
START_TEST(a_high_cap_makes_no_listener_deaf)
{
    static const int large[] = {32766, 32767, 32768, 40000,
                                65535, 65536, 98304, INT_MAX};
    static const long caps[] = {32768, 65535, 65536, INT_MAX};
    ck_assert_int_eq(macos_short(65535, 65535), 0);
    ck_assert_int_eq(dragonfly_short(65535, 65535), 0);
    sonde__sys.backlog_max = 32767;
    for (size_t k = 0; k < sizeof large / sizeof *large; k++)
        for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
            int n = sonde_backlog(large[k]);
            ck_assert_int_ge(macos_short(n, caps[i]), least(large[k], 32767));
            ck_assert_int_ge(dragonfly_short(n, caps[i]),
                             least(large[k], 32767));
        }
    ck_assert_int_eq(sonde_backlog(511), 511);
    ck_assert_int_eq(sonde_backlog(-1), 1);
}
END_TEST

START_TEST(less_than_one_counts_as_one)
{
    static const int few[] = {0, -1, -2, -128, INT_MIN};
    for (size_t i = 0; i < sizeof few / sizeof *few; i++)
        ck_assert_int_eq(sonde_backlog(few[i]), sonde_backlog(1));
    ck_assert_int_ge(sonde_backlog(1), 1);
}
END_TEST

/* The simulations themselves, by figures that were published or measured.  */
START_TEST(the_simulated_kernels_are_those_known)
{
    static const struct {
        long (*queue)(long n, long cap);
        long n, cap, count;
    } known[] = {
        {linux_kernel, -1, 4096, 4097},
        {linux_kernel, 0, 4096, 1},
        {linux_kernel, 14, 4096, 15},
        {bsd44, 14, 5, 8},
        {bsd44, -1, 5, 1},
        {freebsd, 14, 128, 22},
        {freebsd, 200, 128, 193},
        {netbsd, -1, 128, 1},
        {openbsd, 0, 128, 81},
        {openbsd, 200, 128, 129},
        {macos, 0, 128, 128},
        {macos, 14, 128, 14},
        {illumos, 200, 128, 128},
        {illumos, -1, 128, 1},
        {illumos, 14, 128, 22},
        {hpux, 1, 4096, 1},
        {hpux, 14, 4096, 21},
        {lwip, 0, 255, 1},
        {nuttx, 0, 255, 0},
        {dragonfly, 200, 128, 129},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        ck_assert_int_eq(known[i].queue(known[i].n, known[i].cap),
                         known[i].count);
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_test(tests, a_high_cap_makes_no_listener_deaf);
    tcase_add_loop_test(tests, as_many_as_wanted_may_wait, 0, KERNELS);
    tcase_add_test(tests, less_than_one_counts_as_one);
    tcase_add_test(tests, the_simulated_kernels_are_those_known);
}

int main(void)
{
    return unit_main("backlog", add);
}
