# man/local.mk - manual pages, in mdoc
# SPDX-License-Identifier: GPL-3.0-or-later

dist_man_MANS = \
	man/backlogprobe.1 \
	man/byteorder.1 \
	man/sockprobe.1 \
	man/listeners.1 \
	man/daytimecli.1 \
	man/echocli.1 \
	man/echoload.1 \
	man/daytimesrv.1 \
	man/echosrv.1 \
	man/faultsrv.1 \
	man/sonde.1 \
	man/sonde.7

# Those of section 3 are made from the contracts in sonde.h, and end with what
# stands in sonde_TOPIC.more: examples and references.
library_pages = \
	man/sonde_accept.3 \
	man/sonde_activation.3 \
	man/sonde_address.3 \
	man/sonde_backlog.3 \
	man/sonde_byteorder.3 \
	man/sonde_connect.3 \
	man/sonde_connect_status.3 \
	man/sonde_datagram.3 \
	man/sonde_deadline.3 \
	man/sonde_keepalive.3 \
	man/sonde_line.3 \
	man/sonde_listen.3 \
	man/sonde_listeners.3 \
	man/sonde_poller.3 \
	man/sonde_queue.3 \
	man/sonde_resolve.3 \
	man/sonde_signal.3 \
	man/sonde_socket.3 \
	man/sonde_stream.3
dist_man_MANS += $(library_pages)
EXTRA_DIST += man/page.awk $(library_pages:.3=.more)
MAINTAINERCLEANFILES = $(library_pages)
SUFFIXES += .more .3
page_date = November 28, 2026
header = $(top_srcdir)/lib/sonde.h
.more.3:
	$(AM_V_GEN)$(MKDIR_P) man && \
	topic=`echo $@ | sed 's,.*/sonde_,,; s,\.3$$,,'` && \
	$(AWK) -v topic=$$topic -v date='$(page_date)' \
	    -f $(top_srcdir)/man/page.awk $(header) $(header) $< > $@-t && \
	mv $@-t $@
$(library_pages): lib/sonde.h man/page.awk

# The tour is a page of Markdown, and made into a manual page.
dist_man_MANS += man/sonde-tour.7
EXTRA_DIST += man/tour.awk
MAINTAINERCLEANFILES += man/sonde-tour.7
man/sonde-tour.7: doc/tour.md man/tour.awk
	$(AM_V_GEN)$(MKDIR_P) man && \
	$(AWK) -v date='$(page_date)' -f $(top_srcdir)/man/tour.awk \
	    $(top_srcdir)/doc/tour.md > $@-t && \
	mv $@-t $@

# Every function has a page by its own name: a link, TOPIC:FUNCTION.
man_links = `$(AWK) -v links=1 -f $(top_srcdir)/man/page.awk $(header)`

# bash and fish find a completion by the name of the command, zsh by #compdef.
bashcompletiondir = $(datadir)/bash-completion/completions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
zshcompletiondir = $(datadir)/zsh/site-functions
EXTRA_DIST += completions/_sonde completions/sonde.bash completions/sonde.fish
completed = backlogprobe byteorder daytimecli daytimesrv echocli echoload echosrv \
	faultsrv listeners sockprobe

install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)' \
	    '$(DESTDIR)$(fishcompletiondir)' '$(DESTDIR)$(zshcompletiondir)'
	$(INSTALL_DATA) $(srcdir)/completions/sonde.bash \
	    '$(DESTDIR)$(bashcompletiondir)/sonde.bash'
	cd '$(DESTDIR)$(bashcompletiondir)' && for name in $(completed); do \
	    rm -f $$name && $(LN_S) sonde.bash $$name || exit 1; done
	$(INSTALL_DATA) $(srcdir)/completions/sonde.fish \
	    '$(DESTDIR)$(fishcompletiondir)/sonde.fish'
	cd '$(DESTDIR)$(fishcompletiondir)' && for name in $(completed); do \
	    rm -f $$name.fish && $(LN_S) sonde.fish $$name.fish || exit 1; done
	$(INSTALL_DATA) $(srcdir)/completions/_sonde \
	    '$(DESTDIR)$(zshcompletiondir)/_sonde'

uninstall-local:
	cd '$(DESTDIR)$(bashcompletiondir)' && rm -f sonde.bash $(completed)
	cd '$(DESTDIR)$(fishcompletiondir)' && \
	    for name in sonde $(completed); do rm -f $$name.fish; done
	rm -f '$(DESTDIR)$(zshcompletiondir)/_sonde'

# After the pages, since a link that is a copy must find its page; under the
# names that --program-prefix and its like make of them.
install-data-hook:
	links=$(man_links) && test -n "$$links" && \
	cd '$(DESTDIR)$(man3dir)' && for pair in $$links; do \
	    topic=`echo $${pair%%:*} | sed '$(transform)'` && \
	    name=`echo $${pair##*:} | sed '$(transform)'` && \
	    rm -f $$name.3 && $(LN_S) $$topic.3 $$name.3 || exit 1; done

uninstall-hook:
	for pair in $(man_links); do \
	    name=`echo $${pair##*:} | sed '$(transform)'` && \
	    rm -f '$(DESTDIR)$(man3dir)'/$$name.3 || exit 1; done
