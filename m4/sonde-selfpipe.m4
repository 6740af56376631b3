# sonde-selfpipe.m4 serial 1
# SPDX-License-Identifier: GPL-3.0-or-later

# SONDE_SELFPIPE
# --------------
# Define HAVE_PIPE2 where a pipe can be created close-on-exec and non-blocking:
# Linux, the BSDs, illumos; not macOS.
AC_DEFUN([SONDE_SELFPIPE],
[AC_CHECK_FUNCS([pipe2])
])
