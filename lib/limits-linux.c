/* limits-linux.c - the limits of datagram sockets and of handshakes:
   /proc/sys/net
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>

#include "private.h"

/* The number, not negative, in the file NAME of /proc/sys/net; -1 with the
   errno of fopen, or with EPROTO: no such number, or a failed read.  May change
   errno on success.  */
static long limits_linux_read(const char *name)
{
    char path[128];
    long value = -1;
    snprintf(path, sizeof path, "%s/sys/net/%s", sonde__sys.proc, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return -1;
    if (fscanf(file, "%ld", &value) != 1 || value < 0) {
        value = -1;
        errno = EPROTO;
    }
    int error = errno;
    fclose(file);
    errno = error;
    return value;
}

int sonde_datagram_limits(struct sonde_datagram_limits *limits)
{
    int saved = errno;
    struct sonde_datagram_limits found;
    found.rcvbuf_default = limits_linux_read("core/rmem_default");
    found.rcvbuf_max = limits_linux_read("core/rmem_max");
    found.unix_queue = limits_linux_read("unix/max_dgram_qlen");
    if (found.rcvbuf_default < 0 && found.rcvbuf_max < 0 &&
        found.unix_queue < 0)
        return sonde__fail(errno == ENOENT ? ENOTSUP : errno);
    *limits = found;
    errno = saved;
    return 0;
}

int sonde_handshake_limits(struct sonde_handshake_limits *limits)
{
    int saved = errno;
    struct sonde_handshake_limits found;
    found.cookies = limits_linux_read("ipv4/tcp_syncookies");
    found.max_backlog = limits_linux_read("ipv4/tcp_max_syn_backlog");
    if (found.cookies < 0 && found.max_backlog < 0)
        return sonde__fail(errno == ENOENT ? ENOTSUP : errno);
    *limits = found;
    errno = saved;
    return 0;
}
