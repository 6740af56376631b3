/* answers-html.c - answers as an HTML page
   SPDX-License-Identifier: GPL-3.0-or-later

   One file, without scripts and external resources; the keyboard opens folded
   parts.  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "probes/behaviour/answers.h"
#include "probes/behaviour/known.h"
#include "probes/report/report.h"

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
    "nav a{margin-right:.75rem;white-space:nowrap}\n"
    "a{color:var(--mark)}\n"
    "details{border-bottom:1px solid var(--line)}\n"
    "summary{cursor:pointer;margin:0 -.5rem;padding:.4rem .5rem;"
    "display:grid;gap:0 1rem;"
    "grid-template-columns:17rem 1fr auto}\n"
    "summary::marker{content:none}\n"
    "summary .id::before{content:'+ '}\n"
    "details[open]>summary .id::before{content:'- '}\n"
    "summary:hover{background:var(--box)}\n"
    ":focus-visible{outline:2px solid var(--mark);outline-offset:2px}\n"
    ".how{color:var(--soft);font-size:.85em}\n"
    ".differs>summary{background:var(--diff)}\n"
    ".inside{padding:0 0 .75rem 1rem}\n"
    "dl{display:grid;grid-template-columns:12rem 1fr;gap:.1rem 1rem;margin:0}\n"
    "dt{color:var(--soft);overflow-wrap:anywhere}\n"
    "dd{margin:0}\n"
    "dt.differs,dd.differs{background:var(--diff)}\n"
    ".chart{border-spacing:0 2px;width:100%;max-width:32rem}\n"
    ".chart th{font-weight:400;text-align:right;width:4.5rem;"
    "padding:0 .5rem 0 0}\n"
    ".chart th+th{text-align:left;width:auto}\n"
    ".chart td{padding:0}\n"
    ".chart div{background:var(--bar);padding:0 .4rem;"
    "white-space:nowrap;min-width:1.6rem}\n"
    "@media(max-width:40rem){summary{display:flex;flex-wrap:wrap;gap:0 .5rem}"
    "summary .id{white-space:nowrap}.how{margin-left:auto}"
    "summary .value{order:1;flex-basis:100%}dl{grid-template-columns:1fr}"
    "dd{padding-left:1rem}}\n";

/* The page, and the profile THERE to compare with, named OTHER, or NULL.  */
struct page {
    FILE *out;
    const struct catalogue *catalogue;
    const struct findings *here, *there;
    const char *other;
};

/* Write the UTF-8 character at TEXT, which needs no escape in HTML.  Invalid
   bytes and characters that base/mask.h masks, but newlines, become '?', since
   a page may go to a terminal.  Returns the number of bytes consumed.  */
static size_t put_character(FILE *out, const char *text)
{
    size_t length = mask_shown(text);
    if (*text == '\n' || length == 0)
        putc(*text == '\n' ? '\n' : '?', out);
    else
        fwrite(text, 1, length, out);
    return length ? length : mask_skipped(text);
}

/* Write TEXT, escaped also for attributes in double quotes; NULL is empty.  */
static void put_text(FILE *out, const char *text)
{
    static const char special[] = "<>&\"";
    static const char *const escapes[] = {"&lt;", "&gt;", "&amp;", "&quot;"};
    while (text && *text) {
        const char *found = strchr(special, *text);
        if (found)
            fputs(escapes[found - special], out);
        text += found ? 1 : put_character(out, text);
    }
}

/* Write the element NAME, perhaps with attributes, with TEXT, escaped, and a
   newline.  */
static void put_element(FILE *out, const char *name, const char *text)
{
    fprintf(out, "<%s>", name);
    put_text(out, text);
    fprintf(out, "</%.*s>\n", (int)strcspn(name, " "), name);
}

/* The value of FINDING in THERE, if both are stable and differ, or NULL.  */
static const char *html_other(const struct page *page,
                              const struct finding *finding)
{
    const struct finding *other =
        page->there ? findings_get(page->there, finding->id, finding->key)
                    : NULL;
    return answers_differ(finding, other) ? other->value : NULL;
}

/* Write TERM and TEXT as a row of a list of terms; CLASS is "" or an attribute
   with a blank before the name; HOW stands behind, unless NULL.  */
static void html_put_row(FILE *out, const char *class, const char *term,
                         const char *text, const char *how)
{
    fprintf(out, "<dt%s>", class);
    put_text(out, term);
    fprintf(out, "</dt><dd%s>", class);
    put_text(out, text);
    if (how)
        fprintf(out, " <span class=\"how\">%s</span>", how);
    fputs("</dd>\n", out);
}

/* Write FINDING as a row, and a second row with the differing value of THERE.
   Left out: empty findings, and the answer, which the summary has, without a
   difference.  */
static void html_put_finding(const struct page *page,
                             const struct finding *finding)
{
    const char *other = html_other(page, finding);
    const char *class = other ? " class=\"differs\"" : "";
    bool is_plain = finding->how == HOW_MEASURED && finding->stable;
    if (other ||
        (strcmp(finding->key, answer_key) != 0 && !finding_is_empty(finding)))
        html_put_row(page->out, class, finding->key, answer_value(finding),
                     is_plain ? NULL : answer_how(finding));
    if (other)
        html_put_row(page->out, class, page->other, other, NULL);
}

/* Write the answers of systems that were not measured here to the question ID,
   a row each; nothing if none are known.  */
static void put_known(FILE *out, const char *id)
{
    const struct known *known = NULL;
    while ((known = known_next(id, known))) {
        char text[400];
        snprintf(text, sizeof text, "%s (%s)", known->answer,
                 mark_name(known->mark));
        html_put_row(out, " class=\"soft\"", known->system, text, NULL);
    }
}

