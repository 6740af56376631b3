/* log.c - the log of a server
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "base/mask.h"
#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/stop.h"

enum { LINE = 1024, ONCE_IN = 60 };

/* The allowance in milliseconds, and the divisor of the time added again.  */
enum { WAIT_MAX = 1000, GIVEN_BACK = 10 };

static const char *name = "sonde";
static bool silent;
static int sink = STDERR_FILENO; /* or the same file, opened again */
static bool may_block = true;    /* write to SINK may block */

/* Of each kind: the second from which a line may be logged again, and the
   number of lines suppressed.  */
struct trouble {
    atomic_long next, more;
};

_Static_assert(ATOMIC_LONG_LOCK_FREE == 2, "shared memory needs no lock");

/* Shared by all processes of a server.  */
struct log_shared {
    struct trouble troubles[LOG_TROUBLES];
    atomic_long dropped; /* lines */
    atomic_uint waited;  /* milliseconds used up of the allowance */
    atomic_uint written; /* the time of the last line, in milliseconds */
    atomic_int cut;      /* a line was written in part */
};

static struct log_shared not_shared, *shared = &not_shared;

/* ---- standard error ------------------------------------------------------ */

/* Whether FD is the same file as AS; false if fstat fails.  */
static bool log_is_same(int fd, const struct stat *as)
{
    struct stat found;
    return !fstat(fd, &found) && found.st_dev == as->st_dev &&
           found.st_ino == as->st_ino && found.st_rdev == as->st_rdev;
}

/* Open standard error, which is AS, a pipe or a terminal, again, non-blocking:
   between poll and write another process may fill the pipe, and then write
   blocks.  No other process shares the flags of the new open file, SINK from
   now on.  If the open fails, as without /proc, SINK stays, and the risk
   remains.  Where open returns a duplicate, as /dev/fd of the BSDs does,
   standard error has become non-blocking: undo.  */
static void log_reopen(const struct stat *as)
{
    int flags = fcntl(STDERR_FILENO, F_GETFL);
    int fd =
        open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return;
    int now = fcntl(STDERR_FILENO, F_GETFL);
    if (log_is_same(fd, as) && flags >= 0 && now == flags) {
        sink = fd;
        may_block = false;
        return;
    }
    if (flags >= 0 && now != flags)
        fcntl(STDERR_FILENO, F_SETFL, flags);
    close(fd);
}

void log_begin(const char *program, bool inetd)
{
    struct stat found;
    name = program;
    void *memory = mmap(NULL, sizeof not_shared, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANON, -1, 0);
    if (memory != MAP_FAILED)
        shared = memory;
    if (fstat(STDERR_FILENO, &found))
        return;
    silent =
        inetd && S_ISSOCK(found.st_mode) && log_is_same(STDIN_FILENO, &found);
    bool is_terminal = S_ISCHR(found.st_mode) && isatty(STDERR_FILENO);
    if (S_ISFIFO(found.st_mode) || is_terminal)
        log_reopen(&found);
    else if (S_ISREG(found.st_mode) || S_ISBLK(found.st_mode) ||
             S_ISCHR(found.st_mode))
        may_block = false;
}

/* Monotonic milliseconds, cut to an unsigned int.  */
static unsigned log_now(void)
{
    return (unsigned)monotonic_ms();
}

/* Wait until there may be room, and take the time, and a millisecond more, off
   the allowance.  Returns true if there may be room, also after a signal; false
   if the allowance is used up, before or by this wait, if the grace period is
   over, or if poll fails.  */
static bool log_wait_for_room(void)
{
    struct pollfd polled = {.fd = sink, .events = POLLOUT};
    unsigned waited = shared->waited, begun = log_now();
    if (waited >= WAIT_MAX || stop_now())
        return false;
    int ready = poll(&polled, 1, (int)(WAIT_MAX - waited));
    /* At least a millisecond, so that failures of poll end, too.  */
    shared->waited += log_now() - begun + 1;
    return ready > 0 || (ready < 0 && errno == EINTR);
}

/* Note the time of a line just written, and add a tenth of the time since the
   line before to the allowance.  A tenth below a millisecond is not lost: the
   time counts again with the next line.  */
static void log_give_back(void)
{
    unsigned now = log_now(), waited = shared->waited;
    unsigned back = (now - shared->written) / GIVEN_BACK;
    if (waited > 0 && back == 0)
        return;
    shared->written = now;
    if (waited > 0)
        shared->waited = waited > back ? waited - back : 0;
}

