/* place.c - where the findings of a measurement go, step by step
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/names.h"
#include "probes/finding/place.h"

void put_text(const struct place *place, const char *key, const char *value,
              enum how how, const char *reason)
{
    char whole[64];
    const char *family = place->family;
    snprintf(whole, sizeof whole, "%s%s%s", family ? family : "",
             family ? "." : "", key);
    struct finding finding = {
        .id = place->id,
        .key = whole,
        .value = value,
        .reason = reason,
        .how = value ? how : HOW_NOT_TESTABLE,
        .stable = true,
    };
    finding_write(place->out, &finding);
}

void put_figure(const struct place *place, const char *key, long figure,
                enum how how, const char *reason)
{
    char text[24];
    snprintf(text, sizeof text, "%ld", figure);
    put_text(place, key, figure < 0 ? NULL : text, how,
             figure < 0 ? reason : NULL);
}

void put_failure(const struct place *place, const char *key, const char *what,
                 int error)
{
    char reason[64];
    snprintf(reason, sizeof reason, "%s: %s", what, errno_name(error));
    put_text(place, key, NULL, HOW_NOT_TESTABLE, reason);
}
