# man/local.mk - manual pages, written by hand in mdoc
# SPDX-License-Identifier: GPL-3.0-or-later

dist_man_MANS = \
	man/backlogprobe.1 \
	man/byteorder.1 \
	man/sockprobe.1 \
	man/listeners.1 \
	man/daytimecli.1 \
	man/echocli.1 \
	man/daytimesrv.1 \
	man/echosrv.1 \
	man/sonde.7 \
	man/sonde_accept.3 \
	man/sonde_activation.3 \
	man/sonde_address.3 \
	man/sonde_backlog.3 \
	man/sonde_byteorder.3 \
	man/sonde_connect.3 \
	man/sonde_datagram.3 \
	man/sonde_keepalive.3 \
	man/sonde_line.3 \
	man/sonde_listen.3 \
	man/sonde_listeners.3 \
	man/sonde_outcome.3 \
	man/sonde_poller.3 \
	man/sonde_queue.3 \
	man/sonde_read.3 \
	man/sonde_resolve.3 \
	man/sonde_signal.3 \
	man/sonde_socket.3

# Every function has a page by its own name: a link, TOPIC:FUNCTION.
man_links = \
	sonde_address:sonde_address_loopback \
	sonde_address:sonde_address_any \
	sonde_address:sonde_address_unix \
	sonde_address:sonde_address_parse \
	sonde_address:sonde_address_print \
	sonde_address:sonde_address_compare \
	sonde_address:sonde_address_port \
	sonde_address:sonde_address_set_port \
	sonde_address:sonde_address_local \
	sonde_address:sonde_address_peer \
	sonde_address:sonde_address_family \
	sonde_outcome:sonde_outcome_name \
	sonde_outcome:sonde_outcome_text \
	sonde_resolve:sonde_resolve_code_name \
	sonde_resolve:sonde_resolve_code_text \
	sonde_resolve:sonde_resolve_code_outcome \
	sonde_connect:sonde_connect_name \
	sonde_backlog:sonde_backlog_cap \
	sonde_listen:sonde_listen_dual \
	sonde_listeners:sonde_owners \
	sonde_listeners:sonde_listen_totals \
	sonde_accept:sonde_accept_class \
	sonde_accept:sonde_spare_open \
	sonde_accept:sonde_spare_close \
	sonde_accept:sonde_spare_shed \
	sonde_accept:sonde_backoff \
	sonde_accept:sonde_backoff_after \
	sonde_activation:sonde_inherited \
	sonde_read:sonde_write \
	sonde_read:sonde_read_all \
	sonde_read:sonde_write_all \
	sonde_read:sonde_half_close \
	sonde_line:sonde_lines_open \
	sonde_line:sonde_lines_close \
	sonde_line:sonde_line_piece \
	sonde_line:sonde_line_skip \
	sonde_datagram:sonde_datagram_send \
	sonde_datagram:sonde_datagram_receive \
	sonde_datagram:sonde_datagram_bind \
	sonde_datagram:sonde_datagram_adopt \
	sonde_datagram:sonde_datagram_receive_from \
	sonde_datagram:sonde_datagram_reply \
	sonde_datagram:sonde_datagram_refuse \
	sonde_signal:sonde_reap \
	sonde_signal:sonde_parent_death_signal \
	sonde_signal:sonde_wake_open \
	sonde_signal:sonde_wake_on \
	sonde_signal:sonde_wake_take \
	sonde_signal:sonde_wake_close \
	sonde_poller:sonde_poller_open \
	sonde_poller:sonde_poller_close \
	sonde_poller:sonde_poller_name \
	sonde_poller:sonde_poller_add \
	sonde_poller:sonde_poller_modify \
	sonde_poller:sonde_poller_remove \
	sonde_poller:sonde_poller_wait \
	sonde_poller:sonde_poller_next \
	sonde_byteorder:sonde_load \
	sonde_byteorder:sonde_store

# bash finds a completion by the name of the command.
bashcompletiondir = $(datadir)/bash-completion/completions
EXTRA_DIST += completions/sonde.bash
completed = backlogprobe byteorder daytimecli daytimesrv echocli echosrv \
	listeners sockprobe

install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)'
	$(INSTALL_DATA) $(srcdir)/completions/sonde.bash \
	    '$(DESTDIR)$(bashcompletiondir)/sonde.bash'
	cd '$(DESTDIR)$(bashcompletiondir)' && for name in $(completed); do \
	    rm -f $$name && $(LN_S) sonde.bash $$name || exit 1; done

uninstall-local:
	cd '$(DESTDIR)$(bashcompletiondir)' && rm -f sonde.bash $(completed)

# After the pages, since a link that is a copy must find its page; under the
# names that --program-prefix and its like make of them.
install-data-hook:
	cd '$(DESTDIR)$(man3dir)' && for pair in $(man_links); do \
	    topic=`echo $${pair%%:*} | sed '$(transform)'` && \
	    name=`echo $${pair##*:} | sed '$(transform)'` && \
	    rm -f $$name.3 && $(LN_S) $$topic.3 $$name.3 || exit 1; done

uninstall-hook:
	for pair in $(man_links); do \
	    name=`echo $${pair##*:} | sed '$(transform)'` && \
	    rm -f '$(DESTDIR)$(man3dir)'/$$name.3 || exit 1; done
