/* listening.c - listeners, and clients that wait in their queues
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: listening KIND:BACKLOG:CLIENTS[:NAME]...

   Makes a listener for each, and so many clients that nobody accepts.  KIND is
   inet, inet6 (which takes IPv4, too), only6, mapped6 (at an IPv4 address),
   host6 (at ::1, without IPV6_V6ONLY), device (IPv4, confined to the interface
   NAME), unix, seqpacket (NAME is a path; with @ in front, abstract; with @@,
   padded with NULs as by who binds a whole sockaddr_un) or many (as many
   listeners of IPv4 as CLIENTS says).  The clients of two kinds do not wait:
   deferred (IPv4, with TCP_DEFER_ACCEPT: each client sends a byte and is
   accepted) and halfopen (IPv4: each client resets its handshake, as health
   checks do).  "drain" among them resets the clients that were made so far and
   empties the last queue, "fork" makes a child that shares what was made so
   far, "name=NAME" names this process, and so such children, from then on, and
   "leave" ends the main thread, while another goes on.  "request=PORT:COUNT"
   asks the HTTP server at that port of 127.0.0.1 so often, one after the other,
   "crowd=PORT:COUNT" connects so many clients there, each with the first byte
   of a request, until no more are let in.  "send=COUNT", "end=COUNT" and
   "reset=COUNT" make so many of the clients that wait send 5 bytes, end their
   stream, or reset the connection.  It prints the name of each, "ready", and
   stays until its standard input ends. */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
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
    int padded = !strncmp(name, "@@", 2);
    if (sonde_address_unix(&address, name + padded))
        die(name);
    if (*name == '@') {
        ((char *)&address.storage)[offsetof(struct sockaddr_un, sun_path)] = 0;
        address.length--; /* no NUL at the end of an abstract name */
    }
    if (padded)
        address.length = sizeof(struct sockaddr_un);
    return address;
}

static int is_inet(const char *kind)
{
    static const char *const kinds[] = {"inet", "many", "device", "deferred",
                                        "halfopen"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kind, kinds[i]))
            return 1;
    return 0;
}

/* What cannot be set here makes a listener that is not what was asked for.  */
static void set_tcp(int fd, int option, int value, const char *what)
{
    if (setsockopt(fd, IPPROTO_TCP, option, &value, sizeof value))
        die(what);
}

static void set_deferred(int fd)
{
#ifdef TCP_DEFER_ACCEPT
    set_tcp(fd, TCP_DEFER_ACCEPT, 30, "TCP_DEFER_ACCEPT");
#else
    (void)fd;
    die("TCP_DEFER_ACCEPT");
#endif
}

/* Keep the last ACK of the handshake back, so that there is time to reset
   it.  */
static void set_no_ack(int fd)
{
#ifdef TCP_QUICKACK
    set_tcp(fd, TCP_QUICKACK, 0, "TCP_QUICKACK");
#else
    (void)fd;
    die("TCP_QUICKACK");
#endif
}

static int make_listener(const char *kind, int backlog, const char *name)
{
    struct sonde_address address;
    int off = strcmp(kind, "only6") == 0;
    int type = strcmp(kind, "seqpacket") ? SOCK_STREAM : SOCK_SEQPACKET;
    if (!strcmp(kind, "mapped6"))
        sonde_address_parse(&address, "::ffff:127.0.0.1", 0);
    else if (!strcmp(kind, "host6"))
        sonde_address_loopback(&address, AF_INET6, 0);
    else if (strchr(kind, '6'))
        sonde_address_any(&address, AF_INET6, 0);
    else if (is_inet(kind))
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
    if (fd >= 0 && !strcmp(kind, "deferred"))
        set_deferred(fd);
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
                    queue.queued < count && queue.queued <= queue.backlog;
         i++)
        poll(NULL, 0, 1);
}

static void print_address(int listener, struct sonde_address *address)
{
    char text[SONDE_ADDRESS_TEXT];
    if (sonde_address_local(listener, address))
        die("getsockname");
    sonde_address_print(address, text, sizeof text);
    puts(text);
}

