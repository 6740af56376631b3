/* option-defaults.c - socket options: defaults, and values after setting
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "probes/behaviour/loopback.h"
#include "probes/behaviour/option-names.h"

/* Instead of a value to set.  */
enum {
    READ_ONLY = -1, /* the option is read only */
    FLAG = -2       /* set to 1 if the default is 0, otherwise to 0 */
};

/* A tested option of type int.  NAME is the key of the finding.  */
struct row {
    const char *name;
    int level, option;
    int value; /* to be set, READ_ONLY or FLAG */
};

#define SOCKET(option, value)                                                  \
    {                                                                          \
#option, SOL_SOCKET, option, value                                     \
    }
#define TCP(option, value)                                                     \
    {                                                                          \
#option, IPPROTO_TCP, option, value                                    \
    }
#define IP(option, value)                                                      \
    {                                                                          \
#option, IPPROTO_IP, option, value                                     \
    }

static const struct row rows[] = {
    SOCKET(SO_BROADCAST, FLAG),
    SOCKET(SO_DEBUG, FLAG),
    SOCKET(SO_DONTROUTE, FLAG),
    SOCKET(SO_KEEPALIVE, FLAG),
    SOCKET(SO_OOBINLINE, FLAG),
    SOCKET(SO_RCVBUF, 10000),
    SOCKET(SO_SNDBUF, 10000),
    SOCKET(SO_RCVLOWAT, 7),
    SOCKET(SO_SNDLOWAT, 7),
    SOCKET(SO_REUSEADDR, FLAG),
    SOCKET(SO_TYPE, READ_ONLY),
    SOCKET(SO_ERROR, READ_ONLY),
    SOCKET(SO_ACCEPTCONN, READ_ONLY),
#ifdef SO_REUSEPORT
    SOCKET(SO_REUSEPORT, FLAG),
#endif
#ifdef SO_NOSIGPIPE
    SOCKET(SO_NOSIGPIPE, FLAG),
#endif
#ifdef SO_USELOOPBACK
    SOCKET(SO_USELOOPBACK, FLAG),
#endif
#ifdef SO_TIMESTAMP
    SOCKET(SO_TIMESTAMP, FLAG),
#endif
#ifdef SO_PRIORITY
    SOCKET(SO_PRIORITY, 3),
#endif
#ifdef SO_PROTOCOL
    SOCKET(SO_PROTOCOL, READ_ONLY),
#endif
#ifdef SO_DOMAIN
    SOCKET(SO_DOMAIN, READ_ONLY),
#endif
    TCP(TCP_NODELAY, FLAG),
    TCP(TCP_MAXSEG, 1000),
#ifdef TCP_KEEPIDLE
    TCP(TCP_KEEPIDLE, 100),
#endif
#ifdef TCP_KEEPALIVE
    TCP(TCP_KEEPALIVE, 100),
#endif
#ifdef TCP_KEEPINTVL
    TCP(TCP_KEEPINTVL, 10),
#endif
#ifdef TCP_KEEPCNT
    TCP(TCP_KEEPCNT, 5),
#endif
#ifdef TCP_SYNCNT
    TCP(TCP_SYNCNT, 3),
#endif
#ifdef TCP_CORK
    TCP(TCP_CORK, FLAG),
#endif
#ifdef TCP_NOPUSH
    TCP(TCP_NOPUSH, FLAG),
#endif
#ifdef TCP_QUICKACK
    TCP(TCP_QUICKACK, FLAG),
#endif
#ifdef TCP_USER_TIMEOUT
    TCP(TCP_USER_TIMEOUT, 5000),
#endif
#ifdef TCP_LINGER2
    TCP(TCP_LINGER2, 10),
#endif
#ifdef TCP_DEFER_ACCEPT
    TCP(TCP_DEFER_ACCEPT, 5),
#endif
#ifdef TCP_WINDOW_CLAMP
    TCP(TCP_WINDOW_CLAMP, 10000),
#endif
    IP(IP_TTL, 77),
    IP(IP_TOS, 16),
};

