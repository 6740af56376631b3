/* json.c - write JSON (RFC 8259)
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <inttypes.h>
#include <stddef.h>

#include "base/json.h"
#include "base/mask.h"

/* Write the character of LENGTH bytes, 1 to 3, at TEXT as one escape, "\u009b".
   All characters that mask_shown rejects have so few bytes.  */
static void write_escape(FILE *out, const unsigned char *text, size_t length)
{
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f};
    unsigned code = text[0] & first_bits[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (text[i] & 0x3fU);
    fprintf(out, "\\u%04x", code);
}

/* Write TEXT in quotes.  Quotes and backslashes are escaped; other characters
   are escaped or replaced as described in json.h.  */
static void write_text(FILE *out, const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    putc('"', out);
    while (*byte) {
        size_t length = *byte < 0x20 ? 1 : utf8_length(byte);
        if (*byte == '"' || *byte == '\\')
            fprintf(out, "\\%c", *byte);
        else if (length == 0)
            fputs("\\ufffd", out);
        else if (mask_shown((const char *)byte) == 0)
            write_escape(out, byte, length);
        else
            fwrite(byte, 1, length, out);
        byte += length ? length : 1;
    }
    putc('"', out);
}

/* Write the separator before a value: a comma unless FIRST is set; then a
   newline and the indentation, or in a flat object or array a blank after a
   comma; nothing at depth 0.  Write KEY and a colon, unless KEY is NULL.  Clear
   FIRST.  */
static void begin_value(struct json *json, const char *key)
{
    bool flat = json->flat && json->depth >= json->flat;
    if (json->depth > 0 && !json->first)
        fputs(flat ? ", " : ",", json->out);
    if (json->depth > 0 && !flat)
        fprintf(json->out, "\n%*s", 2 * json->depth, "");
    if (key) {
        write_text(json->out, key);
        fputs(": ", json->out);
    }
    json->first = false;
}

/* Begin an object or array by BRACKET, as the value of KEY, or without a key if
   KEY is NULL.  Further values are one level deeper.  */
static void open_level(struct json *json, const char *key, char bracket)
{
    begin_value(json, key);
    putc(bracket, json->out);
    json->depth++;
    json->first = true;
}

/* End the object or array with BRACKET, in the same line if empty or flat.  The
   end of the object that json_line began ends the flat output.  A newline
   follows the outermost value.  */
static void close_level(struct json *json, char bracket)
{
    bool flat = json->flat && json->depth >= json->flat;
    json->depth--;
    if (!flat && !json->first)
        fprintf(json->out, "\n%*s", 2 * json->depth, "");
    putc(bracket, json->out);
    if (json->flat > json->depth)
        json->flat = 0;
    json->first = false;
    if (json->depth == 0)
        putc('\n', json->out);
}

void json_object(struct json *json, const char *key)
{
    open_level(json, key, '{');
}

void json_object_end(struct json *json)
{
    close_level(json, '}');
}

void json_array(struct json *json, const char *key)
{
    open_level(json, key, '[');
}

void json_array_end(struct json *json)
{
    close_level(json, ']');
}

void json_line(struct json *json, const char *key)
{
    open_level(json, key, '{');
    if (!json->flat)
        json->flat = json->depth;
}

void json_text(struct json *json, const char *key, const char *text)
{
    begin_value(json, key);
    if (text)
        write_text(json->out, text);
    else
        fputs("null", json->out);
}

void json_number(struct json *json, const char *key, int64_t number)
{
    begin_value(json, key);
    fprintf(json->out, "%" PRId64, number);
}

void json_count(struct json *json, const char *key, int64_t number)
{
    if (number < 0)
        json_text(json, key, NULL);
    else
        json_number(json, key, number);
}

void json_bool(struct json *json, const char *key, bool value)
{
    begin_value(json, key);
    fputs(value ? "true" : "false", json->out);
}
