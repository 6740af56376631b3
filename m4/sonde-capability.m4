# sonde-capability.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_CAPABILITY
# ----------------
# Choose the leaf that drops the capabilities of a process:
#   linux  capset, by the numbers of the kernel's header: libcap is not needed
#   none   no capabilities (the BSDs, macOS)
# Override with sonde_cv_capability=LEAF.
AC_DEFUN([SONDE_CAPABILITY],
[AC_CACHE_CHECK([how to drop capabilities], [sonde_cv_capability],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <linux/capability.h>
#include <sys/syscall.h>
]], [[return SYS_capset + _LINUX_CAPABILITY_VERSION_3;]])],
    [sonde_cv_capability=linux], [sonde_cv_capability=none])])
AM_CONDITIONAL([SONDE_CAPABILITY_LINUX],
  [test "$sonde_cv_capability" = linux])
])
