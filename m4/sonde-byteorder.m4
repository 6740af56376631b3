# sonde-byteorder.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_BYTEORDER
# ---------------
# sonde.h takes the byte order from the compiler's __BYTE_ORDER__, which is
# right for each half of a universal build.  This macro only checks, by
# compiling, that the compiler defines __BYTE_ORDER__, for the summary; the
# result never enters config.h, where one file would serve two architectures.
# No run test: cross builds need the result, too.
AC_DEFUN([SONDE_BYTEORDER],
[AC_CACHE_CHECK([for the byte order at compile time], [sonde_cv_byteorder],
  [sonde_cv_byteorder=unknown
  for sonde_order in little big; do
    AS_CASE([$sonde_order], [little], [sonde_macro=__ORDER_LITTLE_ENDIAN__],
      [sonde_macro=__ORDER_BIG_ENDIAN__])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#if !defined __BYTE_ORDER__ || __BYTE_ORDER__ != $sonde_macro
# error "not this order"
#endif
]])], [sonde_cv_byteorder=$sonde_order-endian])
  done])
AS_IF([test "$sonde_cv_byteorder" = unknown], [AC_MSG_ERROR(
  [the compiler does not define __BYTE_ORDER__ as little- or big-endian;
  gcc 4.6, clang and their descendants do])])
])
