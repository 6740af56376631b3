# sonde-budget.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_BUDGET
# ------------
# Choose the leaf that reads how much memory and how many processes are left:
#   linux  files of /proc and of control groups; no header declares the files,
#          so the test is for the system itself
#   none   not known
# Override with sonde_cv_budget=LEAF.
AC_DEFUN([SONDE_BUDGET],
[AC_CACHE_CHECK([how to read the memory that is left], [sonde_cv_budget],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#ifndef __linux__
# error no Linux
#endif
]], [])],
    [sonde_cv_budget=linux], [sonde_cv_budget=none])])
AM_CONDITIONAL([SONDE_BUDGET_LINUX], [test "$sonde_cv_budget" = linux])
])
