/* sockprobe.c - the behaviour of this host's sockets, question by question
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/monotonic.h"
#include "probes/behaviour/answers.h"
#include "probes/behaviour/exec-peer.h"
#include "probes/behaviour/pool.h"
#include "probes/finding/host.h"
#include "probes/finding/profile.h"
#include "probes/report/matrix.h"
#include "probes/run/runner.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/status.h"
#include "sonde.h"

static struct {
    bool list, explain, json, profile, states, matrix;
    const char *tap, *diff, *html;
    long times;
    struct option_list ids;
} choices;

static struct catalogue catalogue;
static struct findings here;  /* of this host, or profile B */
static struct findings there; /* profile A */

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
    ROW_NUMBER("times", 0, "N", &choices.times, 1, 100000,
               "run each question N times, and count the answers"),
    ROW_FLAG("matrix", 0, &choices.matrix,
             "compare the profiles that the operands name, question by "
             "question; - is this host"),
    {0},
};

/* The first usage error, for program_main: options that contradict each other,
   an empty name of --html, or operands that --matrix or --states does not take;
   NULL if there is none.  */
static const char *sockprobe_conflict(void)
{
    int reports = choices.list + choices.explain + choices.json +
                  choices.profile + choices.states + (choices.tap != NULL) +
                  (choices.html != NULL || choices.diff != NULL);
    if (reports > 1)
        return "choose one of --list, --explain, --json, --profile, --states, "
               "--tap, and --html or --diff";
    if (choices.times > 0 &&
        (reports > choices.json + choices.profile || choices.matrix))
        return "--times is for text, --json and --profile";
    if (choices.html && !*choices.html)
        return "--html: the name of the file is empty";
    if (choices.matrix &&
        (choices.diff || reports > choices.json + (choices.html != NULL)))
        return "--matrix is for text, --json and --html";
    if (choices.matrix && choices.ids.count == 0)
        return "--matrix needs profiles, such as linux-6.18; - is this host";
    if (choices.matrix && choices.ids.count > MATRIX_COLUMNS)
        return "--matrix takes 64 profiles at most";
    if (choices.states && choices.ids.count > 0)
        return "--states takes no ID: it is one question, tcp.states";
    return NULL;
}

/* For pool_ask: show how many of TOTAL runs are DONE, and with --times the
   seconds left, from the average of the runs DONE, since runs are alike; 0
   before the first has ended.  ELAPSED is in milliseconds.  */
static void sockprobe_show_progress(size_t done, size_t total, long elapsed)
{
    double left = done > 0 ? (double)elapsed / 1000 / (double)done *
                                 (double)(total - done)
                           : 0;
    if (choices.times > 0)
        progress_show(elapsed, "%zu of %zu runs, about %.0f s left", done,
                      total, left);
    else
        progress_show(elapsed, "%zu of %zu runs", done, total);
}

/* A question was killed: the report is incomplete.  */
static bool memory_ran_out;

/* The signal by which a run of --times was ended early; 0: none.  */
static volatile sig_atomic_t stopped;

/* Handler: note NUMBER, the signal, in STOPPED, which ends the runs.  */
static void sockprobe_stop(int number)
{
    stopped = number;
}

/* Have the signal NUMBER end the runs of --times (sockprobe_stop), unless the
   signal is ignored, as in the background of a script.  Failures are
   ignored.  */
static void stop_at(int number)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
        sonde_signal(number, sockprobe_stop, SONDE_RESTART);
}

/* Ask the chosen questions, add the answers and the host to HERE, and sort
   HERE.  Returns 0; not 0 after a message, with perhaps a part in HERE.  If a
   question was killed for want of memory, set memory_ran_out after a message,
   and return 0.  With --times SIGINT and SIGTERM end the runs early, which is
   no failure, with a message.  */
static int ask_host(void)
{
    const struct question **questions =
        calloc(catalogue.count + 1, sizeof *questions);
    char why[200] = "";
    int64_t start = monotonic_ms();
    struct pool_request request = {.questions = questions,
                                   .times = choices.times,
                                   .progress = sockprobe_show_progress};
    if (choices.times > 0) {
        request.stop = &stopped;
        stop_at(SIGINT);
        stop_at(SIGTERM);
    }
    for (size_t i = 0; questions && i < catalogue.count; i++)
        if (catalogue.entries[i].chosen)
            questions[request.count++] = catalogue.entries[i].question;
    bool failed = !questions || pool_ask(&request, &here, why, sizeof why) ||
                  host_add(&here, (long)(monotonic_ms() - start));
    int error = errno;
    progress_end();
    if (failed)
        complain("cannot ask the questions: %s", *why ? why : strerror(error));
    else if (*why)
        complain("memory ran out: %s", why);
    if (stopped)
        complain("stopped by a signal: the report has the runs until then");
    memory_ran_out = memory_ran_out || (!failed && *why);
    findings_sort(&here);
    free(questions);
    return failed;
}

