/* plan.c - what to measure of listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/queue/plan.h"

/* Read the number at the beginning of TEXT, or "max", for INT_MAX, into
   *NUMBER, and set *END to the byte behind the number.  Returns 0; or -1 for
   another text or a number that is no int: *NUMBER is then unchanged, and *END
   has no meaning.  */
static int plan_read_number(const char *text, const char **end, int *number)
{
    if (!strncmp(text, "max", 3)) {
        *end = text + 3;
        *number = INT_MAX;
        return 0;
    }
    if (*text != '-' && (*text < '0' || *text > '9'))
        return -1;
    char *stop;
    errno = 0;
    long value = strtol(text, &stop, 10);
    *end = stop;
    if (stop == text || errno || value < INT_MIN || value > INT_MAX)
        return -1;
    *number = (int)value;
    return 0;
}

/* Add the numbers FIRST to LAST to the list of PLAN, except duplicates.
   Returns 0; or -1 if the list would have more than BACKLOGS_MAX, and is then
   full.  */
static int add_range(struct queue_plan *plan, int first, int last)
{
    for (long long value = first; value <= last; value++) {
        size_t i = 0;
        while (i < plan->count && plan->backlogs[i] != value)
            i++;
        if (i < plan->count)
            continue;
        if (plan->count == BACKLOGS_MAX)
            return -1;
        plan->backlogs[plan->count++] = (int)value;
    }
    return 0;
}

/* Add the item at *TEXT, a number or a range, to the list of PLAN, and advance
   *TEXT to the comma or the NUL behind the item.  Returns NULL; or what is
   wrong with the item, a constant that follows the quoted item in a sentence:
   *TEXT is then unchanged, and a part of the item is perhaps added.  */
static const char *add_item(struct queue_plan *plan, const char **text)
{
    int first, last;
    const char *end;
    if (plan_read_number(*text, &end, &first))
        return "is not a number from -2147483648 to 2147483647, nor \"max\"";
    last = first;
    if (*end == '-') {
        if (plan_read_number(end + 1, &end, &last))
            return "is not a range";
        if (last < first)
            return "is a descending range";
    }
    if (*end != ',' && *end != '\0')
        return "is not a number or range";
    if (add_range(plan, first, last))
        return "makes more than 1024 values";
    *text = end;
    return NULL;
}

int plan_backlogs(struct queue_plan *plan, const char *text, char *problem,
                  size_t size)
{
    plan->count = 0;
    plan->backlogs = calloc(BACKLOGS_MAX, sizeof *plan->backlogs);
    if (!plan->backlogs) {
        snprintf(problem, size, "out of memory");
        return -1;
    }
    for (;;) {
        int length = (int)strcspn(text, ",");
        const char *item = text;
        const char *wrong = add_item(plan, &text);
        if (wrong) {
            snprintf(problem, size, "\"%.*s\" %s", length > 40 ? 40 : length,
                     item, wrong);
            plan_free(plan);
            return -1;
        }
        if (*text == '\0')
            return 0;
        text++;
    }
}

void plan_free(struct queue_plan *plan)
{
    free(plan->backlogs);
    plan->backlogs = NULL;
    plan->count = 0;
}
