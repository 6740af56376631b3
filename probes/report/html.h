/* html.h - parts of every HTML page
   SPDX-License-Identifier: GPL-3.0-or-later

   A page is one file, without scripts and external resources.  Write errors are
   left to ferror (OUT).  */

#ifndef PROBES_REPORT_HTML_H
#define PROBES_REPORT_HTML_H 1

#include <stdio.h>

/* Write the page up to the body, with TITLE, and MORE_STYLE behind the style of
   all pages; the end of the page.  */
void html_begin(FILE *out, const char *title, const char *more_style);
void html_end(FILE *out);

/* Write TEXT, escaped also for attributes in double quotes; NULL is empty.  */
void html_put_text(FILE *out, const char *text);

/* Write the element NAME, perhaps with attributes, with TEXT, escaped, and a
   newline.  */
void html_put_element(FILE *out, const char *name, const char *text);

#endif /* PROBES_REPORT_HTML_H */
