/* kernels.c - kernel families, by the figures of their listen queues
   SPDX-License-Identifier: GPL-3.0-or-later

   The figures come from the kernels' sources and from runs of other stacks, by
   row in doc/portability.md.  Equal figures do not identify a kernel.  */

#include <config.h>

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "probes/verdict/kernels.h"

/* The meaning of a backlog of 0, or of a negative backlog: the number itself,
   the cap, or 0.  */
enum special { AS_IT_IS, AS_CAP, AS_ZERO };

struct kernel {
    const char *name;
    const char *known;    /* "measured" and the versions, "source" of the
                             kernel, or "published" in the classic table */
    struct rule accepted; /* connections that accept returns */
    struct rule client;   /* connections complete at the clients */
    long cap;             /* the largest backlog in force, by default */
    bool cap_fixed;       /* no setting changes the cap */
    bool cap_counts;      /* the cap limits connections, not the backlog */
    enum special zero, negative;
    bool reports; /* the kernel reports a listener's backlog (FreeBSD 6: not
                     verified, assumed not) */
    const char *overflow; /* result of the next client: "silence", "reset" */
    const char *setting;  /* beginning of the cap's setting; NULL: it has no
                             setting that this program reads */
};

/* Rules for a backlog n: n + PLUS; 3n/2 + PLUS; n * TIMES / BY + PLUS, but at
   least MIN.  */
#define PLAIN(plus)                                                            \
    {                                                                          \
        1, 1, plus, RULE_NO_FLOOR                                              \
    }
#define HALF_MORE(plus)                                                        \
    {                                                                          \
        3, 2, plus, RULE_NO_FLOOR                                              \
    }
#define AT_MIN(min, times, by, plus)                                           \
    {                                                                          \
        times, by, plus, min                                                   \
    }

static const struct kernel kernels[] = {
    {"Linux 4.10 or later", "measured: 5.10, 6.1, 6.12, 6.18", PLAIN(1),
     PLAIN(1), 4096, false, false, AS_IT_IS, AS_CAP, true, "silence", "net."},
    {"Linux before 4.10", "source", PLAIN(1), PLAIN(3), 128, false, false,
     AS_IT_IS, AS_CAP, true, "silence", "net."},
    {"gVisor", "measured: 2022-12, 2024-07", PLAIN(1), PLAIN(1), 1024, true,
     false, AS_IT_IS, AS_CAP, false, "silence", "net."},
    {"FreeBSD 9 or later", "measured: 9.1, 13.0", HALF_MORE(1), HALF_MORE(1),
     128, false, false, AS_IT_IS, AS_CAP, true, "reset", "kern."},
    {"FreeBSD 5 and 6", "source", PLAIN(1), PLAIN(1), 128, false, false,
     AS_IT_IS, AS_CAP, false, "silence", "kern."},
    {"DragonFly", "source", PLAIN(1), PLAIN(1), 128, false, false, AS_IT_IS,
     AS_CAP, false, "silence", "kern."},
    {"NetBSD", "measured: 7.99", PLAIN(1), PLAIN(1), 128, false, false,
     AS_IT_IS, AS_ZERO, false, "silence", NULL},
    {"OpenBSD", "source", AT_MIN(81, 1, 1, 1), AT_MIN(81, 1, 1, 1), 128, false,
     false, AS_IT_IS, AS_CAP, false, "silence", "kern."},
    {"macOS 10.5 or later", "source", PLAIN(0), PLAIN(0), 128, false, false,
     AS_CAP, AS_CAP, true, "silence", "kern."},
    {"macOS before 10.5", "source", HALF_MORE(1), HALF_MORE(1), 128, false,
     false, AS_IT_IS, AS_CAP, false, "silence", "kern."},
    {"AIX", "published", HALF_MORE(1), HALF_MORE(1), 1024, false, false,
     AS_IT_IS, AS_CAP, false, "silence", NULL},
    {"4.4BSD", "source", HALF_MORE(1), HALF_MORE(1), 5, true, false, AS_IT_IS,
     AS_ZERO, false, "silence", NULL},
    {"illumos and Solaris", "source", HALF_MORE(1), HALF_MORE(1), 128, false,
     true, AS_IT_IS, AS_ZERO, false, "silence", NULL},
    {"HP-UX 11", "published", AT_MIN(1, 3, 2, 0), AT_MIN(1, 3, 2, 0), 4096,
     false, false, AS_IT_IS, AS_CAP, false, "silence", NULL},
    {"lwIP", "measured: 2.2.2-dev", AT_MIN(1, 1, 1, 0), AT_MIN(1, 1, 1, 0), 255,
     true, false, AS_IT_IS, AS_ZERO, false, "silence", NULL},
    {"NuttX", "measured: 2026-08", PLAIN(0), PLAIN(0), 255, false, false,
     AS_IT_IS, AS_ZERO, false, "silence", NULL},
};

enum { KERNELS = sizeof kernels / sizeof *kernels };

_Static_assert((int)KERNELS <= (int)KERNELS_MAX,
               "struct likeness has room for all");

