/* endpoint.h - mistyped hosts and ports, found before anything is looked up
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_ENDPOINT_H
#define BASE_ENDPOINT_H 1

#include <stdbool.h>
#include <stddef.h>

enum { ENDPOINT_TEXT = 320 };

/* Whether HOST is digits alone, which is a port rather than a host.  */
bool endpoint_is_number(const char *host);

/* Whether HOST can be a name, an IPv4 address or an IPv6 address with or
   without brackets and interface; a path (with a slash) is not checked.  If
   not, PROBLEM is a sentence without a full stop: "'127.0.0.300' is not an IPv4
   address".  That an interface exists is not checked.  No name service is
   asked.  Keeps errno.  */
bool endpoint_check_host(const char *host, char problem[ENDPOINT_TEXT]);

/* Whether PORT can be a port: a number of MIN (1 where a peer is meant, 0 where
   the system may choose) to 65535, or a text with a letter, as every name of a
   service has one (RFC 6335 5.1).  If not, PROBLEM is a sentence: "port 99999
   is out of range (0 to 65535)".  */
bool endpoint_check_port(const char *port, unsigned min,
                         char problem[ENDPOINT_TEXT]);

/* The port in HOST, which is ADDRESS:PORT or [ADDRESS]:PORT; NULL if there is
   none.  */
const char *endpoint_port(const char *host);

/* The name or number of the interface in HOST, "nix" of "fe80::1%nix", if HOST
   is an IPv6 address of an interface that this host does not have, in NAME of
   SIZE bytes (cut if longer); whether it is.  Keeps errno.  */
bool endpoint_lacks_interface(const char *host, char *name, size_t size);

#endif /* BASE_ENDPOINT_H */
