/* wire.c - a wire to another host, that loses, delays, and breaks
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: wire MTU COMMAND...

   In the namespaces of a user who may configure them: makes an interface wire0
   here, 192.0.2.1 and 2001:db8::1, and one in a new network namespace,
   192.0.2.2 and 2001:db8::2, where COMMAND is run; and carries the packets.
   Prints "ready".  Then each line of standard input changes something, and is
   answered by "done", or by the figure it asks for:
       loss N      so many of 100 packets are lost
       double N    arrive twice
       late N      arrive 30 ms later, so that others overtake them
       delay MS    all of them
       cut, mend   none arrives; all do
       deny, mend  none arrives, and the sender has ICMP's "host unreachable"
       reset N     the other host has a reset of the newest connection from
                   here, N bytes behind what it expects next
       syn PORT N  the other host has N SYN segments for PORT, of 192.0.2.100 to
                   199, who will not answer
       lost        how many were lost, or kept from arriving
   At the end of the input COMMAND is told to end by SIGTERM.  Its exit status,
   or 128 and the signal, is that of this program; 99 if something is not to be
   had.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef TUNSETIFF
#define TUNSETIFF _IOW('T', 202, int)
#endif
enum { TUN = 1, NO_HEADER = 0x1000 }; /* IFF_TUN, IFF_NO_PI */
enum { NEAR, FAR };
enum { WAITING = 8192, LATE = 30, LARGEST = 2048 };
enum { ICMP = 1, TCP = 6, SYN = 2, RST = 4, ACK = 16 };

struct packet {
    int64_t due; /* milliseconds */
    size_t size; /* 0: this place is free */
    int to;
    unsigned char bytes[LARGEST];
};

static struct packet waiting[WAITING];
static int ends[2];
static int loss, twice, late, delay;
static bool is_cut, is_denied;
static long lost;

/* The last segment of the newest connection, which began with the last SYN, and
   the number that the far host expects next.  An older connection may still
   acknowledge a FIN.  */
static unsigned char last_head[40];
static uint32_t last_next;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
    exit(99);
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* True in so many of 100 cases; the same ones in each run.  */
static bool happens(int percent)
{
    static uint32_t number = 1;
    number = number * 1664525 + 1013904223;
    return (int)((number >> 16) % 100) < percent;
}

static int open_end(int side, const char *mtu)
{
    struct ifreq request = {.ifr_flags = TUN | NO_HEADER, .ifr_name = "wire0"};
    char command[400];
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request))
        fail("/dev/net/tun");
    snprintf(command, sizeof command,
             "ip link set lo up && ip link set wire0 mtu %s txqueuelen 10000 up"
             " && ip addr add 192.0.2.%d/24 dev wire0"
             " && { ip addr add 2001:db8::%d/64 dev wire0 nodad || :; }",
             mtu, side + 1, side + 1);
    errno = ENODEV;
    if (system(command))
        fail(command);
    return fd;
}

static void keep(int to, const unsigned char *bytes, size_t size, int64_t due)
{
    for (size_t i = 0; i < WAITING; i++)
        if (waiting[i].size == 0) {
            waiting[i].due = due;
            waiting[i].size = size;
            waiting[i].to = to;
            memcpy(waiting[i].bytes, bytes, size);
            return;
        }
    lost++;
}

static uint32_t sum_of(const unsigned char *bytes, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
    return sum;
}

static void store_sum(unsigned char *at, uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    at[0] = (unsigned char)(~sum >> 8);
    at[1] = (unsigned char)~sum;
}

