# static/local.mk - all programs in one static file, and an image of it
# SPDX-License-Identifier: GPL-3.0-or-later

EXTRA_DIST += static/build.sh

# For this processor by musl-gcc.  For another one, for example:
#   make static STATIC_CPU=aarch64 STATIC_CC='zig cc -target aarch64-linux-musl'
STATIC_CPU = $(host_cpu)
STATIC_CC = musl-gcc
static: distdir
	$(AM_V_GEN)STATIC_CPU='$(STATIC_CPU)' STATIC_CC='$(STATIC_CC)' \
	    MAKE='$(MAKE)' $(SHELL) $(top_srcdir)/static/build.sh '$(distdir)'
	@$(am__remove_distdir)
.PHONY: static
clean-local:
	rm -rf static/build-* static/bin-*
