/* fuzz-sock-diag.c - the kernel's list of listening sockets, and macOS's
   SPDX-License-Identifier: GPL-3.0-or-later

   The input is a datagram of netlink; read once more as the list of
   net.inet.tcp.pcblist_n, and as a line of /proc/net.  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "lib/proc-net.h"
#include "lib/sock-diag.h"
#include "lib/xnu-pcblist.h"
#include "tests/fuzz/fuzz.h"

static int told;

/* What is told can be printed, and no figure is below -1.  */
static int each(const struct sonde_listener *listener, void *data)
{
    char text[SONDE_ADDRESS_TEXT];
    MUST(data == &told);
    told++;
    MUST(sonde_address_print(&listener->address, text, sizeof text) > 0);
    MUST(listener->address.length <= sizeof listener->address.storage);
    MUST(listener->queue.queued >= -1 && listener->queue.backlog >= -1);
    MUST(listener->queue.drops >= -1 && listener->capacity >= -1);
    MUST(listener->v6only >= -1 && listener->v6only <= 1);
    MUST(listener->type == SOCK_STREAM || listener->type == SOCK_SEQPACKET);
    return 0;
}

static int each_waiting(const struct sonde_waiting *waiting, void *data)
{
    char text[SONDE_ADDRESS_TEXT];
    MUST(data == &told);
    MUST(sonde_address_print(&waiting->local, text, sizeof text) > 0);
    MUST(sonde_address_print(&waiting->peer, text, sizeof text) > 0);
    MUST(waiting->silence >= -1 && waiting->received >= 0);
    return 0;
}

static int each_handshake(const struct sonde_handshake *handshake, void *data)
{
    char text[SONDE_ADDRESS_TEXT];
    MUST(data == &told);
    MUST(sonde_address_print(&handshake->local, text, sizeof text) > 0);
    MUST(sonde_address_print(&handshake->peer, text, sizeof text) > 0);
    MUST(handshake->retransmits >= 0);
    return 0;
}

/* The addresses can be printed.  */
static int each_datagram(const struct sonde_listener *socket, void *data)
{
    char text[SONDE_ADDRESS_TEXT];
    int *count = data;
    ++*count;
    MUST(sonde_address_print(&socket->address, text, sizeof text) > 0);
    if (socket->peer)
        MUST(sonde_address_print(socket->peer, text, sizeof text) > 0);
    MUST(socket->type == SOCK_DGRAM);
    MUST(socket->queue.queued >= -1 && socket->queue.drops >= -1);
    MUST(socket->pending >= -1 && socket->pending <= 1);
    return 0;
}

static void read_line(const uint8_t *data, size_t size)
{
    static const int families[] = {AF_INET, AF_INET6, AF_UNIX};
    struct sonde_listener listener;
    char *line = fuzz_text(data, size);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        struct sonde_address peer;
        if (sonde__proc_net_read(&listener, families[i], line) > 0)
            each(&listener, &told);
        if (sonde__proc_net_read_datagram(&listener, &peer, families[i], line) >
            0)
            each_datagram(&listener, &told);
    }
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Just as large as it is, so that a sanitizer sees what is beyond.  */
    unsigned char *copy = malloc(size ? size : 1);
    MUST(copy);
    if (size > 0)
        memcpy(copy, data, size);
    errno = 0;
    told = 0;
    struct sonde__diag_sink sink = {.listener = each, .data = &told};
    int result = sonde__diag_read(copy, size, 1, &sink);
    MUST(result >= -1 && result <= 1);
    MUST((result == -1) == (errno != 0));
    MUST((size_t)told <= size / 32);
    told = 0;
    sink = (struct sonde__diag_sink){.waiting = each_waiting, .data = &told};
    result = sonde__diag_read(copy, size, 1, &sink);
    MUST(result >= -1 && result <= 1);
    told = 0;
    sink = (struct sonde__diag_sink){.datagram = each_datagram, .data = &told};
    result = sonde__diag_read(copy, size, 1, &sink);
    MUST(result >= -1 && result <= 1);
    told = 0;
    sink =
        (struct sonde__diag_sink){.handshake = each_handshake, .data = &told};
    result = sonde__diag_read(copy, size, 1, &sink);
    MUST(result >= -1 && result <= 1);
    told = 0;
    MUST(sonde__xnu_each(copy, size, each, &told) == 0 || errno == EPROTO);
    free(copy);
    read_line(data, size);
    return 0;
}
