/* path-mtu.c - is a smaller packet size found on the way
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <poll.h>

#include "base/monotonic.h"
#include "probes/behaviour/loopback.h"
#include "probes/run/runner.h"
#include "probes/peer/tun.h"
#include "probes/behaviour/wire.h"

enum { LARGE = 1400, TOLD = 600 };

/* As long as a smaller packet is waited for, in milliseconds.  Linux looks for
   a smaller size, if that is switched on, when the fifth timer since the data
   was sent runs out, after some 6.2 s, and tries 1024 bytes of data or less. */
enum { WITHOUT_PROBING = 3000, WITH_PROBING = 7500, PROBED = 1100 };

/* A way on which no more than MOST bytes pass; the router TELLS, or does not.
 */
struct path {
    const char *host;
    size_t most;
    bool tells;
    int timeout;
};

/* Receive data until a segment fits into PATH.  Returns the size of its packet,
   or 0.  */
static size_t shrink(struct line *line, const struct path *path,
                     bool *dont_fragment)
{
    int64_t end = monotonic_ms() + path->timeout, now;
    while ((now = monotonic_ms()) < end &&
           line_receive(line, (int)(end - now))) {
        if (line->in.size == 0)
            continue;
        if (line->wire->size <= path->most)
            return line->wire->size;
        *dont_fragment = line->in.dont_fragment;
        if (path->tells)
            wire_unreachable(line->wire, ICMP_TOO_LARGE, (uint16_t)path->most);
    }
    return 0;
}

/* Send what is too large by PATH.  Returns the size of the first packet that
   passes, or 0.  */
static size_t send_by(struct wire *wire, const struct path *path,
                      bool *dont_fragment)
{
    struct line line;
    size_t size;
    do {
        wire_attend(wire);
        line_connect(&line, wire, path->host);
        line_write(&line, LARGE);
        size = shrink(&line, path, dont_fragment);
        line_close(&line);
    } while (wire_was_absent(wire));
    return size;
}

static void ask_mtu(struct asking *ask)
{
    struct wire wire;
    bool dont_fragment = false;
    static const char setting[] = "net.ipv4.tcp_mtu_probing";
    long probing = namespace_read(setting);
    struct path silent = {"198.51.100.8", PROBED, false,
                          probing > 0 ? WITH_PROBING : WITHOUT_PROBING};
    static const struct path telling = {TUN_BEHIND, TOLD, true, PATIENCE};
    wire_open(&wire, ask, true);
    wire_setting(&wire, setting, probing);
    size_t filtered = send_by(&wire, &silent, &dont_fragment);
    size_t told = send_by(&wire, &telling, &dont_fragment);
    tell(ask, "dont-fragment", "%s", yes_no(dont_fragment));
    if (told)
        tell(ask, "told-next-packet", "%zu bytes", told);
    if (filtered)
        tell(ask, "filtered", "found, by smaller packets");
    else
        tell(ask, "filtered", "not found within %d s", silent.timeout / 1000);
    if (probing >= 0)
        tell_read(ask, "tcp_mtu_probing", "%ld", probing);
    else
        tell_not(ask, "tcp_mtu_probing", "no such setting is shown");
    const char *at_once = told ? "found at once" : "not found";
    if (filtered)
        tell(ask, "answer", "%s; when the router's word is filtered: found",
             at_once);
    else
        tell(ask, "answer",
             "%s; when the router's word is filtered: not within %d s", at_once,
             silent.timeout / 1000);
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
        .deadline = 45000,
        .repeats = 2,
    },
    END_OF_QUESTIONS,
};
