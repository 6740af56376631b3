/* paragraph.c - sentences behind a label, in 80 columns
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdarg.h>
#include <string.h>

#include "probes/paragraph.h"

enum { COLUMNS = 80 };

void paragraph_say(struct paragraph *paragraph, const char *format, ...)
{
    size_t used = strlen(paragraph->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(paragraph->text + used, sizeof paragraph->text - used, format,
              arguments);
    va_end(arguments);
}

void paragraph_put(FILE *out, const char *label, int width,
                   struct paragraph *paragraph)
{
    const char *word = paragraph->text;
    int column = width;
    fprintf(out, "%-*s", width, label);
    while (*word) {
        int length = (int)strcspn(word, " ");
        if (column > width && column + 1 + length > COLUMNS - 1) {
            fprintf(out, "\n%*s", width, "");
            column = width;
        } else if (column > width) {
            putc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", length, word);
        column += length;
        word += length;
        word += *word == ' ';
    }
    putc('\n', out);
    paragraph->text[0] = '\0';
}
