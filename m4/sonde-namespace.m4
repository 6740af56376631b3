# sonde-namespace.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_NAMESPACE
# ---------------
# Choose the leaf that gives a process its own network namespace:
#   linux  unshare, with a user namespace where the process has no privilege
#   none   no such namespace
# Whether the kernel permits the call is tested at run time.
# Override with sonde_cv_namespace=LEAF.
AC_DEFUN([SONDE_NAMESPACE],
[AC_CACHE_CHECK([how to get a network namespace], [sonde_cv_namespace],
  [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <sched.h>
#include <sys/ioctl.h>
#include <net/if.h>
]], [[struct ifreq request = { .ifr_flags = IFF_UP };
return unshare (CLONE_NEWUSER | CLONE_NEWNET)
       + ioctl (0, SIOCSIFFLAGS, &request);]])],
    [sonde_cv_namespace=linux], [sonde_cv_namespace=none])])
SONDE_NAMESPACE_LEAF=$sonde_cv_namespace
AC_SUBST([SONDE_NAMESPACE_LEAF])
AM_CONDITIONAL([SONDE_NAMESPACE_LINUX], [test "$SONDE_NAMESPACE_LEAF" = linux])
dnl For sockprobe and tests; musl's compiler lacks the kernel's headers.
AC_CACHE_CHECK([for seccomp filters], [sonde_cv_seccomp],
  [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
]], [[struct sock_filter code = BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
return SYS_unshare + PR_SET_SECCOMP + (int) code.k;]])],
    [sonde_cv_seccomp=yes], [sonde_cv_seccomp=no])])
AM_CONDITIONAL([SONDE_SECCOMP], [test "$sonde_cv_seccomp" = yes])
])
