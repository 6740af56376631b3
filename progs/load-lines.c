/* load-lines.c - a line of JSON for each second of a load run
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory-stream.h"
#include "base/monotonic.h"
#include "base/write.h"
#include "progs/load-lines.h"
#include "progs/load-report.h"
#include "progs/output.h"
#include "progs/spool.h"

enum { LINE_SECOND = 1000000000 };

static struct spool spool;
static int64_t start; /* of the run */
static int64_t last;  /* when the last second ended, since the start */
static int64_t due;   /* when this second ends, since the start */

/* The report at the end of the last second, and the figures of a second.  */
static struct load_report earlier, second;

void load_lines_begin(void)
{
    spool = (struct spool){.fd = STDOUT_FILENO};
    start = monotonic_now();
    due = LINE_SECOND;
}

/* Set SECOND to REPORT less EARLIER, ELAPSED ns apart, and EARLIER to REPORT.
   The first wrong reply and the time of opening are still those of the run.  */
static void load_lines_subtract(const struct load_report *report,
                                int64_t elapsed)
{
    second = *report;
    second.elapsed = elapsed;
    second.messages -= earlier.messages;
    second.connects -= earlier.connects;
    second.late -= earlier.late;
    second.retransmissions -= earlier.retransmissions;
    second.retried -= earlier.retried;
    for (int i = 0; i < LOAD_ERRORS; i++)
        second.errors[i] -= earlier.errors[i];
    histogram_subtract(&second.latency, &earlier.latency);
    histogram_subtract(&second.connect, &earlier.connect);
    earlier = *report;
}

/* Append the line of SECOND, AT ns after the start, to the spool.  Without
   memory, or if the spool is full, the line is counted as left out.  */
static void load_lines_put(int64_t at)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = memory_stream_open(&text, &size);
    if (!out) {
        spool.left_out++;
        return;
    }
    load_report_json(out, &second, LOAD_LINE_SECOND, at, spool.left_out);
    if (memory_stream_close(out, &text))
        spool.left_out++;
    else
        spool_add(&spool, text, size, false);
    free(text);
}

bool load_lines_progress(const struct load_report *report, int64_t elapsed)
{
    (void)elapsed; /* does not include the first connection */
    int64_t at = monotonic_now() - start;
    if (at >= due) {
        load_lines_subtract(report, at - last);
        load_lines_put(at);
        last = at;
        due = at - at % LINE_SECOND + LINE_SECOND;
    }
    return spool_flush(&spool);
}

int load_lines_end(const struct load_report *report)
{
    int error = spool.error, status = 0;
    FILE *out = output_stream();
    if (!error && spool.size > 0)
        fwrite(spool.bytes + spool.start, 1, spool.size, out);
    /* Not by the spool, which may find no memory.  */
    if (!error && report)
        load_report_json(out, report, LOAD_LINE_REPORT, monotonic_now() - start,
                         spool.left_out);
    if (error && !write_has_no_reader(error))
        status = complain("cannot write standard output: %s", strerror(error));
    spool_free(&spool);
    return status;
}
