# sonde-stream.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_STREAM
# ------------
# For lib/stream.c, to wait and to write without SIGPIPE, beside SONDE_THREADS.
# clock_gettime is in librt before glibc 2.17.  Define HAVE_SIGTIMEDWAIT where
# sigtimedwait links: not on macOS and OpenBSD, which have sigpending and
# sigwait only.  MSG_NOSIGNAL and SO_NOSIGPIPE are macros and need no test.
AC_DEFUN([SONDE_STREAM],
[AC_SEARCH_LIBS([clock_gettime], [rt])
AC_CHECK_FUNCS([sigtimedwait])
])
