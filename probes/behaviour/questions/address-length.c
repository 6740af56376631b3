/* address-length.c - lengths of addresses, and byte order
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"
#include "sonde.h"

/* Report, as the finding KEY, bind with LENGTH bytes of a valid IPv4 address,
   padded with zeros, and return the reported text, "success" or an errno.  A
   lack of free ports skips the question.  */
static const char *address_length_report_bind(struct probe *probe,
                                              const char *key, socklen_t length)
{
    struct sockaddr_storage storage;
    struct sockaddr_in address = loopback_address(0);
    int fd = tcp_socket(probe);
    memset(&storage, 0, sizeof storage);
    memcpy(&storage, &address, sizeof address);
    int result =
        resource_check(bind(fd, (struct sockaddr *)&storage, length), "bind");
    if (result && errno == EADDRINUSE)
        probe_check(probe, result, "bind");
    const char *text = status_text(result);
    probe_report(probe, key, "%s", text);
    close(fd);
    return text;
}

/* Report, as the finding "short-buffer", the errno of getpeername with a buffer
   of 4 bytes, or "truncated", and the length in bytes that getpeername sets. */
static void address_length_report_short(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    struct sockaddr_in address;
    socklen_t length = 4;
    int result = getpeername(pair.client, (struct sockaddr *)&address, &length);
    probe_report(probe, "short-buffer", "%s; length %ld",
                 result ? result_text(result) : "truncated", (long)length);
}

/* Report, as the finding "sun_path-longest", the longest path that bind
   accepts, of the five lengths up to the size of sun_path; 0 if bind accepts
   none; not testable without a folder.  If bind fails for another reason than
   the length, the question is skipped.  */
static void address_length_report_unix(struct probe *probe)
{
    struct sockaddr_un address;
    char start[100];
    size_t room = sizeof address.sun_path, longest = 0;
    if (!*probe->folder) {
        probe_report_skip(probe, "sun_path-longest", "no temporary directory");
        return;
    }
    snprintf(start, sizeof start, "%s/%ld-", probe->folder, (long)getpid());
    for (size_t length = room - 4; length <= room; length++) {
        memset(&address, 0, sizeof address);
        address.sun_family = AF_UNIX;
        memset(address.sun_path, 'p', length);
        memcpy(address.sun_path, start, strlen(start));
        int fd = probe_check(probe, socket(AF_UNIX, SOCK_STREAM, 0), "socket");
        int result = resource_check(
            bind(fd, (struct sockaddr *)&address, sizeof address), "bind");
        if (result == 0)
            longest = length;
        else if (errno != EINVAL && errno != ENAMETOOLONG)
            probe_check(probe, result, "bind");
        char path[sizeof address.sun_path + 1] = "";
        memcpy(path, address.sun_path, length);
        unlink(path);
        close(fd);
    }
    probe_report(probe, "sun_path-longest", "%zu of %zu bytes%s", longest, room,
                 longest == room ? ", no terminating NUL needed" : "");
}

#define REPORT_SIZE(type)                                                      \
    probe_report_constant(probe, #type, "%zu", sizeof(struct type))

/* Question address.length: sizes of the structures, bind with four lengths
   (sockaddr_storage, exact, a byte less, 2), short buffer, longest path.  The
   answer is the result of bind with the longest length.  */
static void address_length_probe(struct probe *probe)
{
    bool has_length = sizeof((struct sockaddr *)0)->sa_family == 1;
    probe_report_constant(probe, "sa_len", "%s", yes_no(has_length));
    REPORT_SIZE(sockaddr_in);
    REPORT_SIZE(sockaddr_in6);
    REPORT_SIZE(sockaddr_un);
    REPORT_SIZE(sockaddr_storage);
    const char *longer = address_length_report_bind(
        probe, "bind-longer", sizeof(struct sockaddr_storage));
    address_length_report_bind(probe, "bind-exact", sizeof(struct sockaddr_in));
    address_length_report_bind(probe, "bind-shorter",
                               sizeof(struct sockaddr_in) - 1);
    address_length_report_bind(probe, "bind-2-bytes", 2);
    address_length_report_short(probe);
    address_length_report_unix(probe);
    probe_report(probe, "answer", "bind with a longer length: %s", longer);
}

/* Question byteorder: the order in memory, at build time, and by htons; the
   sizes of long and pointers.  */
static void address_length_probe_byteorder(struct probe *probe)
{
    static const char *const names[] = {"little-endian", "big-endian"};
    uint16_t number = 0x0102;
    unsigned char bytes[2];
    memcpy(bytes, &number, sizeof bytes);
    bool big = bytes[0] == 1;
    probe_report(probe, "answer", "%s", names[big]);
    probe_report_constant(probe, "at-build-time", "%s",
                          names[SONDE_BYTEORDER == SONDE_BIG_ENDIAN]);
    probe_report(probe, "htons", "%s",
                 htons(0x0102) == 0x0102 ? "no change" : "swaps bytes");
    probe_report_constant(probe, "long", "%zu bits", sizeof(long) * 8);
    probe_report_constant(probe, "pointer", "%zu bits", sizeof(void *) * 8);
}

QUESTIONS(address_length){
    {
        .id = "address.length",
        .text = "sin_len, wrong lengths, short buffers, long paths",
        .why =
            "sizeof (struct sockaddr_storage) as a length works on Linux and "
            "is EINVAL on the BSDs; a truncated path names another file.",
        .standard =
            "POSIX.1-2024: no sa_len; bind: EINVAL for an invalid length; an "
            "address is truncated to a short buffer. The notes: sin_len need "
            "not be set.",
        .cope = "struct sonde_address: the exact length, always; "
                "sonde_address_unix: ENAMETOOLONG",
        .probe = address_length_probe,
    },
    {
        .id = "byteorder",
        .text = "the byte order of this process",
        .why =
            "Numbers written in the memory's order have other values on hosts "
            "of the other byte order.",
        .standard =
            "POSIX.1-2024 endian.h: BYTE_ORDER. The notes: test the two bytes "
            "of 0x0102.",
        .cope = "SONDE_BYTEORDER, sonde_byteorder, sonde_load, sonde_store",
        .probe = address_length_probe_byteorder,
        .where = IN_PROGRAM,
    },
    END_OF_QUESTIONS,
};
