/* crowd.c - clients of an echo server, good and bad, as many as you like
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: crowd ADDRESS COMMAND...

   ADDRESS is as sonde_address_parse reads it.  The commands are done one after
   the other, on all connections that are open:
       open N      open N more, all at once; all must be connected
       try N       the same, and it is no failure if they are not
       say SIZE    each sends SIZE bytes, and reads them back
       rounds N SIZE   N times, 1 to 1000; prints the median time of a round,
                   milliseconds
       drip N MS   each sends N times a byte, so far apart, and reads it back
       urgent      each sends three bytes, the second urgent, and reads them
                   back
       tell SIZE   each sends SIZE bytes, ends its stream, and reads nothing
       shut        each ends its stream, and the server must too
       deaf SIZE   each sends SIZE bytes, or what it can, and reads nothing
       ended       all must be ended by the server
       close       close all, properly
       reset       reset all
       once        a client of its own is served as it should
       burst N     as open; prints how many had to ask again, a second later
       retry       as once, again and again until it works
       flood N     sends N datagrams of one source, as fast as they are dealt
                   with; prints how many come back
       udp SIZE    a datagram comes back
       from ADDR   one that is sent from ADDR does not, though the next does
       many ADDR   one that is sent to ADDR, broadcast or multicast, does not,
                   though the next does
       spoof PORT  sends a datagram that claims to come from PORT there; it
                   takes root, or a namespace of one's own
       line, uline print what a stream, or a datagram, brings
       wait        print "ready", and wait for a line of standard input
   Prints what failed, and ends with 1.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sonde.h"

/* Milliseconds; generous, since a busy host is no failure.  */
enum { PATIENCE = 240000, DEAF = 300, SECOND = 1000, MOST = 20000 };

struct member {
    int fd;
    size_t sent, got;
};

static struct sonde_address address;
static struct member members[MOST];
static struct pollfd polled[MOST];
static size_t count;
static char text[65536];
static char input[65536];

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static _Noreturn void fail(const char *what)
{
    printf("%s: %s (%zu connections)\n", what, strerror(errno), count);
    exit(1);
}

/* What stands at OFFSET of the stream: the numbers of a simple generator.  */
static void fill_text(void)
{
    uint32_t number = 1;
    for (size_t i = 0; i < sizeof text; i++) {
        number = number * 1664525 + 1013904223;
        text[i] = (char)(number >> 24);
    }
}

