/* json.h - write JSON
   SPDX-License-Identifier: GPL-3.0-or-later

   Commas, indentation and escapes are seen to; that objects and arrays are
   closed is the caller's.  KEY is NULL in an array.  Text that is not UTF-8 has
   its bad bytes replaced by U+FFFD.  What mask_text masks is escaped (\u009b),
   so that JSON on a terminal does not control it.  Write errors stay with the
   FILE.  */

#ifndef BASE_JSON_H
#define BASE_JSON_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* { OUT } begins one.  */
struct json {
    FILE *out;
    int depth;
    int flat;   /* the depth from which on all stands in one line; 0: none */
    bool first; /* nothing written yet where we are */
};

void json_object(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array(struct json *json, const char *key);
void json_array_end(struct json *json);
/* An object in a single line.  */
void json_line(struct json *json, const char *key);
/* NULL is null.  */
void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, int64_t number);
/* A negative number is null.  */
void json_count(struct json *json, const char *key, int64_t number);
void json_bool(struct json *json, const char *key, bool value);

#endif /* BASE_JSON_H */
