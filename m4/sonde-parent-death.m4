# sonde-parent-death.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_PARENT_DEATH
# ------------------
# Define HAVE_PR_SET_PDEATHSIG (Linux) or HAVE_PROC_PDEATHSIG_CTL (FreeBSD
# 11.2) where the system can send a signal to a child when its parent ends; not
# on macOS, NetBSD and OpenBSD.  Link tests.
AC_DEFUN([SONDE_PARENT_DEATH],
[AC_CACHE_CHECK([for a signal at the parent's end],
  [sonde_cv_parent_death],
  [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <sys/prctl.h>
]], [[return prctl (PR_SET_PDEATHSIG, 0);]])], [sonde_cv_parent_death=prctl],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/wait.h>
#include <sys/procctl.h>
]], [[int signo = 0;
return procctl (P_PID, 0, PROC_PDEATHSIG_CTL, &signo);]])],
      [sonde_cv_parent_death=procctl], [sonde_cv_parent_death=none])])])
AS_CASE([$sonde_cv_parent_death],
  [prctl], [AC_DEFINE([HAVE_PR_SET_PDEATHSIG], [1],
    [Define to 1 if prctl has PR_SET_PDEATHSIG.])],
  [procctl], [AC_DEFINE([HAVE_PROC_PDEATHSIG_CTL], [1],
    [Define to 1 if procctl has PROC_PDEATHSIG_CTL.])])
])
