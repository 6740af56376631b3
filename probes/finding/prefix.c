/* prefix.c - write findings with a common prefix
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/names.h"
#include "probes/finding/prefix.h"

void prefix_put(const struct prefix *prefix, const char *key, const char *value,
                enum how how, bool stable, const char *reason)
{
    char whole[64];
    const char *family = prefix->family;
    snprintf(whole, sizeof whole, "%s%s%s", family ? family : "",
             family ? "." : "", key);
    struct finding finding = {
        .id = prefix->id,
        .key = whole,
        .value = value,
        .reason = reason,
        .how = how,
        .stable = stable,
    };
    finding_write(prefix->out, &finding);
}

void prefix_put_text(const struct prefix *prefix, const char *key,
                     const char *value, enum how how, const char *reason)
{
    prefix_put(prefix, key, value, value ? how : HOW_NOT_TESTABLE, true,
               reason);
}

void prefix_put_figure(const struct prefix *prefix, const char *key,
                       long figure, enum how how, const char *reason)
{
    char text[24];
    snprintf(text, sizeof text, "%ld", figure);
    prefix_put_text(prefix, key, figure < 0 ? NULL : text, how,
                    figure < 0 ? reason : NULL);
}

void prefix_put_failure(const struct prefix *prefix, const char *key,
                        const char *what, int error)
{
    char reason[64];
    snprintf(reason, sizeof reason, "%s: %s", what, errno_name(error));
    prefix_put_text(prefix, key, NULL, HOW_NOT_TESTABLE, reason);
}
