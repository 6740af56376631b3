/* budget.h - limits for memory and processes
   SPDX-License-Identifier: GPL-3.0-or-later

   A probe uses kernel memory and processes, which are scarce in a container and
   needed by its applications.  So a run is limited beforehand to half of the
   memory and processes left.  If memory runs out nevertheless, the kernel shall
   kill the probe (budget_volunteer).

   Hides: Linux: control groups of both versions, and MemAvailable (since 3.14);
   RLIMIT_NPROC.  Other systems: no bound is known or applied.  */

#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H 1

#include <stddef.h>
#include <stdint.h>

/* No bound is known.  */
#define BUDGET_UNBOUND INT64_MAX

/* Kernel memory of a loopback connection, both ends, in bytes: twice the
   measured size, since slabs are allocated by pages, kernels differ, and
   connection tracking needs an entry for each connection.  Measured by
   memory.usage_in_bytes of a control group before and after 4000 connections,
   Linux 6.18, x86-64: 4.0 KiB for TCP in the accept queue or kept incomplete,
   4.1 over IPv6, 3.6 for UNIX sockets; 5.4 once it is accepted.  */
enum { BUDGET_CONNECTION = 8192 };

struct budget_bound {
    int64_t left; /* bytes, or processes; or BUDGET_UNBOUND */
    /* The source: "memory.max of the cgroup", "the host"; empty if no bound is
       known.  */
    char by[64];
};

struct budget {
    struct budget_bound memory, processes;
};

/* Returns the memory and processes (threads count, too) left now, at least 0.
   Each is the lowest of the known bounds, BUDGET_UNBOUND if none is known.  An
   unreadable bound does not apply.  Keeps errno.  Linux: the first call
   searches the control groups.  */
struct budget budget_now(void);

/* The part of BOUND that a probe may use: half, rounded down; BUDGET_UNBOUND if
   no bound is known.  */
int64_t budget_share(const struct budget_bound *bound);

/* The max number of concurrent connections, both ends in this container, that
   fit in half of the memory of BUDGET; BUDGET_UNBOUND if no bound is known.
   The bound of processes is ignored.  */
int64_t budget_connections(const struct budget *budget);

/* Write to TEXT, of SIZE bytes (truncated), why NEED bytes for WHAT exceed half
   of BOUND, as the end of a sentence: "memory: memory.max of the cgroup leaves
   3 MiB, half of which may be taken, and WHAT needs about 24 MiB".  BOUND is a
   bound of memory and not BUDGET_UNBOUND.  Nothing is compared.  */
void budget_explain(char *text, size_t size, const struct budget_bound *bound,
                    const char *what, int64_t need);

/* Let the kernel kill this process first when memory runs out; call it before
   allocating.  The setting is inherited by fork and needs no privilege.
   Returns 0; or -1 with the errno of open or write, ENOENT on systems other
   than Linux.  */
int budget_volunteer(void);

/* The number of processes of this container that the kernel has killed so far
   because memory ran out, or -1 if unknown.  The count includes earlier kills:
   compare two calls.  Keeps errno.  */
int64_t budget_oom_kills(void);

#endif /* BASE_BUDGET_H */
