# lib/local.mk - libsonde, the portability layer
# SPDX-License-Identifier: GPL-3.0-or-later

include_HEADERS = lib/sonde.h
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = lib/sonde.pc
noinst_LTLIBRARIES += lib/libsonde-core.la
lib_LTLIBRARIES = lib/libsonde.la

# Everything, for our own programs and unit tests: linked with this they are
# real executables where they stand, without a libtool wrapper.
lib_libsonde_core_la_CFLAGS = $(SONDE_CFLAGS) $(SONDE_HIDDEN)
lib_libsonde_core_la_LIBADD = lib/gl/libgnu.la $(LIBTHREAD)
lib_libsonde_core_la_SOURCES = \
	lib/accept-class.c \
	lib/accept.c \
	lib/activation.c \
	lib/address-text.c \
	lib/address.c \
	lib/backlog.c \
	lib/byteorder.c \
	lib/calls.c \
	lib/connect.c \
	lib/datagram-buffer.c \
	lib/datagram.c \
	lib/datagrams.c \
	lib/deadline.c \
	lib/dontwait.c \
	lib/keepalive.c \
	lib/line.c \
	lib/listen.c \
	lib/connect-status.c \
	lib/poller-poll.c \
	lib/poller-table.c \
	lib/poller.c \
	lib/poller.h \
	lib/private.h \
	lib/nosigpipe.c \
	lib/proc-net.c \
	lib/proc-net.h \
	lib/resolve-code.c \
	lib/resolve.c \
	lib/signal.c \
	lib/sock-diag.c \
	lib/sock-diag.h \
	lib/socket.c \
	lib/reserve.c \
	lib/stream.c \
	lib/selfpipe.c \
	lib/xnu-pcblist.c \
	lib/xnu-pcblist.h

# One leaf for each way a system has; m4/sonde-queue.m4, m4/sonde-listeners.m4,
# m4/sonde-cap.m4 and m4/sonde-datagram.m4 choose.
if SONDE_QUEUE_LINUX
lib_libsonde_core_la_SOURCES += lib/queue-linux.c
endif
if SONDE_QUEUE_FREEBSD
lib_libsonde_core_la_SOURCES += lib/queue-freebsd.c
endif
if SONDE_QUEUE_XNU
lib_libsonde_core_la_SOURCES += lib/queue-xnu.c
endif
if SONDE_QUEUE_NONE
lib_libsonde_core_la_SOURCES += lib/queue-none.c
endif
if SONDE_RETRANSMISSIONS_LINUX
lib_libsonde_core_la_SOURCES += lib/retransmissions-linux.c
else
lib_libsonde_core_la_SOURCES += lib/retransmissions-none.c
endif
if SONDE_LISTENERS_LINUX
lib_libsonde_core_la_SOURCES += lib/hidepid-linux.c lib/limits-linux.c \
	lib/listeners-linux.c \
	lib/listeners-proc.c lib/owners-linux.c lib/totals-linux.c \
	lib/watch-linux.c
endif
if SONDE_LISTENERS_FREEBSD
lib_libsonde_core_la_SOURCES += lib/listeners-freebsd.c \
	lib/owners-freebsd.c lib/proc-none.c lib/watch-none.c
endif
if SONDE_LISTENERS_XNU
lib_libsonde_core_la_SOURCES += lib/listeners-xnu.c lib/owners-none.c \
	lib/proc-none.c lib/watch-none.c
endif
if SONDE_LISTENERS_NONE
lib_libsonde_core_la_SOURCES += lib/listeners-none.c lib/owners-none.c \
	lib/proc-none.c lib/watch-none.c
endif
if SONDE_SYSCTL_LIST
lib_libsonde_core_la_SOURCES += lib/sysctl-list.c
endif
if SONDE_CAP_LINUX
lib_libsonde_core_la_SOURCES += lib/cap-linux.c
endif
if SONDE_CAP_SYSCTL
lib_libsonde_core_la_SOURCES += lib/cap-sysctl.c
endif
if SONDE_CAP_NONE
lib_libsonde_core_la_SOURCES += lib/cap-none.c
endif
if SONDE_DATAGRAM_PKTINFO
lib_libsonde_core_la_SOURCES += lib/datagram-pktinfo.c
endif
if SONDE_DATAGRAM_DSTADDR
lib_libsonde_core_la_SOURCES += lib/datagram-dstaddr.c
endif
if SONDE_DATAGRAM_NONE
lib_libsonde_core_la_SOURCES += lib/datagram-none.c
endif

# Every way there is: which one is taken is decided at run time.
if SONDE_EPOLL
lib_libsonde_core_la_SOURCES += lib/poller-epoll.c
endif
if SONDE_KQUEUE
lib_libsonde_core_la_SOURCES += lib/poller-kqueue.c
endif

# The installed library: the public names alone.
lib_libsonde_la_SOURCES =
lib_libsonde_la_LIBADD = lib/libsonde-core.la
lib_libsonde_la_LDFLAGS = -version-info 0:0:0 -no-undefined \
	$(SONDE_EXPORTS) $(SONDE_HARDENED_LDFLAGS)
