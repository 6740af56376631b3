# sonde-queue.m4 serial 2
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_QUEUE
# -----------
# Choose the leaf that asks a listening socket for its queue:
#   linux    TCP_INFO, whose tcpi_unacked and tcpi_sacked are the queue's
#            length and limit on a listener (FreeBSD has a TCP_INFO too, but
#            names these members __tcpi_*, and they mean nothing there)
#   freebsd  the options SO_LISTENQLEN, SO_LISTENQLIMIT, SO_LISTENINCQLEN
#   xnu      the sysctl net.inet.tcp.pcblist_n: macOS and its kin, by $host_os,
#            since a sysctl's name cannot be asked for at build time
#   none     nothing known: sonde_queue says ENOTSUP
# Override with sonde_cv_queue=LEAF.
AC_DEFUN([SONDE_QUEUE],
[AC_REQUIRE([AC_CANONICAL_HOST])
AC_CACHE_CHECK([how to ask a listening socket for its queue], [sonde_cv_queue],
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
