# sonde-hardening.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_HARDENING
# ---------------
# What compiler and linker offer against exploits of memory errors, by default;
# --disable-hardening adds nothing, and removes no default of the compiler.
# Each is linked as a test, since a compiler may accept a flag and its library
# lack the functions (musl's libssp_nonshared), and a linker may not know -z.
# Sets
#   SONDE_HARDENED_CFLAGS   added to SONDE_CFLAGS, for tests/hardened.sh, too:
#                           the stack protector, checked growth of the stack,
#                           control-flow protection, -fPIE
#   SONDE_HARDENED_LDFLAGS  for programs and libraries: read-only relocations,
#                           bound at the start; that also saves each forked
#                           child the page faults of lazy binding
#   SONDE_HARDENED_PIE      for programs alone: -pie
# and in config.h _FORTIFY_SOURCE, where the compiler optimizes, is not told of
# another level and does not sanitize: there, since CFLAGS may change with make.
# With -static in LDFLAGS there is no -pie: not all systems have static PIE.
# Override with sonde_cv_hardening_FLAG=no, sonde_cv_fortify=no.
AC_DEFUN([SONDE_HARDENING],
[AC_ARG_ENABLE([hardening],
  [AS_HELP_STRING([--disable-hardening],
    [add no flags for protection against memory errors])],
  [sonde_hardening=$enableval], [sonde_hardening=yes])
SONDE_HARDENED_CFLAGS= SONDE_HARDENED_LDFLAGS= SONDE_HARDENED_PIE=
AS_IF([test "$sonde_hardening" = yes],
  [for sonde_flag in -fstack-protector-strong -fstack-clash-protection \
    -fcf-protection
  do
    _SONDE_HARDENING_LINKS([$sonde_flag], [$sonde_flag $lt_prog_compiler_pic],
      [], [SONDE_HARDENED_CFLAGS="$SONDE_HARDENED_CFLAGS $sonde_flag"])
  done
  for sonde_flag in -Wl,-z,relro -Wl,-z,now
  do
    _SONDE_HARDENING_LINKS([$sonde_flag], [], [$sonde_flag],
      [SONDE_HARDENED_LDFLAGS="$SONDE_HARDENED_LDFLAGS $sonde_flag"])
  done
  AS_CASE([" $LDFLAGS $CFLAGS "],
    [*' -static '* | *' --static '* | *' -no-pie '* | *' -fno-pie '*], [],
    [_SONDE_HARDENING_LINKS([-pie], [-fPIE], [-pie],
      [SONDE_HARDENED_CFLAGS="$SONDE_HARDENED_CFLAGS -fPIE"
      SONDE_HARDENED_PIE=-pie])])
  _SONDE_HARDENING_FORTIFY])
SONDE_CFLAGS="$SONDE_CFLAGS$SONDE_HARDENED_CFLAGS"
AC_SUBST([SONDE_HARDENED_CFLAGS])
AC_SUBST([SONDE_HARDENED_LDFLAGS])
AC_SUBST([SONDE_HARDENED_PIE])
dnl Before gnulib's part of config.h, which includes headers of the C library.
AH_TOP([#if defined SONDE_FORTIFY && defined __OPTIMIZE__ && \
    !defined _FORTIFY_SOURCE && !defined __SANITIZE_ADDRESS__ && \
    !defined __SANITIZE_THREAD__
#ifndef __has_feature
#define SONDE_SANITIZED 0
#else
#define SONDE_SANITIZED \
    (__has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
     __has_feature(thread_sanitizer))
#endif
#if !SONDE_SANITIZED
#define _FORTIFY_SOURCE SONDE_FORTIFY
#endif
#endif])
])

# _SONDE_HARDENING_LINKS(FLAG, CFLAGS, LDFLAGS, [IF-YES])
# ------------------------------------------------------
# Whether a program with an array on the stack links, without a warning, with
# these flags more.
AC_DEFUN([_SONDE_HARDENING_LINKS],
[AS_VAR_PUSHDEF([sonde_var], [sonde_cv_hardening_$1])
AC_CACHE_CHECK([whether $CC links with $1], [sonde_var],
  [sonde_saved_CFLAGS=$CFLAGS sonde_saved_LDFLAGS=$LDFLAGS
  CFLAGS="$CFLAGS -Werror $2" LDFLAGS="$LDFLAGS $3"
  _SONDE_HARDENING_PROGRAM([AS_VAR_SET([sonde_var], [yes])],
    [AS_VAR_SET([sonde_var], [no])])
  CFLAGS=$sonde_saved_CFLAGS LDFLAGS=$sonde_saved_LDFLAGS])
AS_VAR_IF([sonde_var], [yes], [$4])
AS_VAR_POPDEF([sonde_var])])

# _SONDE_HARDENING_PROGRAM(IF-LINKS, IF-NOT)
# ------------------------------------------
AC_DEFUN([_SONDE_HARDENING_PROGRAM],
[AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main (int argc, char **argv)
{
  char text[64], copy[64];
  long got = (long) read (0, text, sizeof text - 1);
  text[got > 0 ? got : 0] = 0;
  strcpy (copy, text);
  snprintf (text, sizeof text, "%s %d", copy, argc);
  return puts (text) < 0 || argv == 0;
}
]])], [$1], [$2])])

# _SONDE_HARDENING_FORTIFY
# ------------------------
# Whether the C library has the functions of _FORTIFY_SOURCE: with -O2, whatever
# CFLAGS say now.
AC_DEFUN([_SONDE_HARDENING_FORTIFY],
[AC_CACHE_CHECK([whether $CC links with _FORTIFY_SOURCE], [sonde_cv_fortify],
  [sonde_saved_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -Werror -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"
  _SONDE_HARDENING_PROGRAM([sonde_cv_fortify=yes], [sonde_cv_fortify=no])
  CFLAGS=$sonde_saved_CFLAGS])
AS_IF([test "$sonde_cv_fortify" = yes],
  [SONDE_HARDENED_CFLAGS="$SONDE_HARDENED_CFLAGS -DSONDE_FORTIFY=2"])])
