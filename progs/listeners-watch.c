/* listeners-watch.c - listeners --watch
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mask.h"
#include "base/memory-stream.h"
#include "base/monotonic.h"
#include "base/wait.h"
#include "base/write.h"
#include "probes/listeners/watch.h"
#include "progs/listeners-watch.h"
#include "progs/output.h"
#include "progs/spool.h"
#include "progs/status.h"
#include "sonde.h"

enum {
    SECOND = 1000000000,
    FLUSH_NS = 20000000, /* between two tries to write what waits */
    DRAIN_MS = 5000,
    SHORT_NS = 5000000,
    SHORT_SLEEPS = 16
};

struct watch_run {
    struct watch watch;
    struct spool spool;
    bool json;
    bool is_over;     /* a signal came, or the reader has gone */
    int64_t second;   /* when the line of this second is due */
    int64_t deadline; /* INT64_MAX: none */
    int64_t flush;    /* when to write again what waits */
    int64_t looks;    /* of all seconds before this one */
    int short_sleeps;
};

/* Append to the spool, masked, the JSON of watch_json for LINE, or without
   --json the text report, for which LINE is WATCH_REPORT.  Only the report is
   added to a full spool.  A line without room or memory is left out, and
   counted.  */
static void watch_run_put(struct watch_run *run, enum watch_line line)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = memory_stream_open(&text, &size);
    if (!out) {
        run->spool.left_out++;
        return;
    }
    if (run->json)
        watch_json(out, &run->watch, line,
                   run->watch.looks - (line == WATCH_REPORT ? 0 : run->looks),
                   run->spool.left_out);
    else
        watch_text(out, &run->watch);
    if (memory_stream_close(out, &text))
        run->spool.left_out++;
    else
        spool_add(&run->spool, text, mask_report(text, size),
                  line == WATCH_REPORT);
    free(text);
}

/* Report the last second, as JSON to the spool or as a progress line on
   standard error, flush the spool, and begin the next second; seconds that have
   passed meanwhile have no line.  A terminal stopped by Ctrl-S gets no line for
   that second.  Sets IS_OVER if standard output fails.  */
static void watch_run_second(struct watch_run *run)
{
    struct sentence text = {""};
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    watch_read_totals(&run->watch);
    if (run->json) {
        watch_run_put(run, WATCH_SECOND);
    } else if (wait_poll(&ready, 1, 0) > 0) {
        watch_say_second(&text, &run->watch, run->watch.looks - run->looks);
        mask_text(text.text);
        progress_show((monotonic_now() - run->watch.start) / 1000000, "%.*s",
                      WATCH_COLUMNS, text.text);
    }
    run->looks = run->watch.looks;
    watch_next_second(&run->watch);
    run->is_over |= !spool_flush(&run->spool);
    run->flush = monotonic_now() + FLUSH_NS;
    do
        run->second += SECOND;
    while (run->second <= run->watch.now);
}

/* The earlier of two times.  */
static int64_t watch_run_earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Sleep until NEXT, and set IS_OVER if a signal has come.  A signal ends the
   sleep.  So the self-pipe is not read after most sleeps of full length below 5
   ms, which saves two system calls; after every 16th the self-pipe is read,
   since a signal may come before the sleep.  */
static void watch_run_sleep(struct watch_run *run, int64_t next)
{
    int64_t time = next - monotonic_now();
    monotonic_sleep(time);
    if (time < SHORT_NS && monotonic_now() >= next &&
        ++run->short_sleeps % SHORT_SLEEPS != 0)
        return;
    run->is_over |= sonde_selfpipe_read() != 0;
}

/* Look at the listeners, report a second and write pending output, each if due.
   Then, unless IS_OVER, sleep until one of these is due again, DEADLINE, or a
   signal.  Returns 0, or -1 with ENOMEM.  */
static int watch_run_step(struct watch_run *run)
{
    int64_t now = monotonic_now();
    if (now >= run->watch.pace.next && watch_look(&run->watch))
        return -1;
    if (now >= run->second)
        watch_run_second(run);
    if (run->spool.size > 0 && now >= run->flush) {
        run->is_over |= !spool_flush(&run->spool);
        run->flush = now + FLUSH_NS;
    }
    int64_t next = watch_run_earlier(
        watch_run_earlier(run->watch.pace.next, run->second), run->deadline);
    if (run->spool.size > 0)
        next = watch_run_earlier(next, run->flush);
    if (!run->is_over)
        watch_run_sleep(run, next);
    return 0;
}

/* Write all that waits; give up when the reader has taken nothing for 5
   seconds.  The self-pipe is closed first, so that a second signal, by its
   former action, ends the process at once.  Returns STATUS, also if the reader
   has gone; or STATUS_TROUBLE after a message, if the rest could not be
   written.  */
static int watch_run_finish(struct watch_run *run, int status)
{
    sonde_selfpipe_close();
    if (spool_drain(&run->spool, DRAIN_MS) ||
        write_has_no_reader(run->spool.error))
        return status;
    if (run->spool.error == ETIMEDOUT)
        return complain("standard output takes nothing for %d s; the report is "
                        "incomplete",
                        DRAIN_MS / 1000);
    return complain("cannot write standard output: %s",
                    strerror(run->spool.error));
}

/* The watch failed: explain errno.  Returns STATUS_TROUBLE.  */
static int watch_run_complain(void)
{
    if (errno == ENOTSUP || errno == EACCES || errno == EPERM)
        return complain("--watch: listeners cannot be looked up (%s); on Linux "
                        "sock_diag does so",
                        strerror(errno));
    return complain("--watch: %s", strerror(errno));
}

int listeners_watch(const struct listeners *listeners, unsigned families,
                    bool all, long duration, bool json)
{
    struct watch_run run = {.spool.fd = STDOUT_FILENO, .json = json};
    int status = STATUS_DONE;
    if (sonde_selfpipe_open() < 0 || sonde_selfpipe_catch(SIGINT) ||
        sonde_selfpipe_catch(SIGTERM) ||
        watch_begin(&run.watch, listeners, families, all)) {
        status = watch_run_complain();
        sonde_selfpipe_close();
        watch_free(&run.watch);
        return status;
    }
    run.second = run.watch.start + SECOND;
    run.deadline = duration > 0 ? run.watch.start + duration * INT64_C(1000000)
                                : INT64_MAX;
    if (json)
        watch_run_put(&run, WATCH_START);
    while (!run.is_over && monotonic_now() < run.deadline)
        if (watch_run_step(&run)) {
            status = watch_run_complain();
            break;
        }
    progress_end();
    watch_end(&run.watch);
    int64_t left_out = run.spool.left_out;
    watch_run_put(&run, WATCH_REPORT);
    if (run.spool.left_out > left_out)
        status = complain("cannot write the report: %s", strerror(ENOMEM));
    status = watch_run_finish(&run, status);
    spool_free(&run.spool);
    watch_free(&run.watch);
    return status;
}
