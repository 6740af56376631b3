/* log.c - what a server says, a line at a time
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mask.h"
#include "base/monotonic.h"
#include "services/log.h"
#include "services/stop.h"

enum { LINE = 1024, ONCE_IN = 60, LOOK_AGAIN = 1000 };

static const char *name = "sonde";
static bool silent;

/* Of each kind: the second from which it may be said again, and how often it
   was not.  */
struct trouble {
    atomic_long next, more;
};

_Static_assert(ATOMIC_LONG_LOCK_FREE == 2, "shared memory needs no lock");

static struct trouble not_shared[LOG_TROUBLES], *troubles = not_shared;

/* Whether standard error is the same socket as standard input.  */
static bool is_client(void)
{
    struct stat in, err;
    return !fstat(STDIN_FILENO, &in) && !fstat(STDERR_FILENO, &err) &&
           S_ISSOCK(err.st_mode) && in.st_dev == err.st_dev &&
           in.st_ino == err.st_ino;
}

void log_begin(const char *program, bool inetd)
{
    name = program;
    silent = inetd && is_client();
    void *shared = mmap(NULL, sizeof not_shared, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANON, -1, 0);
    if (shared != MAP_FAILED)
        troubles = shared;
}

/* Wait until whoever reads standard error takes a line.  Returns false when the
   time of grace is over: a reader who is stuck must not keep the server from
   its end.  Another thread or process may be faster, and then the write waits
   in its turn, until a signal interrupts it.  */
static bool is_taken(void)
{
    struct pollfd polled = {.fd = STDERR_FILENO, .events = POLLOUT};
    for (;;) {
        bool is_late = stop_now();
        int count = poll(&polled, 1, is_late ? 0 : LOOK_AGAIN);
        if (count > 0 || (count < 0 && errno != EINTR))
            return true;
        if (is_late && count == 0)
            return false;
    }
}

/* Write TEXT, which has room for a newline.  A name or a path in it must not
   write to a terminal, nor break the line.  */
static void write_line(char *text)
{
    int saved = errno;
    size_t length = mask_text(text);
    text[length] = '\n';
    /* Where it cannot be written there is nobody to tell.  */
    while (!silent && is_taken() &&
           write(STDERR_FILENO, text, length + 1) < 0 && errno == EINTR)
        ;
    errno = saved;
}

/* Put the name and the message into TEXT.  */
LOG_FORMAT_LIST static void put_message(char *text, const char *format,
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
    put_message(text, format, arguments);
    va_end(arguments);
    write_line(text);
}

void log_trouble(enum log_trouble trouble, const char *format, ...)
{
    char text[LINE + 64];
    long now = (long)(monotonic_ms() / 1000);
    long next = troubles[trouble].next;
    /* Of several threads one says it.  */
    if (now < next || !atomic_compare_exchange_strong(&troubles[trouble].next,
                                                      &next, now + ONCE_IN)) {
        troubles[trouble].more++;
        return;
    }
    long more = atomic_exchange(&troubles[trouble].more, 0);
    va_list arguments;
    va_start(arguments, format);
    put_message(text, format, arguments);
    va_end(arguments);
    if (more > 0)
        sprintf(text + strlen(text), " (and %ld times before)", more);
    write_line(text);
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
