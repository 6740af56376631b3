# probes/behaviour/questions/local.mk - the questions, a file for each topic
# SPDX-License-Identifier: GPL-3.0-or-later

# A new file is named here, and nowhere else: the catalogue takes it from this
# list.
probes_questions = \
	probes/behaviour/questions/accept-failed.c \
	probes/behaviour/questions/accept-flags.c \
	probes/behaviour/questions/accept-inherits.c \
	probes/behaviour/questions/address-length.c \
	probes/behaviour/questions/bind-choices.c \
	probes/behaviour/questions/bind-v6only.c \
	probes/behaviour/questions/close.c \
	probes/behaviour/questions/connect-refused.c \
	probes/behaviour/questions/connect-timeout.c \
	probes/behaviour/questions/exec.c \
	probes/behaviour/questions/limit-connections.c \
	probes/behaviour/questions/io-epoll.c \
	probes/behaviour/questions/listen-again.c \
	probes/behaviour/questions/listen-half-open.c \
	probes/behaviour/questions/listen-queue.c \
	probes/behaviour/questions/nonblock-errno.c \
	probes/behaviour/questions/option-defaults.c \
	probes/behaviour/questions/path-mtu.c \
	probes/behaviour/questions/peer-crash.c \
	probes/behaviour/questions/peer-fin.c \
	probes/behaviour/questions/reuseport.c \
	probes/behaviour/questions/shutdown-how.c \
	probes/behaviour/questions/signal-restart.c \
	probes/behaviour/questions/signal-delivery.c \
	probes/behaviour/questions/socket-combinations.c \
	probes/behaviour/questions/tcp-states.c \
	probes/behaviour/questions/udp.c \
	probes/behaviour/questions/write.c

probes_libprobes_a_SOURCES += $(probes_questions)
BUILT_SOURCES += probes/behaviour/list.h
CLEANFILES += probes/behaviour/list.h
probes/behaviour/list.h: $(top_srcdir)/probes/behaviour/questions/local.mk
	$(AM_V_GEN)$(MKDIR_P) probes/behaviour && \
	for file in $(probes_questions); do \
	    name=`echo $$file | sed 's,.*/,,; s,\.c$$,,; s,-,_,g'` && \
	    echo "QUESTION ($$name)" || exit 1; done > $@-t && mv $@-t $@
