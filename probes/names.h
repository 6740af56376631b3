/* names.h - constants by name
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_NAMES_H
#define PROBES_NAMES_H 1

/* The name of ERROR, such as "ECONNREFUSED": numbers differ from system to
   system, names do not.  Unknown ones are "E?".  */
const char *errno_name(int error);

#endif /* PROBES_NAMES_H */
