/* profile.c - findings in a file
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "probes/finding/profile.h"

/* Findings are far shorter.  */
enum { LINE_SIZE = 4096 };

static const char version_word[] = "sonde-profile\t";

void profile_write(FILE *out, const struct findings *findings)
{
    fprintf(out, "%s%d\n", version_word, PROFILE_VERSION);
    findings_write(out, findings);
}

/* Open the profile NAME (profile_exists).  Returns NULL with errno if none can
   be opened.  */
static FILE *profile_open(const char *name)
{
    static const char *const folders[] = {"profiles", PROFILES};
    char path[1024];
    FILE *file = fopen(name, "r");
    if (file || errno != ENOENT || strchr(name, '/'))
        return file;
    for (size_t i = 0; !file && i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s", folders[i], name);
        file = fopen(path, "r");
    }
    if (!file)
        errno = ENOENT;
    return file;
}

bool profile_exists(const char *name)
{
    FILE *file = profile_open(name);
    if (file)
        fclose(file);
    return file != NULL;
}

/* Read a line without its end, "\n" or "\r\n", into LINE; of a long comment,
   the first SIZE - 1 bytes.  Returns 1; 0 at the end of FILE, or after a read
   error; or -1 if the line is too long.  */
static int profile_read_line(FILE *file, char *line, size_t size)
{
    if (!fgets(line, (int)size, file))
        return 0;
    size_t length = strcspn(line, "\n");
    bool is_whole = line[length] == '\n' || feof(file);
    int byte;
    line[length] = '\0';
    if (length > 0 && line[length - 1] == '\r')
        line[length - 1] = '\0';
    if (is_whole || line[0] != '#')
        return is_whole ? 1 : -1;
    do
        byte = getc(file);
    while (byte != '\n' && byte != EOF);
    return 1;
}

/* Add the finding in LINE, or check the version in LINE; *HAS_VERSION: a
   version line was read.  A problem, also a finding before the version, is
   written to PROBLEM, which is empty.  */
static void profile_take_line(struct findings *findings, char *line,
                              bool *has_version, char *problem, size_t size)
{
    char expected[16];
    size_t length = sizeof version_word - 1;
    bool is_version = !strncmp(line, version_word, length);
    snprintf(expected, sizeof expected, "%d", PROFILE_VERSION);
    if (is_version && strcmp(line + length, expected))
        snprintf(problem, size,
                 "unsupported profile version '%.20s'; this program reads "
                 "version %d: measure again with --profile",
                 line + length, PROFILE_VERSION);
    else if (!is_version && !*has_version)
        snprintf(problem, size,
                 "no profile version: the first line must be "
                 "'sonde-profile<TAB>%d', as --profile writes it",
                 PROFILE_VERSION);
    else if (!is_version && findings_read_line(findings, line))
        snprintf(problem, size, "%s",
                 errno == EPROTO ? "malformed line: six columns expected"
                                 : strerror(errno));
    else
        *has_version = true;
}

/* Add the findings of FILE, called NAME.  Returns 0; or -1 with PROBLEM filled
   in: at the first wrong line, after a read error, or if FINDINGS are
   empty.  */
static int profile_read_lines(struct findings *findings, FILE *file,
                              const char *name, char *problem, size_t size)
{
    char line[LINE_SIZE], why[200] = "";
    bool has_version = false;
    int found;
    for (long number = 1; (found = profile_read_line(file, line, sizeof line));
         number++) {
        if (found < 0)
            snprintf(why, sizeof why, "line too long");
        else if (line[0] != '#')
            profile_take_line(findings, line, &has_version, why, sizeof why);
        if (*why) {
            snprintf(problem, size, "%s, line %ld: %s", name, number, why);
            return -1;
        }
    }
    if (!ferror(file) && findings->count > 0)
        return 0;
    snprintf(problem, size, "%s: %s", name,
             ferror(file) ? "read error" : "no findings");
    return -1;
}

int profile_read(struct findings *findings, const char *name, char *problem,
                 size_t size)
{
    FILE *file = profile_open(name);
    if (!file) {
        bool is_searched = errno == ENOENT && !strchr(name, '/');
        snprintf(problem, size, "%s: %s%s", name,
                 is_searched ? "no such file here, nor in " : strerror(errno),
                 is_searched ? PROFILES : "");
        return -1;
    }
    int failed = profile_read_lines(findings, file, name, problem, size);
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
