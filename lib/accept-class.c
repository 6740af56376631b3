/* accept-class.c - what to do about an errno of accept
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* Every errno of accept known from some system.  An errno missing in a system's
   errno.h cannot come from its accept.  */
static const struct {
    int error;
    enum sonde_accept_class class;
} classes[] = {
    {EINTR, SONDE_ACCEPT_RETRY},        /* all systems */
    {ECONNABORTED, SONDE_ACCEPT_RETRY}, /* BSDs, illumos */
    {EPROTO, SONDE_ACCEPT_RETRY},       /* System V */
    {ENOTCONN, SONDE_ACCEPT_RETRY},     /* lwIP, NuttX */
    {ECONNRESET, SONDE_ACCEPT_RETRY},   /* Windows */
    {ETIMEDOUT, SONDE_ACCEPT_RETRY},    /* pending on the connection */
    {ENETDOWN, SONDE_ACCEPT_RETRY},     /* pending, as accept(2) of Linux */
    {ENOPROTOOPT, SONDE_ACCEPT_RETRY},  {EHOSTUNREACH, SONDE_ACCEPT_RETRY},
    {ENETUNREACH, SONDE_ACCEPT_RETRY},
#ifdef EHOSTDOWN
    {EHOSTDOWN, SONDE_ACCEPT_RETRY},
#endif
#ifdef ENONET
    {ENONET, SONDE_ACCEPT_RETRY},
#endif
    {EPERM, SONDE_ACCEPT_RETRY}, /* a firewall, or a security module */
    {EACCES, SONDE_ACCEPT_RETRY},       {EMFILE, SONDE_ACCEPT_BACKOFF},
    {ENFILE, SONDE_ACCEPT_BACKOFF},     {ENOBUFS, SONDE_ACCEPT_BACKOFF},
    {ENOMEM, SONDE_ACCEPT_BACKOFF},
#ifdef ENOSR
    {ENOSR, SONDE_ACCEPT_BACKOFF}, /* System V streams */
#endif
};

enum sonde_accept_class sonde_accept_class(int error)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (classes[i].error == error)
            return classes[i].class;
    return sonde__not_now(error) ? SONDE_ACCEPT_WAIT : SONDE_ACCEPT_FATAL;
}
