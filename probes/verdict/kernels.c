/* kernels.c - kernel families, by the figures of their listen queues
   SPDX-License-Identifier: GPL-3.0-or-later

   The figures come from the kernels' sources and from runs of other stacks, by
   row in doc/portability.md.  Equal figures do not identify a kernel.  */

#include <config.h>

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "probes/verdict/kernels.h"

/* How a kernel differs from most.  */
enum trait {
    CAP_FIXED = 1,        /* no setting changes the cap */
    CAP_COUNTS = 2,       /* the cap limits connections, not the backlog */
    ZERO_IS_CAP = 4,      /* a backlog of 0 means the cap */
    NEGATIVE_IS_ZERO = 8, /* a negative backlog means 0, not the cap */
    REPORTS = 16,         /* the kernel reports a listener's backlog */
    RESETS = 32           /* the next client is reset, not silent */
};

struct kernel {
    const char *name;
    const char *known;    /* "measured" and the versions, "source" of the
                             kernel, or "published" in the classic table */
    struct rule accepted; /* connections that accept returns: times, by, plus,
                             floor */
    int more;             /* connections complete at the clients beyond these */
    long cap;             /* the largest backlog in force, by default */
    int traits;           /* of enum trait */
    const char *setting;  /* beginning of the cap's setting; NULL: it has no
                             setting that this program reads */
};

#define RULE(times, by, plus, floor)                                           \
    {                                                                          \
        times, by, plus, floor                                                 \
    }

static const struct kernel kernels[] = {
    {"Linux 4.10 or later", "measured: 5.10, 6.1, 6.12, 6.18",
     RULE(1, 1, 1, RULE_NO_FLOOR), 0, 4096, REPORTS, "net."},
    {"Linux before 4.10", "source", RULE(1, 1, 1, RULE_NO_FLOOR), 2, 128,
     REPORTS, "net."},
    {"gVisor", "measured: 2022-12, 2024-07", RULE(1, 1, 1, RULE_NO_FLOOR), 0,
     1024, CAP_FIXED, "net."},
    {"FreeBSD 9 or later", "measured: 9.1, 13.0", RULE(3, 2, 1, RULE_NO_FLOOR),
     0, 128, REPORTS | RESETS, "kern."},
    /* Not verified in FreeBSD 6: that no report exists.  */
    {"FreeBSD 5 and 6", "source", RULE(1, 1, 1, RULE_NO_FLOOR), 0, 128, 0,
     "kern."},
    {"DragonFly", "source", RULE(1, 1, 1, RULE_NO_FLOOR), 0, 128, 0, "kern."},
    {"NetBSD", "measured: 7.99", RULE(1, 1, 1, RULE_NO_FLOOR), 0, 128,
     NEGATIVE_IS_ZERO, NULL},
    {"OpenBSD", "source", RULE(1, 1, 1, 81), 0, 128, 0, "kern."},
    {"macOS 10.5 or later", "source", RULE(1, 1, 0, RULE_NO_FLOOR), 0, 128,
     ZERO_IS_CAP | REPORTS, "kern."},
    {"macOS before 10.5", "source", RULE(3, 2, 1, RULE_NO_FLOOR), 0, 128, 0,
     "kern."},
    {"AIX", "published", RULE(3, 2, 1, RULE_NO_FLOOR), 0, 1024, 0, NULL},
    {"4.4BSD", "source", RULE(3, 2, 1, RULE_NO_FLOOR), 0, 5,
     CAP_FIXED | NEGATIVE_IS_ZERO, NULL},
    {"illumos and Solaris", "source", RULE(3, 2, 1, RULE_NO_FLOOR), 0, 128,
     CAP_COUNTS | NEGATIVE_IS_ZERO, NULL},
    {"HP-UX 11", "published", RULE(3, 2, 0, 1), 0, 4096, 0, NULL},
    {"lwIP", "measured: 2.2.2-dev", RULE(1, 1, 0, 1), 0, 255,
     CAP_FIXED | NEGATIVE_IS_ZERO, NULL},
    {"NuttX", "measured: 2026-08", RULE(1, 1, 0, RULE_NO_FLOOR), 0, 255,
     NEGATIVE_IS_ZERO, NULL},
};

