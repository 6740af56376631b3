/* profile.c - findings in a file
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "probes/finding/profile.h"

/* Limits, so that no file is read for ever.  Findings are far shorter, and
   backlogprobe with all of its backlogs writes fewer lines.  */
enum {
    PROFILE_LINE_SIZE = 4096,
    PROFILE_COMMENT_MAX = 1 << 16, /* bytes in one comment line */
    PROFILE_LINES_MAX = 200000
};

const struct profile_form profile_host = {"sonde-profile", PROFILE_VERSION,
                                          true};

void profile_write_form(FILE *out, const struct profile_form *form,
                        const struct findings *findings)
{
    fprintf(out, "%s\t%d\n", form->word, form->version);
    findings_write(out, findings);
}

void profile_write(FILE *out, const struct findings *findings)
{
    profile_write_form(out, &profile_host, findings);
}

/* Open the profile NAME of FORM for reading: the file NAME; or if there is
   none, NAME has no slash and profiles of FORM are installed, NAME in
   "profiles", or else in the installed folder.  Returns the file, the caller's
   to close; or NULL with errno: of the first file that exists but cannot be
   opened; ENOENT if none exists.  */
static FILE *profile_open(const struct profile_form *form, const char *name)
{
    static const char *const folders[] = {"profiles", PROFILES};
    char path[1024];
    FILE *file = fopen(name, "r");
    if (file || errno != ENOENT || strchr(name, '/') || !form->is_installed)
        return file;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s", folders[i], name);
        file = fopen(path, "r");
        if (file || (errno != ENOENT && errno != ENOTDIR))
            return file;
    }
    errno = ENOENT;
    return NULL;
}

bool profile_exists(const char *name)
{
    FILE *file = profile_open(&profile_host, name);
    if (file)
        fclose(file);
    return file != NULL;
}

/* Read a line without its end, "\n" or "\r\n", into LINE of SIZE bytes; of a
   comment, which begins with '#', the first SIZE - 1 bytes.  Returns 1, also
   for a last line without an end, or for the bytes before a read error; 0 if
   FILE ends, or reading fails (ferror), before any byte.  Returns -1, with a
   part of the line left in FILE, if a comment is longer than
   PROFILE_COMMENT_MAX; or if another line is longer than SIZE - 1, or has a NUL
   byte.  */
static int profile_read_line(FILE *file, char *line, size_t size)
{
    size_t length = 0;
    long count = 0;
    bool is_odd = false;
    int byte;
    while ((byte = getc(file)) != EOF && byte != '\n') {
        if (++count > PROFILE_COMMENT_MAX)
            return -1;
        is_odd = is_odd || byte == '\0' || length + 1 == size;
        if (length + 1 < size)
            line[length++] = (char)byte;
    }
    if (byte == EOF && count == 0)
        return 0;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    return line[0] == '#' || !is_odd ? 1 : -1;
}

/* Take LINE, no comment, which may be modified: a version line must be that of
   FORM, and sets *HAS_VERSION; any other line is added to FINDINGS
   (findings_read_line), but only after a version line.  Version lines may
   recur.  A problem is written to PROBLEM of SIZE bytes (truncated), which is
   empty before, and stays empty without a problem.  */
static void profile_take_line(struct findings *findings,
                              const struct profile_form *form, char *line,
                              bool *has_version, char *problem, size_t size)
{
    char expected[16];
    size_t length = strlen(form->word);
    bool is_version =
        !strncmp(line, form->word, length) && line[length] == '\t';
    snprintf(expected, sizeof expected, "%d", form->version);
    if (is_version && strcmp(line + length + 1, expected))
        snprintf(problem, size,
                 "unsupported profile version '%.20s'; this program reads "
                 "version %d: measure again with --profile",
                 line + length + 1, form->version);
    else if (!is_version && !*has_version)
        snprintf(problem, size,
                 "no profile version: the first line must be "
                 "'%s<TAB>%d', as --profile writes it",
                 form->word, form->version);
    else if (!is_version && findings_read_line(findings, line))
        snprintf(problem, size, "%s",
                 errno == EPROTO ? "malformed line: six columns expected"
                                 : strerror(errno));
    else
        *has_version = true;
}

/* Add the findings of FILE, a profile of FORM called NAME, to FINDINGS.
   Returns 0; or -1 with a sentence in PROBLEM of SIZE bytes: at the first wrong
   line, after more than PROFILE_LINES_MAX lines, after a read error, or if
   FINDINGS are empty at the end.  Findings of earlier lines stay in FINDINGS
   then.  */
static int profile_read_lines(struct findings *findings,
                              const struct profile_form *form, FILE *file,
                              const char *name, char *problem, size_t size)
{
    char line[PROFILE_LINE_SIZE], why[200] = "";
    bool has_version = false;
    int found;
    errno = 0;
    for (long number = 1;
         (found = profile_read_line(file, line, sizeof line)) && !ferror(file);
         number++) {
        if (found < 0)
            snprintf(why, sizeof why, "line too long, or with a NUL byte");
        else if (number > PROFILE_LINES_MAX)
            snprintf(why, sizeof why, "too many lines");
        else if (line[0] != '#')
            profile_take_line(findings, form, line, &has_version, why,
                              sizeof why);
        if (*why) {
            snprintf(problem, size, "%s, line %ld: %s", name, number, why);
            return -1;
        }
    }
    if (!ferror(file) && findings->count > 0)
        return 0;
    snprintf(problem, size, "%s: %s", name,
             !ferror(file) ? "no findings"
             : errno       ? strerror(errno)
                           : "read error");
    return -1;
}

int profile_read(struct findings *findings, const char *name, char *problem,
                 size_t size)
{
    return profile_read_form(findings, &profile_host, name, problem, size);
}

int profile_read_form(struct findings *findings,
                      const struct profile_form *form, const char *name,
                      char *problem, size_t size)
{
    FILE *file = profile_open(form, name);
    if (!file) {
        bool is_searched =
            errno == ENOENT && !strchr(name, '/') && form->is_installed;
        snprintf(problem, size, "%s: %s%s", name,
                 is_searched ? "no such file here, nor in " : strerror(errno),
                 is_searched ? PROFILES : "");
        return -1;
    }
    int failed = profile_read_lines(findings, form, file, name, problem, size);
    fclose(file);
    findings_sort(findings);
    const struct finding *duplicate = findings_twice(findings);
    if (!failed && duplicate) {
        snprintf(problem, size, "%s: duplicate finding: %s %s", name,
                 duplicate->id, duplicate->key);
        failed = -1;
    }
    return failed;
}
