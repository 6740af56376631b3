/* budget.h - how much memory and how many processes may be taken
   SPDX-License-Identifier: GPL-3.0-or-later

   A probe takes memory of the kernel's and processes, which a container has
   few of, and which belong to the applications in it.  So a run is bounded
   beforehand by what is left, and of that takes half at most.  What was left
   can have gone the next moment: then the kernel kills a process for its
   memory, and that shall be the probe's (budget_volunteer).

   Hides: Linux: control groups of both versions, and MemAvailable (since 3.14);
   RLIMIT_NPROC.  Other systems: no bound is known, and none is set.  */

#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H 1

#include <stddef.h>
#include <stdint.h>

/* No bound is known.  */
#define BUDGET_UNBOUND INT64_MAX

/* What a connection over the loopback interface takes of the kernel's memory,
   both ends, in bytes: twice what was measured, since slabs come by pages,
   kernels differ, and connection tracking takes a piece for each.  Measured by
   memory.usage_in_bytes of a control group before and after 4000 connections,
   Linux 6.18, x86-64: 4.0 KiB for TCP in the accept queue or kept incomplete,
   4.1 over IPv6, 3.6 for UNIX sockets; 5.4 once it is accepted.  */
enum { BUDGET_CONNECTION = 8192 };

struct budget_bound {
    int64_t left; /* bytes, or processes; or BUDGET_UNBOUND */
    /* Whose it is: "memory.max of the cgroup", "the host".  */
    char by[64];
};

struct budget {
    struct budget_bound memory, processes;
};

/* Returns what is left now.  What cannot be read bounds nothing.  */
struct budget budget_now(void);

/* The part of BOUND that may be taken: half.  */
int64_t budget_share(const struct budget_bound *bound);

/* How many connections may be open at once by BUDGET, both ends in this
   container; BUDGET_UNBOUND if no bound is known.  */
int64_t budget_connections(const struct budget *budget);

/* Why NEED bytes were not taken of BOUND, as a sentence's end: "memory:
   memory.max of the cgroup leaves 3 MiB, half of which may be taken, and WHAT
   needs about 24 MiB".  */
void budget_explain(char *text, size_t size, const struct budget_bound *bound,
                    const char *what, int64_t need);

/* Make this process the one that the kernel kills first when memory runs out:
   to be called before it takes any.  It lasts, also across fork, and takes no
   privilege.  Returns 0; or -1 with errno, ENOTSUP where there is no way.  */
int budget_volunteer(void);

/* How many processes of this container the kernel has killed for want of
   memory, or -1 if that is not known.  */
int64_t budget_oom_kills(void);

#endif /* BASE_BUDGET_H */
