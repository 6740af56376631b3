/* private.h - what the files of lib/ share and nobody else sees
   SPDX-License-Identifier: LGPL-2.1-or-later

   Names here begin with sonde__ (two underscores), which the library does not
   export.  */

#ifndef SONDE_PRIVATE_H
#define SONDE_PRIVATE_H 1

#include <signal.h>

#include "sonde.h"

/* The system calls of the library.  A unit test may put its own functions
   here, to have this host answer like another one (EPROTO, address length 0,
   no accept4, ...).  Not to be changed while other threads use the library. */
struct sonde__calls {
    int (*socket)(int, int, int);
    int (*bind)(int, const struct sockaddr *, socklen_t);
    int (*listen)(int, int);
    int (*accept)(int, struct sockaddr *, socklen_t *);
    /* Fails with ENOSYS where configure found none.  */
    int (*accept4)(int, struct sockaddr *, socklen_t *, unsigned);
    int (*getsockopt)(int, int, int, void *, socklen_t *);
    int (*setsockopt)(int, int, int, const void *, socklen_t);
    int (*getsockname)(int, struct sockaddr *, socklen_t *);
    int (*getpeername)(int, struct sockaddr *, socklen_t *);
    int (*fcntl)(int, int, int);
    int (*close)(int);
    int (*sigaction)(int, const struct sigaction *, struct sigaction *);
    /* Where the setting of the cap is read; a sysctl's name is fixed.  */
    const char *cap_file;
};

extern struct sonde__calls sonde__sys;

/* Close FD and keep errno as it is.  A close that was interrupted is not tried
   again: the descriptor is gone on all systems but HP-UX.  */
void sonde__close(int fd);

/* Give FD just the properties in FLAGS (SONDE_NONBLOCK, SONDE_CLOEXEC).
   Returns 0, or -1 with the errno of fcntl.  */
int sonde__set_flags(int fd, unsigned flags);

/* Fill in the length member of ADDRESS's storage where there is one.  */
void sonde__set_sa_len(struct sonde_address *address);

#endif /* SONDE_PRIVATE_H */
