# sonde-queue.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_QUEUE
# -----------
# Choose the leaf that asks a listening socket for its queue:
#   linux  TCP_INFO, whose tcpi_unacked and tcpi_sacked are the queue's length
#          and limit on a listener (FreeBSD has a TCP_INFO too, but names these
#          members __tcpi_*, and they mean nothing there)
#   none   nothing known: sonde_queue says ENOTSUP
# Override with sonde_cv_queue=LEAF.
AC_DEFUN([SONDE_QUEUE],
[AC_CACHE_CHECK([how to ask a listening socket for its queue], [sonde_cv_queue],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
]], [[struct tcp_info info;
info.tcpi_unacked = TCP_INFO;
info.tcpi_sacked = TCP_LISTEN;
return (int) (info.tcpi_unacked + info.tcpi_sacked);]])],
    [sonde_cv_queue=linux], [sonde_cv_queue=none])])
SONDE_QUEUE_LEAF=$sonde_cv_queue
AC_SUBST([SONDE_QUEUE_LEAF])
AM_CONDITIONAL([SONDE_QUEUE_LINUX], [test "$SONDE_QUEUE_LEAF" = linux])
AM_CONDITIONAL([SONDE_QUEUE_NONE], [test "$SONDE_QUEUE_LEAF" = none])
])
