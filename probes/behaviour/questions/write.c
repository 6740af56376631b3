/* write.c - what write accepts, and MSG_DONTWAIT
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <string.h>

#include "base/monotonic.h"
#include "probes/behaviour/loopback.h"

enum {
    TIMEOUT = 300,     /* of a blocking call, in milliseconds */
    TRIES = 3,         /* a busy host makes a fast call slow */
    SUCCESSES_MAX = 32 /* successful calls: a send buffer may still grow */
};

/* Fill the buffers of the connection of FD, which then blocks.  */
static void write_fill(struct probe *probe, int fd)
{
    fill_buffers(probe, fd, LONG_MAX);
    set_nonblocking(fd, false);
}

/* Whether CALL, try_read or try_write, on FD with an empty or full buffer and a
   socket timeout of TIMEOUT fails with EAGAIN within half of that timeout, in
   one of TRIES: "yes" or "no: blocks"; or the name of another errno.  Calls
   that succeed are no tries: the buffer is filled again, and after
   SUCCESSES_MAX of them the result is "no: succeeds".  */
static const char *write_try_call(struct probe *probe, const char *(*call)(int),
                                  int fd)
{
    for (int tries = 0, successes = 0; tries < TRIES;) {
        int64_t start = monotonic_ms();
        const char *result = call(fd);
        if (*result != 'E') {
            if (++successes == SUCCESSES_MAX)
                return "no: succeeds";
            /* Not byte by byte: a buffer that grows takes millions.  */
            if (call == try_write)
                write_fill(probe, fd);
            continue;
        }
        tries++;
        if (strcmp(result, "EAGAIN"))
            return result;
        if (monotonic_ms() - start < TIMEOUT / 2)
            return "yes";
    }
    return "no: blocks";
}

/* Question write.dontwait: whether send and recv honour MSG_DONTWAIT with a
   full or empty buffer (write_try_call); the answer is that of send.  */
static void write_probe_dontwait(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    set_timeout(probe, pair.client, SO_SNDTIMEO, TIMEOUT);
    write_fill(probe, pair.client);
    const char *answer = write_try_call(probe, try_write, pair.client);
    probe_report(probe, "send", "%s", answer);
    probe_report(probe, "answer", "%s", answer);
    struct pair empty = tcp_pair(probe);
    set_timeout(probe, empty.server, SO_RCVTIMEO, TIMEOUT);
    probe_report(probe, "recv", "%s",
                 write_try_call(probe, try_read, empty.server));
}

/* BYTES in words, by class, since the exact figure varies by chance: "1 MiB or
   more", "64 KiB or more", "4 KiB or more", else "less than 4 KiB".  */
static const char *write_size_class(long bytes)
{
    return bytes >= 1024 * 1024 ? "1 MiB or more"
           : bytes >= 64 * 1024 ? "64 KiB or more"
           : bytes >= 4 * 1024  ? "4 KiB or more"
                                : "less than 4 KiB";
}

/* Question write.returns: how much write takes before the peer reads, up to 1
   MiB, the default sizes of the buffers, and whether RST loses the data.  */
static void write_probe_returns(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    long written = fill_buffers(probe, pair.client, 1024 * 1024);
    probe_report(probe, "unread-bytes", "%s", write_size_class(written));
    probe_report(probe, "SO_SNDBUF", "%d",
                 need_int(probe, tcp_socket(probe), SOL_SOCKET, SO_SNDBUF));
    probe_report(probe, "SO_RCVBUF", "%d",
                 need_int(probe, tcp_socket(probe), SOL_SOCKET, SO_RCVBUF));
    probe_report(probe, "answer", "%s",
                 written > 0 ? "before the peer reads: the data is buffered"
                             : "when the peer reads");
    /* RST discards all bytes that write has accepted.  */
    reset(pair.server);
    settle(probe);
    probe_report(probe, "lost-by-reset", "%s",
                 wait_for(pair.client, POLLIN, 0) ? "yes, after write succeeded"
                                                  : "no error");
}

QUESTIONS(write){
    {
        .id = "write.dontwait",
        .text = "does send honour MSG_DONTWAIT on a blocking socket",
        .why =
            "Where send ignores the flag, a deadline kept by this flag and "
            "poll fails: a peer that does not read blocks the writer for ever.",
        .standard =
            "POSIX.1-2008 has no such flag of send. The notes list it for both "
            "directions.",
        .cope = "sonde_write and sonde_write_all test the kernel once, and "
                "send only what fits where the flag is ignored",
        .probe = write_probe_dontwait,
    },
    {
        .id = "write.returns",
        .text = "what a successful write means",
        .why = "Not that the peer's kernel or program has the data: a \"sent\" "
               "file may still be lost.",
        .standard =
            "POSIX.1-2024 send: success does not guarantee delivery. The "
            "notes: it is in the send buffer.",
        .cope = "sonde_write_all: the same; to be sure, sonde_half_close, then "
                "read until end of stream",
        .probe = write_probe_returns,
    },
    END_OF_QUESTIONS,
};
