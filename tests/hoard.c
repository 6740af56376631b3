/* hoard.c - an application that has so much memory, and stays
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: hoard MIB

   Takes MIB mebibytes of memory, prints "ready", and stays until its standard
   input ends.  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    size_t size = argc == 2 ? (size_t)strtoul(argv[1], NULL, 10) << 20 : 0;
    char *memory = malloc(size + 1);
    if (size == 0 || !memory) {
        fputs("usage: hoard MIB\n", stderr);
        return 2;
    }
    memset(memory, argc, size);
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    return memory[size - 1] == argc ? 0 : 1; /* it is in use */
}
