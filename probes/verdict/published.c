/* published.c - the classic table of backlogs
   SPDX-License-Identifier: GPL-3.0-or-later

   As printed.  The kernels' sources agree with every figure but one: Solaris
   2.9 computes 3n/2+1, which is 7 for n = 4, where the book has 6.  */

#include <config.h>

#include "probes/verdict/published.h"

const struct published published[PUBLISHED] = {
    {"AIX*", "5.1", {1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22}},
    {"Linux", "2.4.7", {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}},
    {"HP-UX", "11.11", {1, 1, 3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18, 19, 21}},
    {"FreeBSD", "5.1", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
    {"Solaris", "2.9", {1, 2, 4, 5, 6, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22}},
};
