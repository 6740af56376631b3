/* utf8.h - characters of UTF-8
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_UTF8_H
#define BASE_UTF8_H 1

#include <stddef.h>

/* The length of the UTF-8 character at TEXT in bytes; 0 for characters below
   U+0020 and bytes that are not UTF-8 (RFC 3629).  DEL and C1 (U+0080 to
   U+009F) have a length.  TEXT ends with a NUL.  */
size_t utf8_length(const unsigned char *text);

#endif /* BASE_UTF8_H */
