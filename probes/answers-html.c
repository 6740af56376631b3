/* answers-html.c - answers, as a page by itself
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "probes/answers.h"

void answers_html(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings, const struct findings *there,
                  const char *other)
{
    (void)catalogue;
    (void)findings;
    (void)there;
    (void)other;
    fputs("", out);
}
