/* log-sink.c - write to standard error without waiting long for the reader
   SPDX-License-Identifier: GPL-3.0-or-later

   Between poll and write another process may fill the pipe: then write blocks.
   So the pipe, or the terminal, is opened again, where the system shows
   descriptors as files (/proc): the new open file is non-blocking, and no other
   process shares its flags.  On other systems the risk remains.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "servers/log-sink.h"
#include "servers/stop.h"
#include "sonde.h"

/* The allowance in milliseconds, and the divisor of the time added again.  */
enum { WAIT_MAX = 1000, GIVEN_BACK = 10 };

static struct log_sink not_shared, *sink = &not_shared;
static int own = -1;  /* standard error, opened again, non-blocking */
static bool is_plain; /* a file, where write never blocks */

static bool log_sink_is_same(int fd, const struct stat *as)
{
    struct stat found;
    return !fstat(fd, &found) && found.st_dev == as->st_dev &&
           found.st_ino == as->st_ino && found.st_rdev == as->st_rdev;
}

/* Open standard error, which is AS, again, non-blocking.  Returns the
   descriptor; -1 if that is not possible, or if the file is another one.  Where
   open returns a duplicate, as /dev/fd of the BSDs does, standard error has
   become non-blocking: undo.  */
static int log_sink_reopen(const struct stat *as)
{
    int flags = fcntl(STDERR_FILENO, F_GETFL);
    int fd =
        open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int now = fcntl(STDERR_FILENO, F_GETFL);
    if (log_sink_is_same(fd, as) && flags >= 0 && now == flags)
        return fd;
    if (flags >= 0 && now != flags)
        fcntl(STDERR_FILENO, F_SETFL, flags);
    close(fd);
    return -1;
}

void log_sink_begin(struct log_sink *shared)
{
    struct stat found;
    sink = shared;
    if (fstat(STDERR_FILENO, &found))
        return;
    bool is_terminal = S_ISCHR(found.st_mode) && isatty(STDERR_FILENO);
    is_plain = S_ISREG(found.st_mode) || S_ISBLK(found.st_mode) ||
               (S_ISCHR(found.st_mode) && !is_terminal);
    if (S_ISFIFO(found.st_mode) || is_terminal)
        own = log_sink_reopen(&found);
}

/* Write as much as there is room for.  Returns as write: -1 with EAGAIN if
   there is no room.  May block where standard error is neither a file nor
   opened again.  */
static ssize_t log_sink_write_some(const char *text, size_t length)
{
    if (own >= 0)
        return write(own, text, length);
    if (is_plain)
        return write(STDERR_FILENO, text, length);
    return sonde_write(STDERR_FILENO, text, length, 0);
}

static unsigned log_sink_now(void)
{
    return (unsigned)monotonic_ms();
}

/* Wait until there may be room, and count the time.  Returns false if the
   allowance is used up, or the grace period is over.  */
static bool log_sink_wait_for_room(void)
{
    struct pollfd polled = {.fd = own >= 0 ? own : STDERR_FILENO,
                            .events = POLLOUT};
    unsigned waited = sink->waited, begun = log_sink_now();
    if (waited >= WAIT_MAX || stop_now())
        return false;
    int ready = poll(&polled, 1, (int)(WAIT_MAX - waited));
    /* At least a millisecond, so that failures of poll end, too.  */
    sink->waited += log_sink_now() - begun + 1;
    return ready > 0 || (ready < 0 && errno == EINTR);
}

/* Add a part of the time since the last line to the allowance.  */
static void log_sink_give_back(void)
{
    unsigned now = log_sink_now(), waited = sink->waited;
    unsigned back = (now - sink->written) / GIVEN_BACK;
    if (waited == 0) {
        sink->written = now;
    } else if (back > 0) {
        sink->written = now;
        sink->waited = waited > back ? waited - back : 0;
    }
}

/* Write all of TEXT, waiting for room.  Returns the number of bytes written:
   less than LENGTH after an error, or if the allowance is used up.  */
static size_t log_sink_write_all(const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t count = log_sink_write_some(text + done, length - done);
        if (count > 0)
            done += (size_t)count;
        else if (count < 0 && errno != EAGAIN && errno != EINTR)
            break;
        else if (!log_sink_wait_for_room())
            break;
    }
    return done;
}

bool log_sink_write(const char *text, size_t length)
{
    /* After a line that was cut, begin a new line.  */
    if (sink->cut && log_sink_write_all("\n", 1) == 1)
        sink->cut = 0;
    size_t done = sink->cut ? 0 : log_sink_write_all(text, length);
    if (done == length) {
        log_sink_give_back();
        return true;
    }
    if (done > 0)
        sink->cut = 1;
    sink->dropped++;
    return false;
}

long log_sink_take_dropped(void)
{
    return sink->dropped ? atomic_exchange(&sink->dropped, 0) : 0;
}

void log_sink_return_dropped(long count)
{
    sink->dropped += count;
}
