/* names.h - constants by name
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_NAMES_H
#define BASE_NAMES_H 1

/* The name of ERROR, such as "ECONNREFUSED", since numbers differ between
   systems; these texts are constant.  For 0 or an unknown number "errno 524"
   and the like, valid until the fourth such call from now.  */
const char *errno_name(int error);

/* Why sonde_resolve failed with CODE, 0 or of getaddrinfo, as part of a
   sentence; for 0, and for EAI_SYSTEM, which names no reason, by errno, still
   that of sonde_resolve.  Valid until the next strerror.  */
const char *lookup_text(int code);

/* The name of the signal NUMBER, such as "SIGPIPE", or NULL for an unknown
   number; the text is valid until the next call.  */
const char *signal_name(int number);

/* The bits POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP and POLLNVAL of EVENTS by
   name, "POLLIN|POLLHUP"; "none" if none of these is set.  Other bits are
   ignored.  The text is valid until the fourth call from now.  */
const char *poll_names(short events);

/* family_name: FAMILY in sentences: "IPv4", "IPv6", "UNIX".  family_key: FAMILY
   as a key of findings and JSON: "inet", "inet6", "unix".  Both: "unknown
   family" for others.  */
const char *family_name(int family);
const char *family_key(int family);

#endif /* BASE_NAMES_H */
