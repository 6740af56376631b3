# sonde-memory-stream.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_MEMORY_STREAM
# -------------------
# Choose the leaf that makes a stream which writes to memory:
#   cookie   fopencookie (glibc, musl, FreeBSD 11)
#   funopen  funopen (NetBSD, OpenBSD, macOS)
#   posix    open_memstream, which may lose bytes where memory runs out for a
#            moment
# Override with sonde_cv_memory_stream=LEAF.
AC_DEFUN([SONDE_MEMORY_STREAM],
[AC_CACHE_CHECK([how to write to memory], [sonde_cv_memory_stream],
  [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <stdio.h>
]], [[cookie_io_functions_t functions = { 0 };
return !fopencookie ((void *) 0, "w", functions);]])],
    [sonde_cv_memory_stream=cookie],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <stdio.h>
]], [[return !funopen ("", 0, 0, 0, 0);]])],
      [sonde_cv_memory_stream=funopen],
      [sonde_cv_memory_stream=posix])])])
AM_CONDITIONAL([SONDE_MEMORY_STREAM_COOKIE],
  [test "$sonde_cv_memory_stream" = cookie])
AM_CONDITIONAL([SONDE_MEMORY_STREAM_FUNOPEN],
  [test "$sonde_cv_memory_stream" = funopen])
])
