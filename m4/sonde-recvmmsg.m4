# sonde-recvmmsg.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_RECVMMSG
# --------------
# Define HAVE_RECVMMSG where recvmmsg and sendmmsg link and take MSG_DONTWAIT:
# Linux (glibc 2.14, musl), NetBSD 7, OpenBSD 7.2, and FreeBSD 11, whose C
# library loops over recvmsg; not macOS, illumos and DragonFly.  A link test is
# enough: the library falls back to single calls at run time if the kernel lacks
# the calls (ENOSYS).
# Override with sonde_cv_recvmmsg=no.
AC_DEFUN([SONDE_RECVMMSG],
[AC_CACHE_CHECK([for recvmmsg and sendmmsg], [sonde_cv_recvmmsg],
  [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/socket.h>
]], [[struct mmsghdr list[2];
list[0].msg_hdr.msg_name = 0;
list[0].msg_len = 0;
return recvmmsg (0, list, 2, MSG_DONTWAIT, 0)
       + sendmmsg (0, list, 2, MSG_DONTWAIT);]])],
    [sonde_cv_recvmmsg=yes], [sonde_cv_recvmmsg=no])])
AS_IF([test "$sonde_cv_recvmmsg" = yes],
  [AC_DEFINE([HAVE_RECVMMSG], [1],
    [Define to 1 if recvmmsg and sendmmsg exist.])])
AC_CACHE_CHECK([for the type of the flags of recvmmsg],
  [sonde_cv_recvmmsg_flags],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/socket.h>
int recvmmsg (int, struct mmsghdr *, unsigned, unsigned, struct timespec *);
]])],
    [sonde_cv_recvmmsg_flags=unsigned], [sonde_cv_recvmmsg_flags=int])])
AC_DEFINE_UNQUOTED([SONDE_RECVMMSG_FLAGS], [$sonde_cv_recvmmsg_flags],
  [Define to the type of the flags of recvmmsg and sendmmsg: unsigned for musl
   and NetBSD.])
])
