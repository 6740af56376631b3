/* refuse.c - a socket() that makes no netlink socket
   SPDX-License-Identifier: GPL-3.0-or-later

   To be preloaded.  REFUSE is the errno's name: EACCES, as a security module
   says, or EPROTONOSUPPORT, as a kernel without it does.  */

#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int socket(int family, int type, int protocol)
{
    int (*real)(int, int, int);
    /* ISO C knows no way from an object to a function pointer.  */
    void *symbol = dlsym(RTLD_NEXT, "socket");
    const char *how = getenv("REFUSE");
    memcpy(&real, &symbol, sizeof real);
#ifdef AF_NETLINK
    if (how && family == AF_NETLINK) {
        errno = strcmp(how, "EACCES") ? EPROTONOSUPPORT : EACCES;
        return -1;
    }
#endif
    return real(family, type, protocol);
}
