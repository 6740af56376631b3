/* tamper.c - a listen() that passes on another backlog than it was given
   SPDX-License-Identifier: GPL-3.0-or-later

   To be preloaded.  TAMPER=half passes on 3n/2, TAMPER=plus n + 2: a kernel
   whose rule is another one, as far as its user can see.  */

#include <config.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int listen(int fd, int backlog)
{
    int (*real)(int, int);
    /* ISO C knows no way from an object to a function pointer.  */
    void *symbol = dlsym(RTLD_NEXT, "listen");
    const char *how = getenv("TAMPER");
    memcpy(&real, &symbol, sizeof real);
    if (how && !strcmp(how, "half") && backlog < 1000000)
        backlog = backlog * 3 / 2;
    else if (how && !strcmp(how, "plus") && backlog < 1000000)
        backlog += 2;
    return real(fd, backlog);
}
