# sonde-tar.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_TAR
# ---------
# The same files give the same tarball: sorted names, the time $(source_date),
# no owner, and modes that do not depend on the umask.  To be called after
# AM_INIT_AUTOMAKE, whose am__tar is extended if $TAR is GNU tar 1.28 or later;
# other programs have no such options, and make tarballs that differ.
AC_DEFUN([SONDE_TAR],
[sonde_tar="--sort=name --owner=0 --group=0 --numeric-owner"
sonde_tar="$sonde_tar --mode=u+rw,go+r,go-w,a+X,a-s"
sonde_tar="$sonde_tar --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime"
AC_CACHE_CHECK([whether ${TAR-tar} can make the same archive twice],
  [sonde_cv_tar_repeatable],
  [AS_IF([${TAR-tar} --format=posix $sonde_tar --mtime=@0 -chf - \
    "$srcdir/configure.ac" > /dev/null 2>&1],
    [sonde_cv_tar_repeatable=yes], [sonde_cv_tar_repeatable=no])])
AS_IF([test "$sonde_cv_tar_repeatable" = yes],
  [am__tar=`AS_ECHO(["$am__tar"]) |
    sed 's|--format=posix|& '"$sonde_tar"' --mtime=@$(source_date)|'`])
])
