/* connect-status.c - the meaning of an errno to a client
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* Every errno known from the socket calls of a client on some system; an errno
   missing in a system's errno.h cannot come from the system.  */
static const struct {
    int error;
    enum sonde_connect_status status;
} statuses[] = {
    {0, SONDE_CONNECT_CONNECTED},
    {ECONNREFUSED, SONDE_CONNECT_REFUSED},
    {ENOENT, SONDE_CONNECT_REFUSED}, /* a UNIX path without a socket */
    {ETIMEDOUT, SONDE_CONNECT_TIMED_OUT},
    {EHOSTUNREACH, SONDE_CONNECT_HOST_UNREACHABLE},
#ifdef EHOSTDOWN
    {EHOSTDOWN, SONDE_CONNECT_HOST_UNREACHABLE}, /* no answer to ARP: BSDs */
#endif
#ifdef ENONET
    {ENONET, SONDE_CONNECT_HOST_UNREACHABLE}, /* ICMP host isolated: Linux */
#endif
    {ENETUNREACH, SONDE_CONNECT_NETWORK_UNREACHABLE},
    {ENETDOWN, SONDE_CONNECT_NETWORK_UNREACHABLE},
    {EAFNOSUPPORT, SONDE_CONNECT_NETWORK_UNREACHABLE}, /* no IPv6 at all */
    {EPROTONOSUPPORT, SONDE_CONNECT_NETWORK_UNREACHABLE},
#ifdef ESOCKTNOSUPPORT
    {ESOCKTNOSUPPORT, SONDE_CONNECT_NETWORK_UNREACHABLE},
#endif
#ifdef EPFNOSUPPORT
    {EPFNOSUPPORT, SONDE_CONNECT_NETWORK_UNREACHABLE},
#endif
    {EADDRNOTAVAIL, SONDE_CONNECT_SOURCE_NOT_LOCAL},
    {EADDRINUSE, SONDE_CONNECT_PORT_IN_USE},
    {EACCES, SONDE_CONNECT_PERMISSION},
    {EPERM, SONDE_CONNECT_PERMISSION}, /* a firewall of this host: Linux */
    {ECONNRESET, SONDE_CONNECT_RESET},
    {ECONNABORTED, SONDE_CONNECT_RESET},
    {EPIPE, SONDE_CONNECT_RESET},
    {ENOTCONN,
     SONDE_CONNECT_RESET}, /* connected, and closed before the check */
    {EMFILE, SONDE_CONNECT_RESOURCES},
    {ENFILE, SONDE_CONNECT_RESOURCES},
    {ENOBUFS, SONDE_CONNECT_RESOURCES},
    {ENOMEM, SONDE_CONNECT_RESOURCES},
    {EAGAIN, SONDE_CONNECT_RESOURCES}, /* of threads, routes, queues */
#ifdef ENOSR
    {ENOSR, SONDE_CONNECT_RESOURCES}, /* System V streams */
#endif
    {ECANCELED, SONDE_CONNECT_ABANDONED},
};

static const struct {
    const char *name;
    const char *text;
} words[] = {
    [SONDE_CONNECT_CONNECTED] = {"connected", "connected"},
    [SONDE_CONNECT_REFUSED] = {"refused", "nobody listens there"},
    [SONDE_CONNECT_TIMED_OUT] = {"timed-out", "no answer within the time"},
    [SONDE_CONNECT_HOST_UNREACHABLE] = {"host-unreachable",
                                        "the host cannot be reached"},
    [SONDE_CONNECT_NETWORK_UNREACHABLE] =
        {"network-unreachable", "there is no way to that network from here"},
    [SONDE_CONNECT_NAME_UNKNOWN] = {"name-unknown",
                                    "there is no such host or service"},
    [SONDE_CONNECT_NAME_NO_ANSWER] =
        {"name-no-answer", "the name service does not answer; try again later"},
    [SONDE_CONNECT_SOURCE_NOT_LOCAL] =
        {"source-not-local",
         "this host has no such source address, or none to go there from"},
    [SONDE_CONNECT_PORT_IN_USE] = {"port-in-use",
                                   "the source port is taken already"},
    [SONDE_CONNECT_PERMISSION] = {"permission", "this host does not allow it"},
    [SONDE_CONNECT_RESET] = {"reset", "the other side broke it off"},
    [SONDE_CONNECT_RESOURCES] =
        {"resources", "this host is out of descriptors, memory or threads"},
    [SONDE_CONNECT_ABANDONED] = {"abandoned", "another address was faster"},
    [SONDE_CONNECT_OTHER] = {"other", "unexpected error"},
};

enum sonde_connect_status sonde_connect_status(int error)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].error == error)
            return statuses[i].status;
    return SONDE_CONNECT_OTHER;
}

/* STATUS as an index of words; an invalid status counts as OTHER.  */
static size_t connect_status_word(enum sonde_connect_status status)
{
    size_t index = (size_t)status;
    return index < sizeof words / sizeof *words ? index : SONDE_CONNECT_OTHER;
}

const char *sonde_connect_status_name(enum sonde_connect_status status)
{
    return words[connect_status_word(status)].name;
}

const char *sonde_connect_status_text(enum sonde_connect_status status)
{
    return words[connect_status_word(status)].text;
}
