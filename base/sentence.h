/* sentence.h - sentences beside a label, broken to fit the columns
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_SENTENCE_H
#define BASE_SENTENCE_H 1

#include <stdio.h>

/* Columns of a line, and of the label at its beginning.  */
enum { SENTENCE_COLUMNS = 80, SENTENCE_LABEL = 10 };

/* A text being built; excess text is dropped.  All zero is empty.  */
struct sentence {
    char text[2048];
};

/* Append to SENTENCE, as printf; text beyond 2047 bytes is dropped.  */
__attribute__((format(printf, 2, 3))) void say(struct sentence *sentence,
                                               const char *format, ...);

/* Print SENTENCE, wrapped to SENTENCE_COLUMNS - 1 columns, which only a longer
   word exceeds, and a newline, then empty SENTENCE.  LABEL, shorter than
   SENTENCE_LABEL, precedes the text, padded to SENTENCE_LABEL columns, and
   further lines are indented alike; with LABEL NULL all lines begin in the
   first column.  */
void put_sentence(FILE *out, const char *label, struct sentence *sentence);

#endif /* BASE_SENTENCE_H */
