/* finding.c - the list of findings, and its plain text form
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/finding/finding.h"

static const char *const how_names[] = {
    [HOW_MEASURED] = "measured",         [HOW_READ] = "read",
    [HOW_COMPUTED] = "computed",         [HOW_CONSTANT] = "constant",
    [HOW_NOT_TESTABLE] = "not-testable",
};

const char *how_name(enum how how)
{
    return how_names[how];
}

static const char header[] = "id\tkey\tvalue\thow\tstable\treason";

/* Make room for one more finding; the list may move in memory.  Returns 0; or
   -1 with ENOMEM, and the list as before.  */
static int finding_grow(struct findings *findings)
{
    if (findings->count < findings->capacity)
        return 0;
    size_t capacity = findings->capacity ? 2 * findings->capacity : 64;
    struct finding *list = realloc(findings->list, capacity * sizeof *list);
    if (!list)
        return -1;
    findings->list = list;
    findings->capacity = capacity;
    return 0;
}

int findings_add(struct findings *findings, const struct finding *finding)
{
    struct finding copy = *finding;
    const char **texts[] = {&copy.id, &copy.key, &copy.value, &copy.reason};
    size_t size = 0;
    for (int i = 0; i < 4; i++)
        size += *texts[i] ? strlen(*texts[i]) + 1 : 0;
    char *next = copy.memory = malloc(size);
    if (!next || finding_grow(findings)) {
        free(next);
        return -1;
    }
    for (int i = 0; i < 4; i++)
        if (*texts[i]) {
            const char *text = *texts[i];
            *texts[i] = next;
            next = stpcpy(next, text) + 1;
        }
    findings->list[findings->count++] = copy;
    findings->sorted = false;
    return 0;
}

/* Compare bytewise A_LENGTH bytes at A with B_LENGTH bytes at B, without NUL; a
   prefix is less than a longer text.  Returns a result as strcmp.  */