static int start_one(void)
{
    int fd = sonde_socket(address.storage.ss_family, SOCK_STREAM,
                          SONDE_NONBLOCK | SONDE_CLOEXEC);
    if (fd < 0)
        return -1;
    if (connect(fd, (const void *)&address.storage, address.length) &&
        errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Wait until each of the members from FIRST on is ready for EVENTS, and DO
   says that it is finished.  Returns how many are not, in the end.  */
static size_t wait_all(size_t first, int patience, short events,
                       bool (*done)(struct member *))
{
    int64_t end = now() + (int64_t)patience * 1000;
    size_t left = count - first;
    for (size_t i = first; i < count; i++)
        polled[i] = (struct pollfd){.fd = members[i].fd, .events = events};
    while (left > 0) {
        int64_t rest = (end - now()) / 1000;
        if (rest <= 0 || poll(polled + first, count - first, (int)rest) < 0)
            break;
        for (size_t i = first; i < count; i++)
            if (polled[i].fd >= 0 && polled[i].revents && done(&members[i])) {
                polled[i].fd = -1;
                left--;
            }
    }
    return left;
}

static int64_t begun; /* the burst */
static size_t asked_again;

/* Whether FD, just connected, had to send its SYN twice.  Linux counts; another
   system is taken at the time, of which a busy host may be the cause.  */
static bool has_asked_again(int fd)
{
#if defined __linux__ && defined TCP_INFO
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (!getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size))
        return info.tcpi_total_retrans > 0;
#endif
    (void)fd;
    return now() - begun >= (int64_t)SECOND * 1000;
}

static bool is_connected(struct member *member)
{
    struct sonde_address peer;
    if (sonde_address_peer(member->fd, &peer))
        return false;
    asked_again += has_asked_again(member->fd);
    return true;
}

/* Open MORE.  Returns how many were not connected.  */
static size_t open_more(size_t more)
{
    size_t first = count;
    for (size_t i = 0; i < more && count < MOST; i++) {
        int fd = start_one();
        if (fd < 0)
            fail("connect");
        members[count++] = (struct member){.fd = fd};
    }
    return wait_all(first, PATIENCE, POLLOUT, is_connected);
}

static size_t say_size;

/* Send what can be sent, and read what has come.  */
static bool talk(struct member *member)
{
    while (member->sent < say_size) {
        size_t at = member->sent % sizeof text;
        size_t size = sizeof text - at;
        if (size > say_size - member->sent)
            size = say_size - member->sent;
        ssize_t sent = sonde_write(member->fd, text + at, size, 0);
        if (sent < 0 && errno == EAGAIN)
            break;
        if (sent < 0)
            fail("write");
        member->sent += (size_t)sent;
    }
    for (;;) {
        size_t at = member->got % sizeof text;
        ssize_t got = sonde_read(member->fd, input, sizeof text - at, 0);
        if (got < 0 && errno == EAGAIN)
            break;
        if (got <= 0)
            fail(got ? "read" : "the server ended the connection");
        if (memcmp(input, text + at, (size_t)got))
            fail("what came back is not what was sent");
        member->got += (size_t)got;
        if (member->got > say_size)
            fail("more came back than was sent");
    }
    polled[member - members].events =
        member->sent < say_size ? POLLIN | POLLOUT : POLLIN;
    return member->got == say_size;
}

static void say(size_t size)
{
    say_size = size;
    for (size_t i = 0; i < count; i++)
        members[i].sent = members[i].got = 0;
    if (size > 0 && wait_all(0, PATIENCE, POLLIN | POLLOUT, talk))
        fail("not all came back");
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void say_rounds(size_t rounds, size_t size)
{
    int64_t times[1000];
    if (rounds < 1 || rounds > sizeof times / sizeof *times) {
        errno = EINVAL;
        fail("rounds takes a number from 1 to 1000");
    }
    for (size_t i = 0; i < rounds; i++) {
        int64_t start = now();
        say(size);
        times[i] = now() - start;
    }
    qsort(times, rounds, sizeof *times, compare);
    printf("%ld\n", (long)(times[rounds / 2] / 1000));
}

static void drip(size_t times, int gap)
{
    for (size_t i = 0; i < times; i++) {
        if (i > 0)
            poll(NULL, 0, gap);
        say(1);
    }
}

static void say_urgent(void)
{
    say_size = 3;
    for (size_t i = 0; i < count; i++) {
        int fd = members[i].fd;
        if (send(fd, text, 1, 0) != 1 || send(fd, text + 1, 1, MSG_OOB) != 1 ||
            send(fd, text + 2, 1, 0) != 1)
            fail("send");
        members[i].sent = 3;
        members[i].got = 0;
    }
    if (wait_all(0, PATIENCE, POLLIN, talk))
        fail("not all came back");
}

/* SIZE bytes are few enough to be taken without anybody reading.  */
static void tell(size_t size)
{
    for (size_t i = 0; i < count; i++)
        if (sonde_write(members[i].fd, text, size, 0) != (ssize_t)size ||
            sonde_half_close(members[i].fd))
            fail("not all is taken");
}

static bool is_ended(struct member *member)
{
    ssize_t got = sonde_read(member->fd, input, sizeof input, 0);
    return got == 0 || (got < 0 && errno != EAGAIN);
}

static void wait_ended(void)
{
    if (wait_all(0, PATIENCE, POLLIN, is_ended))
        fail("not all were ended");
}

static void shut(void)
{
    for (size_t i = 0; i < count; i++)
        if (sonde_half_close(members[i].fd))
            fail("shutdown");
    wait_ended();
}

/* Send, until nothing is taken for a while.  */
static bool deafen(struct member *member)
{
    ssize_t sent = sonde_write(member->fd, text, sizeof text, 0);
    if (sent > 0)
        member->sent += (size_t)sent;
    return (sent < 0 && errno != EAGAIN) || member->sent >= say_size;
}

static void be_deaf(size_t size)
{
    say_size = size;
    for (size_t i = 0; i < count; i++)
        members[i].sent = 0;
    wait_all(0, DEAF, POLLOUT, deafen);
}

static void close_all(bool reset)
{
    struct linger linger = {.l_onoff = 1};
    for (size_t i = 0; i < count; i++) {
        if (reset)
            setsockopt(members[i].fd, SOL_SOCKET, SO_LINGER, &linger,
                       sizeof linger);
        close(members[i].fd);
    }
    count = 0;
}

/* A client that does all that is right, beside those there are.  Returns what
   went wrong, or NULL.  */
static const char *be_good(void)
{
    static char back[30000];
    size_t sent, got;
    struct sonde_connect_options options = {.flags = SONDE_CLOEXEC};
    const char *wrong = NULL;
    int fd = sonde_connect(&address, 1, PATIENCE, &options, NULL);
    if (fd < 0 || sonde_write_all(fd, text, sizeof back, PATIENCE, &sent) ||
        sonde_half_close(fd) ||
        sonde_read_all(fd, back, sizeof back, PATIENCE, &got))
        wrong = "a good client";
    else if (got != sizeof back || memcmp(back, text, sizeof back) ||
             sonde_read(fd, back, 1, PATIENCE) != 0)
        wrong = "a good client had a wrong answer";
    if (fd >= 0)
        close(fd);
    return wrong;
}

static void serve_once(void)
{
    const char *wrong = be_good();
    if (wrong)
        fail(wrong);
}

static void retry(void)
{
    int64_t end = now() + (int64_t)PATIENCE * 1000;
    while (be_good())
        if (now() > end)
            fail("no client is served any more");
}

/* A datagram socket for the server, bound to FROM if that is given; a UNIX one
   must be bound to be answered.  */
static int open_datagrams(const struct sonde_address *from)
{
    int fd = sonde_socket(address.storage.ss_family, SOCK_DGRAM, SONDE_CLOEXEC);
    struct sonde_address own = {0};
    char path[SONDE_ADDRESS_TEXT + 16];
    if (!from && address.storage.ss_family == AF_UNIX &&
        sonde_address_print(&address, path, sizeof path) > 0) {
        strcat(path, ".client");
        unlink(path);
        from = sonde_address_unix(&own, path) ? NULL : &own;
    }
    if (fd < 0 ||
        (from && bind(fd, (const void *)&from->storage, from->length)) ||
        connect(fd, (const void *)&address.storage, address.length))
        fail("a datagram socket");
    return fd;
}

/* On loopback none is lost, and an answer is waited for.  */
static void say_datagram(size_t size)
{
    static char big[SONDE_DATAGRAM_MAX], back[SONDE_DATAGRAM_MAX];
    int fd = open_datagrams(NULL);
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = text[i % sizeof text];
    if (sonde_datagram_send(fd, big, size, PATIENCE))
        fail("send");
    ssize_t got = sonde_datagram_receive(fd, back, sizeof back, PATIENCE);
    if (got < 0)
        fail("receive");
    if ((size_t)got != size || memcmp(big, back, size))
        fail("another datagram came back");
    close(fd);
}

/* The server answers in the order in which it is asked: when the second
   datagram's answer is there, the first's will not come any more.  */
static void be_refused(const char *source)
{
    struct sonde_address from;
    if (sonde_address_parse(&from, source, 0))
        fail(source);
    int fd = open_datagrams(&from);
    if (sonde_datagram_send(fd, text, 10, PATIENCE))
        fail("send");
    say_datagram(10);
    if (sonde_datagram_receive(fd, input, sizeof input, 0) >= 0)
        fail("it was answered");
    close(fd);
}

/* The socket is connected to nobody, and so would hear anybody's answer.  */
static void ask_many(const char *destination)
{
    struct sonde_address to;
    int on = 1;
    if (sonde_address_parse(&to, destination, 0))
        fail(destination);
    int fd = sonde_socket(to.storage.ss_family, SOCK_DGRAM, SONDE_CLOEXEC);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) ||
        sendto(fd, text, 10, 0, (const void *)&to.storage, to.length) != 10)
        fail("send");
    say_datagram(10);
    if (recv(fd, input, sizeof input, MSG_DONTWAIT) >= 0)
        fail("it was answered");
    close(fd);
}

