/* fuzz-findings.c - a profile that somebody else saved
   SPDX-License-Identifier: GPL-3.0-or-later

   The input is the profile: lines that are no findings are passed over.  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/mask.h"
#include "probes/report/report.h"
#include "tests/fuzz/fuzz.h"

/* Add the findings of TEXT, which is changed.  Returns how many lines were
   none.  */
static size_t read_lines(struct findings *findings, char *text)
{
    size_t bad = 0;
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *next = text + length + (text[length] == '\n');
        text[length] = '\0';
        if (findings_read_line(findings, text)) {
            MUST(errno == EPROTO);
            bad++;
        }
        text = next;
    }
    return bad;
}

static int same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

/* FINDINGS, written, read back as they were.  */
static void write_and_read(const struct findings *findings)
{
    char *text;
    size_t size;
    struct findings again = {0};
    FILE *out = open_memstream(&text, &size);
    MUST(out);
    findings_write(out, findings);
    MUST(!ferror(out) && !fclose(out) && strlen(text) == size);
    MUST(read_lines(&again, text) == 0);
    MUST(again.count == findings->count);
    for (size_t i = 0; i < again.count; i++) {
        const struct finding *a = &again.list[i], *b = &findings->list[i];
        MUST(same_text(a->id, b->id) && same_text(a->key, b->key));
        MUST(same_text(a->value, b->value) && same_text(a->reason, b->reason));
        MUST(a->how == b->how && a->stable == b->stable);
    }
    findings_free(&again);
    free(text);
}

/* Sorting has an order in which everything is found.  */
static void find_all(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *one = &findings->list[i];
        const struct finding *found = findings_get(findings, one->id, one->key);
        MUST(found && !strcmp(found->id, one->id));
    }
}

/* What WRITE tells of REPORT has no control characters, but those that the
   program masks if IS_MASKED, and no missing text that printf was given, which
   glibc writes so; other systems crash.  */
static void tell(void (*write)(FILE *, const struct report *),
                 const struct report *report, int is_masked, int null_is_data)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    MUST(out);
    write(out, report);
    MUST(!ferror(out) && !fclose(out) && strlen(text) == size);
    if (is_masked)
        size = mask_report(text, size);
    for (size_t i = 0; i < size; i++)
        MUST((unsigned char)text[i] >= ' ' || text[i] == '\n');
    MUST(null_is_data || !strstr(text, "(null)"));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct findings findings = {0};
    struct report report;
    char *text = fuzz_text(data, size);
    int null_is_data = strstr(text, "(null)") != NULL;
    read_lines(&findings, text);
    write_and_read(&findings);
    MUST(!report_make(&report, &findings, 60));
    find_all(&findings);
    tell(report_text, &report, 1, null_is_data);
    tell(report_json, &report, 0, null_is_data);
    report_free(&report);
    findings_free(&findings);
    free(text);
    return 0;
}
