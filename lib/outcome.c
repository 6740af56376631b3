/* outcome.c - what an errno means to a client
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* Every errno that a client's socket calls are known to give on some system;
   those missing in a system's errno.h cannot come from it.  */
static const struct {
    int error;
    enum sonde_outcome outcome;
} outcomes[] = {
    {0, SONDE_OUTCOME_CONNECTED},
    {ECONNREFUSED, SONDE_OUTCOME_REFUSED},
    {ENOENT, SONDE_OUTCOME_REFUSED}, /* a UNIX path that nobody has bound */
    {ETIMEDOUT, SONDE_OUTCOME_TIMED_OUT},
    {EHOSTUNREACH, SONDE_OUTCOME_HOST_UNREACHABLE},
#ifdef EHOSTDOWN
    {EHOSTDOWN, SONDE_OUTCOME_HOST_UNREACHABLE}, /* no answer to ARP: BSDs */
#endif
#ifdef ENONET
    {ENONET, SONDE_OUTCOME_HOST_UNREACHABLE}, /* ICMP host isolated: Linux */
#endif
    {ENETUNREACH, SONDE_OUTCOME_NETWORK_UNREACHABLE},
    {ENETDOWN, SONDE_OUTCOME_NETWORK_UNREACHABLE},
    {EAFNOSUPPORT, SONDE_OUTCOME_NETWORK_UNREACHABLE}, /* no IPv6 at all */
    {EPROTONOSUPPORT, SONDE_OUTCOME_NETWORK_UNREACHABLE},
#ifdef ESOCKTNOSUPPORT
    {ESOCKTNOSUPPORT, SONDE_OUTCOME_NETWORK_UNREACHABLE},
#endif
#ifdef EPFNOSUPPORT
    {EPFNOSUPPORT, SONDE_OUTCOME_NETWORK_UNREACHABLE},
#endif
    {EADDRNOTAVAIL, SONDE_OUTCOME_SOURCE_NOT_LOCAL},
    {EADDRINUSE, SONDE_OUTCOME_PORT_IN_USE},
    {EACCES, SONDE_OUTCOME_PERMISSION},
    {EPERM, SONDE_OUTCOME_PERMISSION}, /* a firewall of this host: Linux */
    {ECONNRESET, SONDE_OUTCOME_RESET},
    {ECONNABORTED, SONDE_OUTCOME_RESET},
    {EPIPE, SONDE_OUTCOME_RESET},
    {ENOTCONN, SONDE_OUTCOME_RESET}, /* connected, and gone when looked at */
    {EMFILE, SONDE_OUTCOME_RESOURCES},
    {ENFILE, SONDE_OUTCOME_RESOURCES},
    {ENOBUFS, SONDE_OUTCOME_RESOURCES},
    {ENOMEM, SONDE_OUTCOME_RESOURCES},
    {EAGAIN, SONDE_OUTCOME_RESOURCES}, /* of threads, routes, queues */
#ifdef ENOSR
    {ENOSR, SONDE_OUTCOME_RESOURCES}, /* System V streams */
#endif
    {ECANCELED, SONDE_OUTCOME_ABANDONED},
};

static const struct {
    const char *name;
    const char *text;
} words[] = {
    [SONDE_OUTCOME_CONNECTED] = {"connected", "connected"},
    [SONDE_OUTCOME_REFUSED] = {"refused", "nobody listens there"},
    [SONDE_OUTCOME_TIMED_OUT] = {"timed-out", "no answer within the time"},
    [SONDE_OUTCOME_HOST_UNREACHABLE] = {"host-unreachable",
                                        "the host cannot be reached"},
    [SONDE_OUTCOME_NETWORK_UNREACHABLE] =
        {"network-unreachable", "there is no way to that network from here"},
    [SONDE_OUTCOME_NAME_UNKNOWN] = {"name-unknown",
                                    "there is no such host or service"},
    [SONDE_OUTCOME_NAME_NO_ANSWER] =
        {"name-no-answer", "the name service does not answer; try again later"},
    [SONDE_OUTCOME_SOURCE_NOT_LOCAL] =
        {"source-not-local",
         "this host has no such source address, or none to go there from"},
    [SONDE_OUTCOME_PORT_IN_USE] = {"port-in-use",
                                   "the source port is taken already"},
    [SONDE_OUTCOME_PERMISSION] = {"permission", "this host does not allow it"},
    [SONDE_OUTCOME_RESET] = {"reset", "the other side broke it off"},
    [SONDE_OUTCOME_RESOURCES] =
        {"resources", "this host is out of descriptors, memory or threads"},
    [SONDE_OUTCOME_ABANDONED] = {"abandoned", "another address was faster"},
    [SONDE_OUTCOME_OTHER] = {"other", "unexpected error"},
};

enum sonde_outcome sonde_outcome(int error)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (outcomes[i].error == error)
            return outcomes[i].outcome;
    return SONDE_OUTCOME_OTHER;
}

/* OUTCOME as an index of words; what is no outcome counts as OTHER.  */
static size_t word(enum sonde_outcome outcome)
{
    size_t index = (size_t)outcome;
    return index < sizeof words / sizeof *words ? index : SONDE_OUTCOME_OTHER;
}

const char *sonde_outcome_name(enum sonde_outcome outcome)
{
    return words[word(outcome)].name;
}

const char *sonde_outcome_text(enum sonde_outcome outcome)
{
    return words[word(outcome)].text;
}
