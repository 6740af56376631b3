/* listening.c - listeners, and clients that wait in their queues
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: listening KIND:BACKLOG:CLIENTS[:NAME]...

   Makes a listener for each, and so many clients that nobody accepts.  KIND is
   inet, inet6 (which takes IPv4, too), only6, mapped6 (at an IPv4 address),
   device (IPv4, confined to the interface NAME), unix, seqpacket (NAME is a
   path; with @ in front, abstract) or many (as many listeners of IPv4 as
   CLIENTS says).  "fork" among them makes a child that shares what was made so
   far, "name=NAME" names this process, and so such children, from then on.  It
   prints the name of each, "ready", and stays until its standard input
   ends.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sonde.h"

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static struct sonde_address unix_address(const char *name)
{
    struct sonde_address address;
    if (sonde_address_unix(&address, name))
        die(name);
    if (*name == '@') {
        ((char *)&address.storage)[offsetof(struct sockaddr_un, sun_path)] = 0;
        address.length--; /* no NUL at the end of an abstract name */
    }
    return address;
}

static int make_listener(const char *kind, int backlog, const char *name)
{
    struct sonde_address address;
    int off = strcmp(kind, "only6") == 0;
    int type = strcmp(kind, "seqpacket") ? SOCK_STREAM : SOCK_SEQPACKET;
    if (!strcmp(kind, "mapped6"))
        sonde_address_parse(&address, "::ffff:127.0.0.1", 0);
    else if (strchr(kind, '6'))
        sonde_address_any(&address, AF_INET6, 0);
    else if (!strcmp(kind, "inet") || !strcmp(kind, "many") ||
             !strcmp(kind, "device"))
        sonde_address_loopback(&address, AF_INET, 0);
    else
        address = unix_address(name);
    int fd = sonde_socket(address.storage.ss_family, type, 0);
    if (fd >= 0 && strchr(kind, '6'))
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
#ifdef SO_BINDTODEVICE
    if (fd >= 0 && !strcmp(kind, "device") &&
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
                   (socklen_t)strlen(name)))
        die(name);
#endif
    if (fd < 0 ||
        bind(fd, (struct sockaddr *)&address.storage, address.length) ||
        listen(fd, backlog))
        die(kind);
    return fd;
}

/* Wait until as many of COUNT clients as fit are in the queue of LISTENER,
   where the kernel tells: who is connected may be so a moment before.  */
static void await_clients(int listener, int count)
{
    struct sonde_queue queue;
    for (int i = 0; i < 20000 && !sonde_queue(listener, &queue) &&
                    queue.queued < count && queue.queued <= queue.limit;
         i++)
        poll(NULL, 0, 1);
}

/* Non-blocking, so that who is not let in does not keep us.  */
static void make_clients(int listener, int count)
{
    struct sonde_address address;
    char text[SONDE_ADDRESS_TEXT];
    int type;
    socklen_t size = sizeof type;
    if (sonde_address_local(listener, &address) ||
        getsockopt(listener, SOL_SOCKET, SO_TYPE, &type, &size))
        die("getsockname");
    sonde_address_print(&address, text, sizeof text);
    puts(text);
    for (int i = 0; i < count; i++) {
        int fd = sonde_socket(address.storage.ss_family, type, SONDE_NONBLOCK);
        if (fd < 0)
            die("socket");
        if (connect(fd, (struct sockaddr *)&address.storage, address.length) &&
            errno != EINPROGRESS && errno != EAGAIN)
            die("connect");
    }
    await_clients(listener, count);
}

static void wait_for_end(void)
{
    char byte;
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
}

static void take_name(const char *name)
{
    int fd = open("/proc/self/comm", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, name, strlen(name)) < 0)
        die("/proc/self/comm");
    close(fd);
}

static void take_word(char *word)
{
    char *state = NULL;
    const char *kind = strtok_r(word, ":", &state);
    const char *backlog = strtok_r(NULL, ":", &state);
    const char *clients = strtok_r(NULL, ":", &state);
    const char *name = strtok_r(NULL, "", &state);
    if (!clients) {
        fprintf(stderr, "listening: KIND:BACKLOG:CLIENTS[:NAME]\n");
        exit(1);
    }
    int count = atoi(clients);
    if (!strcmp(kind, "many"))
        while (count-- > 0)
            make_listener(kind, atoi(backlog), NULL);
    else
        make_clients(make_listener(kind, atoi(backlog), name), count);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "name=", 5)) {
            take_name(argv[i] + 5);
            continue;
        }
        if (strcmp(argv[i], "fork") != 0) {
            take_word(argv[i]);
            continue;
        }
        fflush(stdout);
        pid_t child = fork();
        if (child < 0)
            die("fork");
        if (child == 0) {
            wait_for_end();
            _exit(0);
        }
    }
    puts("ready");
    wait_for_end();
    while (wait(NULL) > 0)
        ;
    return 0;
}
