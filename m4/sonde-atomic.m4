# sonde-atomic.m4 - the library that atomic integers of 64 bits may need
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_ATOMIC
# Some processors of 32 bits (powerpc) have no instruction for them: gcc calls
# libatomic then.  Sets LIBATOMIC.  Link tests only; to override, set
# sonde_cv_libatomic to the linker's flag, or to "none".
AC_DEFUN([SONDE_ATOMIC], [
  AC_CACHE_CHECK([what atomic integers of 64 bits need], [sonde_cv_libatomic], [
    sonde_cv_libatomic=none
    m4_define([sonde_atomic_program], [AC_LANG_PROGRAM([[
        #include <stdatomic.h>
        #include <stdint.h>
        static _Atomic (uint64_t) number;]],
      [[atomic_fetch_add (&number, 1); return (int) atomic_load (&number);]])])
    AC_LINK_IFELSE([sonde_atomic_program], [], [
      sonde_save_LIBS=$LIBS
      LIBS="$LIBS -latomic"
      AC_LINK_IFELSE([sonde_atomic_program], [sonde_cv_libatomic=-latomic])
      LIBS=$sonde_save_LIBS])])
  LIBATOMIC=
  AS_IF([test "$sonde_cv_libatomic" != none], [LIBATOMIC=$sonde_cv_libatomic])
  AC_SUBST([LIBATOMIC])
])
