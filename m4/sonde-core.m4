# sonde-core.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_CORE
# ----------
# Choose the leaf that prevents core dumps of a process:
#   linux  PR_SET_DUMPABLE beside the limit, since the limit has no effect on a
#          program named in core_pattern
#   limit  RLIMIT_CORE, the only means of POSIX
# Override with sonde_cv_core=LEAF.
AC_DEFUN([SONDE_CORE],
[AC_CACHE_CHECK([how to prevent core dumps], [sonde_cv_core],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/prctl.h>
]], [[return prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);]])],
    [sonde_cv_core=linux], [sonde_cv_core=limit])])
AM_CONDITIONAL([SONDE_CORE_LINUX], [test "$sonde_cv_core" = linux])
])
