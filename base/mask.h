/* mask.h - make received text safe for a terminal
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_MASK_H
#define BASE_MASK_H 1

#include <stddef.h>

/* Replace in TEXT, in place, each by one '?': control characters (C0, DEL, C1),
   bytes that are not UTF-8, and characters that reorder or break a line (U+202A
   to U+202E, U+2066 to U+2069, U+2028, U+2029).  TEXT is one line: a newline is
   a control character, too.  Returns the new length in bytes, never more than
   before.

   What goes through: every other character of UTF-8, so that names in any
   script stay readable where the terminal's locale is UTF-8.  */
size_t mask_text(char *text);

/* The same for a report of SIZE bytes at TEXT, followed by a NUL: newlines and
   tabs stay, and a NUL within the report is a control character.  A NUL follows
   the result.  Returns the new length.  */
size_t mask_report(char *text, size_t size);

/* The length in bytes of the character at TEXT if mask_text keeps it, otherwise
   0, also for a NUL; then mask_skipped is the number of bytes, at least 1, that
   one '?' replaces.  For formats with escapes.  */
size_t mask_shown(const char *text);
size_t mask_skipped(const char *text);

#endif /* BASE_MASK_H */
