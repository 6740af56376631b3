/* endpoint.h - check hosts and ports before a name lookup
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_ENDPOINT_H
#define BASE_ENDPOINT_H 1

#include <stdbool.h>
#include <stddef.h>

/* Size of the text of a problem, with the NUL.  */
enum { ENDPOINT_TEXT = 320 };

/* Whether HOST is not empty and has only digits, which is probably a port.  */
bool endpoint_is_number(const char *host);

/* Whether HOST can be a name, an IPv4 address or an IPv6 address with or
   without brackets and interface.  If not, also for a name or an address with a
   port, PROBLEM is a sentence without a full stop: "'127.0.0.300' is not an
   IPv4 address"; otherwise PROBLEM stays.  A text without a colon counts as a
   name, unless it has only digits and dots, or only these before a '%'; an
   empty text counts as a name.  Not checked: names, paths (with a slash),
   whether an interface exists.  Keeps errno.  */
bool endpoint_check_host(const char *host, char problem[ENDPOINT_TEXT]);

/* Whether PORT can be a port: a number from MIN (1 for a peer, 0 if the system
   may choose) to 65535, or a text with a letter, as each service name has one
   (RFC 6335 5.1).  If not, PROBLEM is a sentence without a full stop: "port
   99999 is out of range (0 to 65535)"; otherwise PROBLEM stays.  */
bool endpoint_check_port(const char *port, unsigned min,
                         char problem[ENDPOINT_TEXT]);

/* The port in HOST, as in "name:80", "192.0.2.1:80" or "[::1]:80": the text
   behind the last colon.  The result points into HOST, is unchecked, and may be
   empty.  NULL without a colon; with several colons also NULL, as for "::1" and
   "[::1]", unless HOST begins with '[' and the last colon follows a ']'.  */
const char *endpoint_port(const char *host);

/* Give TEXT, of sonde_address_print, the form of --unix if TEXT is an abstract
   name of Linux: "@NAME" for "\\000NAME".  Otherwise TEXT stays.  */
void endpoint_show_abstract(char *text);

/* Whether HOST is an IPv6 address with an interface that does not exist here.
   If so, NAME, of SIZE bytes (at least 1, truncated), is the interface: "nix"
   of "fe80::1%nix".  Otherwise NAME stays.  Keeps errno.  */
bool endpoint_lacks_interface(const char *host, char *name, size_t size);

#endif /* BASE_ENDPOINT_H */
