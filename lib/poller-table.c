/* poller-table.c - the watched descriptors of a poller, and the events found
   SPDX-License-Identifier: LGPL-2.1-or-later

   The table is indexed by descriptor; ready descriptors are in a list.  An
   event is looked up in the table when taken, not when found: a descriptor
   removed in the meantime, or removed and added again, has no event.  */

#include <config.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "poller.h"

struct sonde__slot *sonde__poller_slot(struct sonde_poller *poller, int fd)
{
    return fd >= 0 && (size_t)fd < poller->slot_count &&
                   poller->slots[fd].watched
               ? &poller->slots[fd]
               : NULL;
}

int sonde__poller_make_slot(struct sonde_poller *poller, int fd)
{
    size_t count = poller->slot_count;
    if ((size_t)fd < count)
        return 0;
    size_t more = 2 * count > (size_t)fd ? 2 * count : (size_t)fd + 16;
    if (more > SIZE_MAX / sizeof *poller->slots)
        return sonde__fail(ENOMEM);
    struct sonde__slot *slots =
        realloc(poller->slots, more * sizeof *poller->slots);
    if (!slots)
        return -1;
    for (size_t i = count; i < more; i++)
        slots[i] = (struct sonde__slot){0};
    poller->slots = slots;
    poller->slot_count = more;
    return 0;
}

void sonde__poller_found(struct sonde_poller *poller, int fd, int in, int out,
                         int failed)
{
    struct sonde__slot *slot = sonde__poller_slot(poller, fd);
    unsigned ready = (in || failed ? SONDE_READABLE : 0) |
                     (out || failed ? SONDE_WRITABLE : 0);
    if (!slot || !(ready & slot->interest))
        return;
    /* kqueue reports reading and writing separately.  */
    if (!slot->ready && poller->found_count == sonde__batch)
        return;
    if (!slot->ready)
        poller->found[poller->found_count++] = fd;
    slot->ready |= ready & slot->interest;
}
