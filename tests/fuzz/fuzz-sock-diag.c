/* fuzz-sock-diag.c - the kernel's list of listening sockets, and macOS's
   SPDX-License-Identifier: GPL-3.0-or-later

   The input is a datagram of netlink; read once more as the list of
   net.inet.tcp.pcblist_n.  */

#include <config.h>

#include <errno.h>
#include <string.h>

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Just as large as it is, so that a sanitizer sees what is beyond.  */
    unsigned char *copy = malloc(size ? size : 1);
    MUST(copy);
    if (size > 0)
        memcpy(copy, data, size);
    errno = 0;
    told = 0;
    int result = sonde__diag_read(copy, size, 1, each, &told);
    MUST(result >= -1 && result <= 1);
    MUST((result == -1) == (errno != 0));
    MUST((size_t)told <= size / 32);
    told = 0;
    MUST(sonde__xnu_each(copy, size, each, &told) == 0 || errno == EPROTO);
    free(copy);
    return 0;
}
