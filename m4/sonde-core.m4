# sonde-core.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_CORE
# ----------
# Choose the leaf that keeps the kernel from making a core of a process:
#   linux  PR_SET_DUMPABLE beside the limit, which does not keep a core from the
#          program that core_pattern names
#   limit  RLIMIT_CORE, which is all that POSIX has
# Override with sonde_cv_core=LEAF.
AC_DEFUN([SONDE_CORE],
[AC_CACHE_CHECK([how to do without cores], [sonde_cv_core],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/prctl.h>
]], [[return prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);]])],
    [sonde_cv_core=linux], [sonde_cv_core=limit])])
AM_CONDITIONAL([SONDE_CORE_LINUX], [test "$sonde_cv_core" = linux])
])
