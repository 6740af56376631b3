/* wrap.h - text in lines of 80 columns
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_WRAP_H
#define BASE_WRAP_H 1

#include <stdio.h>

enum { WIDTH = 80 };

/* Write TEXT (NULL: nothing) from the current COLUMN, wrapped between words so
   that no line exceeds column LAST; later lines begin at INDENT.  Returns the
   last column.  */
int wrap(FILE *out, const char *text, int column, int indent, int last);

/* Write blanks, at least one, from COLUMN to END.  Returns the new column.  */
int pad(FILE *out, int column, int end);

#endif /* BASE_WRAP_H */
