/* budget.h - limits for memory and processes
   SPDX-License-Identifier: GPL-3.0-or-later

   Kernel memory and processes are scarce in a container and needed by its
   applications.  So a run is limited beforehand to half of what is left.  If
   memory runs out nevertheless, the kernel shall kill the probe.

   Hides: Linux: control groups of both versions, and MemAvailable (since 3.14);
   RLIMIT_NPROC.  Other systems: no bound is known or applied.  */

#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H 1

#include <stddef.h>
#include <stdint.h>

#define BUDGET_UNBOUND INT64_MAX

/* Kernel memory of a loopback connection, both ends, in bytes: twice the
   measured size, since slabs are allocated by pages, kernels differ, and
   connection tracking needs an entry.  Measured by memory.usage_in_bytes over
   4000 connections, Linux 6.18, x86-64: 4.0 KiB for TCP in the accept queue or
   kept incomplete, 4.1 over IPv6, 3.6 for UNIX sockets; 5.4 once accepted.  */
enum { BUDGET_CONNECTION = 8192 };

struct budget_bound {
    int64_t left; /* bytes or processes; BUDGET_UNBOUND: no bound is known */
    char by[64];  /* the source: "memory.max of the cgroup", "the host"; empty
                     if no bound is known */
};

struct budget {
    struct budget_bound memory, processes;
};

/* Returns the memory and processes (threads count, too) left now, at least 0:
   the lowest of the readable bounds; BUDGET_UNBOUND without any.  Keeps errno.
   Linux: the first call searches the control groups.  */
struct budget budget_now(void);

/* The part of BOUND for a probe: half, rounded down, or BUDGET_UNBOUND.  */
int64_t budget_share(const struct budget_bound *bound);

/* The max number of concurrent connections, both ends in this container, that
   fit in half of BUDGET's memory, or BUDGET_UNBOUND; processes are ignored.  */
int64_t budget_connections(const struct budget *budget);

/* Write to TEXT, of SIZE bytes (truncated), why NEED bytes for WHAT exceed half
   of BOUND, in whole MiB (left: rounded down, need: up), as the end of a
   sentence: "memory: memory.max of the cgroup leaves 3 MiB, half of which may
   be taken, and WHAT needs about 24 MiB".  BOUND is of memory and not
   BUDGET_UNBOUND.  Nothing is compared.  */
void budget_explain(char *text, size_t size, const struct budget_bound *bound,
                    const char *what, int64_t need);

/* Let the kernel kill this process first when memory runs out, also processes
   forked later.  Needs no privilege.  Returns 0; or -1 with the errno of open
   or write, ENOENT on systems other than Linux.  */
int budget_volunteer(void);

/* The number of processes of this container that the kernel has killed because
   memory ran out, ever: compare two calls.  -1: unknown.  Keeps errno.  */
int64_t budget_oom_kills(void);

#endif /* BASE_BUDGET_H */