/* Read the profile NAME into FINDINGS, empty before, which the caller frees in
   each case.  Returns 0; not 0 after a message.  */
static int read_profile(const char *name, struct findings *findings)
{
    char problem[400];
    return profile_read(findings, name, problem, sizeof problem)
               ? complain("%s", problem)
               : 0;
}

/* Choose the questions that the operands name, from the operand number FIRST
   on: those before are profiles.  Without such operands choose all questions;
   with --states tcp.states alone.  Returns 0; not 0 after a message, if an
   operand names no question.  */
static int sockprobe_choose(size_t first)
{
    if (choices.states)
        catalogue_choose(&catalogue, "tcp.states");
    else if (choices.ids.count <= first)
        catalogue_choose_all(&catalogue);
    for (size_t i = first; i < choices.ids.count; i++) {
        const char *id = choices.ids.texts[i];
        if (!catalogue_choose(&catalogue, id))
            return complain(
                "unknown %s '%s'; for all questions see sockprobe --list",
                choices.diff && i == 0 ? "profile or question" : "question",
                id);
    }
    return 0;
}

/* Print all texts of the chosen questions, with empty lines between.  */
static void sockprobe_explain(void)
{
    const char *separator = "";
    for (size_t i = 0; i < catalogue.count; i++) {
        if (!catalogue.entries[i].chosen)
            continue;
        fputs(separator, output_stream());
        separator = "\n";
        answers_explain(output_stream(), catalogue.entries[i].question);
    }
}

enum { NAME_SIZE = 256 };

/* Write the last part of PATH, masked and truncated, to NAME of NAME_SIZE
   bytes: a newline of another user's file would begin a line of the report.
   The part behind a final slash is empty.  Returns NAME.  */
static const char *name_print(const char *path, char *name)
{
    const char *slash = strrchr(path, '/');
    snprintf(name, NAME_SIZE, "%s", slash ? slash + 1 : path);
    mask_text(name);
    return name;
}

/* Whether the page of --html, which must be given, can be written, before the
   questions are asked in vain; true for "-"; false after a message.  */
static bool can_write(void)
{
    return !strcmp(choices.html, "-") || !output_check_path(choices.html);
}

/* Direct the report to the file of --html, which output_end replaces when the
   report is complete; "-" is standard output.  Returns the stream of the
   report.  */
static FILE *page_stream(void)
{
    output_to(choices.html);
    return output_stream();
}

/* Write the page of --html about HERE.  If IS_DIFF, with --diff, mark the
   differences from THERE.  Write errors are left to output_end.  */
static void write_page(bool is_diff)
{
    char name[NAME_SIZE];
    answers_html(page_stream(), &catalogue, &here, is_diff ? &there : NULL,
                 is_diff ? name_print(choices.diff, name) : NULL);
}

/* Report HERE in the chosen form; in text, in full if operands name
   questions.  */
static void sockprobe_report(void)
{
    FILE *out = output_stream();
    if (choices.html)
        write_page(false);
    else if (choices.states)
        answers_states(out, &here);
    else if (choices.json)
        answers_json(out, &catalogue, &here);
    else if (choices.profile)
        profile_write(out, &here);
    else if (choices.times > 0)
        answers_rates(out, &catalogue, &here);
    else
        answers_text(out, &catalogue, &here, choices.ids.count > 0);
}

/* Whether the first operand is profile B of --diff; false without --diff.  The
   name of a question is no profile, even if a file, such as a program, has the
   same name.  */
static bool has_second(void)
{
    return choices.diff && choices.ids.count > 0 &&
           !catalogue_has(&catalogue, choices.ids.texts[0]) &&
           profile_exists(choices.ids.texts[0]);
}

/* The exit status of a comparison: STATUS_NO for a difference; STATUS_TROUBLE
   after a message if nothing was compared; else STATUS_DONE.  With --tap,
   STATUS_DONE also if both sides have answers, but none that can be
   compared.  */
static int sockprobe_judge(const struct difference *difference)
{
    if (difference->different > 0)
        return STATUS_NO;
    if (difference->compared > 0 ||
        (choices.tap && difference->incomparable > 0))
        return STATUS_DONE;
    return complain(
        difference->incomparable
            ? "%s: nothing can be compared: no answer is known and stable on "
              "both sides"
            : "%s: no answer in common",
        choices.tap ? "--tap" : "--diff");
}