enum { KERNELS = sizeof kernels / sizeof *kernels };

_Static_assert((int)KERNELS <= (int)KERNELS_MAX,
               "struct likeness has room for all");

/* The cap that KERNEL must have for a largest queue of MEASURED connections; -1
   if no cap explains MEASURED.  A fixed cap is returned unchecked, even if
   MEASURED is unknown, negative.  Otherwise unknown gives a huge number, so
   that no row is limited.  */
static long cap_of(const struct kernel *kernel, long measured)
{
    if (kernel->traits & CAP_FIXED)
        return kernel->cap;
    if (measured < 0)
        return LONG_MAX / 4;
    return kernel->traits & CAP_COUNTS
               ? measured
               : rule_inverse(&kernel->accepted, measured);
}

/* The connections that accept returns for BACKLOG if KERNEL has CAP.  A BACKLOG
   above CAP counts as CAP; a negative BACKLOG as CAP, or with NEGATIVE_IS_ZERO
   as 0; with ZERO_IS_CAP 0 counts as CAP.  With CAP_COUNTS the result is CAP at
   most.  */
static long kernels_expect(const struct kernel *kernel, long cap, long backlog)
{
    if (backlog < 0)
        backlog = kernel->traits & NEGATIVE_IS_ZERO ? 0 : cap;
    else if (backlog > cap || (backlog == 0 && kernel->traits & ZERO_IS_CAP))
        backlog = cap;
    long value = rule_value(&kernel->accepted, backlog);
    return kernel->traits & CAP_COUNTS && value > cap ? cap : value;
}

/* Whether ROW is of TCP.  UNIX sockets have a different kind of queue.  */
static bool is_tcp(const struct queue_row *row)
{
    return strcmp(row->family, "unix") != 0;
}

/* Whether KERNEL with CAP would give the figures ACCEPTED and CLIENT of ROW,
   and the same result of the next client.  A row of UNIX sockets, and a row
   without ACCEPTED or CLIENT, contradict no kernel; a missing OVERFLOW
   contradicts none either.  A reported backlog contradicts a kernel without
   reports, but a missing report none: the query may be filtered or
   unsupported.  */
static bool fits_row(const struct kernel *kernel, const struct queue_row *row,
                     long cap)
{
    if (row->accepted < 0 || row->client < 0 || !is_tcp(row))
        return true;
    const char *overflow = kernel->traits & RESETS ? "reset" : "silence";
    if (row->overflow && strcmp(row->overflow, overflow) != 0)
        return false;
    long expected = kernels_expect(kernel, cap, row->backlog);
    return (row->effective < 0 || kernel->traits & REPORTS) &&
           row->accepted == expected && row->client == expected + kernel->more;
}

/* How well KERNEL fits the figures of TABLE.  0: not, because the largest queue
   or any row contradicts.  2: the largest queue was measured and shows the
   default cap.  1: the largest queue shows another cap, or was not measured:
   then no cap limits the rows, but with CAP_FIXED the default cap.  */
static int kernels_fit(const struct kernel *kernel,
                       const struct queue_table *table)
{
    long largest = table->cap.accepted;
    long cap = cap_of(kernel, largest);
    if (cap < 0 ||
        (largest >= 0 && kernels_expect(kernel, cap, INT_MAX) != largest))
        return 0;
    for (size_t i = 0; i < table->count; i++)
        if (!fits_row(kernel, &table->rows[i], cap))
            return 0;
    return largest >= 0 && cap == kernel->cap ? 2 : 1;
}

/* Whether a row of TCP in TABLE has a known figure of accepted connections.  */
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
    for (int i = 0; i < KERNELS; i++) {
        const char *start = kernels[i].setting;
        if (start && !strncmp(setting, start, strlen(start)) &&
            is_like(like, &kernels[i]))
            return true;
    }
    return !like->best && like->also_count == 0;
}
