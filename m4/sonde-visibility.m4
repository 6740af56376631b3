# sonde-visibility.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_VISIBILITY
# ----------------
# How the installed library exports the names of sonde.h alone.
# Methods, in this order:
#   the compiler's -fvisibility=hidden, with the names of sonde.h between
#     "#pragma GCC visibility": works with every linker, also macOS's and zig's
#   libtool's -export-symbols-regex, ignored or refused by some linkers
# Sets SONDE_HIDDEN (for CFLAGS) or SONDE_EXPORTS (for libsonde's LDFLAGS).
AC_DEFUN([SONDE_VISIBILITY],
[AC_CACHE_CHECK([whether $CC can hide names], [sonde_cv_visibility],
  [sonde_saved_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -Werror -fvisibility=hidden"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#pragma GCC visibility push(default)
int shown (void);
#pragma GCC visibility pop
int shown (void) { return 0; }
]])], [sonde_cv_visibility=yes], [sonde_cv_visibility=no])
  CFLAGS=$sonde_saved_CFLAGS])
SONDE_HIDDEN=
SONDE_EXPORTS=
AS_IF([test "$sonde_cv_visibility" = yes],
  [SONDE_HIDDEN=-fvisibility=hidden],
  [SONDE_EXPORTS="-export-symbols-regex '^sonde_@<:@a-z@:>@'"])
AC_SUBST([SONDE_HIDDEN])
AC_SUBST([SONDE_EXPORTS])
])
