/* connect-status.c - the meaning of an errno to a client
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* Every errno known from the socket calls of a client on some system; an errno
   missing in a system's errno.h cannot come from the system.  0 means
   connected; an errno not in this table becomes SONDE_CONNECT_OTHER.  */
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
    [SONDE_CONNECT_REFUSED] = {"refused", "connection refused"},
    [SONDE_CONNECT_TIMED_OUT] = {"timed-out", "no answer within the timeout"},
    [SONDE_CONNECT_HOST_UNREACHABLE] = {"host-unreachable", "host unreachable"},
    [SONDE_CONNECT_NETWORK_UNREACHABLE] =
        {"network-unreachable", "network unreachable from this host"},
    [SONDE_CONNECT_NAME_UNKNOWN] = {"name-unknown", "no such host or service"},
    [SONDE_CONNECT_NAME_NO_ANSWER] =
        {"name-no-answer", "the name service does not answer; try again later"},
    [SONDE_CONNECT_SOURCE_NOT_LOCAL] =
        {"source-not-local",
         "source address not of this host, or unfit for the destination"},
    [SONDE_CONNECT_PORT_IN_USE] = {"port-in-use", "source port already in use"},
    [SONDE_CONNECT_PERMISSION] = {"permission",
                                  "permission denied by this host"},
    [SONDE_CONNECT_RESET] = {"reset", "connection reset by peer"},
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

/* STATUS as an index of the table words; an invalid STATUS counts as OTHER.  */
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
