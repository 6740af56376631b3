/* sockprobe.c - the behaviour of this host's sockets, question by question
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/monotonic.h"
#include "probes/behaviour/answers.h"
#include "probes/behaviour/pool.h"
#include "probes/finding/host.h"
#include "probes/finding/profile.h"
#include "probes/run/runner.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/status.h"

struct sockprobe_choices {
    bool list, explain, json, profile, states;
    const char *tap, *diff, *html;
    struct option_list ids;
};

static struct sockprobe_choices choices;

static const struct option_row rows[] = {
    ROW_FLAG("list", 'l', &choices.list, "list the questions, without asking"),
    ROW_FLAG("explain", 'e', &choices.explain,
             "explain the questions: reason, standards, other systems"),
    ROW_FLAG("json", 'j', &choices.json, "report in JSON"),
    ROW_FLAG("profile", 0, &choices.profile,
             "report in tab-separated lines, to save and compare"),
    ROW_TEXT("diff", 0, "A", &choices.diff,
             "compare this host, or profile B, with profile A"),
    ROW_TEXT("tap", 0, "A", &choices.tap,
             "compare this host with profile A, in TAP"),
    ROW_FLAG("states", 0, &choices.states,
             "draw the states of a TCP connection"),
    ROW_TEXT("html", 0, "FILE", &choices.html,
             "write an HTML page; with --diff A, differences in colour"),
    {0},
};

/* Only one report is made.  */
static const char *sockprobe_conflict(void)
{
    int reports = choices.list + choices.explain + choices.json +
                  choices.profile + choices.states + (choices.tap != NULL) +
                  (choices.html != NULL || choices.diff != NULL);
    if (reports > 1)
        return "choose one of --list, --explain, --json, --profile, --states, "
               "--tap, and --html or --diff";
    if (choices.states && choices.ids.count > 0)
        return "--states takes no ID: it is one question, tcp.states";
    return NULL;
}

static void sockprobe_show_progress(size_t done, size_t total, long elapsed)
{
    progress_show(elapsed, "asked %zu of %zu times", done, total);
}

/* A question was killed because memory ran out: the report is incomplete, and
   the exit status is STATUS_TROUBLE.  */
static bool memory_ran_out;

/* Ask the chosen questions, add the host, and sort FINDINGS.  Returns 0, or -1
   after a message.  If memory ran out for a question, print a message, set
   memory_ran_out, and return 0.  */
static int ask_host(const struct catalogue *catalogue,
                    struct findings *findings)
{
    const struct question **questions =
        calloc(catalogue->count + 1, sizeof *questions);
    size_t count = 0;
    int64_t start = monotonic_ms();
    if (!questions) {
        complain("out of memory");
        return -1;
    }
    for (size_t i = 0; i < catalogue->count; i++)
        if (catalogue->entries[i].chosen)
            questions[count++] = catalogue->entries[i].question;
    char why[200];
    int failed = pool_ask(questions, count, sockprobe_show_progress, findings,
                          why, sizeof why);
    int error = errno;
    int64_t elapsed = monotonic_ms() - start;
    progress_end();
    if (!failed) {
        failed = host_add(findings, (long)elapsed);
        error = errno;
    }
    if (failed)
        complain("cannot ask the questions: %s", *why ? why : strerror(error));
    else if (*why)
        complain("memory ran out: %s", why);
    memory_ran_out = !failed && *why;
    findings_sort(findings);
    free(questions);
    return failed;
}

/* Read the profile NAME into FINDINGS.  Returns 0, or -1 after a message.  */
static int read_profile(const char *name, struct findings *findings)
{
    char problem[400];
    if (profile_read(findings, name, problem, sizeof problem) == 0)
        return 0;
    complain("%s", problem);
    return -1;
}

/* Choose the questions of ID, a question, group or pattern.  Returns 0, or -1
   after a message.  */
