/* address-length.c - what addresses are made of, and how numbers are stored
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"
#include "sonde.h"

/* bind with LENGTH bytes of a proper address.  That no port is free is no
   answer.  */
static const char *bind_length(struct asking *ask, socklen_t length)
{
    struct sockaddr_storage storage;
    struct sockaddr_in address = loopback_address(0);
    int fd = tcp_socket(ask);
    memset(&storage, 0, sizeof storage);
    memcpy(&storage, &address, sizeof address);
    int result = attempt(bind(fd, (struct sockaddr *)&storage, length), "bind");
    if (result && errno == EADDRINUSE)
        must(ask, result, "bind");
    const char *text = result ? said(result) : "works";
    close(fd);
    return text;
}

/* What comes back into too small a buffer.  */
static void tell_short(struct asking *ask)
{
    struct pair pair = tcp_pair(ask);
    struct sockaddr_in address;
    socklen_t length = 4;
    int result = getpeername(pair.client, (struct sockaddr *)&address, &length);
    tell(ask, "short-buffer", "%s, length %ld", result ? said(result) : "cut",
         (long)length);
    pair_close(&pair);
}

/* The longest path that can be bound: the file is removed at once.  */
static void tell_unix(struct asking *ask)
{
    struct sockaddr_un address;
    char start[100];
    size_t room = sizeof address.sun_path, longest = 0;
    if (!*ask->folder) {
        tell_not(ask, "sun_path-longest", "no folder can be made");
        return;
    }
    snprintf(start, sizeof start, "%s/%ld-", ask->folder, (long)getpid());
    for (size_t length = room - 4; length <= room; length++) {
        memset(&address, 0, sizeof address);
        address.sun_family = AF_UNIX;
        memset(address.sun_path, 'p', length);
        memcpy(address.sun_path, start, strlen(start));
        int fd = must(ask, socket(AF_UNIX, SOCK_STREAM, 0), "socket");
        if (attempt(bind(fd, (struct sockaddr *)&address, sizeof address),
                    "bind") == 0)
            longest = length;
        char path[sizeof address.sun_path + 1] = "";
        memcpy(path, address.sun_path, length);
        unlink(path);
        close(fd);
    }
    tell(ask, "sun_path-longest", "%zu bytes of %zu%s", longest, room,
         longest == room ? ": no NUL is needed" : "");
}

static void ask_length(struct asking *ask)
{
    bool has_length = sizeof((struct sockaddr *)0)->sa_family == 1;
    tell_constant(ask, "sa_len", "%s",
                  has_length ? "there is one" : "there is none");
    tell_constant(ask, "sockaddr_in", "%zu", sizeof(struct sockaddr_in));
    tell_constant(ask, "sockaddr_in6", "%zu", sizeof(struct sockaddr_in6));
    tell_constant(ask, "sockaddr_un", "%zu", sizeof(struct sockaddr_un));
    tell_constant(ask, "sockaddr_storage", "%zu",
                  sizeof(struct sockaddr_storage));
    const char *longer = bind_length(ask, sizeof(struct sockaddr_storage));
    tell(ask, "bind-longer", "%s", longer);
    tell(ask, "bind-exact", "%s", bind_length(ask, sizeof(struct sockaddr_in)));
    tell(ask, "bind-shorter", "%s",
         bind_length(ask, sizeof(struct sockaddr_in) - 1));
    tell(ask, "bind-2", "%s", bind_length(ask, 2));
    tell_short(ask);
    tell_unix(ask);
    tell(ask, "answer", "a length beyond the address: %s", longer);
}

static void ask_byteorder(struct asking *ask)
{
    static const char *const names[] = {"little-endian", "big-endian"};
    uint16_t number = 0x0102;
    unsigned char bytes[2];
    memcpy(bytes, &number, sizeof bytes);
    bool big = bytes[0] == 1;
    tell(ask, "answer", "%s", names[big]);
    tell_constant(ask, "at-build-time", "%s",
                  names[SONDE_BYTEORDER == SONDE_BIG_ENDIAN]);
    tell(ask, "htons", "%s",
         htons(0x0102) == 0x0102 ? "changes nothing" : "swaps");
    tell_constant(ask, "long", "%zu bits", sizeof(long) * 8);
    tell_constant(ask, "pointer", "%zu bits", sizeof(void *) * 8);
}

QUESTIONS(address_length){
    {
        .id = "address.length",
        .text = "sin_len, wrong lengths, short buffers, long paths",
        .why =
            "sizeof (struct sockaddr_storage) as a length works on Linux "
            "and is EINVAL on the BSDs; a path that is cut binds another file.",
        .standard = "POSIX.1-2024: no sa_len; bind: EINVAL for an invalid "
                    "length; a short buffer is cut. The notes: sin_len need "
                    "not be set.",
        .cope = "struct sonde_address: the exact length, always; "
                "sonde_address_unix: ENAMETOOLONG",
        .ask = ask_length,
    },
    {
        .id = "byteorder",
        .text = "the byte order of this process",
        .why = "Numbers written as they stand in memory are read wrongly "
               "elsewhere.",
        .standard = "POSIX.1-2024 endian.h: BYTE_ORDER. The notes: look at the "
                    "two bytes of 0x0102.",
        .cope = "SONDE_BYTEORDER, sonde_byteorder, sonde_load, sonde_store",
        .ask = ask_byteorder,
        .where = IN_PROGRAM,
    },
    END_OF_QUESTIONS,
};
