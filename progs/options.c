/* options.c - a program's options as a table, which drives parsing and --help
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mask.h"
#include "base/wait.h"
#include "base/wrap.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/status.h"
#include "sonde.h"

/* getopt_long returns LONG_BASE + the index of the row.  */
enum { OPTIONS_MAX = 64, LONG_BASE = 256, ROOM_WAIT_MS = 1000 };

static const struct option_row common[] = {
    {"help", 'h', NULL, "print this help and exit", OPTION_HELP, NULL, 0, 0,
     NULL},
    {"version", 'V', NULL, "print the version and exit", OPTION_VERSION, NULL,
     0, 0, NULL},
    {0},
};

/* All rows, in the order of --help; and as getopt_long takes them.  */
struct option_view {
    const struct program *program;
    const struct option_row *rows[OPTIONS_MAX];
    size_t count;
    char letters[2 * OPTIONS_MAX + 1];
    struct option words[OPTIONS_MAX + 1];
};

/* Append ROW to VIEW, which has room, and what getopt_long needs for it.  */
static void view_add(struct option_view *view, const struct option_row *row)
{
    char *end = view->letters + strlen(view->letters);
    if (row->letter)
        sprintf(end, row->argument ? "%c:" : "%c", row->letter);
    view->words[view->count] = (struct option){
        row->name, row->argument ? required_argument : no_argument, NULL,
        LONG_BASE + (int)view->count};
    view->rows[view->count++] = row;
}

/* Fill *VIEW with the rows of PROGRAM, its own, the shared and the common ones;
   rows beyond OPTIONS_MAX are ignored.  */
static void view_make(struct option_view *view, const struct program *program)
{
    const struct option_row *tables[] = {program->rows, program->shared,
                                         common};
    *view = (struct option_view){.program = program};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct option_row *row = tables[i]; row && row->name; row++)
            if (view->count < OPTIONS_MAX)
                view_add(view, row);
}

/* The row of VALUE, which getopt_long returned; NULL for '?'.  */
static const struct option_row *view_find(const struct option_view *view,
                                          int value)
{
    if (value >= LONG_BASE)
        return view->rows[value - LONG_BASE];
    for (size_t i = 0; i < view->count; i++)
        if (view->rows[i]->letter == value)
            return view->rows[i];
    return NULL;
}

/* ---- --help -------------------------------------------------------------- */

/* Write ROW's options to TEXT as --help shows them, after two blanks: "  -b,
   --backlog LIST".  Four more blanks stand for a missing letter.  Returns the
   length with the blanks, as snprintf.  */
static int row_print_name(const struct option_row *row, char *text, size_t size)
{
    char letter[] = "    ";
    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    return snprintf(text, size, "  %s--%s%s%s", letter, row->name,
                    row->argument ? " " : "",
                    row->argument ? row->argument : "");
}

/* Write ROW's choices, with commas and cut to SIZE bytes, to TEXT.  Returns the
   length; 0 without choices, and TEXT stays.  */
static size_t row_print_choices(const struct option_row *row, char *text,
                                size_t size)
{
    size_t used = 0;
    for (int i = 0; row->choices && row->choices[i] && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 i ? ", " : "", row->choices[i]);
    return used < size ? used : size - 1;
}

/* The column of the help texts, counted from 0: two behind the longest name, as
   row_print_name, for which that is at most 30; at least 22.  A longer name has
   a line of its own.  */
static int help_column(const struct option_view *view)
{
    enum { COLUMN_MIN = 22, COLUMN_MAX = 30 };
    int column = COLUMN_MIN;
    for (size_t i = 0; i < view->count; i++) {
        char text[80];
        int length = row_print_name(view->rows[i], text, sizeof text) + 2;
        if (length > column && length <= COLUMN_MAX)
            column = length;
    }
    return column;
}

/* Print ROW for --help: the names, and from COLUMN on choices and help.  */
static void row_print_help(const struct option_row *row, int column)
{
    FILE *out = output_stream();
    char text[400];
    int length = row_print_name(row, text, sizeof text);
    fputs(text, out);
    if (length + 2 > column) {
        putc('\n', out);
        length = 0;
    }
    pad(out, length, column);
    size_t used = row_print_choices(row, text, sizeof text);
    snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "",
             row->help);
    wrap(out, text, column, column, WIDTH);
    putc('\n', out);
}

