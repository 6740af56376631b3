/* seed.c - a number that no peer can choose
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/monotonic.h"
#include "base/seed.h"

uint64_t seed_new(void)
{
    uint64_t seed;
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    bool is_random = fd >= 0 && read(fd, &seed, sizeof seed) == sizeof seed;
    descriptor_close(&fd);
    return is_random ? seed : (uint64_t)monotonic_now();
}
