/* core.h - no core dump of a process killed by a signal
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_CORE_H
#define PROBES_RUN_CORE_H 1

/* Prevent core dumps of this process, to files and to programs, as far as the
   system allows: RLIMIT_CORE, soft and hard, becomes 0.  Failures are ignored.
   Children of fork inherit the setting.  On Linux the process is also no longer
   "dumpable" (prctl(2)).  */
void core_none(void);

#endif /* PROBES_RUN_CORE_H */