/* Print the help to the report.  Returns STATUS_DONE.  */
static int print_help(const struct option_view *view)
{
    const struct program *program = view->program;
    FILE *out = output_stream();
    int column = help_column(view);
    fprintf(out, "Usage: %s [OPTION]...%s%s\n", program->name,
            program->operands ? " " : "",
            program->operands ? program->operands : "");
    wrap(out, program->purpose, 0, 0, WIDTH);
    fputs("\n\n", out);
    for (size_t i = 0; i < view->count; i++)
        row_print_help(view->rows[i], column);
    putc('\n', out);
    if (wrap(out, program->operands_help, 0, 0, WIDTH) > 0)
        putc('\n', out);
    wrap(out, program->statuses, fprintf(out, "Exit status: "), 0, WIDTH);
    putc('\n', out);
    return STATUS_DONE;
}

/* Print the version and the licence to the report.  Returns STATUS_DONE.  */
static int print_version(const struct program *program)
{
    fprintf(output_stream(),
            "%s (sonde) %s\n"
            "License GPLv3+: GNU GPL version 3 or later.\n"
            "There is no warranty, to the extent permitted by law.\n",
            program->name, PACKAGE_VERSION);
    return STATUS_DONE;
}

/* ---- values -------------------------------------------------------------- */

/* Set the target of ROW to the number TEXT, decimal, from MIN to MAX, without a
   plus sign or blanks.  Returns OPTIONS_GO_ON; or STATUS_TROUBLE after a usage
   error, with the target unchanged.  */
static int take_number(const struct option_row *row, const char *text)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (!strchr("-0123456789", *text) || end == text || *end || errno ||
        number < row->min || number > row->max)
        return usage_error(
            "invalid argument '%s' for '--%s': give a number from %ld to %ld",
            text, row->name, row->min, row->max);
    *(long *)row->target = number;
    return OPTIONS_GO_ON;
}

/* As take_number, for seconds such as 2, 0.25 or .5, cut after the third
   decimal, without a sign; the target, MIN and MAX are in milliseconds.  */
static int take_seconds(const struct option_row *row, const char *text)
{
    char *end;
    bool is_plain = !text[strspn(text, "0123456789.")];
    /* A millionth: 0.57 is a bit less in binary.  */
    double ms = strtod(text, &end) * 1000 + 1e-6;
    if (!is_plain || end == text || *end || ms < (double)row->min ||
        ms >= (double)row->max + 1)
        return usage_error(
            "invalid argument '%s' for '--%s': give seconds from %g to %g",
            text, row->name, (double)row->min / 1000, (double)row->max / 1000);
    *(long *)row->target = (long)ms;
    return OPTIONS_GO_ON;
}

/* Set the target of ROW, an int, to the index of TEXT in the choices of ROW.
   TEXT must be a choice in full, in the same case.  Returns as take_number.  */
static int take_choice(const struct option_row *row, const char *text)
{
    char all[200];
    for (int i = 0; row->choices[i]; i++)
        if (!strcmp(row->choices[i], text)) {
            *(int *)row->target = i;
            return OPTIONS_GO_ON;
        }
    row_print_choices(row, all, sizeof all);
    return usage_error("invalid argument '%s' for '--%s': choose one of %s",
                       text, row->name, all);
}

/* As take_number, for a range such as 90 or 10:20; the target is a struct
   check_range, which keeps TEXT, and MIN and MAX do not apply.  */
static int take_range(const struct option_row *row, const char *text)
{
    if (!check_range_read(row->target, text))
        return usage_error("invalid argument '%s' for '--%s': give a range, "
                           "such as 90 or 10:20",
                           text, row->name);
    return OPTIONS_GO_ON;
}

/* Append TEXT, which is not copied, to LIST.  Returns OPTIONS_GO_ON; or without
   memory STATUS_TROUBLE after a message, and LIST stays.  */
static int list_add(struct option_list *list, const char *text)
{
    const char **texts =
        realloc(list->texts, (list->count + 1) * sizeof *list->texts);
    if (!texts)
        return complain("out of memory");
    texts[list->count++] = text;
    list->texts = texts;
    return OPTIONS_GO_ON;
}

/* ---- the command line ---------------------------------------------------- */

/* ROW, of VIEW, was given, with VALUE if any, which is not copied: set its
   target, or print help or version to the report.  Returns OPTIONS_GO_ON; or
   the exit status, after the help, the version or a message.  */
static int row_take(const struct option_row *row, const char *value,
                    const struct option_view *view)
{
    switch (row->kind) {
    case OPTION_FLAG:
    case OPTION_CHECK:
        *(bool *)row->target = true;
        break;
    case OPTION_NUMBER:
        return take_number(row, value);
    case OPTION_SECONDS:
        return take_seconds(row, value);
    case OPTION_TEXT:
        *(const char **)row->target = value;
        break;
    case OPTION_LIST:
        return list_add(row->target, value);
    case OPTION_CHOICE:
        return take_choice(row, value);
    case OPTION_RANGE:
        return take_range(row, value);
    case OPTION_HELP:
        return print_help(view);
    case OPTION_VERSION:
        return print_version(view->program);
    }
    return OPTIONS_GO_ON;
}

