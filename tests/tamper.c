/* tamper.c - a listen() that passes on another backlog, an accept() that fails
   SPDX-License-Identifier: GPL-3.0-or-later

   To be preloaded.  TAMPER=half passes on 3n/2, TAMPER=plus n + 2: a kernel
   whose rule is another one, as far as its user can see.  With TAMPER=last
   the last of several listeners with SO_REUSEPORT takes all clients: the one
   before is shut down.  With TAMPER=abort:N, N of 1000 calls of accept with an
   address, by chance, close the connection and fail with ECONNABORTED.  */

#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Shut down the listener before FD if FD has SO_REUSEPORT.  */
static void take_all(int fd)
{
#ifdef SO_REUSEPORT
    static int last = -1;
    int on = 0;
    socklen_t size = sizeof on;
    if (getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, &size) || !on)
        return;
    if (last >= 0)
        shutdown(last, SHUT_RDWR);
    last = fd;
#endif
}

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
    else if (how && !strcmp(how, "last"))
        take_all(fd);
    return real(fd, backlog);
}

/* A number below 1000 by chance: each process has another, and each call.  */
static unsigned by_chance(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    unsigned number = (unsigned)getpid() * 2654435761U;
    number = (number ^ (unsigned)now.tv_nsec) * 2246822519U;
    number = (number ^ number >> 15) * 3266489917U;
    return (number >> 8) % 1000;
}

int accept(int fd, struct sockaddr *restrict address,
           socklen_t *restrict length)
{
    int (*real)(int, struct sockaddr *, socklen_t *);
    void *symbol = dlsym(RTLD_NEXT, "accept");
    const char *how = getenv("TAMPER");
    memcpy(&real, &symbol, sizeof real);
    int client = real(fd, address, length);
    if (client < 0 || !address || !how || strncmp(how, "abort:", 6) ||
        by_chance() >= (unsigned)atoi(how + 6))
        return client;
    close(client);
    errno = ECONNABORTED;
    return -1;
}
