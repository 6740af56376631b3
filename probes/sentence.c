/* sentence.c - sentences beside a label, broken to fit the columns
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdarg.h>
#include <string.h>

#include "probes/sentence.h"

void say(struct sentence *sentence, const char *format, ...)
{
    size_t used = strlen(sentence->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence->text + used, sizeof sentence->text - used, format,
              arguments);
    va_end(arguments);
}

void put_sentence(FILE *out, const char *label, const struct sentence *sentence)
{
    const char *word = sentence->text;
    size_t first = label ? SENTENCE_LABEL : 0;
    size_t column = first;
    if (label)
        fprintf(out, "%-*s", SENTENCE_LABEL, label);
    while (*word) {
        size_t length = strcspn(word, " ");
        if (column > first && column + 1 + length > SENTENCE_COLUMNS - 1) {
            fprintf(out, "\n%*s", (int)first, "");
            column = first;
        } else if (column > first) {
            putc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", (int)length, word);
        column += length;
        word += length;
        word += *word == ' ';
    }
    putc('\n', out);
}
