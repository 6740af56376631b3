# probes/ask/local.mk - the questions, a file for each topic
# SPDX-License-Identifier: GPL-3.0-or-later

# A new file is named here, and nowhere else: the catalogue takes it from this
# list.
probes_questions = \
	probes/ask/accept-aborted.c \
	probes/ask/accept-fdlimit.c \
	probes/ask/accept-flags.c \
	probes/ask/accept-inherits.c \
	probes/ask/address-length.c \
	probes/ask/bind-choices.c \
	probes/ask/bind-v6only.c \
	probes/ask/close-refcount.c \
	probes/ask/close-timewait.c \
	probes/ask/connect-refused.c \
	probes/ask/connect-timeout.c \
	probes/ask/limit-connections.c \
	probes/ask/listen-again.c \
	probes/ask/listen-queue.c \
	probes/ask/nonblock-errno.c \
	probes/ask/option-defaults.c \
	probes/ask/path-mtu.c \
	probes/ask/peer-crash.c \
	probes/ask/peer-fin.c \
	probes/ask/shutdown-how.c \
	probes/ask/signal-connect-again.c \
	probes/ask/signal-delivery.c \
	probes/ask/signal-numbers.c \
	probes/ask/signal-restart.c \
	probes/ask/socket-combinations.c \
	probes/ask/tcp-states.c \
	probes/ask/udp.c \
	probes/ask/write-dontwait.c \
	probes/ask/write-returns.c

probes_libprobes_la_SOURCES += $(probes_questions)
BUILT_SOURCES += probes/ask/list.h
CLEANFILES += probes/ask/list.h
probes/ask/list.h: $(top_srcdir)/probes/ask/local.mk
	$(AM_V_GEN)$(MKDIR_P) probes/ask && \
	for file in $(probes_questions); do \
	    name=`echo $$file | sed 's,.*/,,; s,\.c$$,,; s,-,_,g'` && \
	    echo "ASK ($$name)" || exit 1; done > $@-t && mv $@-t $@
