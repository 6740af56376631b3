/* answers-html.c - answers as an HTML page
   SPDX-License-Identifier: GPL-3.0-or-later

   One file, without scripts and external resources; the keyboard opens folded
   parts.  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/memory-stream.h"
#include "probes/behaviour/answers.h"
#include "probes/behaviour/known.h"
#include "probes/report/html.h"
#include "probes/report/report.h"

static const char style[] =
    "nav a{margin-right:.75rem;white-space:nowrap}\n"
    "details{border-bottom:1px solid var(--line)}\n"
    "summary{cursor:pointer;margin:0 -.5rem;padding:.4rem .5rem;"
    "display:grid;gap:0 1rem;"
    "grid-template-columns:17rem 1fr auto}\n"
    "summary::marker{content:none}\n"
    "summary .id::before{content:'+ '}\n"
    "details[open]>summary .id::before{content:'- '}\n"
    "summary:hover{background:var(--box)}\n"
    ".text{grid-column:1/-1;color:var(--soft);font-size:.9em}\n"
    ".value{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem}\n"
    ".value :only-child{grid-column:1/-1}\n"
    ".key{grid-column:1;padding-left:1.2rem}\n"
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
    "summary .value,.text,.key{flex-basis:100%}.text{order:-1}"
    ".id,.how{order:-1}.key{padding:0}dl{grid-template-columns:1fr}"
    "dd{padding-left:1rem}}\n";

/* The page on the findings HERE.  THERE is the profile to compare with, named
   OTHER; both are NULL without such a profile.  */
struct page {
    FILE *out;
    const struct catalogue *catalogue;
    const struct findings *here, *there;
    const char *other;
};

/* The value of FINDING in the other profile of PAGE, if both profiles have
   stable values that differ; otherwise, or without another profile, NULL.  */
static const char *html_other(const struct page *page,
                              const struct finding *finding)
{
    const struct finding *other =
        page->there ? findings_get(page->there, finding->id, finding->key)
                    : NULL;
    return answers_differ(finding, other) ? other->value : NULL;
}

/* Write TERM and TEXT as a row of a list of terms.  CLASS, for both, is "" or
   an attribute with a blank before the name.  HOW stands behind TEXT, unless
   NULL.  TERM and TEXT are escaped, CLASS and HOW are not.  */
static void html_put_row(FILE *out, const char *class, const char *term,
                         const char *text, const char *how)
{
    fprintf(out, "<dt%s>", class);
    html_put_text(out, term);
    fprintf(out, "</dt><dd%s>", class);
    html_put_text(out, text);
    if (how)
        fprintf(out, " <span class=\"how\">%s</span>", how);
    fputs("</dd>\n", out);
}

/* Write FINDING, its value or else its reason, as a row, marked if the value in
   the other profile differs, and with how the finding is known unless measured
   and stable.  Left out: empty findings, and the answer, which the summary
   has.  */
static void html_put_finding(const struct page *page,
                             const struct finding *finding)
{
    bool is_plain = finding->how == HOW_MEASURED && finding->stable;
    if (strcmp(finding->key, answer_key) != 0 && !finding_is_empty(finding))
        html_put_row(page->out,
                     html_other(page, finding) ? " class=\"differs\"" : "",
                     finding->key, answer_value(finding),
                     is_plain ? NULL : answer_how(finding));
}

/* Write the value of FINDING, or else its reason, or "-".  Unless OTHER is
   NULL, write beside this value the name of the other profile and OTHER, the
   value there.  */
static void html_put_values(const struct page *page,
                            const struct finding *finding, const char *other)
{
    html_put_element(page->out, "span", answer_value(finding));
    if (!other)
        return;
    fputs("<span><span class=\"soft\">", page->out);
    html_put_text(page->out, page->other);
    fputs(":</span> ", page->out);
    html_put_text(page->out, other);
    fputs("</span>\n", page->out);
}

/* Write the detail FINDING: key, value, and the value of the other profile with
   its name; nothing if the values do not differ (html_other), or if FINDING is
   the answer.  */
static void put_pair(const struct page *page, const struct finding *finding)
{
    const char *other = html_other(page, finding);
    if (!other || !strcmp(finding->key, answer_key))
        return;
    fputs("<span class=\"key soft\">", page->out);
    html_put_text(page->out, finding->key);
    fputs("</span><span class=\"value\">\n", page->out);
    html_put_values(page, finding, other);
    fputs("</span>\n", page->out);
}

