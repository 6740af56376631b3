/* seed.h - a number that no peer can choose
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_SEED_H
#define BASE_SEED_H 1

#include <stdint.h>

/* A number unknown to peers, of /dev/urandom; without that file the monotonic
   clock, which a peer can guess in part.  For tables whose places a peer must
   not choose; no key of a cipher.  */
uint64_t seed_new(void);

#endif /* BASE_SEED_H */
