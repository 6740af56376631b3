/* socket-combinations.c - which pairs of domain and type there are
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"

/* A constant and its name in keys of findings.  */
struct number {
    const char *name;
    int value;
};

static const struct number domains[] = {
    {"INET", AF_INET},       {"INET6", AF_INET6}, {"LOCAL", AF_UNIX},
#ifdef AF_NETLINK
    {"NETLINK", AF_NETLINK},
#elif defined AF_ROUTE
    {"ROUTE", AF_ROUTE},
#endif
#ifdef AF_KEY
    {"KEY", AF_KEY},
#endif
#ifdef AF_PACKET
    {"PACKET", AF_PACKET},
#endif
};

static const struct number types[] = {
    {"STREAM", SOCK_STREAM},
    {"DGRAM", SOCK_DGRAM},
    {"SEQPACKET", SOCK_SEQPACKET},
    {"RAW", SOCK_RAW},
};

static const struct number protocols[] = {
    {"TCP", IPPROTO_TCP},
    {"UDP", IPPROTO_UDP},
#ifdef IPPROTO_SCTP
    {"SCTP", IPPROTO_SCTP},
#endif
};

/* The protocol to pass to socket for DOMAIN and TYPE; 0 is the default.  A raw
   socket has no default protocol in the internet families: Linux answers 0 by
   EPROTONOSUPPORT, with privilege and without.  */
static int socket_combinations_protocol(int domain, int type)
{
    if (type != SOCK_RAW)
        return 0;
    return domain == AF_INET    ? IPPROTO_ICMP
           : domain == AF_INET6 ? IPPROTO_ICMPV6
                                : 0;
}

/* Report, as the finding KEY, whether socket accepts the arguments: "yes", or
   the errno by name.  After EPERM or EACCES, a lack of privilege, KEY is
   skipped: the result with privilege is unknown.  Returns 1 for a socket, which
   is closed, 0 for none, -1 for a lack of privilege.  */
static int socket_combinations_report(struct probe *probe, const char *key,
                                      int domain, int type, int protocol)
{
    int fd = resource_check(socket(domain, type, protocol), "socket");
    if (fd >= 0)
        close(fd);
    if (fd < 0 && (errno == EPERM || errno == EACCES)) {
        probe_report_skip(probe, key, "needs privilege (%s)", result_text(fd));
        return -1;
    }
    probe_report(probe, key, "%s", fd < 0 ? result_text(fd) : "yes");
    return fd >= 0;
}

/* Question socket.combinations: socket for each pair of domain and type; the
   answer is how many pairs socket accepts, and how many need privilege.  Also,
   not counted in the answer, types of INET but RAW with a given protocol.  */
static void socket_combinations_probe(struct probe *probe)
{
    int count = 0, privileged = 0, all = 0;
    char key[60];
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
            snprintf(key, sizeof key, "%s-%s", domains[i].name, types[k].name);
            int domain = domains[i].value, type = types[k].value;
            int got = socket_combinations_report(
                probe, key, domain, type,
                socket_combinations_protocol(domain, type));
            count += got > 0;
            privileged += got < 0;
            all++;
        }
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        for (size_t k = 0; k < 3; k++) {
            snprintf(key, sizeof key, "INET-%s-%s", types[k].name,
                     protocols[i].name);
            socket_combinations_report(probe, key, AF_INET, types[k].value,
                                       protocols[i].value);
        }
    if (privileged)
        probe_report(probe, "answer",
                     "%d of %d pairs of domain and type; %d need privilege",
                     count, all, privileged);
    else
        probe_report(probe, "answer", "%d of %d pairs of domain and type",
                     count, all);
}

QUESTIONS(socket_combinations){
    {
        .id = "socket.combinations",
        .text = "which pairs of domain and type socket accepts",
        .why = "Shows the usable kinds of sockets, and whether an errno means "
               "\"not allowed\" or \"not supported\".",
        .standard = "POSIX.1-2024 socket: EAFNOSUPPORT, EPROTONOSUPPORT, "
                    "EPROTOTYPE, EACCES. The notes: the table of figure 4.5.",
        .cope = "sonde_socket; sonde_connect_status",
        .probe = socket_combinations_probe,
        .where = IN_PROGRAM,
    },
    END_OF_QUESTIONS,
};
