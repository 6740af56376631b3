# sonde-warnings.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_WARNINGS
# --------------
# Set SONDE_CFLAGS to the warnings of this compiler, for sonde's own sources,
# not for gnulib's.  --enable-werror turns warnings into errors: for developers
# and CI, never the default, since a newer compiler may warn of correct code.
# Callbacks, and leaves for systems without a feature, leave parameters unused.
AC_DEFUN([SONDE_WARNINGS],
[AC_ARG_ENABLE([werror],
  [AS_HELP_STRING([--enable-werror], [treat warnings in our sources as errors])],
  [sonde_werror=$enableval], [sonde_werror=no])
SONDE_CFLAGS=
sonde_saved_CFLAGS=$CFLAGS
for sonde_flag in \
  -Wall -Wextra -Wno-unused-parameter -Wpedantic -Wshadow -Wvla -Wformat=2 \
  -Wconversion -Wsign-conversion -Wcast-align=strict -Wcast-qual -Wpointer-arith \
  -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
  -Wold-style-definition -Wmissing-variable-declarations -Wredundant-decls \
  -Wnested-externs -Wnull-dereference -Wduplicated-cond -Wlogical-op \
  -Wswitch-enum -Wimplicit-fallthrough -Wdouble-promotion -Winit-self
do
  AS_VAR_PUSHDEF([sonde_var], [sonde_cv_warn_$sonde_flag])
  AC_CACHE_CHECK([whether $CC knows $sonde_flag], [sonde_var],
    [dnl Without -Werror clang only ignores an unknown flag.
    CFLAGS="$sonde_saved_CFLAGS -Werror $sonde_flag"
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([int sonde_dummy;])],
      [AS_VAR_SET([sonde_var], [yes])], [AS_VAR_SET([sonde_var], [no])])
    CFLAGS=$sonde_saved_CFLAGS])
  AS_VAR_IF([sonde_var], [yes], [SONDE_CFLAGS="$SONDE_CFLAGS $sonde_flag"])
  AS_VAR_POPDEF([sonde_var])
done
AS_VAR_IF([sonde_werror], [yes], [SONDE_CFLAGS="$SONDE_CFLAGS -Werror"])
AC_SUBST([SONDE_CFLAGS])
])
