/* fuzz-backlogs.c - lists of backlogs
   SPDX-License-Identifier: GPL-3.0-or-later

   The input is the list, as -b of backlogprobe takes it.  */

#include <config.h>

#include <string.h>

#include "probes/queue/plan.h"
#include "tests/fuzz/fuzz.h"

/* Longer than any number of the list with its comma.  */
enum { NUMBER_MAX = 12 };

/* Whether each value of PLAN is there once.  */
static int is_set(const struct queue_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        for (size_t k = 0; k < i; k++)
            if (plan->backlogs[i] == plan->backlogs[k])
                return 0;
    return 1;
}

/* PLAN written number by number is the same plan.  */
static void write_and_read(const struct queue_plan *plan)
{
    static char text[NUMBER_MAX * BACKLOGS_MAX + 1];
    char problem[160];
    struct queue_plan again = {0};
    size_t used = 0;
    for (size_t i = 0; i < plan->count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d",
                                 i ? "," : "", plan->backlogs[i]);
    MUST(used < sizeof text);
    MUST(!plan_backlogs(&again, text, problem, sizeof problem));
    MUST(again.count == plan->count);
    MUST(!memcmp(again.backlogs, plan->backlogs,
                 plan->count * sizeof *plan->backlogs));
    plan_free(&again);
}

/* PROBLEM_SIZE is the room for what is wrong.  */
static void read_list(const char *text, size_t problem_size)
{
    char problem[160];
    struct queue_plan plan = {0};
    memset(problem, 'x', sizeof problem);
    if (plan_backlogs(&plan, text, problem, problem_size)) {
        size_t length = strnlen(problem, sizeof problem);
        MUST(length > 0 && length < problem_size);
        MUST(!plan.backlogs && plan.count == 0);
        return;
    }
    MUST(plan.count > 0 && plan.count <= BACKLOGS_MAX);
    MUST(is_set(&plan));
    write_and_read(&plan);
    plan_free(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    read_list(text, 160);
    read_list(text, 20);
    free(text);
    return 0;
}
