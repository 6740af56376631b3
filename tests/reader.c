/* reader.c - run a program whose reader is late, or has gone
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: reader late|stuck|gone 1|2 COMMAND [ARGUMENT]...

   Descriptor 1 or 2 of COMMAND is a pipe.  gone: it has no reader.  late: it is
   non-blocking and full to the last byte when COMMAND starts.  It is read when
   COMMAND has ended, or after half a second, in which a program that does not
   wait has lost what it wrote; so a slow machine hides an error, and makes
   none. What COMMAND wrote goes to standard output.  Ends with COMMAND's
   status, with 128 and the number of the signal that ended it, or with 125.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TROUBLE = 125, LATE_MS = 500, WAIT_MS = 120000 };

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "reader: %s: %s\n", what, strerror(errno));
    exit(TROUBLE);
}

static void make_pipe(int ends[2])
{
    if (pipe(ends))
        die("pipe");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

/* Fill the pipe FD to the last byte.  Returns the count.  */
static size_t fill(int fd)
{
    static const char zeros[4096];
    size_t filled = 0;
    if (fcntl(fd, F_SETFL, O_NONBLOCK))
        die("O_NONBLOCK");
    for (size_t piece = sizeof zeros; piece > 0;) {
        ssize_t count = write(fd, zeros, piece);
        if (count < 0 && errno != EAGAIN)
            die("write");
        if (count < 0)
            piece /= 2;
        else
            filled += (size_t)count;
    }
    return filled;
}

/* Start COMMAND with OUT as its descriptor NUMBER, and ALIVE, which its end
   closes.  */
static pid_t start(char **command, int number, int out, int alive)
{
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child > 0)
        return child;
    signal(SIGPIPE, SIG_DFL);
    if (dup2(out, number) < 0 || fcntl(alive, F_SETFD, 0))
        die("dup2");
    execvp(*command, command);
    die(*command);
}

/* Copy what comes from FD, without its first SKIPPED bytes.  */
static void copy(int fd, size_t skipped)
{
    char bytes[4096];
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    while (poll(&polled, 1, WAIT_MS) == 1) {
        ssize_t count = read(fd, bytes, sizeof bytes);
        if (count < 0)
            die("read");
        if (count == 0)
            return;
        size_t skip = (size_t)count < skipped ? (size_t)count : skipped;
        skipped -= skip;
        fwrite(bytes + skip, 1, (size_t)count - skip, stdout);
    }
    errno = ETIMEDOUT;
    die("no end");
}

static int wait_for(pid_t child)
{
    int status;
    if (waitpid(child, &status, 0) < 0)
        die("waitpid");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool is_usage(int argc, char **argv)
{
    return argc >= 4 &&
           (!strcmp(argv[1], "late") || !strcmp(argv[1], "stuck") ||
            !strcmp(argv[1], "gone")) &&
           (!strcmp(argv[2], "1") || !strcmp(argv[2], "2"));
}

int main(int argc, char **argv)
{
    int out[2], alive[2];
    if (!is_usage(argc, argv)) {
        fputs("usage: reader late|stuck|gone 1|2 COMMAND [ARGUMENT]...\n",
              stderr);
        return TROUBLE;
    }
    bool gone = !strcmp(argv[1], "gone");
    make_pipe(out);
    make_pipe(alive);
    if (gone)
        close(out[0]);
    size_t filled = gone ? 0 : fill(out[1]);
    pid_t child = start(argv + 3, argv[2][0] - '0', out[1], alive[1]);
    close(out[1]);
    close(alive[1]);
    struct pollfd polled = {.fd = alive[0], .events = POLLIN};
    if (!gone)
        poll(&polled, 1, LATE_MS);
    if (!strcmp(argv[1], "late"))
        copy(out[0], filled);
    else if (!gone)
        kill(child, SIGTERM);
    return wait_for(child);
}
