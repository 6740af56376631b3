# sonde-sa-len.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_SA_LEN
# ------------
# Define HAVE_SA_LEN where socket addresses begin with their own length
# (4.4BSD and its descendants: the BSDs, macOS, AIX); Linux, illumos and
# Windows have no such member.  A compile test serves cross builds, too.
AC_DEFUN([SONDE_SA_LEN],
[AC_CACHE_CHECK([whether socket addresses hold their length], [sonde_cv_sa_len],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/socket.h>
]], [[struct sockaddr sa; sa.sa_len = 16; return sa.sa_len;]])],
    [sonde_cv_sa_len=yes], [sonde_cv_sa_len=no])])
AS_IF([test "$sonde_cv_sa_len" = yes],
  [AC_DEFINE([HAVE_SA_LEN], [1],
    [Define to 1 if struct sockaddr has the member sa_len.])])
])
