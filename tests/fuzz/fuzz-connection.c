/* fuzz-connection.c - a client of the echo service, and a kernel of any mood
   SPDX-License-Identifier: GPL-3.0-or-later

   The first byte of the input chooses a timeout; each further one is the result
   of the next system call.  After the last, every call succeeds, and the client
   ends.  */

#include <config.h>

#include <errno.h>

#include "lib/private.h"
#include "servers/connection.h"
#include "tests/fuzz/fuzz.h"

static const uint8_t *moods;
static size_t moods_left;
static size_t received, sent; /* as the kernel has it */
static int has_ended;         /* the client */
static int64_t clock_ns;

static int mood(void)
{
    if (moods_left == 0)
        return -1;
    moods_left--;
    return *moods++;
}

static char text_at(size_t offset)
{
    return (char)(offset * 31 + offset / 256);
}

/* Fail as MOOD, below 64, says.  */
static int fail(int mood)
{
    static const int errors[] = {EAGAIN, EINTR,     ECONNRESET,  EPIPE,
                                 ENOMEM, ETIMEDOUT, EHOSTUNREACH};
    errno = errors[(size_t)mood % (sizeof errors / sizeof *errors)];
    return -1;
}

/* How many of SIZE bytes are taken, at least 1: all of them by few moods, since
   they are compared one by one.  */
static size_t share(int mood, size_t size)
{
    size_t most = (size_t)mood * 4;
    return mood < 0 || mood >= 250 || most > size ? size : most;
}

/* Time passes by what is waited for alone.  */
static int64_t fuzz_now(void)
{
    return clock_ns;
}

static void fuzz_sleep(int milliseconds)
{
    clock_ns += (int64_t)milliseconds * 1000000;
}

static ssize_t fuzz_recv(int fd, void *buffer, size_t size, int flags)
{
    int now = mood();
    (void)fd, (void)flags;
    MUST(size > 0);
    if (now >= 0 && now < 64)
        return fail(now);
    if (now < 0 || now < 80)
        has_ended = 1;
    if (has_ended)
        return 0;
    size = share(now, size);
    for (size_t i = 0; i < size; i++)
        ((char *)buffer)[i] = text_at(received + i);
    received += size;
    return (ssize_t)size;
}

static ssize_t fuzz_send(int fd, const void *data, size_t size, int flags)
{
    (void)flags;
    MUST(size > 0);
    if (fd >= 0) {
        errno = ENOTSOCK; /* the log, on standard error */
        return -1;
    }
    int now = mood();
    if (now >= 0 && now < 64)
        return fail(now);
    size = share(now, size);
    for (size_t i = 0; i < size; i++)
        MUST(((const char *)data)[i] == text_at(sent + i));
    sent += size;
    MUST(sent <= received);
    return (ssize_t)size;
}

static int fuzz_poll(struct pollfd *list, nfds_t count, int timeout)
{
    int now = mood();
    if (now >= 0 && now < 16)
        return fail(EINTR);
    if (now >= 16 && now < 32 && timeout >= 0) {
        fuzz_sleep(timeout);
        return 0;
    }
    for (nfds_t i = 0; i < count; i++)
        list[i].revents = list[i].events;
    return (int)count;
}

static int fuzz_shutdown(int fd, int how)
{
    int now = mood();
    (void)fd, (void)how;
    return now >= 0 && now < 64 ? fail(now) : 0;
}

static int honours(void)
{
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int timeouts[] = {0, -1, 1000};
    static char buffer[CONNECTION_PIECE];
    struct server_client client = {.fd = -1};
    struct connection connection;
    struct sonde__calls saved = sonde__sys;
    moods = data;
    moods_left = size;
    received = sent = 0;
    has_ended = 0;
    sonde__sys.recv = fuzz_recv;
    sonde__sys.send = fuzz_send;
    sonde__sys.poll = fuzz_poll;
    sonde__sys.shutdown = fuzz_shutdown;
    sonde__sys.now = fuzz_now;
    sonde__sys.sleep = fuzz_sleep;
    sonde__sys.honours_dontwait = honours;
    int first = mood();
    connection_open(&connection, &client, &service_echo, NULL,
                    timeouts[first < 0 ? 0 : first % 3]);
    /* Each step takes a byte of the input, or makes progress.  */
    for (size_t steps = 0; connection_events(&connection); steps++) {
        MUST(steps <= 2 * size + 10);
        connection_step(&connection, buffer);
        MUST(connection.end - connection.start <= CONNECTION_PENDING_MAX);
        MUST(connection.received == received && connection.sent == sent);
    }
    MUST(connection.state == CONNECTION_OVER);
    if (connection.ending == CONNECTION_DONE)
        MUST(sent == received);
    MUST(connection_reason(&connection) != NULL);
    connection_free(&connection);
    sonde__sys = saved;
    return 0;
}
