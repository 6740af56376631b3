/* confined.c - what a server can still do while it serves a client
   SPDX-License-Identifier: GPL-3.0-or-later

   To be preloaded.  Before its first send each process tries what a sandbox
   forbids, and writes a line for each to standard error, "confined: open
   EACCES".  CONFINED_FOLDER is a folder with a file "old", CONFINED_SOCKETS the
   folder of the server's UNIX socket, if there is one; each of them has an
   empty executable file "program" and a file "kept".  CONFINED_PORT is a port
   of 127.0.0.1 at which a server listens, CONFINED_NAME the abstract name of
   another, CONFINED_PID a process outside.  */

/* With _FORTIFY_SOURCE the headers define some of these functions inline.  */
#undef SONDE_FORTIFY
#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Write that the try WHAT had RESULT, 0 or more for success.  */
static void confined_report(const char *what, int result)
{
    char line[80];
    int error = errno;
    int length = result >= 0 ? snprintf(line, sizeof line,
                                        "confined: %s success\n", what)
                 : error == EACCES || error == EPERM
                     ? snprintf(line, sizeof line, "confined: %s %s\n", what,
                                error == EACCES ? "EACCES" : "EPERM")
                     : snprintf(line, sizeof line, "confined: %s errno %d\n",
                                what, error);
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        _exit(99);
}

/* Try all but removing in FOLDER; the kernel may allow removing there.  */
static void confined_try_folder(const char *folder)
{
    char program[4096], kept[4096], made[4096], renamed[4096];
    char *const arguments[] = {program, NULL};
    snprintf(program, sizeof program, "%s/program", folder);
    snprintf(kept, sizeof kept, "%s/kept", folder);
    snprintf(made, sizeof made, "%s/new-%ld", folder, (long)getpid());
    snprintf(renamed, sizeof renamed, "%s/renamed-%ld", folder, (long)getpid());
    confined_report("open", open(kept, O_RDONLY | O_CLOEXEC));
    confined_report("write", open(kept, O_WRONLY | O_CLOEXEC));
    confined_report("truncate", truncate(kept, 0));
    /* Where an empty program may be run, there is no format for it.  */
    confined_report(
        "exec",
        execve(program, arguments, arguments + 1) && errno != ENOEXEC ? -1 : 0);
    confined_report("symlink", symlink("kept", renamed));
    int fd = open(made, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    confined_report("create", fd);
    confined_report("rename", rename(fd < 0 ? kept : made, renamed));
}

static void confined_try_files(void)
{
    char path[4096];
    const char *folder = getenv("CONFINED_FOLDER");
    confined_report("open", open("/etc/passwd", O_RDONLY | O_CLOEXEC));
    confined_try_folder(folder);
    confined_try_folder(getenv("CONFINED_SOCKETS"));
    snprintf(path, sizeof path, "%s/old", folder);
    /* Another process may have removed the file already.  */
    confined_report("remove", unlink(path) && errno != ENOENT ? -1 : 0);
}

static void confined_try_ports(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    const void *storage = &address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    confined_report("bind", bind(fd, storage, sizeof address));
    close(fd);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_port = htons((uint16_t)atoi(getenv("CONFINED_PORT")));
    confined_report("connect", connect(fd, storage, sizeof address));
    close(fd);
}

static void confined_try_processes(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const void *storage = &address;
    const char *name = getenv("CONFINED_NAME");
    size_t length = strlen(name);
    memcpy(address.sun_path + 1, name, length);
    length += offsetof(struct sockaddr_un, sun_path) + 1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    confined_report("abstract", connect(fd, storage, (socklen_t)length));
    close(fd);
    confined_report("signal", kill((pid_t)atol(getenv("CONFINED_PID")), 0));
    confined_report(
        prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? "nnp 1" : "nnp 0", 0);
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    static pid_t done;
    ssize_t (*real)(int, const void *, size_t, int);
    /* ISO C knows no way from an object to a function pointer.  */
    void *symbol = dlsym(RTLD_NEXT, "send");
    memcpy(&real, &symbol, sizeof real);
    if (done != getpid()) {
        done = getpid();
        confined_try_files();
        confined_try_ports();
        confined_try_processes();
        confined_report("end", 0);
    }
    return real(fd, data, size, flags);
}