/* Report the default of an option, and the value read back after setting: "0;
   set 1: 1", "1; set 7: ENOPROTOOPT"; for a read-only option the default alone,
   for a missing option the errno.  If setting needs privilege, the finding is
   not testable.  Returns whether the option exists, that is, can be read.  */
static bool option_defaults_report_row(struct probe *probe,
                                       const struct row *row)
{
    int fd = tcp_socket(probe);
    int missing = -999999;
    int default_value = get_int(fd, row->level, row->option, missing);
    bool exists = default_value != missing;
    int value = row->value == FLAG ? !default_value : row->value;
    if (!exists) {
        probe_report_result(probe, row->name, -1);
    } else if (value == READ_ONLY) {
        probe_report(probe, row->name, "%d", default_value);
    } else if (set_int(fd, row->level, row->option, value) == 0) {
        probe_report(probe, row->name, "%d; set %d: %d", default_value, value,
                     need_int(probe, fd, row->level, row->option));
    } else if (errno == EPERM || errno == EACCES) {
        probe_report_skip(probe, row->name, "%d; setting needs privilege (%s)",
                          default_value, result_text(-1));
    } else {
        probe_report(probe, row->name, "%d; set %d: %s", default_value, value,
                     result_text(-1));
    }
    close(fd);
    return exists;
}

/* Report, as the finding NAME, the default of OPTION, a timeout, in seconds, or
   the errno.  Returns whether OPTION exists.  */
static bool option_defaults_report_timeout(struct probe *probe, int fd,
                                           const char *name, int option)
{
    struct timeval time = {0, 0};
    socklen_t size = sizeof time;
    int result = getsockopt(fd, SOL_SOCKET, option, &time, &size);
    if (result)
        probe_report_result(probe, name, result);
    else
        probe_report(probe, name, "%ld s", (long)time.tv_sec);
    return !result;
}

/* Report the defaults of SO_LINGER, as in "off, 0", and of the two timeouts, or
   the errno.  Returns how many of the three options exist.  */
static int option_defaults_report_structures(struct probe *probe)
{
    struct linger linger = {0, 0};
    socklen_t size = sizeof linger;
    int fd = tcp_socket(probe);
    int result = getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size);
    if (result)
        probe_report_result(probe, "SO_LINGER", result);
    else
        probe_report(probe, "SO_LINGER", "%s, %d",
                     linger.l_onoff ? "on" : "off", linger.l_linger);
    return !result +
           option_defaults_report_timeout(probe, fd, "SO_RCVTIMEO",
                                          SO_RCVTIMEO) +
           option_defaults_report_timeout(probe, fd, "SO_SNDTIMEO",
                                          SO_SNDTIMEO);
}

/* Report, as the finding KEY, the options defined by this system's headers that
   begin with PREFIX and are not tested, separated by blanks; "none" if there
   are none.  Names beyond 2000 bytes are left out.  */
static void option_defaults_report_untested(struct probe *probe,
                                            const char *key, const char *prefix)
{
    char text[2000] = "none";
    size_t used = 0;
    for (const struct option_name *row = option_names_untested; row->name;
         row++) {
        size_t length = strlen(row->name);
        if (strncmp(row->name, prefix, strlen(prefix)) != 0 ||
            !strcmp(row->name, row->expansion) ||
            used + length + 2 > sizeof text)
            continue;
        if (used > 0)
            text[used++] = ' ';
        memcpy(text + used, row->name, length + 1);
        used += length;
    }
    probe_report_constant(probe, key, "%s", text);
}

/* Question option.defaults: all tested options; names of options not tested.
   The answer is how many of the tested options exist.  */
