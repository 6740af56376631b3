/* json.c - write JSON (RFC 8259)
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <inttypes.h>
#include <stddef.h>

#include "base/json.h"
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

/* Write the character of LENGTH bytes at TEXT as one escape: all characters
   that mask_shown rejects are in the basic plane.  */
static void write_escape(FILE *out, const unsigned char *text, size_t length)
{
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f};
    unsigned code = text[0] & first_bits[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (text[i] & 0x3fU);
    fprintf(out, "\\u%04x", code);
}

/* Characters that could control a terminal are escaped: their value is kept. */
static void write_text(FILE *out, const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    putc('"', out);
    while (*byte) {
        size_t length = utf8_length(byte);
        if (*byte == '"' || *byte == '\\')
            fprintf(out, "\\%c", *byte);
        else if (*byte < 0x20)
            fprintf(out, "\\u%04x", *byte);
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

/* Write the separator before the next value, and its key.  */
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

static void open_level(struct json *json, const char *key, char bracket)
{
    begin_value(json, key);
    putc(bracket, json->out);
    json->depth++;
    json->first = true;
}

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
