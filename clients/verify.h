/* verify.h - compare echoed bytes with sent bytes
   SPDX-License-Identifier: GPL-3.0-or-later

   A ring buffer of bytes read and not yet echoed.  Three counts are positions
   in the stream:

       echoed <= sent <= filled <= echoed + size

   The ring is also the send buffer, so no byte is copied.  When the ring is
   full, no more input is read.  */

#ifndef CLIENTS_VERIFY_H
#define CLIENTS_VERIFY_H 1

#include <stddef.h>
#include <stdint.h>

struct verify {
    unsigned char *bytes;
    size_t size;
    uint64_t filled, sent, echoed;
    /* At ECHOED: the first difference or surplus byte.  */
    unsigned char expected, received;
};

enum verify_answer {
    VERIFY_SAME,
    VERIFY_DIFFERENT, /* another byte than was sent */
    VERIFY_EXTRA      /* a byte that was never sent */
};

/* Returns 0, or -1 with ENOMEM.  */
int verify_open(struct verify *verify, size_t size);
void verify_close(struct verify *verify);

/* The place for at most *SIZE more bytes, 0 if the ring is full; COUNT bytes
   were stored there.  */
void *verify_space(const struct verify *verify, size_t *size);
void verify_fill(struct verify *verify, size_t count);

/* The next *SIZE contiguous bytes to send; COUNT bytes were sent.  */
const void *verify_unsent(const struct verify *verify, size_t *size);
void verify_sent(struct verify *verify, size_t count);

/* Compare SIZE received BYTES.  The first *GOOD match; the result is for the
   byte after these.  */
enum verify_answer verify_check(struct verify *verify, const void *bytes,
                                size_t size, size_t *good);

#endif /* CLIENTS_VERIFY_H */
