# sonde-retransmissions.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_RETRANSMISSIONS
# ---------------------
# Choose the leaf that counts the retransmitted segments of a connection:
#   linux    TCP_INFO, tcpi_total_retrans, which counts a SYN, too
#   none     no such count.  FreeBSD (tcpi_snd_rexmitpack) and macOS
#            (tcpi_txretransmitpackets) count segments with data only: 0 would
#            be wrong for a retransmitted SYN
# Override with sonde_cv_retransmissions=LEAF.
AC_DEFUN([SONDE_RETRANSMISSIONS],
[AC_CACHE_CHECK([how to count retransmitted segments],
  [sonde_cv_retransmissions],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
]], [[struct tcp_info info;
info.tcpi_total_retrans = TCP_INFO;
info.tcpi_state = TCP_LISTEN;
return (int) (info.tcpi_total_retrans + info.tcpi_state);]])],
    [sonde_cv_retransmissions=linux], [sonde_cv_retransmissions=none])])
AM_CONDITIONAL([SONDE_RETRANSMISSIONS_LINUX],
  [test "$sonde_cv_retransmissions" = linux])
])
