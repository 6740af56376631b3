/* path-mtu.c - is a smaller packet size found on the way
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <poll.h>

#include "probes/loopback.h"
#include "probes/runner.h"
#include "probes/tun.h"
#include "probes/wire.h"

enum { SMALL = 600, LARGE = 1400, FILTERED = 3000 };

/* Receive data until a segment fits into SMALL, within TIMEOUT; larger ones are
   dropped, with a word from the router if TOLD.  Returns the size of the first
   packet that fits, or 0.  */
static size_t shrink(struct line *line, bool told, int timeout,
                     bool *dont_fragment)
{
    int64_t end = clock_ms() + timeout, now;
    while ((now = clock_ms()) < end && line_receive(line, (int)(end - now))) {
        if (line->in.size == 0)
            continue;
        if (line->wire->size <= SMALL)
            return line->wire->size;
        *dont_fragment = line->in.dont_fragment;
        if (told)
            wire_unreachable(line->wire, ICMP_TOO_LARGE, SMALL);
    }
    return 0;
}

static void ask_mtu(struct asking *ask)
{
    struct wire wire;
    struct line line;
    bool dont_fragment = false;
    long probing = namespace_read("net.ipv4.tcp_mtu_probing");
    wire_open(&wire, ask, true);
    line_connect(&line, &wire, "198.51.100.8");
    line_write(&line, LARGE);
    size_t filtered = shrink(&line, false, FILTERED, &dont_fragment);
    line_close(&line);
    line_connect(&line, &wire, TUN_BEHIND);
    line_write(&line, LARGE);
    size_t told = shrink(&line, true, PATIENCE, &dont_fragment);
    line_close(&line);
    tell(ask, "dont-fragment", "%s", yes_no(dont_fragment));
    if (told)
        tell(ask, "told-next-packet", "%zu bytes", told);
    tell(ask, "filtered", "%s",
         filtered ? "found, by smaller packets" : "not found within 3 s");
    if (probing >= 0)
        tell_read(ask, "tcp_mtu_probing", "%ld", probing);
    else
        tell_not(ask, "tcp_mtu_probing", "no such setting is shown");
    tell(ask, "answer", "%s; when the router's word is filtered: %s",
         told ? "found at once" : "not found",
         filtered ? "found" : "not within 3 s");
}

QUESTIONS(path_mtu){
    {
        .id = "path.mtu",
        .text = "is a smaller path MTU found, with and without ICMP",
        .why = "Where firewalls filter ICMP, connections open and then hang at "
               "the first large reply.",
        .standard = "RFC 1191: the router says so, with the MTU. RFC 4821: "
                    "found without it. The notes: DF is set on all packets.",
        .cope = "nothing: a timeout tells that it hangs",
        .ask = ask_mtu,
        .where = IN_NAMESPACE,
        .deadline = 20000,
        .repeats = 2,
    },
    END_OF_QUESTIONS,
};
