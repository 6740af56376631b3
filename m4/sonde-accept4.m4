# sonde-accept4.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_ACCEPT4
# -------------
# Define HAVE_ACCEPT4 where accept4 links and takes SOCK_CLOEXEC and
# SOCK_NONBLOCK: Linux, FreeBSD, NetBSD 8, OpenBSD, illumos; not macOS.  A link
# test is enough: the library falls back at run time if the kernel lacks the
# call (ENOSYS).
#
# Define ACCEPT4_INHERITS_NONBLOCK where a new socket is non-blocking if the
# listener is, despite the flags of accept4: illumos and Solaris, a fact by
# $host_os, since only a run test could detect the difference.
AC_DEFUN([SONDE_ACCEPT4],
[AC_REQUIRE([AC_CANONICAL_HOST])
AC_CACHE_CHECK([for accept4 with its flags], [sonde_cv_accept4],
  [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/socket.h>
]], [[return accept4 (0, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);]])],
    [sonde_cv_accept4=yes], [sonde_cv_accept4=no])])
AS_IF([test "$sonde_cv_accept4" = yes],
  [AC_DEFINE([HAVE_ACCEPT4], [1],
    [Define to 1 if accept4 exists with SOCK_CLOEXEC and SOCK_NONBLOCK.])])
AS_CASE([$host_os], [solaris*],
  [AC_DEFINE([ACCEPT4_INHERITS_NONBLOCK], [1],
    [Define to 1 if accept4 inherits O_NONBLOCK despite its flags.])])
])
