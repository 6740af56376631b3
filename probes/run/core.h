/* core.h - no picture of a process that ends by a signal
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_CORE_H
#define PROBES_RUN_CORE_H 1

/* Have the kernel keep no core of this process, and hand it to no program
   either, as far as that can be had.  */
void core_none(void);

#endif /* PROBES_RUN_CORE_H */
