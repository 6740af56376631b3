/* pattern.h - bytes that are known without being kept
   SPDX-License-Identifier: GPL-3.0-or-later

   What each connection of a load run sends: a stream without end that repeats
   after a prime number of bytes, so that it is in step with no message, packet
   or buffer, and a byte that is lost, doubled or out of place is noticed.  */

#ifndef LOAD_PATTERN_H
#define LOAD_PATTERN_H 1

#include <stddef.h>
#include <stdint.h>

enum {
    PATTERN_PERIOD = 65521,
    PATTERN_PIECE = 65536 /* so many bytes are had in one piece */
};

struct pattern {
    unsigned char bytes[PATTERN_PERIOD + PATTERN_PIECE];
};

void pattern_make(struct pattern *pattern);

/* PATTERN_PIECE bytes from number OFFSET on of the stream of CONNECTION.  */
const unsigned char *pattern_at(const struct pattern *pattern,
                                size_t connection, uint64_t offset);

/* How many of the SIZE BYTES are as they should be; SIZE is at most
   PATTERN_PIECE.  */
size_t pattern_check(const struct pattern *pattern, size_t connection,
                     uint64_t offset, const void *bytes, size_t size);

#endif /* LOAD_PATTERN_H */
