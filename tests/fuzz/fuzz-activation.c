/* fuzz-activation.c - LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES
   SPDX-License-Identifier: GPL-3.0-or-later

   The input is three lines, one for each variable.  A line that is missing is
   a variable that is not set; "self" is the number of this process.  Every
   descriptor is a socket, what for its number says.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/fuzz/fuzz.h"

enum { FIRST = 3, ROOM = 40, RAW_FD = FIRST + 35 };

static unsigned char closes_on_exec[FIRST + ROOM];

static int type_of(int fd)
{
    return fd == RAW_FD ? SOCK_RAW : fd % 3 ? SOCK_STREAM : SOCK_DGRAM;
}

static int answer_option(int fd, int level, int name, void *value,
                         socklen_t *size)
{
    int answer = name == SO_TYPE ? type_of(fd) : fd % 2;
    MUST(level == SOL_SOCKET && *size == sizeof answer);
    MUST(name == SO_TYPE || name == SO_ACCEPTCONN);
    MUST(fd >= FIRST && fd < FIRST + ROOM);
    memcpy(value, &answer, sizeof answer);
    return 0;
}

static int answer_name(int fd, struct sockaddr *address, socklen_t *size)
{
    struct sonde_address loopback;
    (void)fd;
    MUST(!sonde_address_loopback(&loopback, AF_INET, 1));
    MUST(*size >= loopback.length);
    memcpy(address, &loopback.storage, loopback.length);
    *size = loopback.length;
    return 0;
}

static int answer_fcntl(int fd, int command, int argument)
{
    MUST(fd >= FIRST && fd < FIRST + ROOM);
    MUST(command == F_GETFD || (command == F_SETFD && argument == FD_CLOEXEC));
    if (command == F_SETFD)
        closes_on_exec[fd] = 1;
    return 0;
}

/* Set NAME to the next of the lines at *TEXT, or unset it.  */
static const char *take_variable(const char *name, char **text)
{
    char *line = *text;
    size_t length = strcspn(line, "\n");
    if (*line == '\0') {
        unsetenv(name);
        return NULL;
    }
    *text += length + (line[length] == '\n');
    line[length] = '\0';
    if (!strcmp(line, "self")) {
        char number[24];
        snprintf(number, sizeof number, "%ld", (long)getpid());
        MUST(!setenv(name, number, 1));
    } else {
        MUST(!setenv(name, line, 1));
    }
    return getenv(name);
}

/* The number that TEXT is in decimal digits, up to INT_MAX; -1: none.  */
static long number_of(const char *text)
{
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
        return -1;
    text += strspn(text, "0");
    if (strlen(text) > 10)
        return -1;
    long long number = *text ? strtoll(text, NULL, 10) : 0;
    return number <= INT_MAX ? (long)number : -1;
}

/* How many sockets there must be, or -1.  */
static int expected_count(const char *pid, const char *fds, const char *names)
{
    if (!pid || !fds)
        return 0;
    if (number_of(pid) < 0)
        return -1;
    if (number_of(pid) != (long)getpid())
        return 0;
    long count = number_of(fds);
    if (count < 0 || count > ROOM)
        return -1;
    if (!names || count == 0)
        return (int)count;
    long colons = 0;
    size_t length = 0;
    for (; *names; names++) {
        length = *names == ':' ? 0 : length + 1;
        colons += *names == ':';
        if (length >= 256)
            return -1;
    }
    return colons + 1 == count ? (int)count : -1;
}

/* FOUND is as it must be, and its names one after another make NAMES.  */
static void check_found(const struct sonde_inherited *found, int count,
                        const char *names)
{
    for (int i = 0; i < count; i++) {
        int fd = FIRST + i;
        MUST(found[i].fd == fd && closes_on_exec[fd]);
        if (fd != RAW_FD)
            MUST(found[i].type == type_of(fd) && found[i].family == AF_INET);
        if (fd == RAW_FD)
            MUST(found[i].role == SONDE_UNUSABLE &&
                 found[i].error == EPROTOTYPE);
        else if (found[i].type == SOCK_DGRAM)
            MUST(found[i].role == SONDE_DATAGRAM);
        else
            MUST((found[i].role == SONDE_LISTENER) == fd % 2);
        if (!names) {
            MUST(!strcmp(found[i].name, "unknown"));
            continue;
        }
        size_t length = strlen(found[i].name);
        MUST(!strncmp(names, found[i].name, length));
        MUST(names[length] == (i + 1 < count ? ':' : '\0'));
        names += length + 1;
    }
}

static void activate(const char *pid, const char *fds, const char *names)
{
    static struct sonde_inherited found[ROOM], before[ROOM];
    int expected = expected_count(pid, fds, names);
    memset(found, 0x5a, sizeof found);
    memcpy(before, found, sizeof found);
    memset(closes_on_exec, 0, sizeof closes_on_exec);
    errno = 77;
    int count = sonde_activation(found, ROOM, 0);
    MUST(count == expected);
    if (count < 0) {
        MUST(errno == EINVAL || errno == ENOSPC);
        MUST(!memcmp(found, before, sizeof found));
    } else {
        MUST(errno == 77);
        check_found(found, count, names);
    }
    MUST(sonde_activation(found, ROOM, SONDE_UNSETENV) == expected);
    MUST(expected == 0 || (!getenv("LISTEN_PID") && !getenv("LISTEN_FDS") &&
                           !getenv("LISTEN_FDNAMES")));
    MUST(expected == 0 || sonde_activation(found, ROOM, 0) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *rest = text;
    MUST(text);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    sonde__sys.getsockopt = answer_option;
    sonde__sys.getsockname = answer_name;
    sonde__sys.fcntl = answer_fcntl;
    const char *pid = take_variable("LISTEN_PID", &rest);
    const char *fds = take_variable("LISTEN_FDS", &rest);
    const char *names = take_variable("LISTEN_FDNAMES", &rest);
    activate(pid, fds, names);
    free(text);
    return 0;
}
