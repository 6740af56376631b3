/* interval.c - how far a counted share may be from the true one
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/interval.h"

/* The probability of exactly COUNT events in TOTAL trials of the probability
   SHARE, which is neither 0 nor 1.  The factors are taken in an order that
   keeps the product near 1 for as long as possible: neither overflow nor,
   unless the result is that small, underflow.  */
static double interval_term(long count, long total, double share)
{
    double product = 1;
    long misses = total - count;
    for (long i = 1; i <= count; i++) {
        product *= (double)(total - count + i) / (double)i * share;
        for (; product > 1 && misses > 0; misses--)
            product *= 1 - share;
    }
    for (; misses > 0 && product > 0; misses--)
        product *= 1 - share;
    return product;
}

/* The probability of COUNT events or more in TOTAL trials of the probability
   SHARE, which is neither 0 nor 1; COUNT is from 0 to TOTAL.  A COUNT above the
   mean: the sum of the terms from COUNT up.  Otherwise: 1 minus the sum of the
   terms from COUNT - 1 down.  Either sum goes away from the mean, where terms
   become smaller, and ends when a term is too small to matter.  */
static double interval_tail(long count, long total, double share)
{
    double odds = share / (1 - share), sum = 0;
    if ((double)count > share * (double)total) {
        double term = interval_term(count, total, share);
        for (long i = count; i <= total && term > sum * 1e-17; i++) {
            sum += term;
            term *= (double)(total - i) / (double)(i + 1) * odds;
        }
        return sum;
    }
    if (count == 0)
        return 1;
    double term = interval_term(count - 1, total, share);
    for (long i = count - 1; i >= 0 && term > sum * 1e-17; i--) {
        sum += term;
        term *= (double)i / (double)(total - i + 1) / odds;
    }
    return 1 - sum;
}

/* The share under which COUNT events or more have a probability of 2.5 %,
   rounded down, by 48 bisections; 0 for a COUNT of 0.  */
static double interval_low(long count, long total)
{
    double low = 0, high = 1;
    if (count == 0)
        return 0;
    for (int step = 0; step < 48; step++) {
        double middle = (low + high) / 2;
        if (interval_tail(count, total, middle) < 0.025)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct interval interval_of(long count, long total)
{
    return (struct interval){interval_low(count, total),
                             1 - interval_low(total - count, total)};
}
