/* sorted.h - search in a sorted array
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_SORTED_H
#define BASE_SORTED_H 1

#include <stddef.h>

/* The index of the first of the COUNT elements, of SIZE bytes each, of ARRAY
   that COMPARE(ELEMENT, KEY) does not find below KEY; COUNT if there is none.
   ARRAY is sorted in the order of COMPARE.  bsearch finds any of several equal
   elements, and needs one.  */
size_t sorted_find(const void *array, size_t count, size_t size,
                   const void *key, int (*compare)(const void *, const void *));

#endif /* BASE_SORTED_H */
