/* limits-linux.c - the limits of datagram sockets and of handshakes:
   /proc/sys/net
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>

#include "private.h"

/* The number, not negative, in the file NAME of /proc/sys/net; -1 if not known.
   Then *ERROR, if 0 or ENOTSUP before, is set to the errno of open or read;
   ENOTSUP: no such file; EPROTO: no such number.  Any other *ERROR stays: the
   first failure but ENOTSUP counts.  May change errno.  */
static long limits_linux_read(const char *name, int *error)
{
    char path[128];
    long value = -1;
    snprintf(path, sizeof path, "%s/sys/net/%s", sonde__sys.proc, name);
    FILE *file = fopen(path, "re");
    int failure = file ? 0 : errno == ENOENT ? ENOTSUP : errno;
    errno = 0;
    if (file && (fscanf(file, "%ld", &value) != 1 || value < 0)) {
        value = -1;
        failure = ferror(file) && errno ? errno : EPROTO;
    }
    if (file)
        fclose(file);
    if (failure && (*error == 0 || *error == ENOTSUP))
        *error = failure;
    return value;
}

int sonde_datagram_limits(struct sonde_datagram_limits *limits)
{
    int saved = errno, error = 0;
    struct sonde_datagram_limits found;
    found.rcvbuf_default = limits_linux_read("core/rmem_default", &error);
    found.rcvbuf_max = limits_linux_read("core/rmem_max", &error);
    found.unix_queue = limits_linux_read("unix/max_dgram_qlen", &error);
    if (found.rcvbuf_default < 0 && found.rcvbuf_max < 0 &&
        found.unix_queue < 0)
        return sonde__fail(error);
    *limits = found;
    errno = saved;
    return 0;
}

int sonde_handshake_limits(struct sonde_handshake_limits *limits)
{
    int saved = errno, error = 0;
    struct sonde_handshake_limits found;
    found.cookies = limits_linux_read("ipv4/tcp_syncookies", &error);
    found.max_backlog = limits_linux_read("ipv4/tcp_max_syn_backlog", &error);
    if (found.cookies < 0 && found.max_backlog < 0)
        return sonde__fail(error);
    *limits = found;
    errno = saved;
    return 0;
}
