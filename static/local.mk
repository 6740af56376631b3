# static/local.mk - all programs in one static file, and an image of it
# SPDX-License-Identifier: GPL-3.0-or-later

EXTRA_DIST += static/build.sh static/image.sh

# For this processor by musl-gcc.  For another one, for example:
#   make static STATIC_CPU=aarch64 STATIC_CC='zig cc -target aarch64-linux-musl'
STATIC_CPU = $(host_cpu)
STATIC_CC = musl-gcc
static: distdir
	$(AM_V_GEN)STATIC_CPU='$(STATIC_CPU)' STATIC_CC='$(STATIC_CC)' \
	    MAKE='$(MAKE)' $(SHELL) $(top_srcdir)/static/build.sh '$(distdir)'
	@$(am__remove_distdir)
.PHONY: static

# For several processors: make static for each, then
#   make image IMAGE_CPUS='x86_64 aarch64'
IMAGE_CPUS = $(STATIC_CPU)
image: static
	$(AM_V_GEN)SOURCE_DATE_EPOCH=$(source_date) \
	    $(SHELL) $(top_srcdir)/static/image.sh '$(VERSION)' \
	    '$(top_srcdir)' $(IMAGE_CPUS)
.PHONY: image
clean-local:
	rm -rf static/build-* static/bin-* static/*.tar
