/* profile.c - findings that were saved
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probes/finding/profile.h"

/* A line of findings is far shorter.  */
enum { LINE_MAX_HERE = 4096 };

/* Open NAME as it is; or, if it is a bare word, among those of the source tree
   that this stands in, or those installed.  */
static FILE *open_profile(const char *name)
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
    FILE *file = open_profile(name);
    if (file)
        fclose(file);
    return file != NULL;
}

/* Read a line without its end, which another system may have made "\r\n", into
   LINE; of a comment as much as it holds.  Returns 1; 0: there is none; or -1:
   it is too long.  */
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

static int profile_read_lines(struct findings *findings, FILE *file,
                              const char *name, char *problem, size_t size)
{
    char line[LINE_MAX_HERE];
    int found;
    for (long number = 1; (found = profile_read_line(file, line, sizeof line));
         number++) {
        if (found < 0) {
            snprintf(problem, size, "%s, line %ld: it is too long", name,
                     number);
            return -1;
        }
        if (line[0] == '#')
            continue;
        if (findings_read_line(findings, line)) {
            snprintf(problem, size, "%s, line %ld: %s", name, number,
                     errno == EPROTO ? "this is no line of a profile"
                                     : strerror(errno));
            return -1;
        }
    }
    if (!ferror(file) && findings->count > 0)
        return 0;
    snprintf(problem, size, "%s: %s", name,
             ferror(file) ? "it cannot be read" : "it is empty");
    return -1;
}

int profile_read(struct findings *findings, const char *name, char *problem,
                 size_t size)
{
    FILE *file = open_profile(name);
    if (!file && errno == ENOENT && !strchr(name, '/')) {
        snprintf(problem, size, "%s: no such file here, nor in %s", name,
                 PROFILES);
        return -1;
    }
    if (!file) {
        snprintf(problem, size, "%s: %s", name, strerror(errno));
        return -1;
    }
    int failed = profile_read_lines(findings, file, name, problem, size);
    fclose(file);
    findings_sort(findings);
    const struct finding *twice = findings_twice(findings);
    if (!failed && twice) {
        snprintf(problem, size, "%s: %s %s stands there twice", name, twice->id,
                 twice->key);
        failed = -1;
    }
    return failed;
}
