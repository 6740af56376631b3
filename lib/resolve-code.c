/* resolve-code.c - the EAI codes of getaddrinfo: errno, status, sentence
   SPDX-License-Identifier: LGPL-2.1-or-later

   The codes are macros with different numbers on every system (negative on
   glibc and musl), some may be missing, and some share a number:
   so the table is searched for the first row with the code.  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* The meaning of each EAI code; ERROR is the errno of the library for the code,
   0 for EAI_SYSTEM: the errno of the lookup applies.  */
static const struct code {
    int code;
    int error;
    enum sonde_connect_status status;
    const char *text;
} codes[] = {
    {0, 0, SONDE_CONNECT_CONNECTED, "found"},
    {EAI_NONAME, ENOENT, SONDE_CONNECT_NAME_UNKNOWN, "no such host or service"},
#ifdef EAI_NODATA /* glibc, macOS, illumos: the name is there, but no address  \
                   */
    {EAI_NODATA, ENOENT, SONDE_CONNECT_NAME_UNKNOWN,
     "the name is known, but has no address"},
#endif
#ifdef EAI_ADDRFAMILY
    {EAI_ADDRFAMILY, ENOENT, SONDE_CONNECT_NAME_UNKNOWN,
     "the host has no address of the family asked for"},
#endif
    {EAI_SERVICE, ENOENT, SONDE_CONNECT_NAME_UNKNOWN,
     "no such service for this type of socket"},
    {EAI_AGAIN, EAGAIN, SONDE_CONNECT_NAME_NO_ANSWER,
     "the name service does not answer; try again later"},
    {EAI_FAIL, EPROTO, SONDE_CONNECT_NAME_NO_ANSWER,
     "the name service reports a failure"},
    {EAI_MEMORY, ENOMEM, SONDE_CONNECT_RESOURCES,
     "out of memory while looking up the name"},
    {EAI_SYSTEM, 0, SONDE_CONNECT_OTHER,
     "a system call failed while looking up the name"},
    {EAI_FAMILY, EAFNOSUPPORT, SONDE_CONNECT_NETWORK_UNREACHABLE,
     "this host does not have that address family"},
    {EAI_SOCKTYPE, EPROTOTYPE, SONDE_CONNECT_OTHER,
     "this host does not have that type of socket"},
#ifdef EAI_OVERFLOW
    {EAI_OVERFLOW, EOVERFLOW, SONDE_CONNECT_NAME_UNKNOWN,
     "the name is too long"},
#endif
    {EAI_BADFLAGS, EINVAL, SONDE_CONNECT_OTHER,
     "this host does not take these flags"},
#ifdef EAI_BADHINTS /* the BSDs, macOS */
    {EAI_BADHINTS, EINVAL, SONDE_CONNECT_OTHER,
     "this host does not take these hints"},
#endif
#ifdef EAI_PROTOCOL /* the BSDs, macOS */
    {EAI_PROTOCOL, EPROTONOSUPPORT, SONDE_CONNECT_OTHER,
     "this host does not have that protocol"},
#endif
#ifdef EAI_IDN_ENCODE /* glibc */
    {EAI_IDN_ENCODE, ENOENT, SONDE_CONNECT_NAME_UNKNOWN,
     "the name cannot be encoded for the DNS"},
#endif
};

static const struct code unknown = {-1, EPROTO, SONDE_CONNECT_OTHER,
                                    "unexpected error of the lookup"};

/* The row of CODE; the row "unknown" if there is none, never NULL.  */
static const struct code *resolve_code_find(int code)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code)
            return &codes[i];
    return &unknown;
}

const char *sonde_resolve_code_text(int code)
{
    return resolve_code_find(code)->text;
}

enum sonde_connect_status sonde__resolve_status(int code, int error)
{
    if (code == EAI_SYSTEM &&
        sonde_connect_status(error) == SONDE_CONNECT_RESOURCES)
        return SONDE_CONNECT_RESOURCES;
    return resolve_code_find(code)->status;
}

int sonde__resolve_error(int code, int error)
{
    /* Some resolvers leave errno at 0, which would mean success.  */
    if (code == EAI_SYSTEM)
        return error ? error : EPROTO;
    return resolve_code_find(code)->error;
}
