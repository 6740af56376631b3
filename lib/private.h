/* private.h - what the files of lib/ share and nobody else sees
   SPDX-License-Identifier: LGPL-2.1-or-later

   Names here begin with sonde__ (two underscores), which the library does not
   export.  */

#ifndef SONDE_PRIVATE_H
#define SONDE_PRIVATE_H 1

#include <poll.h>
#include <signal.h>
#include <time.h>

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
    int (*shutdown)(int, int);
    ssize_t (*recv)(int, void *, size_t, int);
    ssize_t (*send)(int, const void *, size_t, int);
    ssize_t (*read)(int, void *, size_t);
    ssize_t (*write)(int, const void *, size_t);
    int (*poll)(struct pollfd *, nfds_t, int);
    int (*sigaction)(int, const struct sigaction *, struct sigaction *);
    /* Fails with ENOSYS where configure found none.  */
    int (*sigtimedwait)(const sigset_t *, const struct timespec *);
    pid_t (*waitpid)(pid_t, int *, int);
    /* Close-on-exec and non-blocking at birth, where that can be.  */
    int (*pipe)(int[2]);
    /* Nanoseconds of a clock that nobody sets.  */
    int64_t (*now)(void);
    /* Flags that keep send from raising SIGPIPE; 0 where there are none.  */
    int send_quietly;
    /* Set the option that does it; fails where there is none.  */
    int (*set_nosigpipe)(int);
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

/* The deadline TIMEOUT milliseconds from now; never, if it is negative.  */
enum { sonde__never = -1 };
int64_t sonde__deadline(int timeout);

/* The milliseconds left until DEADLINE, rounded up, as poll takes them: -1 if
   that is never.  */
int sonde__left(int64_t deadline);

/* Wait until FD is ready for EVENTS of poll, hung up or in error.  Returns 0,
   or -1 with EAGAIN at DEADLINE, or with the errno of poll, but EINTR.  */
int sonde__wait(int fd, short events, int64_t deadline);

/* sonde_read with a deadline of the above; errno may change on success.  */
ssize_t sonde__read(int fd, void *buffer, size_t size, int64_t deadline);

/* Whether ERROR means "not now".  */
int sonde__not_now(int error);

#endif /* SONDE_PRIVATE_H */
