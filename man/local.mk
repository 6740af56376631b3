# man/local.mk - manual pages, written by hand in mdoc
# SPDX-License-Identifier: GPL-3.0-or-later

dist_man_MANS = \
	man/backlogprobe.1 \
	man/byteorder.1

# bash finds a completion by the name of the command.
bashcompletiondir = $(datadir)/bash-completion/completions
EXTRA_DIST += completions/sonde.bash
completed = backlogprobe byteorder

install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)'
	$(INSTALL_DATA) $(srcdir)/completions/sonde.bash \
	    '$(DESTDIR)$(bashcompletiondir)/sonde.bash'
	cd '$(DESTDIR)$(bashcompletiondir)' && for name in $(completed); do \
	    rm -f $$name && $(LN_S) sonde.bash $$name || exit 1; done

uninstall-local:
	cd '$(DESTDIR)$(bashcompletiondir)' && rm -f sonde.bash $(completed)
