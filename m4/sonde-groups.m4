# sonde-groups.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_GROUPS
# ------------
# Define GROUPLIST_T as the type of the groups of getgrouplist: gid_t, on macOS
# int; and GROUP_COUNT_T as the type of the count of setgroups: size_t on Linux,
# int on the BSDs and macOS.  Compile tests.
AC_DEFUN([SONDE_GROUPS],
[AC_CACHE_CHECK([for the type of getgrouplist's groups],
  [sonde_cv_type_grouplist],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <grp.h>
#include <unistd.h>
int getgrouplist (const char *, gid_t, gid_t *, int *);
]])], [sonde_cv_type_grouplist=gid_t], [sonde_cv_type_grouplist=int])])
AC_DEFINE_UNQUOTED([GROUPLIST_T], [$sonde_cv_type_grouplist],
  [The type of getgrouplist's groups.])
AC_CACHE_CHECK([for the type of setgroups's count],
  [sonde_cv_type_group_count],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <grp.h>
#include <unistd.h>
int setgroups (size_t, const gid_t *);
]])], [sonde_cv_type_group_count=size_t], [sonde_cv_type_group_count=int])])
AC_DEFINE_UNQUOTED([GROUP_COUNT_T], [$sonde_cv_type_group_count],
  [The type of setgroups's count.])
])
