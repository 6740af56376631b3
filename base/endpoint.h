/* endpoint.h - check hosts and ports before a name lookup
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_ENDPOINT_H
#define BASE_ENDPOINT_H 1

#include <stdbool.h>
#include <stddef.h>

enum { ENDPOINT_TEXT = 320 };

/* Whether HOST has only digits, which is probably a port.  */
bool endpoint_is_number(const char *host);

/* Whether HOST can be a name, an IPv4 address or an IPv6 address with or
   without brackets and interface.  If not, PROBLEM is a sentence without a full
   stop: "'127.0.0.300' is not an IPv4 address".  Not checked: a path (with a
   slash), whether an interface exists, the name service.  Keeps errno.  */
bool endpoint_check_host(const char *host, char problem[ENDPOINT_TEXT]);

/* Whether PORT can be a port: a number from MIN (1 for a peer, 0 if the system
   may choose) to 65535, or a text with a letter, since each service name has a
   letter (RFC 6335 5.1).  If not, PROBLEM is a sentence: "port 99999
   is out of range (0 to 65535)".  */
bool endpoint_check_port(const char *port, unsigned min,
                         char problem[ENDPOINT_TEXT]);

/* The port in HOST, ADDRESS:PORT or [ADDRESS]:PORT; NULL without a port.  */
const char *endpoint_port(const char *host);

/* The name or number of the interface in HOST, "nix" of "fe80::1%nix", if HOST
   is an IPv6 address with an interface that this host lacks, in NAME of SIZE
   bytes (truncated).  Returns whether the interface is missing.  Keeps errno.
 */
bool endpoint_lacks_interface(const char *host, char *name, size_t size);

#endif /* BASE_ENDPOINT_H */
