# sonde-cap.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_CAP
# ---------
# Choose the leaf that reads the setting which caps every listen queue:
#   sysctl  sysctlbyname (FreeBSD, DragonFly, macOS; NetBSD has it, and no such
#           setting, which the leaf knows) or the number KERN_SOMAXCONN for
#           sysctl (OpenBSD, which has no names)
#   linux   /proc/sys/net/core/somaxconn; a table of facts by $host_os, since
#           whether a file will be there cannot be asked at build time
#   none    the cap is whatever is measured, without a name
# glibc once had a sysctl function of its own, so linux is asked for first.
# Override with sonde_cv_cap=LEAF.
AC_DEFUN([SONDE_CAP],
[AC_REQUIRE([AC_CANONICAL_HOST])
AC_CACHE_CHECK([how to read the cap of listen queues], [sonde_cv_cap],
  [AS_CASE([$host_os], [linux*], [sonde_cv_cap=linux],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/sysctl.h>
]], [[int value;
size_t size = sizeof value;
#ifdef KERN_SOMAXCONN
int name[2] = { CTL_KERN, KERN_SOMAXCONN };
return sysctl (name, 2, &value, &size, 0, 0);
#else
return sysctlbyname ("kern.ipc.somaxconn", &value, &size, 0, 0);
#endif]])], [sonde_cv_cap=sysctl], [sonde_cv_cap=none])])])
SONDE_CAP_LEAF=$sonde_cv_cap
AC_SUBST([SONDE_CAP_LEAF])
AM_CONDITIONAL([SONDE_CAP_LINUX], [test "$SONDE_CAP_LEAF" = linux])
AM_CONDITIONAL([SONDE_CAP_SYSCTL], [test "$SONDE_CAP_LEAF" = sysctl])
AM_CONDITIONAL([SONDE_CAP_NONE], [test "$SONDE_CAP_LEAF" = none])
])
