/* paragraph.h - sentences behind a label, in 80 columns
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_PARAGRAPH_H
#define PROBES_PARAGRAPH_H 1

#include <stdio.h>

/* A text under way; what does not fit is left out.  All zero is empty.  */
struct paragraph {
    char text[2048];
};

/* Add to it.  */
__attribute__((format(printf, 2, 3))) void
paragraph_say(struct paragraph *paragraph, const char *format, ...);

/* Print it behind LABEL, in a column of WIDTH, broken at spaces; and empty it.
   With a width of 0 there is no label.  */
void paragraph_put(FILE *out, const char *label, int width,
                   struct paragraph *paragraph);

#endif /* PROBES_PARAGRAPH_H */
