/* wrap.c - text in lines of 80 columns
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdbool.h>
#include <string.h>

#include "base/wrap.h"

int pad(FILE *out, int column, int end)
{
    do
        putc(' ', out);
    while (++column < end);
    return column;
}

int wrap(FILE *out, const char *text, int column, int indent, int last)
{
    bool first = true;
    while (text && *text) {
        int length = (int)strcspn(text, " ");
        if (!first && column + 1 + length > last) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else if (!first) {
            putc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", length, text);
        column += length;
        text += length;
        text += strspn(text, " ");
        first = false;
    }
    return column;
}
