/* peer.c - start a server as others would, or be one, for tests
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: peer listen-fds PROGRAM   a listening socket, by LISTEN_FDS
          peer inetd PROGRAM        the first connection, as descriptors 0 and 1
          peer both PROGRAM         both the listener and that, by LISTEN_FDS
          peer bound PROGRAM        a stream socket that does not listen, by
                                    LISTEN_FDS
          peer shut FIFO PROGRAM   a listening socket, by LISTEN_FDS, which
                                    another process shuts down when FIFO is
                                    opened for writing
          peer packets PROGRAM      one end of a pair of SOCK_SEQPACKET, by
                                    LISTEN_FDS; port 0 is printed
          peer netlink PROGRAM      a datagram socket of Linux alone, by
                                    LISTEN_FDS; port 0 is printed
          peer udp                  send the first datagram back
          peer send PORT            standard input there, its answer to output

   The port on 127.0.0.1 that the system chose is printed first.  */

#include <config.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sonde.h"

/* AF_NETLINK, which other systems do not define.  */
enum { LINUX_NETLINK = 16 };

enum { patience = 30000 };

static int fail(const char *what)
{
    perror(what);
    return 1;
}

static int say_port(int fd)
{
    struct sonde_address local;
    if (sonde_address_local(fd, &local))
        return -1;
    printf("%d\n", sonde_address_port(&local));
    return fflush(stdout);
}

static int pass_by_number(const char *count, char **argv)
{
    char pid[32];
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    if (setenv("LISTEN_FDS", count, 1) || setenv("LISTEN_PID", pid, 1))
        return fail("LISTEN_FDS");
    execv(argv[0], argv);
    return fail(argv[0]);
}

static int pass_listener(int listener, char **argv)
{
    if (dup2(listener, 3) < 0)
        return fail("listen-fds");
    return pass_by_number("1", argv);
}

/* Pass LISTENER, and shut it down later, from a process that is no child of the
   server's.  */
static int pass_shut(int listener, char **argv)
{
    int status;
    pid_t child = fork();
    if (child < 0)
        return fail("fork");
    if (child > 0)
        return waitpid(child, &status, 0) != child || status
                   ? fail("shut")
                   : pass_listener(listener, argv + 1);
    if (fork() != 0)
        _exit(0);
    alarm(patience / 1000);
    close(STDOUT_FILENO);
    close(STDERR_FILENO); /* others wait for the end of the server's */
    if (open(argv[0], O_RDONLY) >= 0)
        shutdown(listener, SHUT_RDWR);
    _exit(0);
}

/* Pass a socket that no server can use.  */
static int pass_unusable(const struct sonde_address *address, char **argv)
{
    int pair[2];
    if (strcmp(argv[0], "packets") == 0) {
        if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) ||
            dup2(pair[0], 3) < 0)
            return fail("packets");
        puts("0");
        fflush(stdout);
    } else if (strcmp(argv[0], "netlink") == 0) {
        int fd = socket(LINUX_NETLINK, SOCK_DGRAM, 0);
        if (fd < 0 || dup2(fd, 3) < 0)
            return fail("netlink");
        puts("0");
        fflush(stdout);
    } else {
        int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 ||
            bind(fd, (const void *)&address->storage, address->length) ||
            say_port(fd) || dup2(fd, 3) < 0)
            return fail("bound");
    }
    return pass_by_number("1", argv + 1);
}

static int pass_both(int listener, char **argv)
{
    int fd = sonde_accept(listener, NULL, 0);
    if (fd < 0 || dup2(listener, 3) < 0 || dup2(fd, 4) < 0)
        return fail("both");
    return pass_by_number("2", argv);
}

static int pass_connection(int listener, char **argv)
{
    int fd = sonde_accept(listener, NULL, SONDE_CLOEXEC);
    if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0)
        return fail("inetd");
    execv(argv[0], argv);
    return fail(argv[0]);
}

static int answer_datagram(const struct sonde_address *address)
{
    static char buffer[SONDE_DATAGRAM_MAX];
    struct sonde_datagram ends;
    int fd = sonde_datagram_bind(address, SONDE_CLOEXEC);
    if (fd < 0 || say_port(fd))
        return fail("udp");
    ssize_t length =
        sonde_datagram_receive_from(fd, buffer, sizeof buffer, patience, &ends);
    if (length < 0 || sonde_datagram_reply(fd, buffer, (size_t)length, &ends))
        return fail("udp");
    return 0;
}

/* Some input, and a short answer to it: neither fills what is in between.  */
static int send_input(const char *port)
{
    static char buffer[1 << 16];
    size_t done, size = fread(buffer, 1, sizeof buffer, stdin);
    int fd = sonde_connect_name("127.0.0.1", port, patience, NULL, NULL);
    if (fd < 0 || sonde_write_all(fd, buffer, size, patience, &done) ||
        sonde_half_close(fd) ||
        sonde_read_all(fd, buffer, sizeof buffer, patience, &done))
        return fail("send");
    fwrite(buffer, 1, done, stdout);
    return fflush(stdout);
}

int main(int argc, char **argv)
{
    struct sonde_address address;
    sonde_address_loopback(&address, AF_INET, 0);
    alarm(patience / 1000); /* also for the program that is started */
    if (argc == 2 && !strcmp(argv[1], "udp"))
        return answer_datagram(&address);
    if (argc < 3)
        return 2;
    if (!strcmp(argv[1], "send"))
        return send_input(argv[2]);
    if (!strcmp(argv[1], "bound") || !strcmp(argv[1], "packets") ||
        !strcmp(argv[1], "netlink"))
        return pass_unusable(&address, argv + 1);
    int listener = sonde_listen(&address, 16, 0, NULL);
    if (listener < 0 || say_port(listener))
        return fail("listen");
    if (!strcmp(argv[1], "shut") && argc > 3)
        return pass_shut(listener, argv + 2);
    if (!strcmp(argv[1], "inetd"))
        return pass_connection(listener, argv + 2);
    return strcmp(argv[1], "both") == 0 ? pass_both(listener, argv + 2)
                                        : pass_listener(listener, argv + 2);
}
