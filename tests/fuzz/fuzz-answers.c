/* fuzz-answers.c - profiles of sockprobe that somebody else saved
   SPDX-License-Identifier: GPL-3.0-or-later

   The input is two profiles, with a form feed between: reported in each form,
   compared, and put side by side.  JSON must be well-formed, and a page has no
   element but those of the report: text of a profile is text.  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/mask.h"
#include "probes/behaviour/answers.h"
#include "probes/behaviour/catalogue.h"
#include "probes/finding/finding.h"
#include "probes/report/matrix.h"
#include "tests/fuzz/fuzz.h"

static struct catalogue catalogue;
static struct matrix_column columns[2];

static void read_profile(struct findings *findings, char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *next = text + length + (text[length] == '\n');
        text[length] = '\0';
        MUST(!findings_read_line(findings, text) || errno == EPROTO);
        text = next;
    }
    findings_sort(findings);
}

/* ---- what must be so of a report ----------------------------------------- */

/* Skip a JSON string at *AT.  */
static void skip_string(const char **at)
{
    MUST(*(*at)++ == '"');
    while (**at != '"') {
        MUST((unsigned char)**at >= ' ');
        if (*(*at)++ == '\\') {
            MUST(strchr("\"\\/bfnrtu", **at) && **at);
            for (int i = *(*at)++ == 'u' ? 4 : 0; i > 0; i--, (*at)++)
                MUST(**at && strchr("0123456789abcdefABCDEF", **at));
        }
    }
    (*at)++;
}

static void skip_blanks(const char **at)
{
    *at += strspn(*at, " \n");
}

/* Skip a JSON value at *AT.  The reports are at most 20 deep.  */
static void skip_value(const char **at, int depth)
{
    static const char number[] = "+-.0123456789eE";
    MUST(depth < 20);
    skip_blanks(at);
    char end = **at == '{' ? '}' : ']';
    if (**at == '"') {
        skip_string(at);
    } else if (**at == '{' || **at == '[') {
        do {
            (*at)++;
            skip_blanks(at);
            if (**at == end)
                break;
            if (end == '}') {
                skip_string(at);
                skip_blanks(at);
                MUST(*(*at)++ == ':');
            }
            skip_value(at, depth + 1);
            skip_blanks(at);
        } while (**at == ',');
        MUST(*(*at)++ == end);
    } else if (!strncmp(*at, "true", 4) || !strncmp(*at, "null", 4)) {
        *at += 4;
    } else if (!strncmp(*at, "false", 5)) {
        *at += 5;
    } else {
        MUST(strspn(*at, number) > 0);
        *at += strspn(*at, number);
    }
}

static void check_json(const char *text)
{
    skip_value(&text, 0);
    skip_blanks(&text);
    MUST(*text == '\0');
}

/* Each tag is one of the report's, and is closed; none has a handler.  */
static void check_html(const char *text)
{
    static const char elements[] =
        " !doctype html head meta title style body h1 h2 p a nav dl dt dd div"
        " b span pre table thead tbody tr th td details summary form fieldset"
        " legend label input ";
    while ((text = strchr(text, '<'))) {
        char name[24] = " ";
        const char *start = text + 1 + (text[1] == '/');
        size_t length = strcspn(start, " >\n");
        MUST(length > 0 && length < sizeof name - 2);
        memcpy(name + 1, start, length);
        memcpy(name + 1 + length, " ", 2);
        MUST(strcasestr(elements, name));
        size_t rest = strcspn(start, "<>");
        MUST(start[rest] == '>');
        text = start + rest;
    }
}

/* ---- the forms of reports -------------------------------------------------
 */

static FILE *out;
static char *written;
static size_t written_size;

static void begin(void)
{
    out = open_memstream(&written, &written_size);
    MUST(out);
}

/* CHECK the report, if that is not NULL; what is text has no control
   characters, once masked.  */
static void end(void (*check)(const char *))
{
    MUST(!ferror(out) && !fclose(out) && strlen(written) == written_size);
    if (check)
        check(written);
    else
        written_size = mask_report(written, written_size);
    for (size_t i = 0; i < written_size; i++)
        MUST((unsigned char)written[i] >= ' ' || written[i] == '\n');
    free(written);
}

static void report_one(const struct findings *here)
{
    begin(), answers_text(out, &catalogue, here, true), end(NULL);
    begin(), answers_rates(out, &catalogue, here), end(NULL);
    begin(), answers_states(out, here), end(NULL);
    begin(), answers_json(out, &catalogue, here), end(check_json);
    begin(), answers_html(out, &catalogue, here, NULL, NULL), end(check_html);
}

static void report_both(const struct findings *here,
                        const struct findings *there)
{
    const struct matrix matrix = {&catalogue, columns, 2};
    begin(), answers_diff(out, &catalogue, here, there, "a", "b"), end(NULL);
    begin(), answers_tap(out, &catalogue, here, there), end(NULL);
    begin(), answers_html(out, &catalogue, here, there, "<i>"), end(check_html);
    begin(), matrix_text(out, &matrix), end(NULL);
    begin(), matrix_json(out, &matrix), end(check_json);
    begin(), matrix_html(out, &matrix), end(check_html);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    if (!catalogue.count) {
        MUST(!catalogue_make(&catalogue));
        catalogue_choose_all(&catalogue);
    }
    size_t first = strcspn(text, "\f");
    columns[0] = (struct matrix_column){.name = "a <i>"};
    columns[1] = (struct matrix_column){.name = "b"};
    read_profile(&columns[1].findings, text + first + (text[first] == '\f'));
    text[first] = '\0';
    read_profile(&columns[0].findings, text);
    report_one(&columns[0].findings);
    report_both(&columns[0].findings, &columns[1].findings);
    for (int i = 0; i < 2; i++)
        findings_free(&columns[i].findings);
    free(text);
    return 0;
}
