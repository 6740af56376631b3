/* mask.c - make received text safe for a terminal
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdbool.h>
#include <string.h>

#include "base/mask.h"

size_t utf8_length(const unsigned char *text)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high, length;
    } forms[] = {
        {0x20, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (text[0] < forms[i].first_low || text[0] > forms[i].first_high)
            continue;
        if (forms[i].length == 1)
            return 1;
        if (text[1] < forms[i].second_low || text[1] > forms[i].second_high)
            return 0;
        for (size_t k = 2; k < forms[i].length; k++)
            if ((text[k] & 0xc0) != 0x80)
                return 0;
        return forms[i].length;
    }
    return 0;
}

/* Whether the character of LENGTH bytes at BYTES controls a terminal, breaks a
   line, or changes the order of the text in a line.  */
static bool mask_is_control(const unsigned char *bytes, size_t length)
{
    if (length == 1)
        return bytes[0] < ' ' || bytes[0] == 127;
    if (length == 2)
        return (bytes[0] == 0xc2 && bytes[1] < 0xa0) || /* C1 */
               (bytes[0] == 0xd8 && bytes[1] == 0x9c);
    if (length != 3 || bytes[0] != 0xe2)
        return false;
    return (bytes[1] == 0x80 && (bytes[2] == 0x8e || bytes[2] == 0x8f)) ||
           (bytes[1] == 0x80 && bytes[2] >= 0xa8 && bytes[2] <= 0xae) ||
           (bytes[1] == 0x81 && bytes[2] >= 0xa6 && bytes[2] <= 0xa9);
}

size_t mask_shown(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = utf8_length(bytes);
    return length > 0 && mask_is_control(bytes, length) ? 0 : length;
}

size_t mask_skipped(const char *text)
{
    size_t length = utf8_length((const unsigned char *)text);
    return length > 0 ? length : 1;
}

/* Replace in the SIZE bytes at TEXT, which a NUL follows, in place, the
   characters that mask_text replaces, except those in KEPT, each by one '?'.  A
   NUL among the SIZE bytes is replaced, too.  KEPT has characters of one byte.
   Writes a NUL behind the result.  Returns the new length.  */
static size_t mask_bytes(char *text, size_t size, const char *kept)
{
    char *to = text;
    for (const char *from = text, *next; from < text + size; from = next) {
        bool is_kept = *from && strchr(kept, *from);
        size_t length = is_kept ? 1 : mask_shown(from);
        next = from + (length > 0 ? length : mask_skipped(from));
        /* TO may be FROM: only now may the byte there change.  */
        if (length > 0)
            memmove(to, from, length);
        else
            *to = '?';
        to += length > 0 ? length : 1;
    }
    *to = '\0';
    return (size_t)(to - text);
}

size_t mask_text(char *text)
{
    return mask_bytes(text, strlen(text), "");
}

size_t mask_report(char *text, size_t size)
{
    return mask_bytes(text, size, "\n\t");
}
