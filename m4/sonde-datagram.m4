# sonde-datagram.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_DATAGRAM
# --------------
# Choose the leaf that reads the local destination address of an IPv4 datagram,
# and states the source address of a reply:
#   dstaddr  IP_RECVDSTADDR and IP_SENDSRCADDR (FreeBSD, NetBSD 8, OpenBSD,
#            DragonFly); first, because NetBSD also has IP_RECVPKTINFO, which
#            gives the sender's address there
#   pktinfo  IP_PKTINFO (Linux, macOS, illumos)
#   none     the system chooses the address, and does not report the address
# IPv6 has one way everywhere (RFC 3542), on macOS only if __APPLE_USE_RFC_3542
# is defined.  Compile tests: only constants and types are needed.
# Override with sonde_cv_datagram=LEAF.
AC_DEFUN([SONDE_DATAGRAM],
[AC_DEFINE([__APPLE_USE_RFC_3542], [1],
  [Define to 1 to get IPV6_PKTINFO as in RFC 3542 on macOS.])
AC_CACHE_CHECK([how to get the local address of a datagram],
  [sonde_cv_datagram],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
]], [[return IP_RECVDSTADDR + IP_SENDSRCADDR;]])],
    [sonde_cv_datagram=dstaddr],
    [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
]], [[struct in_pktinfo info;
info.ipi_ifindex = IP_PKTINFO;
info.ipi_addr.s_addr = 0;
info.ipi_spec_dst.s_addr = 0;
return (int) info.ipi_ifindex;]])],
      [sonde_cv_datagram=pktinfo], [sonde_cv_datagram=none])])])
SONDE_DATAGRAM_LEAF=$sonde_cv_datagram
AC_SUBST([SONDE_DATAGRAM_LEAF])
AM_CONDITIONAL([SONDE_DATAGRAM_PKTINFO],
  [test "$SONDE_DATAGRAM_LEAF" = pktinfo])
AM_CONDITIONAL([SONDE_DATAGRAM_DSTADDR],
  [test "$SONDE_DATAGRAM_LEAF" = dstaddr])
AM_CONDITIONAL([SONDE_DATAGRAM_NONE], [test "$SONDE_DATAGRAM_LEAF" = none])
])
