/* prometheus.h - write metrics in Prometheus's text format
   SPDX-License-Identifier: GPL-3.0-or-later

   Version 0.0.4 of it, which the textfile collector reads.  All samples of a
   metric come together, behind its head.  Write errors stay with the FILE.  */

#ifndef BASE_PROMETHEUS_H
#define BASE_PROMETHEUS_H 1

#include <stdint.h>
#include <stdio.h>

/* A label whose value is NULL is left out; a list of them ends with a name that
   is NULL.  */
struct prometheus_label {
    const char *name, *value;
};

/* Begin the metric NAME, of KIND "gauge" or "counter", explained by HELP in one
   line of plain ASCII.  */
void prometheus_head(FILE *out, const char *name, const char *kind,
                     const char *help);

/* A sample of NAME.  A negative VALUE is not known: nothing is written.  Bytes
   of a label's value that are no UTF-8 are written as U+FFFD.  */
void prometheus_sample(FILE *out, const char *name,
                       const struct prometheus_label *labels, int64_t value);

#endif /* BASE_PROMETHEUS_H */
