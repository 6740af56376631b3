/* reserve.c - a server out of descriptors, and back-off after failures
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* Milliseconds.  */
enum { min_delay = 5, max_delay = 1000 };

/* The number of EAGAIN in a row before poll is called.  */
enum { max_idle = 64 };

int sonde_reserve_open(struct sonde_reserve *reserve)
{
    static const int families[] = {AF_UNIX, AF_INET, AF_INET6};
    int saved = errno;
    for (int i = 0; i < 3; i++) {
        int fd = sonde_socket(families[i], SOCK_DGRAM, SONDE_CLOEXEC);
        if (fd >= 0) {
            reserve->fd = fd;
            errno = saved;
            return 0;
        }
        /* Another family may be available and allowed.  */
        if (errno != EAFNOSUPPORT && errno != EPROTONOSUPPORT &&
            errno != EACCES && errno != EPERM)
            break;
    }
    return -1;
}

void sonde_reserve_close(struct sonde_reserve *reserve)
{
    if (reserve->fd >= 0)
        sonde__close(reserve->fd);
    reserve->fd = -1;
}

/* Accept a client of LISTENER and close the connection.  Waits only if LISTENER
   blocks and the client reported by poll has gone.  Returns 0, or -1 with
   EAGAIN if no client waits, or with the errno of poll or sonde_accept.  */
static int reserve_reject(int listener)
{
    if (sonde__wait(listener, POLLIN, sonde_deadline(0)))
        return -1;
    int fd = sonde_accept(listener, NULL, SONDE_CLOEXEC);
    if (fd < 0)
        return -1;
    sonde__close(fd);
    return 0;
}

int sonde_reserve_shed(struct sonde_reserve *reserve, int listener)
{
    int saved = errno;
    sonde_reserve_close(reserve);
    int result = reserve_reject(listener);
    if (result < 0)
        saved = errno;
    sonde_reserve_open(reserve);
    errno = saved;
    return result;
}

int sonde_backoff(int last)
{
    if (last < min_delay)
        return min_delay;
    return last < max_delay / 2 ? 2 * last : max_delay;
}

int sonde_backoff_after(struct sonde_backoff_state *state, int fd, int error)
{
    int saved = errno;
    if (!sonde__not_now(error)) {
        state->idle = 0;
        state->delay = error ? sonde_backoff(state->delay) : 0;
        return state->delay;
    }
    if (++state->idle < max_idle)
        return 0;
    /* Perhaps another process took each client; then no client waits now.  */
    state->idle = max_idle;
    if (sonde__wait(fd, POLLIN, sonde_deadline(0)))
        *state = (struct sonde_backoff_state){0};
    else
        state->delay = sonde_backoff(state->delay);
    errno = saved;
    return state->delay;
}