/* The cap that KERNEL must have for a largest queue of MEASURED connections;
   -1 if no cap explains MEASURED.  A fixed cap is returned unchecked.  If
   MEASURED is negative, unknown: a huge number, so that no row is limited.  */
static long cap_of(const struct kernel *kernel, long measured)
{
    if (kernel->cap_fixed)
        return kernel->cap;
    if (measured < 0)
        return LONG_MAX / 4;
    return kernel->cap_counts ? measured
                              : rule_inverse(&kernel->accepted, measured);
}

/* The connections that KERNEL, with CAP, queues for BACKLOG, by RULE (of the
   accepted connections or of the clients).  */
static long kernels_expect(const struct kernel *kernel, const struct rule *rule,
                           long cap, long backlog)
{
    enum special special = backlog == 0  ? kernel->zero
                           : backlog < 0 ? kernel->negative
                                         : AS_IT_IS;
    if (special == AS_CAP)
        backlog = cap;
    else if (special == AS_ZERO)
        backlog = 0;
    if (kernel->cap_counts) {
        long value = rule_value(rule, backlog < cap ? backlog : cap);
        return value < cap ? value : cap;
    }
    return rule_value(rule, backlog < cap ? backlog : cap);
}

/* Whether KERNEL could report EFFECTIVE as a listener's backlog in force: false
   only for a report from a kernel without such reports.  -1, no report,
   contradicts no kernel: the query may be filtered, or unknown to the library.
 */
static bool fits_report(const struct kernel *kernel, long effective)
{
    return kernel->reports || effective < 0;
}

/* Whether ROW is of IPv4 or IPv6.  UNIX sockets have a different kind of queue.
 */
static bool is_tcp(const struct queue_row *row)
{
    return strcmp(row->family, "unix") != 0;
}

/* Whether KERNEL with CAP would give the figures of ROW, and the same result of
   the next client.  True for rows without figures and for UNIX sockets.  */
static bool fits_row(const struct kernel *kernel, const struct queue_row *row,
                     long cap)
{
    if (row->accepted < 0 || row->client < 0 || !is_tcp(row))
        return true; /* no figures, no contradiction */
    if (row->overflow && strcmp(row->overflow, kernel->overflow) != 0)
        return false;
    return fits_report(kernel, row->effective) &&
           row->accepted ==
               kernels_expect(kernel, &kernel->accepted, cap, row->backlog) &&
           row->client ==
               kernels_expect(kernel, &kernel->client, cap, row->backlog);
}

/* How well KERNEL fits the figures of TABLE: 0 not, because the largest queue
   or any row contradicts; 1 with a cap that is unknown or not the default; 2
   with the default cap.  */
static int kernels_fit(const struct kernel *kernel,
                       const struct queue_table *table)
{
    long cap = cap_of(kernel, table->cap.accepted);
    if (cap < 0)
        return 0;
    if (table->cap.accepted >= 0 &&
        kernels_expect(kernel, &kernel->accepted, cap, INT_MAX) !=
            table->cap.accepted)
        return 0;
    for (size_t i = 0; i < table->count; i++)
        if (!fits_row(kernel, &table->rows[i], cap))
            return 0;
    return cap == kernel->cap ? 2 : 1;
}

/* Whether any row of TCP has a stable figure of accepted connections.  */
static bool has_figures(const struct queue_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].accepted >= 0 && is_tcp(&table->rows[i]))
            return true;
    return false;
}

struct likeness kernels_like(const struct queue_table *table)
{
    struct likeness likeness = {.comparable = has_figures(table)};
    int fits[KERNELS];
    int best = 0, count = 0;
    if (!likeness.comparable)
        return likeness;
    for (int i = 0; i < KERNELS; i++) {
        fits[i] = kernels_fit(&kernels[i], table);
        if (fits[i] > best)
            count = 0;
        best = fits[i] > best ? fits[i] : best;
        count += fits[i] > 0 && fits[i] == best;
    }
    for (int i = 0; i < KERNELS; i++) {
        if (fits[i] > 0 && fits[i] == best && count == 1) {
            likeness.best = kernels[i].name;
            likeness.known = kernels[i].known;
        } else if (fits[i] > 0)
            likeness.also[likeness.also_count++] = kernels[i].name;
    }
    return likeness;
}

/* Whether the cap of KERNEL can have the name SETTING.  */
static bool has_setting(const struct kernel *kernel, const char *setting)
{
    return kernel->setting &&
           !strncmp(setting, kernel->setting, strlen(kernel->setting));
}

/* Whether LIKE names KERNEL, as best or among the families in ALSO.  */
static bool is_like(const struct likeness *like, const struct kernel *kernel)
{
    bool found = like->best && !strcmp(like->best, kernel->name);
    for (int i = 0; i < like->also_count && !found; i++)
        found = !strcmp(like->also[i], kernel->name);
    return found;
}

bool kernels_may_have(const struct likeness *like, const char *setting)
{
    bool any = false;
    for (int i = 0; i < KERNELS; i++) {
        if (!is_like(like, &kernels[i]))
            continue;
        any = true;
        if (has_setting(&kernels[i], setting))
            return true;
    }
    return !any;
}
