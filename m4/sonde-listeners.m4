# sonde-listeners.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_LISTENERS
# ---------------
# Choose the leaves that list every listening socket and name its owners:
#   linux    netlink's sock_diag, and /proc: a fact by $host_os, since neither
#            can be tested at build time, and not every C library has the
#            kernel's headers
#   freebsd  the sysctls net.inet.tcp.pcblist and kern.file, in the layout of
#            FreeBSD 12 and later
#   xnu      the sysctl net.inet.tcp.pcblist_n: macOS and its kin, as in
#            sonde-queue.m4; no owners
#   none     no way known: sonde_listeners fails with ENOTSUP
# Override with sonde_cv_listeners=LEAF.
AC_DEFUN([SONDE_LISTENERS],
[AC_REQUIRE([AC_CANONICAL_HOST])
AC_REQUIRE([SONDE_QUEUE])
AC_CACHE_CHECK([how to list every listening socket], [sonde_cv_listeners],
  [sonde_cv_listeners=none
  AS_CASE([$host_os:$SONDE_QUEUE_LEAF],
    [linux*:*], [sonde_cv_listeners=linux],
    [*:xnu], [sonde_cv_listeners=xnu],
    [*:freebsd],
      [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/un.h>
#include <sys/file.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/tcp_fsm.h>
#include <netinet/tcp_var.h>
#include <sys/unpcb.h>
]], [[struct xtcpcb tcp = { 0 };
struct xunpcb local = { 0 };
struct xfile file = { 0 };
kvaddr_t data = file.xf_data;
ksize_t size = 0;
return sysctlbyname ("net.inet.tcp.pcblist", 0, 0, 0, 0)
       + (tcp.t_state == TCPS_LISTEN) + (int) size + (int) data
       + (int) tcp.xt_inp.xi_socket.so_qlimit
       + (int) local.xu_socket.so_qlimit;]])],
        [sonde_cv_listeners=freebsd])])])
SONDE_LISTENERS_LEAF=$sonde_cv_listeners
AC_SUBST([SONDE_LISTENERS_LEAF])
AM_CONDITIONAL([SONDE_LISTENERS_LINUX],
  [test "$SONDE_LISTENERS_LEAF" = linux])
AM_CONDITIONAL([SONDE_LISTENERS_FREEBSD],
  [test "$SONDE_LISTENERS_LEAF" = freebsd])
AM_CONDITIONAL([SONDE_LISTENERS_XNU], [test "$SONDE_LISTENERS_LEAF" = xnu])
AM_CONDITIONAL([SONDE_SYSCTL_LIST],
  [test "$SONDE_LISTENERS_LEAF" = freebsd || test "$SONDE_QUEUE_LEAF" = xnu])
AM_CONDITIONAL([SONDE_LISTENERS_NONE], [test "$SONDE_LISTENERS_LEAF" = none])
])