static int choose_one(struct catalogue *catalogue, const char *id,
                      bool or_profile)
{
    if (catalogue_choose(catalogue, id))
        return 0;
    complain("unknown %s '%s'; for all questions see sockprobe --list",
             or_profile ? "profile or question" : "question", id);
    return -1;
}

/* Choose the questions named by the operands, after FIRST operands that name
   profiles; all questions, if there are none; with --states tcp.states alone.
   Returns 0, or -1 after a message.  */
static int sockprobe_choose(struct catalogue *catalogue, size_t first)
{
    if (choices.states)
        return choose_one(catalogue, "tcp.states", false);
    if (choices.ids.count <= first)
        catalogue_choose_all(catalogue);
    for (size_t i = first; i < choices.ids.count; i++)
        if (choose_one(catalogue, choices.ids.texts[i], choices.diff && i == 0))
            return -1;
    return 0;
}

static void sockprobe_explain(const struct catalogue *catalogue)
{
    bool first = true;
    for (size_t i = 0; i < catalogue->count; i++) {
        if (!catalogue->entries[i].chosen)
            continue;
        if (!first)
            putc('\n', output_stream());
        first = false;
        answers_explain(output_stream(), catalogue->entries[i].question);
    }
}

/* The last part of PATH.  */
static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Write a file's name for a report to NAME, of NAME_SIZE bytes: the last part,
   masked, since another user may have named the file, and a newline in a name
   would begin a line of the report.  Returns NAME.  */
enum { NAME_SIZE = 256 };
static const char *name_print(const char *path, char *name)
{
    snprintf(name, NAME_SIZE, "%s", base_of(path));
    mask_text(name);
    return name;
}

/* Open the page NAME; "-" is the report.  With MODE "a" only to check the
   permission, before the questions are asked in vain: a new file is made.
   Returns NULL after a message.  */
static FILE *open_page(const char *name, const char *mode)
{
    FILE *out = !strcmp(name, "-") ? output_stream() : fopen(name, mode);
    if (!out)
        complain("%s: %s", name, strerror(errno));
    return out;
}

/* Close the page, unless it is the report.  Returns 0, or -1 after a message if
   the page is incomplete.  */
static int close_page(const char *name, FILE *out)
{
    if (out == output_stream())
        return 0;
    bool failed = ferror(out) != 0;
    errno = 0;
    if (fclose(out) == 0 && !failed)
        return 0;
    complain("%s: %s", name, errno ? strerror(errno) : "it cannot be written");
    return -1;
}

/* Write the page of --html; THERE, if not NULL, is the profile of --diff.
   Returns STATUS_DONE, also if there are differences, or STATUS_TROUBLE after a
   message.  */
static int write_page(const struct catalogue *catalogue,
                      const struct findings *here, const struct findings *there)
{
    char name[NAME_SIZE];
    FILE *out = open_page(choices.html, "w");
    if (!out)
        return STATUS_TROUBLE;
    answers_html(out, catalogue, here, there,
                 there ? name_print(choices.diff, name) : NULL);
    return close_page(choices.html, out) ? STATUS_TROUBLE : STATUS_DONE;
}

/* Report the host HERE in the chosen form.  Returns the exit status.  */
static int sockprobe_report(const struct catalogue *catalogue,
                            const struct findings *here)
{
    if (choices.html)
        return write_page(catalogue, here, NULL);
    if (choices.states)
        answers_states(output_stream(), here);
    else if (choices.json)
        answers_json(output_stream(), catalogue, here);
    else if (choices.profile)
        profile_write(output_stream(), here);
    else
        answers_text(output_stream(), catalogue, here, choices.ids.count > 0);
    return STATUS_DONE;
}

/* Whether the first operand is the profile to compare. The name of a question
   is no profile, even if a file has the same name, such as the program
   byteorder.  */
static bool has_second(const struct catalogue *catalogue)
{
    return choices.diff && choices.ids.count > 0 &&
           !catalogue_has(catalogue, choices.ids.texts[0]) &&
           profile_exists(choices.ids.texts[0]);
}

