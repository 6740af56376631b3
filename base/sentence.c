/* sentence.c - sentences beside a label, broken to fit the columns
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdarg.h>
#include <string.h>

#include "base/sentence.h"
#include "base/wrap.h"

void say(struct sentence *sentence, const char *format, ...)
{
    size_t used = strlen(sentence->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence->text + used, sizeof sentence->text - used, format,
              arguments);
    va_end(arguments);
}

void put_sentence(FILE *out, const char *label, struct sentence *sentence)
{
    int indent = label ? SENTENCE_LABEL : 0;
    fprintf(out, "%-*s", indent, label ? label : "");
    wrap(out, sentence->text, indent, indent, SENTENCE_COLUMNS - 1);
    putc('\n', out);
    sentence->text[0] = '\0';
}