static void reset(int fd)
{
    const struct linger now = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

/* COUNT clients, one after another, that are served (KIND "deferred"), or that
   reset their handshakes.  */
static void make_visitors(const char *kind, int listener, int count)
{
    struct sonde_address address;
    int deferred = !strcmp(kind, "deferred");
    print_address(listener, &address);
    for (int i = 0; i < count; i++) {
        int fd = sonde_socket(AF_INET, SOCK_STREAM, 0);
        if (fd >= 0 && !deferred)
            set_no_ack(fd);
        if (fd < 0 ||
            connect(fd, (struct sockaddr *)&address.storage, address.length) ||
            (deferred && send(fd, "x", 1, 0) != 1))
            die("connect");
        if (deferred)
            close(accept(listener, NULL, NULL));
        reset(fd);
    }
}

/* The clients that wait, and the last listener they were made for.  */
static int waiting[4096], waiting_count, last_listener = -1;

static void drain(void)
{
    struct pollfd ready = {.fd = last_listener, .events = POLLIN};
    while (waiting_count > 0)
        reset(waiting[--waiting_count]);
    while (poll(&ready, 1, 0) > 0) {
        int fd = accept(last_listener, NULL, NULL);
        if (fd < 0)
            break;
        close(fd);
    }
}

/* WORD is "send=COUNT", "end=COUNT" or "reset=COUNT": so many of the clients
   that wait, the last of those that have done nothing yet, send 5 bytes, end
   their stream, or reset the connection.  */
static void act(const char *word)
{
    static int done;
    for (int count = atoi(strchr(word, '=') + 1); count > 0; count--) {
        int fd = waiting[waiting_count - ++done];
        if (*word == 's' && send(fd, "hello", 5, 0) != 5)
            die("send");
        if (*word == 'e' && shutdown(fd, SHUT_WR))
            die("shutdown");
        if (*word == 'r')
            reset(fd);
    }
}

/* Non-blocking, so that who is not let in does not keep us.  */
static void make_clients(int listener, int count)
{
    struct sonde_address address;
    int type;
    socklen_t size = sizeof type;
    if (getsockopt(listener, SOL_SOCKET, SO_TYPE, &type, &size))
        die("SO_TYPE");
    print_address(listener, &address);
    last_listener = listener;
    for (int i = 0; i < count; i++) {
        int fd = sonde_socket(address.storage.ss_family, type, SONDE_NONBLOCK);
        if (fd < 0)
            die("socket");
        if (connect(fd, (struct sockaddr *)&address.storage, address.length) &&
            errno != EINPROGRESS && errno != EAGAIN)
            die("connect");
        if (waiting_count < (int)(sizeof waiting / sizeof *waiting))
            waiting[waiting_count++] = fd;
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
    else if (!strcmp(kind, "deferred") || !strcmp(kind, "halfopen"))
        make_visitors(kind, make_listener(kind, atoi(backlog), name), count);
    else
        make_clients(make_listener(kind, atoi(backlog), name), count);
}

static int connect_loopback(int port, unsigned flags)
{
    struct sonde_address address;
    sonde_address_loopback(&address, AF_INET, (uint16_t)port);
    int fd = sonde_socket(AF_INET, SOCK_STREAM, flags);
    if (fd < 0 ||
        (connect(fd, (struct sockaddr *)&address.storage, address.length) &&
         errno != EINPROGRESS))
        die("connect");
    return fd;
}

static void request(int port)
{
    static const char text[] = "GET / HTTP/1.0\r\n\r\n";
    char reply[4096];
    ssize_t size, all = 0;
    int fd = connect_loopback(port, 0);
    if (send(fd, text, sizeof text - 1, 0) != sizeof text - 1)
        die("send");
    while ((size = recv(fd, reply + (all < 16 ? all : 16), sizeof reply - 16,
                        0)) > 0)
        all += size;
    if (size < 0 || all < 16 || strncmp(reply, "HTTP/1", 6) != 0)
        die("no answer of HTTP");
    close(fd);
}

/* On loopback a client that is let in is so at once, unless the host is
   busy.  */
static int is_let_in(int port)
{
    enum { SILENCE = 300 };
    int fd = connect_loopback(port, SONDE_NONBLOCK);
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    return poll(&ready, 1, SILENCE) == 1 && send(fd, "G", 1, 0) == 1;
}

/* WORD is "request=PORT:COUNT" or "crowd=PORT:COUNT".  */
static void visit(const char *word)
{
    const char *numbers = strchr(word, '=') + 1;
    const char *colon = strchr(numbers, ':');
    int port = atoi(numbers), count = colon ? atoi(colon + 1) : 0;
    int is_crowd = *word == 'c', silent = 0;
    while (count-- > 0 && silent < 3)
        if (!is_crowd)
            request(port);
        else
            silent = is_let_in(port) ? 0 : silent + 1;
}

static void make_child(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child > 0)
        return;
    wait_for_end();
    _exit(0);
}

/* To be the last thing that a thread does.  */
static void *stay(void *main_thread)
{
    if (main_thread)
        pthread_join(*(pthread_t *)main_thread, NULL);
    puts("ready");
    wait_for_end();
    while (wait(NULL) > 0)
        ;
    exit(0);
}

static void leave(void)
{
    static pthread_t main_thread;
    pthread_t other;
    main_thread = pthread_self();
    if (pthread_create(&other, NULL, stay, &main_thread))
        die("pthread_create");
    pthread_exit(NULL);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!strncmp(argv[i], "name=", 5))
            take_name(argv[i] + 5);
        else if (!strncmp(argv[i], "request=", 8) ||
                 !strncmp(argv[i], "crowd=", 6))
            visit(argv[i]);
        else if (!strncmp(argv[i], "send=", 5) ||
                 !strncmp(argv[i], "end=", 4) || !strncmp(argv[i], "reset=", 6))
            act(argv[i]);
        else if (!strcmp(argv[i], "fork"))
            make_child();
        else if (!strcmp(argv[i], "drain"))
            drain();
        else if (!strcmp(argv[i], "leave"))
            leave();
        else
            take_word(argv[i]);
    stay(NULL);
}
