/* html.h - parts of every HTML page
   SPDX-License-Identifier: GPL-3.0-or-later

   A page is one file, without scripts and external resources.  Write errors are
   left to ferror (OUT).  */

#ifndef PROBES_REPORT_HTML_H
#define PROBES_REPORT_HTML_H 1

#include <stdio.h>

/* html_begin: write the page up to the begin of the body, with TITLE, escaped,
   in the head only, and MORE_STYLE, not NULL and not escaped, behind the style
   of all pages.  html_end: end the body and the page.  */
void html_begin(FILE *out, const char *title, const char *more_style);
void html_end(FILE *out);

/* Write TEXT, escaped also for attributes in double quotes; NULL is empty.
   Invalid bytes and characters that mask_text masks become '?'; newlines
   stay.  */
void html_put_text(FILE *out, const char *text);

/* Write an element with TEXT, escaped (html_put_text), its end tag, and a
   newline.  NAME is the element's name, perhaps with a blank and attributes
   behind, and is not escaped.  */
void html_put_element(FILE *out, const char *name, const char *text);

#endif /* PROBES_REPORT_HTML_H */
