# sonde-aio.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_AIO
# ---------
# Choose the leaf that tests whether a socket can be read asynchronously:
#   posix  aio_read and its kin, in librt before glibc 2.34: SONDE_AIO_LIBS
#   none   no such functions (OpenBSD)
# _POSIX_ASYNCHRONOUS_IO is no test: macOS has the functions and defines -1.
# Whether the functions work for a socket is tested at run time.
# Override with sonde_cv_aio=LEAF, LIBS by ac_cv_search_aio_read.
AC_DEFUN([SONDE_AIO],
[sonde_saved_LIBS=$LIBS
LIBS=
AC_SEARCH_LIBS([aio_read], [rt])
SONDE_AIO_LIBS=$LIBS
AC_CACHE_CHECK([how to read asynchronously], [sonde_cv_aio],
  [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <aio.h>
]], [[struct aiocb block = { .aio_fildes = 0 };
const struct aiocb *list[] = { &block };
return aio_read (&block) + aio_suspend (list, 1, 0) + aio_error (&block)
       + (int) aio_return (&block);]])],
    [sonde_cv_aio=posix], [sonde_cv_aio=none])])
LIBS=$sonde_saved_LIBS
SONDE_AIO_LEAF=$sonde_cv_aio
AC_SUBST([SONDE_AIO_LEAF])
AC_SUBST([SONDE_AIO_LIBS])
AM_CONDITIONAL([SONDE_AIO_POSIX], [test "$SONDE_AIO_LEAF" = posix])
])
