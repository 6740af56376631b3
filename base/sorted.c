/* sorted.c - search in a sorted array
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/sorted.h"

size_t sorted_find(const void *array, size_t count, size_t size,
                   const void *key, int (*compare)(const void *, const void *))
{
    const char *elements = array;
    size_t start = 0, end = count;
    while (start < end) {
        size_t middle = start + (end - start) / 2;
        if (compare(elements + middle * size, key) < 0)
            start = middle + 1;
        else
            end = middle;
    }
    return start;
}