/* The exit status of a comparison: to have compared nothing is not to have
   found no difference, and STATUS_TROUBLE after a message.  With --tap answers
   that cannot be compared are enough.  */
static int sockprobe_judge(const struct difference *difference)
{
    if (difference->different > 0)
        return STATUS_NO;
    if (difference->compared > 0 ||
        (choices.tap && difference->incomparable > 0))
        return STATUS_DONE;
    complain(difference->incomparable
                 ? "%s: nothing can be compared: one of the two did not tell"
                 : "%s: they have no answer in common",
             choices.tap ? "--tap" : "--diff");
    return STATUS_TROUBLE;
}

/* Report the differences between HERE, this host or if SECOND another profile,
   and THERE, in the chosen form.  Returns the exit status.  */
static int sockprobe_compare(const struct catalogue *catalogue,
                             const struct findings *here,
                             const struct findings *there, bool second)
{
    struct difference difference = answers_compare(catalogue, here, there);
    if (choices.html && write_page(catalogue, here, there))
        return STATUS_TROUBLE;
    char names[2][NAME_SIZE];
    if (choices.tap)
        answers_tap(output_stream(), catalogue, here, there);
    else if (second && !choices.html)
        answers_diff(output_stream(), catalogue, there, here,
                     name_print(choices.diff, names[0]),
                     name_print(choices.ids.texts[0], names[1]));
    else if (!choices.html)
        answers_diff(output_stream(), catalogue, here, there, "here", "there");
    return sockprobe_judge(&difference);
}

/* Whether the page of --html can be written; true without --html.  Makes the
   file if there is none; false after a message.  */
static bool can_write(void)
{
    FILE *out = choices.html ? open_page(choices.html, "a") : NULL;
    if (!choices.html)
        return true;
    return out && close_page(choices.html, out) == 0;
}

/* Choose questions; explain or list them; or read the profiles, ask the host
   unless two profiles are compared, and report.  Returns the exit status.  */
static int sockprobe_ask(struct catalogue *catalogue, struct findings *here,
                         struct findings *there)
{
    const char *profile = choices.tap ? choices.tap : choices.diff;
    bool second = has_second(catalogue);
    if (sockprobe_choose(catalogue, second))
        return STATUS_TROUBLE;
    if (choices.explain)
        sockprobe_explain(catalogue);
    else if (choices.list)
        answers_list(output_stream(), catalogue);
    if (choices.explain || choices.list)
        return STATUS_DONE;
    if ((profile && read_profile(profile, there)) || !can_write())
        return STATUS_TROUBLE;
    if (second ? read_profile(choices.ids.texts[0], here)
               : ask_host(catalogue, here))
        return STATUS_TROUBLE;
    return profile ? sockprobe_compare(catalogue, here, there, second)
                   : sockprobe_report(catalogue, here);
}

static int sockprobe_run(void)
{
    struct catalogue catalogue = {0};
    struct findings here = {0}, there = {0};
    int status = STATUS_TROUBLE;
    if (catalogue_make(&catalogue))
        complain("out of memory");
    else
        status = sockprobe_ask(&catalogue, &here, &there);
    if (memory_ran_out)
        status = STATUS_TROUBLE;
    findings_free(&here);
    findings_free(&there);
    catalogue_free(&catalogue);
    return status;
}

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "sockprobe",
        .purpose = "Ask this host how its sockets behave, and print the "
                   "answers.",
        .rows = rows,
        .operands = "[ID | B]...",
        .operands_max = 256,
        .operands_target = &choices.ids,
        .operands_help = "ID is a question of --list, a group such as accept, "
                         "or a pattern such as 'signal.*'; without ID, all "
                         "questions are chosen.",
        .statuses = "0 success, 1 a comparison found a difference, 2 usage "
                    "error or failure.",
        .conflict = sockprobe_conflict,
        .run = sockprobe_run,
    };
    return program_main(&program, argc, argv);
}
