/* listeners-proc.c - listening sockets by /proc/PID/net
   SPDX-License-Identifier: LGPL-2.1-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "proc-net.h"

enum {
    path_size = 128,
    line_size = 1024,   /* more than any line of the kernel's */
    lines_a_look = 1024 /* lines between two looks at the deadline */
};

/* Whether /proc has the file NAME.  */
static int listeners_proc_has(const char *name)
{
    char path[path_size];
    snprintf(path, sizeof path, "%s/%s", sonde__sys.proc, name);
    return access(path, F_OK) == 0;
}

/* Open net/NAME of the folder PROCESS of /proc.  NULL with the errno of
   fopen.  */
static FILE *listeners_proc_open_file(const char *process, const char *name)
{
    char path[path_size];
    snprintf(path, sizeof path, "%s/%s/net/%s", sonde__sys.proc, process, name);
    return fopen(path, "re");
}

/* Open the file of FAMILY of the process PID, or of this thread for 0.  Before
   Linux 3.17 there is no thread-self: then of the main thread.  NULL with
   errno: ESRCH: no process PID; ENOTSUP: no such file.  */
static FILE *listeners_proc_open(pid_t pid, int family)
{
    char process[24] = "thread-self";
    const char *name = family == AF_INET    ? "tcp"
                       : family == AF_INET6 ? "tcp6"
                                            : "unix";
    if (pid != 0)
        snprintf(process, sizeof process, "%ld", (long)pid);
    FILE *file = listeners_proc_open_file(process, name);
    if (!file && errno == ENOENT && pid == 0)
        file = listeners_proc_open_file("self", name);
    if (!file && errno == ENOENT)
        errno = pid != 0 && listeners_proc_has("self") &&
                        !listeners_proc_has(process)
                    ? ESRCH
                    : ENOTSUP;
    return file;
}

/* Pass the listeners of FILE to EACH.  A line of another form ends the list for
   TCP; a name of a UNIX socket may have a newline, which makes two lines.
   Returns 0, or -1 with errno.  */
static int listeners_proc_list(FILE *file, int family, int timeout,
                               sonde_listener_each *each, void *data)
{
    struct sonde_listener listener;
    int64_t deadline = sonde_deadline(timeout);
    char line[line_size];
    errno = 0;
    for (unsigned count = 0; fgets(line, sizeof line, file); count++) {
        int found =
            count > 0 ? sonde__proc_net_read(&listener, family, line) : 0;
        if (found < 0 && family != AF_UNIX)
            errno = EPROTO;
        else if (found > 0 && each(&listener, data))
            errno = ECANCELED;
        else if (timeout > 0 && count % lines_a_look == lines_a_look - 1 &&
                 sonde_deadline_left(deadline) == 0)
            errno = EAGAIN;
        else
            continue;
        return -1;
    }
    if (!ferror(file))
        return 0;
    if (!errno)
        errno = EIO;
    return -1;
}

int sonde_listeners_proc(pid_t pid, int family, int timeout,
                         sonde_listener_each *each, void *data)
{
    int saved = errno;
    if (family != AF_INET && family != AF_INET6 && family != AF_UNIX) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    if (pid < 0) {
        errno = ESRCH;
        return -1;
    }
    FILE *file = listeners_proc_open(pid, family);
    if (!file)
        return -1;
    int result = listeners_proc_list(file, family, timeout, each, data);
    saved = result ? errno : saved;
    fclose(file);
    errno = saved;
    return result;
}
