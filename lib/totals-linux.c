/* totals-linux.c - the counters of all listeners and of UDP: /proc/net
   SPDX-License-Identifier: LGPL-2.1-or-later

   The file has pairs of lines, the first with names, the second with counts,
   both beginning with the same word.  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

/* The count in the line VALUES at the index that NAME has in the line NAMES; -1
   if NAMES has no NAME, or VALUES too few words.  */
static int64_t totals_linux_find(const char *names, const char *values,
                                 const char *name)
{
    size_t length = strlen(name);
    while (*names && *values) {
        size_t word = strcspn(names, " \n");
        if (word == length && !memcmp(names, name, length))
            return strtoll(values, NULL, 10);
        names += word;
        names += strspn(names, " \n");
        values += strcspn(values, " \n");
        values += strspn(values, " \n");
    }
    return -1;
}

/* Set all counters of *TOTALS from the lines NAMES and VALUES; -1 without the
   name.  */
static void totals_linux_read_pair(const char *names, const char *values,
                                   struct sonde_listen_totals *totals)
{
    const struct {
        const char *name;
        int64_t *value;
    } counters[] = {{"ListenOverflows", &totals->overflows},
                    {"ListenDrops", &totals->drops},
                    {"TCPDeferAcceptDrop", &totals->deferred},
                    {"EmbryonicRsts", &totals->resets},
                    {"SyncookiesSent", &totals->cookies_sent},
                    {"SyncookiesRecv", &totals->cookies_received},
                    {"SyncookiesFailed", &totals->cookies_failed},
                    {"TCPReqQFullDoCookies", &totals->full_cookies},
                    {"TCPReqQFullDrop", &totals->full_drops}};
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        *counters[i].value = totals_linux_find(names, values, counters[i].name);
}

/* Read into *TOTALS the counters in the pair of lines "TcpExt:" of FILE, some
   3,000 bytes each; a missing counter is -1.  Returns 0 or an errno: ENOTSUP:
   no such pair, or no count of overflows or drops; ENOMEM; EIO or the errno of
   read: a counter not reached is not missing.  After any error *TOTALS may be
   changed.  */
static int read_pair(FILE *file, struct sonde_listen_totals *totals)
{
    static const char group[] = "TcpExt:";
    enum { line_size = 16384 };
    char *names = malloc(2 * line_size);
    if (!names)
        return ENOMEM;
    char *values = names + line_size;
    totals->overflows = totals->drops = -1;
    errno = 0;
    while (fgets(names, line_size, file) && fgets(values, line_size, file)) {
        if (strncmp(names, group, sizeof group - 1) != 0 ||
            strncmp(values, group, sizeof group - 1) != 0)
            continue;
        totals_linux_read_pair(names, values, totals);
        break;
    }
    int error = ferror(file) ? errno ? errno : EIO : 0;
    free(names);
    if (!error && (totals->overflows < 0 || totals->drops < 0))
        error = ENOTSUP;
    return error;
}

/* Open the file NAME, such as "net/snmp", in /proc of the process PID, or of
   this thread for 0, to be closed by fclose.  NULL with errno: ENOTSUP: PID is
   0, and there is no such file; ESRCH: PID is below 0, or its process or the
   file does not exist; or another errno of fopen.  */
static FILE *totals_linux_open(pid_t pid, const char *name)
{
    char path[128];
    if (pid == 0)
        sonde__own_path(path, sizeof path, name);
    else
        snprintf(path, sizeof path, "%s/%ld/%s", sonde__sys.proc, (long)pid,
                 name);
    FILE *file = pid < 0 ? NULL : fopen(path, "re");
    if (pid < 0 || (!file && errno == ENOENT))
        errno = pid != 0 ? ESRCH : ENOTSUP;
    return file;
}

int sonde_listen_totals(struct sonde_listen_totals *totals)
{
    return sonde_listen_totals_proc(0, totals);
}

int sonde_listen_totals_proc(pid_t pid, struct sonde_listen_totals *totals)
{
    int saved = errno;
    struct sonde_listen_totals found = {0};
    FILE *file = totals_linux_open(pid, "net/netstat");
    if (!file)
        return -1;
    int error = read_pair(file, &found);
    fclose(file);
    if (error)
        return sonde__fail(error);
    *totals = found;
    errno = saved;
    return 0;
}

/* Read the counters of UDP over IPv4 from FILE, /proc/net/snmp, into *TOTALS:
   the pair of lines "Udp:"; a missing counter is -1.  Without the pair, or
   after an error of FILE, which the caller checks, *TOTALS is unchanged.  */
static void totals_linux_read_udp(FILE *file,
                                  struct sonde_datagram_totals *totals)
{
    static const char group[] = "Udp:";
    char names[1024], values[sizeof names];
    while (fgets(names, sizeof names, file)) {
        if (strncmp(names, group, sizeof group - 1) != 0 ||
            !fgets(values, sizeof values, file))
            continue;
        totals->errors = totals_linux_find(names, values, "InErrors");
        totals->full = totals_linux_find(names, values, "RcvbufErrors");
        totals->memory = totals_linux_find(names, values, "MemErrors");
        totals->checksum = totals_linux_find(names, values, "InCsumErrors");
        return;
    }
}

/* Read the counters of UDP over IPv6 from FILE, /proc/net/snmp6, into *TOTALS:
   a name and a count in a line.  A missing counter is unchanged.  The caller
   checks FILE for an error.  */
static void totals_linux_read_udp6(FILE *file,
                                   struct sonde_datagram_totals *totals)
{
    const struct {
        const char *name;
        int64_t *value;
    } counters[] = {{"Udp6InErrors", &totals->errors},
                    {"Udp6RcvbufErrors", &totals->full},
                    {"Udp6MemErrors", &totals->memory},
                    {"Udp6InCsumErrors", &totals->checksum}};
    char line[256], name[64];
    long long value;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%63s %lld", name, &value) != 2)
            continue;
        for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
            if (!strcmp(name, counters[i].name))
                *counters[i].value = value;
    }
}

int sonde_datagram_totals(int family, struct sonde_datagram_totals *totals)
{
    return sonde_datagram_totals_proc(0, family, totals);
}

int sonde_datagram_totals_proc(pid_t pid, int family,
                               struct sonde_datagram_totals *totals)
{
    int saved = errno;
    struct sonde_datagram_totals found = {-1, -1, -1, -1};
    if (family != AF_INET && family != AF_INET6)
        return sonde__fail(EAFNOSUPPORT);
    FILE *file =
        totals_linux_open(pid, family == AF_INET ? "net/snmp" : "net/snmp6");
    if (!file)
        return -1;
    errno = 0;
    (family == AF_INET ? totals_linux_read_udp
                       : totals_linux_read_udp6)(file, &found);
    int error = ferror(file)       ? errno ? errno : EIO
                : found.errors < 0 ? ENOTSUP
                                   : 0;
    fclose(file);
    if (error)
        return sonde__fail(error);
    *totals = found;
    errno = saved;
    return 0;
}
