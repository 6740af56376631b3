# probes/local.mk - what is asked of a host, and how it is told
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LTLIBRARIES += probes/libprobes.la
probes_libprobes_la_CFLAGS = $(SONDE_CFLAGS) \
	-DPROFILES='"$(pkgdatadir)/profiles"'
probes_libprobes_la_SOURCES = \
	probes/answers-diff.c \
	probes/answers-html.c \
	probes/answers-json.c \
	probes/answers-list.c \
	probes/answers-states.c \
	probes/answers-text.c \
	probes/answers.c \
	probes/answers.h \
	probes/catalogue.c \
	probes/catalogue.h \
	probes/client.c \
	probes/client.h \
	probes/control.c \
	probes/control.h \
	probes/crew.c \
	probes/crew.h \
	probes/fill.c \
	probes/fill.h \
	probes/finding.c \
	probes/finding.h \
	probes/host.c \
	probes/host.h \
	probes/interrupt.c \
	probes/interrupt.h \
	probes/json.c \
	probes/json.h \
	probes/kernels.c \
	probes/kernels.h \
	probes/known.c \
	probes/known.h \
	probes/listen-queue.c \
	probes/listen-queue.h \
	probes/loopback.c \
	probes/loopback.h \
	probes/merge.c \
	probes/merge.h \
	probes/names.c \
	probes/names.h \
	probes/plan.c \
	probes/plan.h \
	probes/profile.c \
	probes/profile.h \
	probes/published.c \
	probes/published.h \
	probes/question.c \
	probes/question.h \
	probes/report-json.c \
	probes/report-text.c \
	probes/report.c \
	probes/report.h \
	probes/rule.c \
	probes/rule.h \
	probes/runner.c \
	probes/runner.h \
	probes/sitter.c \
	probes/sitter.h \
	probes/table.c \
	probes/table.h \
	probes/verdict.c \
	probes/verdict.h \
	probes/wrap.c \
	probes/wrap.h

# The questions.  A new file is named here, and nowhere else: the catalogue
# takes it from this list.
probes_questions = \
	probes/ask/accept-aborted.c \
	probes/ask/accept-fdlimit.c \
	probes/ask/accept-flags.c \
	probes/ask/accept-inherits.c \
	probes/ask/signal-connect-again.c \
	probes/ask/signal-restart.c

probes_libprobes_la_SOURCES += $(probes_questions)
BUILT_SOURCES += probes/ask/list.h
CLEANFILES += probes/ask/list.h
probes/ask/list.h: $(top_srcdir)/probes/local.mk
	$(AM_V_GEN)$(MKDIR_P) probes/ask && \
	for file in $(probes_questions); do \
	    name=`echo $$file | sed 's,.*/,,; s,\.c$$,,; s,-,_,g'` && \
	    echo "ASK ($$name)" || exit 1; done > $@-t && mv $@-t $@
