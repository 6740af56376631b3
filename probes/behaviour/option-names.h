/* option-names.h - socket options that option.defaults does not test
   SPDX-License-Identifier: GPL-3.0-or-later

   Hides: which options the headers of this system define.  */

#ifndef PROBES_BEHAVIOUR_OPTION_NAMES_H
#define PROBES_BEHAVIOUR_OPTION_NAMES_H 1

/* Names of the options of SOL_SOCKET, IPPROTO_TCP and IPPROTO_IP that are
   defined by this system's headers and not tested: sorted, each beginning with
   "SO_", "TCP_" or "IP_". Ends with NULL.  */
extern const char *const option_names_untested[];

#endif /* PROBES_BEHAVIOUR_OPTION_NAMES_H */