static void option_defaults_probe(struct probe *probe)
{
    enum { STRUCTURES = 3, NUMBERS = sizeof rows / sizeof *rows };
    int count = 0;
    for (int i = 0; i < NUMBERS; i++)
        count += option_defaults_report_row(probe, &rows[i]);
    count += option_defaults_report_structures(probe);
    option_defaults_report_untested(probe, "not-tested-IP", "IP_");
    option_defaults_report_untested(probe, "not-tested-SO", "SO_");
    option_defaults_report_untested(probe, "not-tested-TCP", "TCP_");
    probe_report(probe, "answer", "%d of %d tested options exist", count,
                 NUMBERS + STRUCTURES);
}

/* Whether select reports FD as readable within MILLISECONDS (below 1000).  If
   select fails, the question is skipped.  */
static bool option_defaults_selects(struct probe *probe, int fd,
                                    int milliseconds)
{
    struct timeval time = {0, milliseconds * 1000};
    return probe_check(probe, select_input(probe, fd, &time), "select") > 0;
}

/* Question option.lowat: whether select (the answer) and poll wait for 3 bytes,
   set by SO_RCVLOWAT; the result of read once there are 3; SO_SNDLOWAT read and
   set.  If SO_RCVLOWAT cannot be set, the answer is the errno, and only the
   default is reported besides.  */
static void option_defaults_probe_lowat(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    char buffer[8];
    probe_report(probe, "default", "%d",
                 need_int(probe, pair.server, SOL_SOCKET, SO_RCVLOWAT));
    if (set_int(pair.server, SOL_SOCKET, SO_RCVLOWAT, 3)) {
        probe_report(probe, "answer", "SO_RCVLOWAT cannot be set: %s",
                     result_text(-1));
        return;
    }
    send_byte(probe, pair.client);
    settle(probe);
    bool by_one = option_defaults_selects(probe, pair.server, 0);
    bool poll_by_one = wait_for(pair.server, POLLIN, 0);
    probe_check(probe, (int)send(pair.client, "yz", 2, 0), "send");
    settle(probe);
    bool by_three = option_defaults_selects(probe, pair.server, 900);
    probe_report(probe, "answer", "%s",
                 by_one     ? "no: select returns on the first byte"
                 : by_three ? "yes: select waits for SO_RCVLOWAT bytes"
                            : "select does not return at all");
    probe_report(probe, "poll", "%s",
                 poll_by_one ? "returns on the first byte"
                             : "waits for SO_RCVLOWAT bytes");
    probe_report_result(probe, "read",
                        recv(pair.server, buffer, sizeof buffer, MSG_DONTWAIT));
    probe_report_result(probe, "SO_SNDLOWAT",
                        get_int(pair.client, SOL_SOCKET, SO_SNDLOWAT, -1));
    probe_report_status(probe, "set-SO_SNDLOWAT",
                        set_int(pair.client, SOL_SOCKET, SO_SNDLOWAT, 100));
}

QUESTIONS(option_defaults){
    {
        .id = "option.defaults",
        .text = "options of a TCP socket: default, set, read",
        .why = "The value read back may differ from the value set: buffers are "
               "doubled, times rounded, some options cannot be set.",
        .standard = "POSIX.1-2024 2.10.16. The notes: SO_SNDLOWAT is 2048, "
                    "SO_RCVLOWAT 1 by default; on Linux SO_SNDLOWAT reads 1 "
                    "and cannot be set.",
        .cope = "sonde_keepalive; otherwise read the option back",
        .probe = option_defaults_probe,
        .where = IN_PROGRAM,
    },
    {
        .id = "option.lowat",
        .text = "does select wait for SO_RCVLOWAT bytes",
        .why = "Where select ignores SO_RCVLOWAT, a loop that expects whole "
               "records wakes up for each byte.",
        .standard =
            "POSIX.1-2024 2.10.16: receive calls wait for the low-water mark, "
            "and select with them. The notes: the same.",
        .cope = "sonde_read_all, sonde_line: count bytes themselves",
        .probe = option_defaults_probe_lowat,
    },
    END_OF_QUESTIONS,
};
