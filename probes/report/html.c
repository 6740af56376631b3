/* html.c - parts of every HTML page
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/mask.h"
#include "probes/report/html.h"

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;"
    "--page:#fff;--box:#f6f8fa;--line:#d0d7de;--mark:#0b57b0;--diff:#fff1d6;"
    "--bar:#7aa7d9}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#9aa4af;"
    "--page:#111417;--box:#1a1e23;--line:#333a42;--mark:#7fb8ff;"
    "--diff:#43320f;--bar:#3d6b9f}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:64rem;padding:1rem;background:var(--page);"
    "color:var(--ink);font:16px/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.6rem;margin:.5rem 0}\n"
    "h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid "
    "var(--line)}\n"
    "code,pre,.id{font-family:ui-monospace,monospace;font-size:.9em}\n"
    "pre{overflow-x:auto;background:var(--box);padding:.75rem;"
    "border:1px solid var(--line);border-radius:6px}\n"
    "p,li,dd,summary{overflow-wrap:anywhere}\n"
    ".soft{color:var(--soft)}\n"
    "a{color:var(--mark)}\n"
    ":focus-visible{outline:2px solid var(--mark);outline-offset:2px}\n"
    ".how{color:var(--soft);font-size:.85em}\n";

/* Write the UTF-8 character at TEXT, without an escape: the caller has handled
   the end of TEXT and the characters that HTML escapes.  Invalid bytes and
   characters that base/mask.h masks, but newlines, become '?', since a page may
   go to a terminal.  Returns the number of bytes consumed.  */
static size_t html_put_character(FILE *out, const char *text)
{
    size_t length = mask_shown(text);
    if (*text == '\n' || length == 0)
        putc(*text == '\n' ? '\n' : '?', out);
    else
        fwrite(text, 1, length, out);
    return length ? length : mask_skipped(text);
}

void html_put_text(FILE *out, const char *text)
{
    static const char special[] = "<>&\"";
    static const char *const escapes[] = {"&lt;", "&gt;", "&amp;", "&quot;"};
    while (text && *text) {
        const char *found = strchr(special, *text);
        if (found)
            fputs(escapes[found - special], out);
        text += found ? 1 : html_put_character(out, text);
    }
}

void html_put_element(FILE *out, const char *name, const char *text)
{
    fprintf(out, "<%s>", name);
    html_put_text(out, text);
    fprintf(out, "</%.*s>\n", (int)strcspn(name, " "), name);
}

void html_begin(FILE *out, const char *title, const char *more_style)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
          "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
          "content=\"width=device-width,initial-scale=1\">\n",
          out);
    html_put_element(out, "title", title);
    fprintf(out, "<style>\n%s%s</style>\n</head>\n<body>\n", style, more_style);
}

void html_end(FILE *out)
{
    fputs("</body>\n</html>\n", out);
}
