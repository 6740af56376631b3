/* wrap.h - text in lines of 80 columns
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_WRAP_H
#define BASE_WRAP_H 1

#include <stdio.h>

enum { WIDTH = 80 };

/* Write TEXT (NULL: nothing) from the current COLUMN (0: the first), wrapped
   between words at LAST columns; further lines begin at INDENT.  The first word
   stays in the current line, without a blank before, and no word is split:
   these may exceed LAST.  Each byte counts as a column.  Several blanks become
   one.  No newline follows.  Returns the column behind the text.  */
int wrap(FILE *out, const char *text, int column, int indent, int last);

/* Write LABEL, blanks up to COLUMN, at least one, then TEXT, wrapped to WIDTH
   columns with further lines at INDENT, and a newline.  */
void wrap_labelled(FILE *out, const char *label, int column, int indent,
                   const char *text);

/* Write blanks, at least one, from COLUMN to END.  Returns the new column: END,
   or COLUMN + 1 if END is not beyond COLUMN.  */
int pad(FILE *out, int column, int end);

#endif /* BASE_WRAP_H */
