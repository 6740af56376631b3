/* json.h - write JSON
   SPDX-License-Identifier: GPL-3.0-or-later

   KEY is NULL in an array.  U+FFFD replaces bytes that are not UTF-8.
   Characters that mask_text masks are escaped (\u009b), so that JSON cannot
   control a terminal.  Write errors are left in the FILE.  */

#ifndef BASE_JSON_H
#define BASE_JSON_H 1

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The state of the output.  Initially { OUT }.  */
struct json {
    FILE *out;
    int depth;  /* of nested objects and arrays; 0: outside */
    int flat;   /* the depth from which values share a line; 0: none */
    bool first; /* no value written yet at this depth */
};

/* Begin and end an object or an array, with a line for each value unless within
   json_line.  The end of the outermost value also writes a newline.  The
   nesting is not checked.  */
void json_object(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array(struct json *json, const char *key);
void json_array_end(struct json *json);
/* Begin an object in a single line, with all objects and arrays within;
   json_object_end ends this object.  */
void json_line(struct json *json, const char *key);
/* Write the value of KEY, or with KEY NULL an element of an array: a text, of
   which NULL is null, or a number.  */
void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, int64_t number);
/* As json_number, but a negative number, which means unknown, is null.
   json_bool writes true or false.  */
void json_count(struct json *json, const char *key, int64_t number);
void json_bool(struct json *json, const char *key, bool value);

#endif /* BASE_JSON_H */
