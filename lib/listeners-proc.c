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

/* Whether /proc has the file or folder NAME.  May change errno.  */
static int listeners_proc_has(const char *name)
{
    char path[path_size];
    snprintf(path, sizeof path, "%s/%s", sonde__sys.proc, name);
    return access(path, F_OK) == 0;
}

/* Open net/NAME of the folder PROCESS of /proc to read, to be closed by fclose.
   NULL with the errno of fopen.  */
static FILE *listeners_proc_open_file(const char *process, const char *name)
{
    char path[path_size];
    snprintf(path, sizeof path, "%s/%s/net/%s", sonde__sys.proc, process, name);
    return fopen(path, "re");
}

/* Open the file of FAMILY (AF_INET, AF_INET6, AF_UNIX) of the process PID, not
   negative, or of this thread for 0: of UDP if DATAGRAMS, else of TCP; for UNIX
   there is one file.  Without thread-self (before Linux 3.17), of the main
   thread.  To be closed by fclose.  NULL with the errno of fopen; ENOENT
   becomes ESRCH: no process PID, or /proc hides the process; or ENOTSUP: no
   such file, or /proc is not mounted.  May change errno on success.  */
static FILE *listeners_proc_open(pid_t pid, int family, int datagrams)
{
    char process[24] = "thread-self";
    const char *name = family == AF_INET    ? datagrams ? "udp" : "tcp"
                       : family == AF_INET6 ? datagrams ? "udp6" : "tcp6"
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

/* Read LINE, of the file of FAMILY, and pass the socket to EACH with DATA, if
   the socket is a listener or, if DATAGRAMS, a datagram socket to be listed;
   another socket is skipped.  Returns 0, or -1: ECANCELED: EACH stopped the
   list; EPROTO: LINE has another form.  A UNIX line of another form is skipped,
   too: a name may have a newline.  */
static int listeners_proc_pass(const char *line, int family, int datagrams,
                               sonde_listener_each *each, void *data)
{
    struct sonde_listener listener;
    struct sonde_address peer;
    int found = datagrams ? sonde__proc_net_read_datagram(&listener, &peer,
                                                          family, line)
                          : sonde__proc_net_read(&listener, family, line);
    if (found < 0 && family != AF_UNIX)
        return sonde__fail(EPROTO);
    return found > 0 && each(&listener, data) ? sonde__fail(ECANCELED) : 0;
}

/* Pass the listeners of FAMILY or, if DATAGRAMS, the datagram sockets, in the
   lines of FILE after the first to EACH with DATA.  Returns 0, or -1: EAGAIN:
   TIMEOUT, in milliseconds, passed (0 or less: never); ECANCELED: EACH stopped
   the list; EPROTO: unknown form; or the errno of read.  FILE stays open.
   Changes errno on success.  */
static int listeners_proc_list(FILE *file, int family, int datagrams,
                               int timeout, sonde_listener_each *each,
                               void *data)
{
    int64_t deadline = sonde_deadline(timeout);
    char line[line_size];
    errno = 0;
    for (unsigned count = 0; fgets(line, sizeof line, file); count++) {
        if (count > 0 &&
            listeners_proc_pass(line, family, datagrams, each, data))
            return -1;
        if (timeout > 0 && count % lines_a_look == lines_a_look - 1 &&
            sonde_deadline_left(deadline) == 0)
            return sonde__fail(EAGAIN);
    }
    if (!ferror(file))
        return 0;
    if (!errno)
        errno = EIO;
    return -1;
}

/* Pass the listeners of FAMILY or, if DATAGRAMS, the datagram sockets, in the
   network namespace of the process PID (0: this thread) to EACH with DATA.
   Returns 0 with errno kept, or -1 with errno, by the contract of
   sonde_listeners_proc.  */
static int listeners_proc_read(pid_t pid, int family, int datagrams,
                               int timeout, sonde_listener_each *each,
                               void *data)
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
    FILE *file = listeners_proc_open(pid, family, datagrams);
    if (!file)
        return -1;
    int result =
        listeners_proc_list(file, family, datagrams, timeout, each, data);
    saved = result ? errno : saved;
    fclose(file);
    errno = saved;
    return result;
}

int sonde_listeners_proc(pid_t pid, int family, int timeout,
                         sonde_listener_each *each, void *data)
{
    return listeners_proc_read(pid, family, 0, timeout, each, data);
}

int sonde_datagram_sockets_proc(pid_t pid, int family, int timeout,
                                sonde_listener_each *each, void *data)
{
    return listeners_proc_read(pid, family, 1, timeout, each, data);
}
