/* verify.h - compare echoed bytes with sent bytes
   SPDX-License-Identifier: GPL-3.0-or-later

   A ring buffer of bytes read and not yet echoed, which is also the send
   buffer. Three counts are positions in the stream:

       echoed <= sent <= filled <= echoed + size  */

#ifndef CLIENTS_VERIFY_H
#define CLIENTS_VERIFY_H 1

#include <stddef.h>
#include <stdint.h>

struct verify {
    unsigned char *bytes;
    size_t size;
    uint64_t filled, sent, echoed;
    /* At ECHOED: the first difference or surplus byte, after verify_check.
       EXPECTED is not set for a surplus byte.  */
    unsigned char expected, received;
};

enum verify_answer {
    VERIFY_SAME,
    VERIFY_DIFFERENT, /* another byte than was sent */
    VERIFY_EXTRA      /* a byte that was never sent */
};

/* How many leading bytes of A and B, of SIZE bytes each, are the same.  */
size_t verify_same(const void *a, const void *b, size_t size);

/* Make an empty ring of SIZE bytes (not 0).  Returns 0, or -1 with ENOMEM;
   verify_close frees the ring, and is harmless after a failure.  */
int verify_open(struct verify *verify, size_t size);
void verify_close(struct verify *verify);

/* verify_space: the place for more bytes; verify_unsent: the next bytes to
   send.  *SIZE is set to the number of contiguous bytes there; 0: none, and the
   pointer, never NULL, is not to be used.  The caller adds the bytes stored to
   FILLED, and the bytes sent to SENT.  The end of the ring may cut *SIZE: then
   the next call gives the rest.  */
void *verify_space(const struct verify *verify, size_t *size);
const void *verify_unsent(const struct verify *verify, size_t *size);

/* Compare SIZE received BYTES with the bytes sent and not yet echoed.  The
   first *GOOD match and count as echoed, which frees their place.  Returns
   VERIFY_SAME if all match.  Otherwise the result is for the byte after these,
   which is stored in RECEIVED, and for VERIFY_DIFFERENT the byte sent in
   EXPECTED.  */
enum verify_answer verify_check(struct verify *verify, const void *bytes,
                                size_t size, size_t *good);

#endif /* CLIENTS_VERIFY_H */
