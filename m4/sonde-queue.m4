# sonde-queue.m4 serial 2
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_QUEUE
# -----------
# Choose the leaf that reads the queue of a listening socket:
#   linux    TCP_INFO: on a listener tcpi_unacked is the queue's length and
#            tcpi_sacked the backlog (the TCP_INFO of FreeBSD names the members
#            __tcpi_*, without this meaning)
#   freebsd  the options SO_LISTENQLEN, SO_LISTENQLIMIT, SO_LISTENINCQLEN
#   xnu      the sysctl net.inet.tcp.pcblist_n: macOS and its kin, by $host_os,
#            since the name of a sysctl cannot be tested at build time
#   none     no way known: sonde_queue fails with ENOTSUP
# Override with sonde_cv_queue=LEAF.
AC_DEFUN([SONDE_QUEUE],
[AC_REQUIRE([AC_CANONICAL_HOST])
AC_CACHE_CHECK([how to read the queue of a listening socket], [sonde_cv_queue],
  [sonde_cv_queue=none
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
]], [[struct tcp_info info;
info.tcpi_unacked = TCP_INFO;
info.tcpi_sacked = TCP_LISTEN;
return (int) (info.tcpi_unacked + info.tcpi_sacked);]])],
    [sonde_cv_queue=linux],
    [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/socket.h>
]], [[return SO_LISTENQLEN + SO_LISTENQLIMIT + SO_LISTENINCQLEN;]])],
      [sonde_cv_queue=freebsd],
      [AS_CASE([$host_os], [darwin*],
        [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/sysctl.h>
]], [[size_t size = 0;
return sysctlbyname ("net.inet.tcp.pcblist_n", 0, &size, 0, 0);]])],
          [sonde_cv_queue=xnu])])])])])
SONDE_QUEUE_LEAF=$sonde_cv_queue
AC_SUBST([SONDE_QUEUE_LEAF])
AM_CONDITIONAL([SONDE_QUEUE_LINUX], [test "$SONDE_QUEUE_LEAF" = linux])
AM_CONDITIONAL([SONDE_QUEUE_FREEBSD], [test "$SONDE_QUEUE_LEAF" = freebsd])
AM_CONDITIONAL([SONDE_QUEUE_XNU], [test "$SONDE_QUEUE_LEAF" = xnu])
AM_CONDITIONAL([SONDE_QUEUE_NONE], [test "$SONDE_QUEUE_LEAF" = none])
])
