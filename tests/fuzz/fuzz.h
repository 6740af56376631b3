/* fuzz.h - what every fuzzer is made of
   SPDX-License-Identifier: GPL-3.0-or-later

   One source serves twice: linked with replay.c it runs the files it is given,
   as part of make check; linked with libFuzzer, by make fuzz, it is driven to
   inputs nobody thought of.  */

#ifndef FUZZ_H
#define FUZZ_H 1

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Run what is tested on the SIZE bytes DATA.  Returns 0; whatever must not be
   ends the process.  The name is libFuzzer's.  */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert, which -DNDEBUG would take away.  */
#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__,         \
                    #condition);                                               \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* DATA as a text, to be freed by the caller.  */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    MUST(text);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

#endif /* FUZZ_H */
