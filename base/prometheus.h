/* prometheus.h - write metrics in Prometheus's text format
   SPDX-License-Identifier: GPL-3.0-or-later

   Version 0.0.4, of the textfile collector.  All samples of a metric follow its
   head.  Write errors are left in the FILE.  */

#ifndef BASE_PROMETHEUS_H
#define BASE_PROMETHEUS_H 1

#include <stdint.h>
#include <stdio.h>

/* A label with value NULL is omitted; a NULL name ends a list of labels.  */
struct prometheus_label {
    const char *name, *value;
};

/* Begin the metric NAME, of KIND "gauge" or "counter", explained by HELP, one
   line of plain ASCII: write the lines "# HELP NAME HELP" and "# TYPE NAME
   KIND".  Nothing is escaped.  */
void prometheus_head(FILE *out, const char *name, const char *kind,
                     const char *help);

/* Write a sample of NAME with LABELS (NULL: none) in one line, such as
   NAME{label="value"} 7; nothing if VALUE is negative, which means unknown.  In
   the value of a label, backslash, quote and newline are escaped.  U+FFFD
   replaces bytes that are not UTF-8, and characters that mask_text masks.  */
void prometheus_sample(FILE *out, const char *name,
                       const struct prometheus_label *labels, int64_t value);

#endif /* BASE_PROMETHEUS_H */
