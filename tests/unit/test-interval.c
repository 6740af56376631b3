/* test-interval.c - the interval of a counted share
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>

#include "base/interval.h"
#include "tests/unit/unit.h"

/* 0 of 10 ends at 1 - 0.025^(1/10); 4 of 20 is in tables.  */
START_TEST(test_interval_known)
{
    struct interval none = interval_of(0, 10), all = interval_of(10, 10);
    ck_assert_double_eq(none.low, 0);
    ck_assert_double_eq_tol(none.high, 0.3084971, 1e-7);
    ck_assert_double_eq_tol(all.low, 0.6915029, 1e-7);
    ck_assert_double_eq(all.high, 1);
    struct interval some = interval_of(4, 20);
    ck_assert_double_eq_tol(some.low, 0.057334, 1e-6);
    ck_assert_double_eq_tol(some.high, 0.436614, 1e-6);
}
END_TEST

START_TEST(test_interval_contains_the_share)
{
    for (long n = 1; n <= 100000; n *= 10)
        for (long k = 0; k <= n; k += n < 10 ? 1 : n / 10) {
            struct interval of = interval_of(k, n);
            double share = (double)k / (double)n;
            ck_assert(of.low >= 0 && of.low <= share);
            ck_assert(of.high <= 1 && of.high >= share);
        }
}
END_TEST

/* The share of experiments of N trials whose interval holds P, computed over
   all counts.  From the probability of one count follow those of its
   neighbours; the sum of all is 1.  */
static double coverage(long n, double p, const struct interval *of)
{
    double sum = 0, all = 0, term = 1;
    long start = (long)((double)n * p);
    for (long k = start; k <= n; k++) {
        all += term;
        sum += of[k].low <= p && p <= of[k].high ? term : 0;
        term *= (double)(n - k) / (double)(k + 1) * p / (1 - p);
    }
    term = 1;
    for (long k = start; k > 0; k--) {
        term *= (double)k / (double)(n - k + 1) * (1 - p) / p;
        all += term;
        sum += of[k - 1].low <= p && p <= of[k - 1].high ? term : 0;
    }
    return sum / all;
}

START_TEST(test_interval_coverage)
{
    static const long sizes[] = {20, 50, 100, 200, 500, 1000, 2000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        long n = sizes[i];
        struct interval *of = malloc((size_t)(n + 1) * sizeof *of);
        ck_assert_ptr_nonnull(of);
        for (long k = 0; k <= n; k++)
            of[k] = interval_of(k, n);
        for (double p = 0.001; p <= 0.5; p += 0.0037) {
            double held = coverage(n, p, of);
            ck_assert_msg(held >= 0.95 - 1e-9, "%ld trials, share %g: %g", n, p,
                          held);
        }
        free(of);
    }
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, test_interval_known);
    tcase_add_test(tests, test_interval_contains_the_share);
    tcase_add_test(tests, test_interval_coverage);
    tcase_set_timeout(tests, 120);
}

int main(void)
{
    return unit_main("interval", add);
}
