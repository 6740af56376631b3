# sonde-tun.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_TUN
# ---------
# Choose the leaf with which a program plays the hosts behind an interface:
#   linux  /dev/net/tun and its TUNSETIFF; tested without linux/if_tun.h, which
#          musl's headers lack
#   none   no way known: questions that need such a peer are skipped
# Override with sonde_cv_tun=LEAF.
AC_DEFUN([SONDE_TUN],
[AC_CACHE_CHECK([how to play the peer behind an interface], [sonde_cv_tun],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <net/if.h>
#include <net/route.h>
#ifndef __linux__
#error "no Linux"
#endif
]], [[struct ifreq request;
struct rtentry route;
route.rt_dev = request.ifr_name;
return ioctl (0, _IOW ('T', 202, int), &request)
       + ioctl (0, SIOCADDRT, &route);]])],
    [sonde_cv_tun=linux], [sonde_cv_tun=none])])
SONDE_TUN_LEAF=$sonde_cv_tun
AC_SUBST([SONDE_TUN_LEAF])
AM_CONDITIONAL([SONDE_TUN_LINUX], [test "$SONDE_TUN_LEAF" = linux])
])