/* Report the differences of HERE and THERE, profile A, in the chosen form:
   HTML, TAP or text.  SECOND: HERE is profile B, not this host; the text then
   has A first.  Returns the exit status of sockprobe_judge.  */
static int sockprobe_compare(bool second)
{
    struct difference difference = answers_compare(&catalogue, &here, &there);
    char names[2][NAME_SIZE];
    FILE *out = output_stream();
    if (choices.html) {
        write_page(true);
    } else if (choices.tap) {
        answers_tap(out, &catalogue, &here, &there);
    } else if (second) {
        answers_diff(out, &catalogue, &there, &here,
                     name_print(choices.diff, names[0]),
                     name_print(choices.ids.texts[0], names[1]));
    } else {
        answers_diff(out, &catalogue, &here, &there, "here", "there");
    }
    return sockprobe_judge(&difference);
}

/* Choose questions.  With --explain or --list only write their texts.
   Otherwise read profile A, if given, and get the answers of profile B or, by
   asking, of this host; then report the answers, or compare the answers with
   profile A.  Returns the exit status.  */
static int sockprobe_ask(void)
{
    const char *profile = choices.tap ? choices.tap : choices.diff;
    bool second = has_second();
    if (sockprobe_choose(second))
        return STATUS_TROUBLE;
    if (choices.explain)
        sockprobe_explain();
    else if (choices.list)
        answers_list(output_stream(), &catalogue);
    if (choices.explain || choices.list)
        return STATUS_DONE;
    if ((profile && read_profile(profile, &there)) ||
        (choices.html && !can_write()) ||
        (second ? read_profile(choices.ids.texts[0], &here) : ask_host()))
        return STATUS_TROUBLE;
    if (profile)
        return sockprobe_compare(second);
    sockprobe_report();
    return STATUS_DONE;
}

/* Write the matrix in the chosen form.  */
static void matrix_report(const struct matrix *matrix)
{
    if (choices.html)
        matrix_html(page_stream(), matrix);
    else if (choices.json)
        matrix_json(output_stream(), matrix);
    else
        matrix_text(output_stream(), matrix);
}

/* Fill in COLUMN, all zero, from the operand NAME: a profile, with the name in
   SHOWN; or "-", which asks this host, with the name "this host", and leaves
   HERE, empty before, empty.  COLUMN owns the findings, also after a failure.
   Returns 0; not 0 after a message.  */
static int matrix_read(struct matrix_column *column, const char *name,
                       char shown[NAME_SIZE])
{
    column->name = "this host";
    if (!strcmp(name, "-")) {
        int failed = ask_host();
        column->findings = here;
        here = (struct findings){0};
        return failed;
    }
    column->name = name_print(name, shown);
    return read_profile(name, &column->findings);
}

/* Compare the profiles of the operands, by all questions.  Returns the exit
   status: STATUS_DONE, also if there are differences; STATUS_TROUBLE after a
   message if a profile, the questions or the page failed.  */
static int sockprobe_matrix(void)
{
    static struct matrix_column columns[MATRIX_COLUMNS];
    static char names[MATRIX_COLUMNS][NAME_SIZE];
    struct matrix matrix = {&catalogue, columns, choices.ids.count};
    int status = STATUS_DONE;
    catalogue_choose_all(&catalogue);
    if (choices.html && !can_write())
        return STATUS_TROUBLE;
    for (size_t i = 0; i < matrix.count && status == STATUS_DONE; i++)
        if (matrix_read(&columns[i], choices.ids.texts[i], names[i]))
            status = STATUS_TROUBLE;
    if (status == STATUS_DONE)
        matrix_report(&matrix);
    for (size_t i = 0; i < matrix.count; i++)
        findings_free(&columns[i].findings);
    return status;
}

/* Ask or compare, with --matrix by sockprobe_matrix, and free all.  Returns the
   exit status; STATUS_TROUBLE, even after a report, if memory ran out for a
   question.  */
static int sockprobe_run(void)
{
    int status = catalogue_make(&catalogue) ? complain("out of memory")
                 : choices.matrix           ? sockprobe_matrix()
                                            : sockprobe_ask();
    findings_free(&here);
    findings_free(&there);
    catalogue_free(&catalogue);
    return memory_ran_out ? STATUS_TROUBLE : status;
}

/* Play the peer, if exec_peer_run has executed this program; else run
   sockprobe.  Returns the exit status.  */
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
    int status = exec_peer_main(argc, argv);
    return status < 0 ? program_main(&program, argc, argv) : status;
}
