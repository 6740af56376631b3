/* write-returns.c - how much is written that nobody reads
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"

/* Write to a peer that does not read, until nothing fits.  */
static long write_returns_fill(struct probe *probe, int fd)
{
    static char block[4096];
    long total = 0;
    ssize_t count;
    set_nonblocking(fd, true);
    for (int round = 0; round < 3; round++) {
        while ((count = resource_check((int)send(fd, block, sizeof block, 0),
                                       "send")) > 0)
            total += count;
        settle(probe);
    }
    return total;
}

/* How much BYTES is, roughly: the figure itself is chance.  */
static const char *size_class(long bytes)
{
    return bytes >= 1024 * 1024 ? "1 MiB or more"
           : bytes >= 64 * 1024 ? "64 KiB or more"
           : bytes >= 4 * 1024  ? "4 KiB or more"
                                : "less than 4 KiB";
}

static void ask_returns(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    long much = write_returns_fill(probe, pair.client);
    probe_report(probe, "unread-bytes", "%s", size_class(much));
    probe_report(probe, "SO_SNDBUF", "%d",
                 get_int(tcp_socket(probe), SOL_SOCKET, SO_SNDBUF, -1));
    probe_report(probe, "SO_RCVBUF", "%d",
                 get_int(tcp_socket(probe), SOL_SOCKET, SO_RCVBUF, -1));
    probe_report(probe, "answer", "%s",
                 much > 0 ? "before the peer reads: the data is buffered"
                          : "when the peer reads");
    /* Beyond the bytes that were taken, a reset loses all of them.  */
    reset(pair.server);
    settle(probe);
    probe_report(probe, "lost-by-reset", "%s",
                 wait_for(pair.client, POLLIN, 0) ? "yes, after write succeeded"
                                                  : "no error");
}

QUESTIONS(write_returns){
    {
        .id = "write.returns",
        .text = "what it means that write has returned",
        .why = "Not that the peer has the data, let alone its program; a file "
               "\"sent\" may be lost still.",
        .standard =
            "POSIX.1-2024 send: success does not guarantee delivery. The "
            "notes: it is in the send buffer.",
        .cope = "sonde_write_all says the same; sonde_half_close, and read "
                "the peer's end, to know",
        .probe = ask_returns,
    },
    END_OF_QUESTIONS,
};
