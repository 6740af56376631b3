/* totals-linux.c - the counters of all listeners: /proc/net/netstat
   SPDX-License-Identifier: LGPL-2.1-or-later

   The file has pairs of lines, the first with names, the second with counts,
   both beginning with the same word.  thread-self/net is the network namespace
   of the calling thread; net, the name of the file before Linux 3.17, of the
   main thread.  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

/* The count in VALUES at the index of NAME in NAMES, or -1.  */
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

/* Read into *TOTALS the counters in the pair of lines "TcpExt:" of FILE, some
   3,000 bytes each; a missing counter is -1.  Returns 0, or -1: ENOTSUP, no
   such pair, or no count of overflows or drops; ENOMEM.  Fails with EIO, or the
   errno of read, if the end of the file was not read: a counter not reached is
   not a missing counter.  *TOTALS may be changed on failure.  */
static int read_pair(FILE *file, struct sonde_listen_totals *totals)
{
    static const char group[] = "TcpExt:";
    enum { line_size = 16384 };
    char *names = malloc(2 * line_size);
    if (!names)
        return -1;
    char *values = names + line_size;
    int found = 0, error = 0;
    errno = 0;
    while (!found && fgets(names, line_size, file) &&
           fgets(values, line_size, file))
        found = !strncmp(names, group, sizeof group - 1) &&
                !strncmp(values, group, sizeof group - 1);
    if (ferror(file))
        error = errno ? errno : EIO;
    if (found) {
        totals->overflows = totals_linux_find(names, values, "ListenOverflows");
        totals->drops = totals_linux_find(names, values, "ListenDrops");
        totals->deferred =
            totals_linux_find(names, values, "TCPDeferAcceptDrop");
        totals->resets = totals_linux_find(names, values, "EmbryonicRsts");
    }
    free(names);
    if (error) {
        errno = error;
        return -1;
    }
    if (!found || totals->overflows < 0 || totals->drops < 0) {
        errno = ENOTSUP;
        return -1;
    }
    return 0;
}

/* Open the file of the network namespace of this thread, or, before Linux 3.17,
   of the main thread.  NULL with the errno of fopen.  */
static FILE *open_netstat(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/thread-self/net/netstat", sonde__sys.proc);
    FILE *file = fopen(path, "re");
    if (file || errno != ENOENT)
        return file;
    snprintf(path, sizeof path, "%s/net/netstat", sonde__sys.proc);
    return fopen(path, "re");
}

int sonde_listen_totals(struct sonde_listen_totals *totals)
{
    int saved = errno;
    struct sonde_listen_totals found = {-1, -1, -1, -1};
    FILE *file = open_netstat();
    if (!file) {
        if (errno == ENOENT)
            errno = ENOTSUP;
        return -1;
    }
    int result = read_pair(file, &found);
    if (!result)
        *totals = found;
    saved = result ? errno : saved;
    fclose(file);
    errno = saved;
    return result;
}
