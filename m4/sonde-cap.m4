# sonde-cap.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_CAP
# ---------
# Choose the leaf that reads the setting for the cap of every listen queue:
#   sysctl  sysctlbyname (FreeBSD, DragonFly, macOS; NetBSD has the function
#           without such a setting: the leaf handles the case) or the number
#           KERN_SOMAXCONN for sysctl (OpenBSD, without names)
#   linux   /proc/sys/net/core/somaxconn; a fact by $host_os, since a file of
#           the target cannot be looked for at build time
#   none    the cap is measured, and has no name
# glibc once had a sysctl function of its own, so linux comes first.
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
