/* fuzz-profile.c - the file of a profile that somebody else saved
   SPDX-License-Identifier: GPL-3.0-or-later

   Read as the file of echoload --compare, with a figure and a setting.  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/finding/figures.h"
#include "probes/finding/profile.h"
#include "tests/fuzz/fuzz.h"

static const struct profile_form form = {"sonde-load", 1, false};

static const struct figure figures[] = {{"plan", "size", true},
                                        {"latency", "p50_ns", false},
                                        {"result", "errors", false}};
enum { figures_count = sizeof figures / sizeof *figures };

/* Make a file of SIZE bytes DATA; its name is in PATH.  */
static void file_make(char *path, const uint8_t *data, size_t size)
{
    int fd = mkstemp(path);
    MUST(fd >= 0);
    MUST(write(fd, data, size) == (ssize_t)size);
    MUST(!close(fd));
}

/* FINDINGS compared with themselves have no difference; with none, all that is
   counted is on one side.  */
static void compare(const struct findings *findings)
{
    struct findings none = {.sorted = true};
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    MUST(out);
    struct comparison same =
        figures_compare(out, figures, figures_count, findings, findings, 0);
    MUST(same.different == 0 && same.here_only == 0 && same.there_only == 0);
    struct comparison alone =
        figures_compare(out, figures, figures_count, findings, &none, 0);
    MUST(alone.different == 0 && alone.same == 0 && alone.there_only == 0);
    MUST(alone.here_only == same.same);
    MUST(!ferror(out) && !fclose(out) && strlen(text) == size);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/sonde-fuzz.XXXXXX", problem[100] = "";
    struct findings findings = {0};
    file_make(path, data, size);
    int failed =
        profile_read_form(&findings, &form, path, problem, sizeof problem);
    MUST(!unlink(path));
    MUST(!failed || *problem);
    if (!failed && !figures_check(&findings, figures, figures_count, path,
                                  problem, sizeof problem))
        compare(&findings);
    findings_free(&findings);
    return 0;
}
