# sonde-sandbox.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_SANDBOX
# -------------
# Choose the leaf that gives up access to files, ports and other processes:
#   linux    Landlock, by the kernel's header (Linux 5.13); what the running
#            kernel has is found at run time
#   openbsd  pledge and unveil (OpenBSD 6.4)
#   none     neither; or AddressSanitizer, whose leak check reads /proc at the
#            end of a program, where the sandbox denies it
# Override with sonde_cv_sandbox=LEAF.  Programs with the counters of gcov need
# none, since they write files at the end.
AC_DEFUN([SONDE_SANDBOX],
[AC_CACHE_CHECK([how to sandbox a process], [sonde_cv_sandbox],
  [sonde_cv_sandbox=none
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#if defined __has_feature
# if __has_feature (address_sanitizer)
#  define SANITIZED 1
# endif
#endif
#if defined __SANITIZE_ADDRESS__ || defined SANITIZED
# error "AddressSanitizer"
#endif
]])],
    [AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
]], [[struct landlock_path_beneath_attr rule;
return rule.parent_fd + PR_SET_NO_NEW_PRIVS + SYS_landlock_create_ruleset
    + SYS_landlock_add_rule + SYS_landlock_restrict_self;]])],
      [sonde_cv_sandbox=linux],
      [AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <unistd.h>
]], [[return pledge ("stdio", (const char *) 0) + unveil ("/", "r");]])],
        [sonde_cv_sandbox=openbsd])])])])
SONDE_SANDBOX_LEAF=$sonde_cv_sandbox
AM_CONDITIONAL([SONDE_SANDBOX_LINUX], [test "$sonde_cv_sandbox" = linux])
AM_CONDITIONAL([SONDE_SANDBOX_OPENBSD], [test "$sonde_cv_sandbox" = openbsd])
])
