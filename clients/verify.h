/* verify.h - what was sent and must come back, byte by byte
   SPDX-License-Identifier: GPL-3.0-or-later

   A ring of bytes that were read from somewhere, and have not all come back
   yet.  Three counts say where each stands in the stream, which is longer than
   the ring:

       echoed <= sent <= filled <= echoed + size

   So the ring is the send buffer, too, and nothing is copied; and when it is
   full no more can be read.  */

#ifndef CLIENTS_VERIFY_H
#define CLIENTS_VERIFY_H 1

#include <stddef.h>
#include <stdint.h>

struct verify {
    unsigned char *bytes;
    size_t size;
    uint64_t filled, sent, echoed;
    /* Of the first difference, or of the first byte too many, at ECHOED.  */
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

/* Where to put bytes next, *SIZE of them at most, 0 if the ring is full; and
   that COUNT were put there.  */
void *verify_space(const struct verify *verify, size_t *size);
void verify_fill(struct verify *verify, size_t count);

/* What to send next, *SIZE bytes in one piece; and that COUNT were sent.  */
const void *verify_unsent(const struct verify *verify, size_t *size);
void verify_sent(struct verify *verify, size_t count);

/* SIZE BYTES came back.  *GOOD of them are what was sent; the answer is about
   the next one.  */
enum verify_answer verify_check(struct verify *verify, const void *bytes,
                                size_t size, size_t *good);

#endif /* CLIENTS_VERIFY_H */
