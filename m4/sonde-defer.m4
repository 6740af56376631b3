# sonde-defer.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_DEFER
# -----------
# Choose the leaf that keeps the handshakes of a listener open:
#   linux  TCP_DEFER_ACCEPT: a handshake ends when data arrives
#   none   no way known; the accept filters of FreeBSD are kernel modules, and
#          hold back whole connections
# Override with sonde_cv_defer=LEAF.
AC_DEFUN([SONDE_DEFER],
[AC_CACHE_CHECK([how to keep handshakes open], [sonde_cv_defer],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <netinet/in.h>
#include <netinet/tcp.h>
]], [[return TCP_DEFER_ACCEPT;]])],
    [sonde_cv_defer=linux], [sonde_cv_defer=none])])
SONDE_DEFER_LEAF=$sonde_cv_defer
AC_SUBST([SONDE_DEFER_LEAF])
AM_CONDITIONAL([SONDE_DEFER_LINUX], [test "$SONDE_DEFER_LEAF" = linux])
])