/* Whether an option of ARGV is of the kind OPTION_CHECK.  Such an option
   applies to all errors, also to one before it, so it is looked for first.
   Permutes ARGV as getopt_long, sets no target, and resets optind for the next
   parse.  The caller has set opterr to 0, so that nothing is printed.  */
static bool is_check_asked(const struct option_view *view, int argc,
                           char **argv)
{
    int value;
    bool asked = false;
    while ((value = getopt_long(argc, argv, view->letters, view->words,
                                NULL)) != -1) {
        const struct option_row *row = view_find(view, value);
        asked = asked || (row && row->kind == OPTION_CHECK);
    }
    optind = 0; /* for GNU getopt: initialize */
    return asked;
}

/* Mask WORD of the command line as mask_text does, and after a single '-' each
   byte above ASCII, too: as an unknown letter getopt_long prints one byte.  */
static void word_mask(char *word)
{
    mask_text(word);
    bool has_letters = word[0] == '-' && word[1] != '-';
    for (; has_letters && *word; word++)
        if ((unsigned char)*word > 127)
            *word = '?';
}

/* getopt_long found an error: parse again, up to the error, and let getopt_long
   print the message; then usage_hint.  Returns STATUS_TROUBLE.  The words of
   ARGV are masked before (word_mask): getopt_long prints them.  A masked word
   is as wrong as before.  stdio would lose the message if a non-blocking
   standard error had no room, so wait for room first, without limit, as
   write_all does.  */
static int report_option_error(const struct option_view *view, int argc,
                               char **argv)
{
    while (wait_one(STDERR_FILENO, POLLOUT, ROOM_WAIT_MS) == 0)
        continue;
    for (int i = 1; i < argc; i++)
        word_mask(argv[i]);
    int value;
    optind = 0; /* for GNU getopt: initialize */
    opterr = 1;
    do
        value = getopt_long(argc, argv, view->letters, view->words, NULL);
    while (value != '?' && value != -1);
    return usage_hint();
}

/* Append the COUNT OPERANDS to the list of PROGRAM.  Returns OPTIONS_GO_ON; or
   STATUS_TROUBLE after a message.  After too many operands the list is
   unchanged; out of memory, the list may have some of the operands.  */
static int take_operands(const struct program *program, size_t count,
                         char **operands)
{
    size_t max = program->operands ? program->operands_max : 0;
    if (count > max)
        return usage_error("unexpected operand '%s'", operands[max]);
    int status = OPTIONS_GO_ON;
    for (size_t i = 0; i < count && status == OPTIONS_GO_ON; i++)
        status = list_add(program->operands_target, operands[i]);
    return status;
}

int options_take(const struct program *program, int argc, char **argv)
{
    static char name[20];
    struct option_view view;
    int value;
    view_make(&view, program);
    snprintf(name, sizeof name, "%s", program->name);
    if (argc > 0)
        argv[0] = name; /* for getopt_long's messages */
    opterr = 0;
    if (is_check_asked(&view, argc, argv))
        output_check();
    while ((value = getopt_long(argc, argv, view.letters, view.words, NULL)) !=
           -1) {
        const struct option_row *row = view_find(&view, value);
        int status = row ? row_take(row, optarg, &view)
                         : report_option_error(&view, argc, argv);
        if (status != OPTIONS_GO_ON)
            return status;
    }
    int status = take_operands(program, (size_t)(argc - optind), argv + optind);
    const char *conflict = status == OPTIONS_GO_ON && program->conflict
                               ? program->conflict()
                               : NULL;
    return conflict ? usage_error("%s", conflict) : status;
}

/* Undo what the parent process may have left in this process: blocked signals
   that end a run, which would have no effect; SIGCHLD blocked, which would hide
   the end of a child, or ignored, which would destroy its exit status.  */
static void program_reset_signals(void)
{
    static const int numbers[] = {SIGCHLD, SIGHUP, SIGINT, SIGTERM};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaddset(&set, numbers[i]);
    sonde_signal(SIGCHLD, SIG_DFL, SONDE_RESTART);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int program_main(const struct program *program, int argc, char **argv)
{
    program_reset_signals();
    if (!output_begin(program->name, !program->is_server)) {
        /* The options are not read yet.  */
        for (int i = 1; i < argc; i++)
            if (!strcmp(argv[i], "--check"))
                return CHECK_UNKNOWN;
        return STATUS_TROUBLE;
    }
    int status = options_take(program, argc, argv);
    return output_end(status == OPTIONS_GO_ON ? program->run() : status);
}