/* Write a question: id and ANSWER in the summary; inside, all findings and the
   texts of the catalogue.  */
static void put_question(const struct page *page,
                         const struct question *question,
                         const struct finding *answer)
{
    FILE *out = page->out;
    struct slice slice = slice_of(page->here, question->id);
    bool differs = false;
    for (size_t i = 0; i < slice.count; i++)
        differs |= html_other(page, &slice.list[i]) != NULL;
    fprintf(out, "<details id=\"%s\"%s><summary>", question->id,
            differs ? " class=\"differs\"" : "");
    put_element(out, "span class=\"id\"", question->id);
    put_element(out, "span class=\"value\"", answer_value(answer));
    fprintf(out,
            "<span class=\"how\">%s%s</span></summary>\n"
            "<div class=\"inside\">\n",
            answer_how(answer), differs ? ", differs" : "");
    put_element(out, "p", question->text);
    fputs("<dl>\n", out);
    html_put_finding(page, answer);
    for (size_t i = 0; i < slice.count; i++)
        if (strcmp(slice.list[i].key, answer_key))
            html_put_finding(page, &slice.list[i]);
    put_known(out, question->id);
    html_put_row(out, "", "why", question->why, NULL);
    html_put_row(out, "", "standards", question->standard, NULL);
    html_put_row(out, "", "use", question->cope, NULL);
    fputs("</dl></div></details>\n", out);
}

/* Write a bar chart of the connections that accept returned over IPv4, for
   backlogs of 0 to 14; nothing if all counts are 0 or unknown.  */
static void put_chart(const struct page *page)
{
    enum { ROWS = 15 };
    long max = 0, counts[ROWS];
    for (int i = 0; i < ROWS; i++) {
        char key[40];
        snprintf(key, sizeof key, "inet.%d.accepted", i);
        counts[i] = findings_number(page->here, "listen.queue", key, -1);
        max = counts[i] > max ? counts[i] : max;
    }
    if (max == 0)
        return;
    put_element(page->out, "h2", "Queued connections, by backlog");
    fputs("<table class=\"chart\">\n<tr class=\"soft\"><th scope=\"col\">"
          "backlog</th><th scope=\"col\">queued</th></tr>\n",
          page->out);
    for (int i = 0; i < ROWS; i++)
        if (counts[i] >= 0)
            fprintf(page->out,
                    "<tr><th scope=\"row\">%d</th><td>"
                    "<div style=\"width:%d%%\">%ld</div></td></tr>\n",
                    i, (int)(100.0 * (double)counts[i] / (double)max),
                    counts[i]);
    fputs("</table>\n", page->out);
}

/* Write a heading and the text of --states, preformatted; nothing without
   memory.  */
static void put_states(const struct page *page)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return;
    answers_states(file, page->here);
    if (fclose(file) == 0) {
        put_element(page->out, "h2", "The states of a connection");
        fputs("<pre tabindex=\"0\">", page->out);
        put_text(page->out, text);
        fputs("</pre>\n", page->out);
    }
    free(text);
}

static void html_put_head(const struct page *page)
{
    FILE *out = page->out;
    struct sentence host = {""}, count = {""};
    const char *time = findings_text(page->here, "volatile", "time");
    report_say_host(&host, page->here);
    fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                 "<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" "
                 "content=\"width=device-width,initial-scale=1\">\n"
                 "<title>sockprobe: ");
    put_text(out, host.text);
    fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", style);
    fputs("<h1>How the sockets of this host behave</h1>\n<p>", out);
    put_text(out, host.text);
    fprintf(out, "</p>\n<p class=\"soft\">Measured by sockprobe%s",
            time ? " on " : ""); /* missing in shared profiles */
    put_text(out, time);
    fputs(". Each line opens: details, other systems, what to use.</p>\n", out);
    if (!page->there)
        return;
    struct difference difference =
        answers_compare(page->catalogue, page->here, page->there);
    fputs("<p>Compared with ", out);
    put_text(out, page->other);
    say(&count, " (");
    report_say_host(&count, page->there);
    say(&count, "): ");
    answers_count(&count, &difference, "here", page->other);
    put_text(out, count.text);
    fputs(". Differences are coloured and marked \"differs\".</p>\n", out);
}

static void put_contents(const struct page *page)
{
    struct answer_walk walk = {.catalogue = page->catalogue,
                               .findings = page->here};
    fputs("<nav aria-label=\"Groups\">\n", page->out);
    while (answers_next(&walk)) {
        const char *id = walk.question->id;
        int length = (int)strcspn(id, ".");
        if (walk.is_group)
            fprintf(page->out, "<a href=\"#group-%.*s\">%.*s</a>\n", length, id,
                    length, id);
    }
    fputs("</nav>\n", page->out);
}

void answers_html(FILE *out, const struct catalogue *catalogue,
                  const struct findings *findings, const struct findings *there,
                  const char *other)
{
    struct page page = {out, catalogue, findings, there, other};
    struct answer_walk walk = {.catalogue = catalogue, .findings = findings};
    html_put_head(&page);
    put_contents(&page);
    while (answers_next(&walk)) {
        const char *id = walk.question->id;
        int length = (int)strcspn(id, ".");
        if (walk.is_group) {
            fprintf(out, "<h2 id=\"group-%.*s\">%.*s: ", length, id, length,
                    id);
            put_text(out, group_title(id));
            fputs("</h2>\n", out);
        }
        put_question(&page, walk.question, walk.answer);
    }
    put_chart(&page);
    if (findings_get(findings, "tcp.states", answer_key))
        put_states(&page);
    fputs("</body>\n</html>\n", out);
}