/* Write the answers to the question ID of systems that were not measured here,
   a row each: the system, then "ANSWER (MARK)"; nothing if none are known.  */
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

/* Write the summary of QUESTION: id, the question in words, ANSWER with how the
   answer is known, and each finding of SLICE that differs, with both values.
   The element "details" is begun here, marked if any finding differs, and ended
   by the caller.  */
static void put_summary(const struct page *page,
                        const struct question *question,
                        const struct finding *answer, struct slice slice)
{
    FILE *out = page->out;
    bool differs = false;
    for (size_t i = 0; i < slice.count; i++)
        differs |= html_other(page, &slice.list[i]) != NULL;
    fprintf(out, "<details id=\"%s\"%s><summary>", question->id,
            differs ? " class=\"differs\"" : "");
    html_put_element(out, "span class=\"id\"", question->id);
    fputs("<span class=\"value\">\n", out);
    html_put_values(page, answer, html_other(page, answer));
    fprintf(out, "</span><span class=\"how\">%s%s</span>\n", answer_how(answer),
            differs ? ", differs" : "");
    html_put_element(out, "span class=\"text\"", question->text);
    for (size_t i = 0; i < slice.count; i++)
        put_pair(page, &slice.list[i]);
    fputs("</summary>\n", out);
}

/* Write QUESTION as an element <details>: in its summary the question and
   ANSWER; below, the other findings that have a text, the answers of other
   systems and the texts of the catalogue.  */
static void put_question(const struct page *page,
                         const struct question *question,
                         const struct finding *answer)
{
    FILE *out = page->out;
    struct slice slice = slice_of(page->here, question->id);
    put_summary(page, question, answer, slice);
    fputs("<div class=\"inside\">\n<dl>\n", out);
    for (size_t i = 0; i < slice.count; i++)
        html_put_finding(page, &slice.list[i]);
    put_known(out, question->id);
    html_put_row(out, "", "why", question->why, NULL);
    html_put_row(out, "", "standards", question->standard, NULL);
    html_put_row(out, "", "use", question->cope, NULL);
    fputs("</dl></div></details>\n", out);
}

/* Write a bar chart of the connections that accept returned over IPv4, for
   backlogs of 0 to 14, the longest bar for the largest count; no row for an
   unknown count, and nothing if all counts are 0 or unknown.  */
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
    html_put_element(page->out, "h2", "Queued connections, by backlog");
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

/* Write a heading and the text of --states, or that there is no memory.  */
static void put_states(const struct page *page)
{
    char *text = NULL;
    size_t size;
    FILE *file = memory_stream_open(&text, &size);
    if (file)
        answers_states(file, page->here);
    bool failed = !file || memory_stream_close(file, &text);
    html_put_element(page->out, "h2", "The states of a connection");
    fputs("<pre tabindex=\"0\">", page->out);
    html_put_text(page->out, failed ? "not shown: out of memory" : text);
    fputs("</pre>\n", page->out);
    free(text);
}

/* Begin the page: title, host, time of the measurement if known, and the
   differences in number (answers_count), if PAGE has another profile.  */
static void html_put_head(const struct page *page)
{
    FILE *out = page->out;
    struct sentence host = {""}, title = {""}, count = {""};
    const char *time = findings_text(page->here, "volatile", "time");
    report_say_host(&host, page->here);
    say(&title, "sockprobe: %s", host.text);
    html_begin(out, title.text, style);
    fputs("<h1>How the sockets of this host behave</h1>\n<p>", out);
    html_put_text(out, host.text);
    fprintf(out, "</p>\n<p class=\"soft\">Measured by sockprobe%s",
            time ? " on " : ""); /* missing in shared profiles */
    html_put_text(out, time);
    fputs(". Each line opens: details, other systems, what to use.</p>\n", out);
    if (!page->there)
        return;
    struct difference difference =
        answers_compare(page->catalogue, page->here, page->there);
    fputs("<p>Compared with ", out);
    html_put_text(out, page->other);
    say(&count, " (");
    report_say_host(&count, page->there);
    say(&count, "): ");
    answers_count(&count, &difference, "here", page->other);
    html_put_text(out, count.text);
    fputs(". Differences are coloured and marked \"differs\".</p>\n", out);
}

/* Write links to the groups of the chosen questions with an answer.  */
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
            html_put_text(out, group_title(id));
            fputs("</h2>\n", out);
        }
        put_question(&page, walk.question, walk.answer);
    }
    put_chart(&page);
    if (findings_get(findings, "tcp.states", answer_key))
        put_states(&page);
    html_end(out);
}
