/* write-returns.c - how much write accepts without a reader
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/behaviour/loopback.h"

/* The size of BYTES in words, in four classes: the exact figure varies by
   chance.  */
static const char *write_returns_size_class(long bytes)
{
    return bytes >= 1024 * 1024 ? "1 MiB or more"
           : bytes >= 64 * 1024 ? "64 KiB or more"
           : bytes >= 4 * 1024  ? "4 KiB or more"
                                : "less than 4 KiB";
}

static void write_returns_probe(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    long written = fill_buffers(probe, pair.client);
    probe_report(probe, "unread-bytes", "%s",
                 write_returns_size_class(written));
    probe_report(probe, "SO_SNDBUF", "%d",
                 get_int(tcp_socket(probe), SOL_SOCKET, SO_SNDBUF, -1));
    probe_report(probe, "SO_RCVBUF", "%d",
                 get_int(tcp_socket(probe), SOL_SOCKET, SO_RCVBUF, -1));
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

QUESTIONS(write_returns){
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
        .probe = write_returns_probe,
    },
    END_OF_QUESTIONS,
};