static int compare_text(const char *a, size_t a_length, const char *b,
                        size_t b_length)
{
    int order = strncmp(a, b, a_length < b_length ? a_length : b_length);
    return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* Whether the first LENGTH bytes of the string TEXT are an integer in canonical
   form: "-" or no sign, and no leading 0 ("0" is canonical, "-0" and "01" are
   not).  So different texts are different numbers.  */
static bool finding_is_number(const char *text, size_t length)
{
    size_t sign = length > 0 && *text == '-';
    size_t digits = strspn(text + sign, "0123456789");
    return digits > 0 && sign + digits == length &&
           (text[sign] != '0' || length == 1);
}

/* Compare A and B, numbers in canonical form (finding_is_number) of any length,
   by value.  Returns a negative number, 0 or a positive number.  */
static int finding_compare_numbers(const char *a, size_t a_length,
                                   const char *b, size_t b_length)
{
    if ((*a == '-') != (*b == '-'))
        return *a == '-' ? -1 : 1;
    int order = a_length != b_length ? (a_length < b_length ? -1 : 1)
                                     : strncmp(a, b, a_length);
    return *a == '-' ? -order : order;
}

/* Compare A and B, parts of keys of A_LENGTH and B_LENGTH bytes.  Returns a
   result as strcmp; but numbers (finding_is_number) are compared by value and
   are less than words, since otherwise 2 < 10 < 1a < 2.  */
static int compare_part(const char *a, size_t a_length, const char *b,
                        size_t b_length)
{
    bool a_is_number = finding_is_number(a, a_length);
    bool b_is_number = finding_is_number(b, b_length);
    if (a_is_number != b_is_number)
        return a_is_number ? -1 : 1;
    return a_is_number ? finding_compare_numbers(a, a_length, b, b_length)
                       : compare_text(a, a_length, b, b_length);
}

/* Compare the keys A and B part by part between dots (compare_part); "a" is
   less than "a.b".  Returns a result as strcmp.  */
static int compare_keys(const char *a, const char *b)
{
    for (;;) {
        size_t a_length = strcspn(a, ".");
        size_t b_length = strcspn(b, ".");
        int order = compare_part(a, a_length, b, b_length);
        if (order || !a[a_length] || !b[b_length])
            return order ? order : (a[a_length] != 0) - (b[b_length] != 0);
        a += a_length + 1;
        b += b_length + 1;
    }
}

/* For qsort and bsearch: compare the findings A and B by id, bytewise, then by
   key (compare_keys).  Returns a result as strcmp.  */
static int compare_findings(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order ? order : compare_keys(x->key, y->key);
}

void findings_sort(struct findings *findings)
{
    if (findings->count > 0)
        qsort(findings->list, findings->count, sizeof *findings->list,
              compare_findings);
    findings->sorted = true;
}

const struct finding *findings_twice(const struct findings *findings)
{
    for (size_t i = 1; i < findings->count; i++)
        if (!compare_findings(&findings->list[i - 1], &findings->list[i]))
            return &findings->list[i];
    return NULL;
}

const struct finding *findings_get(const struct findings *findings,
                                   const char *id, const char *key)
{
    struct finding wanted = {.id = id, .key = key};
    if (findings->sorted && findings->count > 0)
        return bsearch(&wanted, findings->list, findings->count,
                       sizeof *findings->list, compare_findings);
    for (size_t i = 0; i < findings->count; i++)
        if (!compare_findings(&wanted, &findings->list[i]))
            return &findings->list[i];
    return NULL;
}

const char *findings_text(const struct findings *findings, const char *id,
                          const char *key)
{
    const struct finding *finding = findings_get(findings, id, key);
    return finding ? finding->value : NULL;
}

long findings_number(const struct findings *findings, const char *id,
                     const char *key, long otherwise)
{
    const char *text = findings_text(findings, id, key);
    if (!text)
        return otherwise;
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    return end == text || *end || errno ? otherwise : number;
}

/* Write TEXT and END to OUT.  A tab or newline in TEXT is written as '?'.  */
static void write_column(FILE *out, const char *text, char end)
{
    for (; *text; text++)
        putc(strchr("\t\n", *text) ? '?' : *text, out);
    putc(end, out);
}

void finding_write(FILE *out, const struct finding *finding)
{
    write_column(out, finding->id, '\t');
    write_column(out, finding->key, '\t');
    write_column(out, finding->value ? finding->value : "-", '\t');
    write_column(out, how_names[finding->how], '\t');
    write_column(out, finding->stable ? "yes" : "no", '\t');
    write_column(out, finding->reason ? finding->reason : "-", '\n');
}

void findings_write(FILE *out, const struct findings *findings)
{
    fprintf(out, "%s\n", header);
    for (size_t i = 0; i < findings->count; i++)
        finding_write(out, &findings->list[i]);
}

/* Split LINE, in place, at its tabs into exactly COUNT columns, and set COLUMNS
   to their texts in LINE.  Returns 0; or -1 if LINE has another number of
   columns: then LINE and COLUMNS are modified in part.  */
static int finding_split(char *line, char **columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        columns[i] = line;
        line += strcspn(line, "\t");
        if ((*line == '\t') != (i + 1 < count))
            return -1;
        *line++ = '\0';
    }
    return 0;
}

/* The index of TEXT among the COUNT texts in NAMES, or -1.  */
static int finding_look_up(const char *text, const char *const *names,
                           int count)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(text, names[i]))
            return i;
    return -1;
}

int findings_read_line(struct findings *findings, char *line)
{
    static const char *const answers[] = {"no", "yes"};
    char *columns[6];
    line[strcspn(line, "\n")] = '\0';
    if (!strcmp(line, header))
        return 0;
    int how = -1, stable = -1;
    if (!finding_split(line, columns, 6)) {
        how = finding_look_up(columns[3], how_names, HOW_NOT_TESTABLE + 1);
        stable = finding_look_up(columns[4], answers, 2);
    }
    if (how < 0 || stable < 0 || !*columns[0] || !*columns[1]) {
        errno = EPROTO;
        return -1;
    }
    struct finding finding = {
        .id = columns[0],
        .key = columns[1],
        .value = strcmp(columns[2], "-") ? columns[2] : NULL,
        .reason = strcmp(columns[5], "-") ? columns[5] : NULL,
        .how = (enum how)how,
        .stable = stable,
    };
    return findings_add(findings, &finding);
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free(findings->list[i].memory);
    free(findings->list);
    *findings = (struct findings){0};
}
