# sonde-budget.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_BUDGET
# ------------
# Choose the leaf that knows how much memory and how many processes are left:
#   linux  files of /proc and of control groups, which have no header; so the
#          system itself is asked for
#   none   nobody says
# Override with sonde_cv_budget=LEAF.
AC_DEFUN([SONDE_BUDGET],
[AC_CACHE_CHECK([how to know what memory is left], [sonde_cv_budget],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#ifndef __linux__
# error no Linux
#endif
]], [])],
    [sonde_cv_budget=linux], [sonde_cv_budget=none])])
AM_CONDITIONAL([SONDE_BUDGET_LINUX], [test "$sonde_cv_budget" = linux])
])