/* A datagram of our own making: ports, length, and no checksum.  */
static void spoof(size_t port)
{
    unsigned char datagram[8 + 4] = {0};
    struct sonde_address to = address;
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
    sonde_store(datagram, 2, SONDE_BIG_ENDIAN, port);
    sonde_store(datagram + 2, 2, SONDE_BIG_ENDIAN,
                (uint64_t)sonde_address_port(&address));
    sonde_store(datagram + 4, 2, SONDE_BIG_ENDIAN, sizeof datagram);
    sonde_address_set_port(&to, 0);
    if (fd < 0 || sendto(fd, datagram, sizeof datagram, 0,
                         (const void *)&to.storage, to.length) < 0)
        fail("a raw socket");
    close(fd);
}

/* A datagram socket of SOURCE, at a port that is not the server's: a datagram
   from there might be another server's, and has no answer.  Returns -1 if
   SOURCE is no address here.  */
static int open_source(const char *source)
{
    enum { MANY = 100 };
    int fd = -1;
    for (int i = 0; i < MANY; i++) {
        struct sonde_address from;
        if (sonde_address_parse(&from, source, 0))
            return -1;
        fd = sonde_datagram_bind(&from, SONDE_CLOEXEC);
        if (fd < 0 || sonde_address_local(fd, &from) ||
            sonde_address_port(&from) != sonde_address_port(&address))
            break;
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Wait until the server has dealt with what it was sent before: until a
   datagram from another source, the NUMBERth, has been answered.  Only Linux
   has 127.0.0.0/8 without being told; elsewhere an answer has SHORT.  */
static int deal_with(int number)
{
    enum { SHORT = 2000 };
    char source[32];
    snprintf(source, sizeof source, "127.1.0.%d", number);
    int fd = open_source(source);
    if (fd < 0)
        return SHORT;
    if (connect(fd, (const void *)&address.storage, address.length))
        fail("another source");
    /* Linux drops packets even on loopback, when the backlog of a busy
       processor is full (/proc/net/softnet_stat): so ask again.  */
    ssize_t got = -1;
    for (int i = 0; i < PATIENCE / SECOND && got < 0; i++)
        if (sonde_datagram_send(fd, text, 1, SECOND) == 0)
            got = sonde_datagram_receive(fd, input, sizeof input, SECOND);
    if (got < 0)
        fail("another source");
    if (got != 1) {
        fprintf(stderr, "an answer of %zd bytes to 1 byte\n", got);
        exit(1);
    }
    close(fd);
    return 0;
}

/* So many at a time, so that none is lost for want of room.  */
static void flood(size_t times)
{
    enum { AT_ONCE = 20 };
    size_t back = 0;
    int fd = open_datagrams(NULL);
    for (size_t i = 1; i <= times; i++) {
        if (sonde_datagram_send(fd, text, 32, PATIENCE))
            fail("send");
        if (i % AT_ONCE != 0 && i < times)
            continue;
        int patience = deal_with((int)((i + AT_ONCE - 1) / AT_ONCE));
        while (back < i &&
               sonde_datagram_receive(fd, input, sizeof input, patience) >= 0)
            back++;
    }
    printf("%zu\n", back);
    close(fd);
}

static void print_stream(void)
{
    struct sonde_connect_options options = {.flags = SONDE_CLOEXEC};
    size_t got;
    int fd = sonde_connect(&address, 1, PATIENCE, &options, NULL);
    if (fd < 0 || sonde_read_all(fd, input, sizeof input, PATIENCE, &got))
        fail("a stream");
    fwrite(input, 1, got, stdout);
    close(fd);
}

static void print_datagram(void)
{
    int fd = open_datagrams(NULL);
    if (sonde_datagram_send(fd, "", 0, PATIENCE))
        fail("send");
    ssize_t got = sonde_datagram_receive(fd, input, sizeof input, PATIENCE);
    if (got < 0)
        fail("receive");
    fwrite(input, 1, (size_t)got, stdout);
    close(fd);
}

static void wait_line(void)
{
    printf("ready\n");
    fflush(stdout);
    (void)!fgets(input, sizeof input, stdin);
}

static size_t number_of(const char *word)
{
    return word ? (size_t)strtoul(word, NULL, 10) : 0;
}

static void open_all(char **words)
{
    if (open_more(number_of(words[0])))
        fail("not all were connected");
}

static void do_burst(char **words)
{
    asked_again = 0;
    begun = now();
    open_all(words);
    printf("%zu\n", asked_again);
}

static void do_retry(char **words)
{
    (void)words;
    retry();
}

static void do_spoof(char **words)
{
    spoof(number_of(words[0]));
}

static void do_flood(char **words)
{
    flood(number_of(words[0]));
}

static void try_open(char **words)
{
    open_more(number_of(words[0]));
}

static void do_say(char **words)
{
    say(number_of(words[0]));
}

static void do_rounds(char **words)
{
    say_rounds(number_of(words[0]), number_of(words[1]));
}

static void do_drip(char **words)
{
    drip(number_of(words[0]), (int)number_of(words[1]));
}

static void do_urgent(char **words)
{
    (void)words;
    say_urgent();
}

static void do_tell(char **words)
{
    tell(number_of(words[0]));
}

static void do_deaf(char **words)
{
    be_deaf(number_of(words[0]));
}

static void do_shut(char **words)
{
    (void)words;
    shut();
}

static void do_ended(char **words)
{
    (void)words;
    wait_ended();
}

static void do_close(char **words)
{
    (void)words;
    close_all(false);
}

static void do_reset(char **words)
{
    (void)words;
    close_all(true);
}

static void do_once(char **words)
{
    (void)words;
    serve_once();
}

static void do_wait(char **words)
{
    (void)words;
    wait_line();
}

static void do_udp(char **words)
{
    say_datagram(number_of(words[0]));
}

static void do_from(char **words)
{
    be_refused(words[0]);
}

static void do_many(char **words)
{
    ask_many(words[0]);
}

static void do_line(char **words)
{
    (void)words;
    print_stream();
}

static void do_uline(char **words)
{
    (void)words;
    print_datagram();
}

static const struct {
    const char *word;
    int arguments;
    void (*call)(char **words);
} commands[] = {
    {"open", 1, open_all},    {"try", 1, try_open},     {"say", 1, do_say},
    {"rounds", 2, do_rounds}, {"drip", 2, do_drip},     {"deaf", 1, do_deaf},
    {"shut", 0, do_shut},     {"ended", 0, do_ended},   {"close", 0, do_close},
    {"reset", 0, do_reset},   {"once", 0, do_once},     {"wait", 0, do_wait},
    {"udp", 1, do_udp},       {"from", 1, do_from},     {"line", 0, do_line},
    {"uline", 0, do_uline},   {"burst", 1, do_burst},   {"retry", 0, do_retry},
    {"flood", 1, do_flood},   {"spoof", 1, do_spoof},   {"many", 1, do_many},
    {"tell", 1, do_tell},     {"urgent", 0, do_urgent},
};

/* Do the command at WORDS, of which there are so many.  Returns how many it
   was.  */
static int obey(char **words, int left)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(words[0], commands[i].word) &&
            commands[i].arguments < left) {
            commands[i].call(words + 1);
            return 1 + commands[i].arguments;
        }
    errno = EINVAL;
    fail(words[0]);
}

int main(int argc, char **argv)
{
    struct rlimit limit;
    fill_text();
    if (!getrlimit(RLIMIT_NOFILE, &limit)) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (argc < 3 || sonde_address_parse(&address, argv[1], 0))
        return 2;
    for (int i = 2; i < argc;)
        i += obey(argv + i, argc - i);
    return 0;
}
