/* prometheus.c - write metrics in Prometheus's text format
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <inttypes.h>
#include <stdbool.h>

#include "base/mask.h"
#include "base/prometheus.h"

void prometheus_head(FILE *out, const char *name, const char *kind,
                     const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

/* Write VALUE, the value of a label, without quotes: backslash, quote and
   newline escaped.  U+FFFD replaces bytes that are not UTF-8 and characters
   that could control a terminal, for which the format has no escape.  */
static void prometheus_put_value(FILE *out, const char *value)
{
    while (*value) {
        size_t length = mask_shown(value);
        if (*value == '\n')
            fputs("\\n", out);
        else if (*value == '"' || *value == '\\')
            fprintf(out, "\\%c", *value);
        else if (length > 0)
            fwrite(value, 1, length, out);
        else
            fputs("\xef\xbf\xbd", out);
        value += length ? length : mask_skipped(value);
    }
}

void prometheus_sample(FILE *out, const char *name,
                       const struct prometheus_label *labels, int64_t value)
{
    bool any = false;
    if (value < 0)
        return;
    fputs(name, out);
    for (; labels && labels->name; labels++) {
        if (!labels->value)
            continue;
        fprintf(out, "%s%s=\"", any ? "," : "{", labels->name);
        prometheus_put_value(out, labels->value);
        putc('"', out);
        any = true;
    }
    fprintf(out, "%s %" PRId64 "\n", any ? "}" : "", value);
}
