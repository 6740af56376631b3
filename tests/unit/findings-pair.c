/* findings-pair.c - the findings of two sides, for tests of comparisons
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "tests/unit/findings-pair.h"
#include "tests/unit/unit.h"

struct findings here, there;

void pair_setup(void)
{
    here = there = (struct findings){0};
}

void pair_teardown(void)
{
    findings_free(&here);
    findings_free(&there);
}

void pair_add_to(struct findings *findings, const char *id, const char *key,
                 const char *value)
{
    struct finding finding = {
        .id = id, .key = key, .value = value, .stable = true};
    ck_assert(!findings_add(findings, &finding));
}

void pair_add(const char *id, const char *key, const char *a, const char *b)
{
    pair_add_to(&here, id, key, a);
    pair_add_to(&there, id, key, b);
}

void pair_sort(void)
{
    findings_sort(&here);
    findings_sort(&there);
}