/* Write the LENGTH bytes TEXT to SINK, waiting for room (log_wait_for_room).
   Returns the number of bytes written: less than LENGTH after an error, or if
   there is no room after the grace period or when the allowance is used up.  */
static size_t log_write_some(const char *text, size_t length)
{
    size_t done = 0;
    while (done < length) {
        const char *rest = text + done;
        ssize_t count = may_block ? sonde_write(sink, rest, length - done, 0)
                                  : write(sink, rest, length - done);
        if (count > 0)
            done += (size_t)count;
        else if ((count < 0 && errno != EAGAIN && errno != EINTR) ||
                 !log_wait_for_room())
            break;
    }
    return done;
}

/* Write the LENGTH bytes TEXT, a line with its newline.  Returns whether all
   was written; if not, the line is counted as dropped.  If a line was written
   in part, a newline precedes the next line; without room for the newline that
   line is dropped whole.  */
static bool log_write_line(const char *text, size_t length)
{
    /* After a line that was cut, begin a new line.  */
    if (shared->cut && log_write_some("\n", 1) == 1)
        shared->cut = 0;
    size_t done = shared->cut ? 0 : log_write_some(text, length);
    if (done == length) {
        log_give_back();
        return true;
    }
    if (done > 0)
        shared->cut = 1;
    shared->dropped++;
    return false;
}

/* ---- lines --------------------------------------------------------------- */

bool log_is_behind(void)
{
    return !silent && shared->dropped > 0;
}

bool log_flush(void)
{
    char text[LINE];
    long count =
        !silent && shared->dropped ? atomic_exchange(&shared->dropped, 0) : 0;
    if (count == 0)
        return true;
    int length = snprintf(text, sizeof text,
                          "%s: %ld log line%s dropped: the reader of standard "
                          "error was too slow\n",
                          name, count, count == 1 ? " was" : "s were");
    if (log_write_line(text, (size_t)length))
        return true;
    /* The line about dropped lines does not count.  */
    shared->dropped += count - 1;
    return false;
}

/* Log a line as log_line does, after the number of dropped lines, if any, with
   the number MORE of suppressed ones unless 0; nothing if silent.  Control
   characters, as in names and paths, are masked: a terminal must not receive
   them, and a line must stay whole.  Keeps errno.  */
__attribute__((format(printf, 1, 0))) static void
log_write(const char *format, va_list arguments, long more)
{
    char text[LINE + 64];
    int saved = errno;
    snprintf(text, LINE, "%s: ", name);
    size_t used = strlen(text);
    vsnprintf(text + used, LINE - used, format, arguments);
    if (more > 0)
        sprintf(text + strlen(text), " (and %ld times before)", more);
    size_t length = mask_text(text);
    text[length] = '\n';
    if (!silent) {
        log_flush();
        log_write_line(text, length + 1);
    }
    errno = saved;
}

int log_line(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_write(format, arguments, 0);
    va_end(arguments);
    return -1;
}

void log_trouble(enum log_trouble trouble, const char *format, ...)
{
    long now = (long)(monotonic_ms() / 1000);
    long next = shared->troubles[trouble].next;
    /* Of several threads one logs the line.  */
    if (now < next ||
        !atomic_compare_exchange_strong(&shared->troubles[trouble].next, &next,
                                        now + ONCE_IN)) {
        shared->troubles[trouble].more++;
        return;
    }
    long more = atomic_exchange(&shared->troubles[trouble].more, 0);
    va_list arguments;
    va_start(arguments, format);
    log_write(format, arguments, more);
    va_end(arguments);
}

char *log_address(const struct sonde_address *address, char *text)
{
    int saved = errno;
    struct sonde_address host = *address;
    int port = sonde_address_port(address);
    if (port >= 0)
        sonde_address_set_port(&host, 0);
    if (address->length == 0)
        snprintf(text, LOG_ADDRESS, "(unnamed)");
    else if (sonde_address_print(&host, text, SONDE_ADDRESS_TEXT) < 0)
        snprintf(text, LOG_ADDRESS, "(address of family %d)",
                 address->storage.ss_family);
    else
        endpoint_show_abstract(text);
    if (port >= 0)
        sprintf(text + strlen(text), " port %d", port);
    errno = saved;
    return text;
}
