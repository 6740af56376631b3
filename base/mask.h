/* mask.h - make received text safe for a terminal
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_MASK_H
#define BASE_MASK_H 1

#include <stddef.h>

/* The length of the UTF-8 character at TEXT in bytes; 0 for characters below
   U+0020 and bytes that are not UTF-8 (RFC 3629).  DEL and C1 (U+0080 to
   U+009F) have a length.  TEXT ends with a NUL.  */
size_t utf8_length(const unsigned char *text);

/* Replace in TEXT, in place, each by one '?': control characters (C0 with the
   newline, DEL, C1), bytes that are not UTF-8, and characters that reorder or
   break a line (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069,
   U+2028, U+2029).  All other characters stay: names in any script are
   readable.  Returns the new length in bytes, never more than before.  */
size_t mask_text(char *text);

/* As mask_text, for SIZE bytes at TEXT, followed by a NUL: newlines and tabs
   stay, and an inner NUL is a control character.  A NUL follows the result.  */
size_t mask_report(char *text, size_t size);

/* The bytes of the character at TEXT if mask_text keeps it, otherwise 0, also
   for a NUL; then mask_skipped is the number of bytes, at least 1, that one '?'
   replaces: of the whole character, or 1.  For formats with escapes.  */
size_t mask_shown(const char *text);
size_t mask_skipped(const char *text);

#endif /* BASE_MASK_H */
