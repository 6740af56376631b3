# sonde-poller.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_POLLER
# ------------
# Choose the back ends of the poller, each by a link test:
#   epoll   Linux, illumos
#   kqueue  the BSDs, macOS
#   poll    everywhere, always built
# Define HAVE_EPOLL or HAVE_KQUEUE.  A poller takes the first in the order above
# by default.  Omit a back end with sonde_cv_epoll=no or sonde_cv_kqueue=no.
AC_DEFUN([SONDE_POLLER],
[AC_CACHE_CHECK([for epoll], [sonde_cv_epoll],
  [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <sys/epoll.h>
]], [[struct epoll_event event = { EPOLLIN | EPOLLOUT, { 0 } };
return epoll_ctl (epoll_create1 (EPOLL_CLOEXEC), EPOLL_CTL_ADD, 0, &event)
       + epoll_wait (0, &event, 1, -1);]])],
    [sonde_cv_epoll=yes], [sonde_cv_epoll=no])])
AC_CACHE_CHECK([for kqueue], [sonde_cv_kqueue],
  [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>
]], [[struct kevent event = { 0 };
event.ident = 0;
event.filter = EVFILT_READ;
event.flags = EV_ADD;
return kevent (kqueue (), &event, 1, &event, 1, 0);]])],
    [sonde_cv_kqueue=yes], [sonde_cv_kqueue=no])])
SONDE_POLLER_LEAVES=poll
AS_IF([test "$sonde_cv_kqueue" = yes],
  [SONDE_POLLER_LEAVES="kqueue, $SONDE_POLLER_LEAVES"
  AC_DEFINE([HAVE_KQUEUE], [1], [Define to 1 if kqueue and kevent exist.])])
AS_IF([test "$sonde_cv_epoll" = yes],
  [SONDE_POLLER_LEAVES="epoll, $SONDE_POLLER_LEAVES"
  AC_DEFINE([HAVE_EPOLL], [1], [Define to 1 if epoll exists.])])
AC_SUBST([SONDE_POLLER_LEAVES])
AM_CONDITIONAL([SONDE_EPOLL], [test "$sonde_cv_epoll" = yes])
AM_CONDITIONAL([SONDE_KQUEUE], [test "$sonde_cv_kqueue" = yes])
])
