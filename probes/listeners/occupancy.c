/* occupancy.c - how full a queue was over time
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/listeners/occupancy.h"

int occupancy_percent(long queued, long capacity)
{
    if (queued < 0 || capacity < 0)
        return -1;
    if (queued >= capacity)
        return 100;
    return (int)((int64_t)queued * 100 / capacity);
}

/* The index of the class of LOOK, in CLASSES, or -1 if the fill is unknown.  */
static int occupancy_class(const struct occupancy_look *look)
{
    int percent = occupancy_percent(look->queued, look->capacity);
    return percent < 0 ? -1 : look->queued == 0 ? 0 : percent + 1;
}

/* Add the time from the last look to AT to SEEN and to the class of that look,
   GAP_MAX at most, and the rest to UNSEEN.  Nothing is added if the look is not
   held, or if its fill is unknown.  The look stays held.  */
static void occupancy_hold(struct occupancy *occupancy, int64_t at,
                           int64_t gap_max)
{
    int class = occupancy_class(&occupancy->last);
    int64_t time = at - occupancy->last.at;
    if (!occupancy->is_held || time <= 0 || class < 0)
        return;
    if (time > gap_max) {
        occupancy->unseen += time - gap_max;
        time = gap_max;
    }
    occupancy->seen += time;
    occupancy->classes[class] += time;
}

/* Set PEAK to LOOK if LOOK is fuller, not only as full, and of known fill: the
   shares are compared, which differ if the capacity changes.  With a capacity
   of 0 the fill counts as unknown.  */
static void occupancy_raise(struct occupancy_look *peak,
                            const struct occupancy_look *look)
{
    if (look->queued < 0 || look->capacity <= 0)
        return;
    if (peak->capacity <= 0 ||
        (double)look->queued * (double)peak->capacity >
            (double)peak->queued * (double)look->capacity)
        *peak = *look;
}

/* Add the drops since the last look, at the first look none, to DROPS and
   SECOND_DROPS.  If the counter of LOOK is unknown, DROPS becomes and stays -1,
   and SECOND_DROPS grows no more.  The kernel's counter has 32 bits, and
   wraps.  */
static void occupancy_add_drops(struct occupancy *occupancy,
                                const struct occupancy_look *look)
{
    if (look->drops < 0) {
        occupancy->drops = -1;
    } else if (occupancy->looks > 0 && occupancy->drops >= 0) {
        uint32_t more = (uint32_t)look->drops - (uint32_t)occupancy->last.drops;
        occupancy->drops += more;
        occupancy->second_drops += more;
    }
}

void occupancy_add(struct occupancy *occupancy,
                   const struct occupancy_look *look, int64_t gap_max)
{
    occupancy_hold(occupancy, look->at, gap_max);
    occupancy_add_drops(occupancy, look);
    occupancy_raise(&occupancy->peak, look);
    occupancy_raise(&occupancy->second, look);
    occupancy->last = *look;
    occupancy->is_held = true;
    occupancy->looks++;
}

void occupancy_stop(struct occupancy *occupancy, int64_t at, int64_t gap_max)
{
    occupancy_hold(occupancy, at, gap_max);
    occupancy->is_held = false;
}

void occupancy_next_second(struct occupancy *occupancy)
{
    occupancy->second = (struct occupancy_look){0};
    occupancy->second_drops = 0;
}

int64_t occupancy_above(const struct occupancy *occupancy, int percent)
{
    int64_t time = 0;
    for (int i = percent + 1; i < OCCUPANCY_CLASSES; i++)
        time += occupancy->classes[i];
    return time;
}

void occupancy_steps(const struct occupancy *occupancy,
                     int64_t steps[OCCUPANCY_STEPS])
{
    for (int i = 0; i < OCCUPANCY_STEPS; i++)
        steps[i] = 0;
    steps[0] = occupancy->classes[0];
    for (int i = 1; i < OCCUPANCY_CLASSES; i++)
        steps[1 + (i - 1) / 10] += occupancy->classes[i];
}
