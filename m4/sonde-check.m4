# sonde-check.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_CHECK
# -----------
# Find the unit test library check, by pkg-config and by linking with the
# compiler of the host: in a cross or musl build pkg-config finds the library
# of the build machine, which does not link.  --with-check makes a missing
# library an error, --without-check omits the unit tests.
AC_DEFUN([SONDE_CHECK],
[AC_ARG_WITH([check],
  [AS_HELP_STRING([--with-check], [build the unit tests (default: if check is found)])],
  [], [with_check=auto])
sonde_have_check=no
sonde_why_no_check='--without-check was given'
AS_IF([test "$with_check" != no],
  [sonde_why_no_check='the library check was not found'
  PKG_CHECK_MODULES([CHECK], [check >= 0.11],
    [sonde_why_no_check="the library check does not link for $host"
    sonde_saved_LIBS=$LIBS
    sonde_saved_CFLAGS=$CFLAGS
    LIBS="$CHECK_LIBS $LIBS"
    CFLAGS="$CFLAGS $CHECK_CFLAGS"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <check.h>]],
      [[return suite_create ("s") == 0;]])], [sonde_have_check=yes])
    LIBS=$sonde_saved_LIBS
    CFLAGS=$sonde_saved_CFLAGS], [:])])
AS_IF([test "$with_check" = yes && test "$sonde_have_check" = no],
  [AC_MSG_ERROR([--with-check was given, but check was not found for $host])])
AM_CONDITIONAL([SONDE_HAVE_CHECK], [test "$sonde_have_check" = yes])
])
