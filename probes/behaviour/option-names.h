/* option-names.h - socket options that option.defaults does not test
   SPDX-License-Identifier: GPL-3.0-or-later

   Hides: which options the headers of this system define.  */

#ifndef PROBES_BEHAVIOUR_OPTION_NAMES_H
#define PROBES_BEHAVIOUR_OPTION_NAMES_H 1

/* The name of an option, and its macro's expansion: the name itself if this
   system's headers do not define the option.  */
struct option_name {
    const char *name, *expansion;
};

/* Known options of SOL_SOCKET, IPPROTO_TCP and IPPROTO_IP that are not tested:
   sorted, each beginning with "SO_", "TCP_" or "IP_".  Ends with NULL.  */
extern const struct option_name option_names_untested[];

#endif /* PROBES_BEHAVIOUR_OPTION_NAMES_H */
