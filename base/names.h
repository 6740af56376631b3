/* names.h - constants by name
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_NAMES_H
#define BASE_NAMES_H 1

/* The name of ERROR, such as "ECONNREFUSED": numbers differ from system to
   system, names do not.  Unknown ones are "E?".  */
const char *errno_name(int error);

/* The name of the signal NUMBER, such as "SIGPIPE", or NULL; the text lasts
   until the next call.  */
const char *signal_name(int number);

/* The bits of poll's EVENTS by name, "POLLIN|POLLHUP", or "none"; the text
   lasts until the fourth call from now.  */
const char *poll_names(short events);

#endif /* BASE_NAMES_H */
