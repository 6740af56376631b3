/* lookups.c - looks at one listener: sonde_watch_read and the barest look-up
   SPDX-License-Identifier: GPL-3.0-or-later

   The barest look-up sends one fixed sock_diag request for a listener, without
   attributes, and receives the answer, which is not read.  Rounds of both
   alternate.  Prints the medians of the CPU time, and the median ratio within a
   round.  Linux only.

   usage: lookups [rounds [looks]]
          lookups bare|ours LOOKS   one kind alone, for instructions.sh  */

#include <config.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sonde.h"

enum { max_rounds = 99 };

static struct sonde_listener listener;
static long looks = 20000;

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

static double cpu_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* Copy the listener at the port DATA.  */
static int find(const struct sonde_listener *found, void *data)
{
    if (sonde_address_port(&found->address) != *(int *)data)
        return 0;
    listener = *found;
    return 1;
}

static double look_barely(int fd)
{
    char reply[4096];
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } request = {.head = {.nlmsg_len = sizeof request,
                          .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                          .nlmsg_flags = NLM_F_REQUEST},
                 .body = {.sdiag_family = AF_INET,
                          .sdiag_protocol = IPPROTO_TCP,
                          .idiag_states = 1U << 10,
                          .id = {.idiag_cookie = {INET_DIAG_NOCOOKIE,
                                                  INET_DIAG_NOCOOKIE}}}};
    request.body.id.idiag_sport =
        htons((uint16_t)sonde_address_port(&listener.address));
    request.body.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
    double start = cpu_us();
    for (long i = 0; i < looks; i++)
        if (send(fd, &request, sizeof request, 0) < 0 ||
            recv(fd, reply, sizeof reply, 0) < 72)
            fail("look-up");
    return (cpu_us() - start) / (double)looks;
}

static double look(struct sonde_watch *watch)
{
    double start = cpu_us();
    for (long i = 0; i < looks; i++)
        if (sonde_watch_read(watch, &listener))
            fail("sonde_watch_read");
    return (cpu_us() - start) / (double)looks;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

int main(int argc, char **argv)
{
    static double bare[max_rounds], ours[max_rounds], ratios[max_rounds];
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct sonde_address address;
    struct sonde_watch *watch;
    bool only_bare = argc > 1 && !strcmp(argv[1], "bare");
    bool only_ours = argc > 1 && !strcmp(argv[1], "ours");
    size_t rounds = only_bare || only_ours ? 1
                    : argc > 1             ? (size_t)atoi(argv[1])
                                           : 15;
    if (argc > 2)
        looks = atol(argv[2]);
    if (rounds < 1 || rounds > max_rounds || looks < 1)
        return 2;
    sonde_address_loopback(&address, AF_INET, 0);
    int server = sonde_listen(&address, 100, 0, NULL);
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (server < 0 || sonde_address_local(server, &address) || fd < 0 ||
        connect(fd, (struct sockaddr *)&kernel, sizeof kernel) ||
        sonde_watch_open(&watch))
        fail("open");
    int port = sonde_address_port(&address);
    sonde_listeners(AF_INET, 1000, find, &port);
    for (size_t i = 0; i < rounds; i++) {
        bare[i] = only_ours ? 1 : look_barely(fd);
        ours[i] = only_bare ? 1 : look(watch);
        ratios[i] = ours[i] / bare[i];
    }
    printf("the barest look-up  %.2f us of CPU\n", median(bare, rounds));
    printf("sonde_watch_read    %.2f us of CPU\n", median(ours, rounds));
    printf("ratio               %.2f\n", median(ratios, rounds));
    sonde_watch_close(watch);
    close(server);
    close(fd);
    return 0;
}
