/* replay.c - run a fuzzer on the files named, without libFuzzer
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "tests/fuzz/fuzz.h"

/* As much of a file as is read; nothing in the corpus is longer.  */
enum { MOST = 1 << 16 };

static int replay(const char *name)
{
    static uint8_t buffer[MOST];
    FILE *file = fopen(name, "rb");
    if (!file) {
        perror(name);
        return -1;
    }
    size_t size = fread(buffer, 1, sizeof buffer, file);
    int failed = ferror(file);
    fclose(file);
    if (failed) {
        fprintf(stderr, "%s cannot be read\n", name);
        return -1;
    }
    /* A copy of just this size: a sanitizer then sees what reads beyond.  */
    uint8_t *copy = malloc(size + (size == 0));
    MUST(copy);
    for (size_t i = 0; i < size; i++)
        copy[i] = buffer[i];
    int status = LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE...\n", argv[0]);
        return 2;
    }
    for (int i = 1; i < argc; i++)
        if (replay(argv[i]))
            return 2;
    return 0;
}
