# sonde-threads.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_THREADS
# -------------
# Set LIBTHREAD to the library for pthread_create, pthread_sigmask and
# pthread_attr_setdetachstate: -pthread, else none, else -lpthread.  "None" is
# not tested first: C libraries without threads may have stubs of the same
# names, with which a program links and then fails.
# Override with sonde_cv_lib_thread=LIBRARY.
AC_DEFUN([SONDE_THREADS],
[AC_CACHE_CHECK([for the library with threads], [sonde_cv_lib_thread],
  [sonde_cv_lib_thread=unknown
  sonde_saved_LIBS=$LIBS
  for sonde_lib in -pthread '' -lpthread; do
    LIBS="$sonde_lib $sonde_saved_LIBS"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <pthread.h>
#include <signal.h>
static void *run (void *argument) { return argument; }
]], [[pthread_t thread;
pthread_attr_t attributes;
sigset_t all;
pthread_attr_init (&attributes);
pthread_attr_setdetachstate (&attributes, PTHREAD_CREATE_DETACHED);
sigfillset (&all);
pthread_sigmask (SIG_BLOCK, &all, 0);
return pthread_create (&thread, &attributes, run, 0);]])],
      [sonde_cv_lib_thread=${sonde_lib:-none needed}])
    AS_IF([test "$sonde_cv_lib_thread" != unknown], [break])
  done
  LIBS=$sonde_saved_LIBS])
AS_CASE([$sonde_cv_lib_thread],
  [unknown], [AC_MSG_ERROR(
    [no POSIX threads: names are looked up under a deadline by a thread])],
  ['none needed'], [LIBTHREAD=], [LIBTHREAD=$sonde_cv_lib_thread])
AC_SUBST([LIBTHREAD])
])
