/* log.c - the log of a server
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mask.h"
#include "base/monotonic.h"
#include "servers/log-sink.h"
#include "servers/log.h"

enum { LINE = 1024, ONCE_IN = 60 };

static const char *name = "sonde";
static bool silent;

/* Of each kind: the second from which a line may be logged again, and the
   number of lines suppressed.  */
struct trouble {
    atomic_long next, more;
};

_Static_assert(ATOMIC_LONG_LOCK_FREE == 2, "shared memory needs no lock");

/* Shared by all processes of a server.  */
struct shared {
    struct trouble troubles[LOG_TROUBLES];
    struct log_sink sink;
};

static struct shared not_shared;
static struct trouble *troubles = not_shared.troubles;

/* Whether standard error is the same socket as standard input.  */
static bool log_is_client(void)
{
    struct stat in, err;
    return !fstat(STDIN_FILENO, &in) && !fstat(STDERR_FILENO, &err) &&
           S_ISSOCK(err.st_mode) && in.st_dev == err.st_dev &&
           in.st_ino == err.st_ino;
}

void log_begin(const char *program, bool inetd)
{
    name = program;
    silent = inetd && log_is_client();
    void *shared = mmap(NULL, sizeof not_shared, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANON, -1, 0);
    struct shared *all = shared == MAP_FAILED ? &not_shared : shared;
    troubles = all->troubles;
    log_sink_begin(&all->sink);
}

/* Log the number of dropped lines, unless 0.  Returns whether none is left to
   log.  */
static bool log_dropped(void)
{
    char text[LINE];
    long count = log_sink_take_dropped();
    if (count == 0)
        return true;
    int length = snprintf(text, sizeof text,
                          "%s: %ld log line%s dropped: the reader of standard "
                          "error was too slow\n",
                          name, count, count == 1 ? " was" : "s were");
    if (log_sink_write(text, (size_t)length))
        return true;
    /* The line about dropped lines does not count.  */
    log_sink_return_dropped(count - 1);
    return false;
}

bool log_flush(void)
{
    return silent || log_dropped();
}

/* Write TEXT, which has room for a newline, unless the log is silent; before,
   log the number of dropped lines.  Control characters, as in names and paths,
   are masked: a terminal must not receive control characters, and a line must
   stay whole.  Keeps errno.  */
static void log_write(char *text)
{
    int saved = errno;
    size_t length = mask_text(text);
    text[length] = '\n';
    if (!silent) {
        log_dropped();
        log_sink_write(text, length + 1);
    }
    errno = saved;
}

/* Format the program's name and the message into TEXT, cut to LINE bytes.  */
LOG_FORMAT_LIST static void log_format(char *text, const char *format,
                                       va_list arguments)
{
    int start = snprintf(text, LINE, "%s: ", name);
    size_t used = start > 0 && start < LINE ? (size_t)start : 0;
    vsnprintf(text + used, LINE - used, format, arguments);
}

void log_line(const char *format, ...)
{
    char text[LINE + 64];
    va_list arguments;
    va_start(arguments, format);
    log_format(text, format, arguments);
    va_end(arguments);
    log_write(text);
}

void log_trouble(enum log_trouble trouble, const char *format, ...)
{
    char text[LINE + 64];
    long now = (long)(monotonic_ms() / 1000);
    long next = troubles[trouble].next;
    /* Of several threads one logs the line.  */
    if (now < next || !atomic_compare_exchange_strong(&troubles[trouble].next,
                                                      &next, now + ONCE_IN)) {
        troubles[trouble].more++;
        return;
    }
    long more = atomic_exchange(&troubles[trouble].more, 0);
    va_list arguments;
    va_start(arguments, format);
    log_format(text, format, arguments);
    va_end(arguments);
    if (more > 0)
        sprintf(text + strlen(text), " (and %ld times before)", more);
    log_write(text);
}

void log_address(const struct sonde_address *address, char *text)
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
    if (port >= 0)
        sprintf(text + strlen(text), " port %d", port);
    errno = saved;
}