static void store_4(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

static uint32_t load_4(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

/* An IPv4 packet of SIZE bytes with a head of 20, at BYTES.  */
static void store_head(unsigned char *bytes, size_t size, int protocol)
{
    memset(bytes, 0, 12);
    bytes[0] = 0x45;
    bytes[2] = (unsigned char)(size >> 8);
    bytes[3] = (unsigned char)size;
    bytes[8] = 64;
    bytes[9] = (unsigned char)protocol;
    store_sum(bytes + 10, sum_of(bytes, 20));
}

/* A TCP segment without data to the far host.  The addresses, ports and numbers
   are there already.  */
static void send_segment(unsigned char *bytes, int flags)
{
    store_head(bytes, 40, TCP);
    bytes[32] = 5 << 4;
    bytes[33] = (unsigned char)flags;
    memset(bytes + 34, 0xff, 2);
    memset(bytes + 36, 0, 4);
    store_sum(bytes + 36,
              sum_of(bytes + 12, 8) + TCP + 20 + sum_of(bytes + 20, 20));
    if (write(ends[FAR], bytes, 40) != 40)
        fail("write");
}

static void send_reset(uint32_t behind)
{
    unsigned char bytes[40];
    memcpy(bytes, last_head, sizeof bytes);
    store_4(bytes + 24, last_next + behind);
    send_segment(bytes, RST | ACK);
}

static void send_syns(int port, int count)
{
    for (int i = 0; i < count; i++) {
        unsigned char bytes[40] = {0};
        unsigned source = 1024 + (unsigned)i / 100;
        store_4(bytes + 12, 0xc0000264 + (uint32_t)i % 100);
        store_4(bytes + 16, 0xc0000202);
        store_4(bytes + 20, (uint32_t)source << 16 | (uint32_t)port);
        store_4(bytes + 24, (uint32_t)i * 7919);
        send_segment(bytes, SYN);
    }
}

/* Remember what is to be forged.  */
static void note(const unsigned char *bytes, size_t size)
{
    if (size < 40 || bytes[0] != 0x45 || bytes[9] != TCP)
        return;
    if ((bytes[33] & (SYN | ACK)) != SYN &&
        memcmp(bytes + 20, last_head + 20, 4))
        return;
    size_t head = 20 + (size_t)(bytes[32] >> 4) * 4;
    memcpy(last_head, bytes, sizeof last_head);
    last_next =
        load_4(bytes + 24) + (uint32_t)(size - head) + ((bytes[33] & SYN) != 0);
}

/* "Host unreachable", to the SIDE that sent BYTES.  */
static void deny(int side, const unsigned char *bytes, size_t size)
{
    unsigned char answer[56] = {0};
    if (size < 28 || bytes[0] != 0x45 || bytes[9] == ICMP)
        return;
    memcpy(answer + 12, bytes + 16, 4);
    memcpy(answer + 16, bytes + 12, 4);
    store_head(answer, sizeof answer, ICMP);
    answer[20] = 3;
    answer[21] = 1;
    memcpy(answer + 28, bytes, 28);
    store_sum(answer + 22, sum_of(answer + 20, 36));
    if (write(ends[side], answer, sizeof answer) < 0)
        fail("write");
}

static void carry(int from)
{
    static unsigned char bytes[LARGEST];
    ssize_t got = read(ends[from], bytes, sizeof bytes);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        fail("read");
    size_t size = (size_t)got;
    int64_t due = now() + delay;
    if (from == NEAR)
        note(bytes, size);
    if (is_denied)
        deny(from, bytes, size);
    if (is_cut || is_denied || happens(loss)) {
        lost++;
        return;
    }
    keep(!from, bytes, size, happens(late) ? due + LATE : due);
    if (happens(twice))
        keep(!from, bytes, size, due + 1);
}

/* Deliver what is due, the oldest first.  Returns milliseconds until the next
   is, or -1.  */
static int deliver(void)
{
    for (;;) {
        struct packet *first = NULL;
        for (size_t i = 0; i < WAITING; i++)
            if (waiting[i].size > 0 && (!first || waiting[i].due < first->due))
                first = &waiting[i];
        if (!first)
            return -1;
        int64_t left = first->due - now();
        if (left > 0)
            return (int)left;
        if (write(ends[first->to], first->bytes, first->size) < 0)
            lost++;
        first->size = 0;
    }
}

static void obey(const char *line)
{
    char word[16] = "";
    int number = 0, second = 0;
    sscanf(line, "%15s %d %d", word, &number, &second);
    if (!strcmp(word, "loss"))
        loss = number;
    else if (!strcmp(word, "double"))
        twice = number;
    else if (!strcmp(word, "late"))
        late = number;
    else if (!strcmp(word, "delay"))
        delay = number;
    else if (!strcmp(word, "cut"))
        is_cut = true;
    else if (!strcmp(word, "deny"))
        is_denied = true;
    else if (!strcmp(word, "mend"))
        is_cut = is_denied = false;
    else if (!strcmp(word, "reset"))
        send_reset((uint32_t)number);
    else if (!strcmp(word, "syn"))
        send_syns(number, second);
    else if (strcmp(word, "lost") != 0) {
        errno = EINVAL;
        fail(word);
    }
    if (!strcmp(word, "lost"))
        printf("%ld\n", lost);
    else
        printf("done\n");
    fflush(stdout);
}

/* Returns false at the end of the input.  */
static bool read_commands(void)
{
    static char line[200];
    static size_t filled;
    ssize_t got = read(0, line + filled, sizeof line - 1 - filled);
    if (got <= 0)
        return false;
    filled += (size_t)got;
    line[filled] = '\0';
    for (char *end; (end = strchr(line, '\n'));) {
        *end = '\0';
        obey(line);
        filled -= (size_t)(end + 1 - line);
        memmove(line, end + 1, filled + 1);
    }
    return true;
}

static void relay(void)
{
    for (;;) {
        struct pollfd polled[] = {{.fd = ends[NEAR], .events = POLLIN},
                                  {.fd = ends[FAR], .events = POLLIN},
                                  {.fd = 0, .events = POLLIN}};
        if (poll(polled, 3, deliver()) < 0 && errno != EINTR)
            fail("poll");
        if (polled[2].revents && !read_commands())
            return;
        for (int side = NEAR; side <= FAR; side++)
            if (polled[side].revents)
                carry(side);
    }
}

int main(int argc, char **argv)
{
    int status;
    if (argc < 3)
        return 99;
    ends[NEAR] = open_end(NEAR, argv[1]);
    if (unshare(CLONE_NEWNET))
        fail("unshare");
    ends[FAR] = open_end(FAR, argv[1]);
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        if (dup2(open("/dev/null", O_RDONLY), 0) == 0)
            execvp(argv[2], argv + 2);
        fail(argv[2]);
    }
    printf("ready\n");
    fflush(stdout);
    relay();
    kill(child, SIGTERM);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            fail("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
