/* options.c - options as data: one table drives parsing and --help
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/write.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/status.h"

/* getopt_long's value for a long option: this and the row's number.  */
enum { OPTIONS_MAX = 64, LONG_BASE = 256 };

/* The row in the form that --help shows: "-b, --backlog LIST".  */
static void print_row_name(const struct option_row *row, char *text,
                           size_t size)
{
    char letter[4] = "", word[40] = "";
    if (row->letter)
        snprintf(letter, sizeof letter, "-%c", row->letter);
    if (row->word)
        snprintf(word, sizeof word, "--%s", row->word);
    snprintf(text, size, "%2s%s%s%s%s", letter,
             row->letter && row->word ? ", "
             : row->word              ? "  "
                                      : "",
             word, row->argument ? " " : "",
             row->argument ? row->argument : "");
}

/* The column in which the help of all rows begins: names longer than
   NAME_WIDTH_MAX stand in a line of their own.  */
static int name_width(const struct program *program)
{
    enum { NAME_WIDTH_MIN = 18, NAME_WIDTH_MAX = 26 };
    int width = NAME_WIDTH_MIN;
    for (size_t i = 0; i < program->count; i++) {
        char text[80];
        print_row_name(&program->options[i], text, sizeof text);
        int length = (int)strlen(text);
        if (length > width && length <= NAME_WIDTH_MAX)
            width = length;
    }
    return width;
}

/* NAME, and HELP line by line beside it.  */
static void print_row(const char *name, int width, const char *help)
{
    FILE *out = output_stream();
    bool beside = (int)strlen(name) <= width;
    if (!beside)
        fprintf(out, "  %s\n", name);
    for (const char *left = beside ? name : ""; *help; left = "") {
        int length = (int)strcspn(help, "\n");
        fprintf(out, "  %-*s  %.*s\n", width, left, length, help);
        help += length + (help[length] == '\n');
    }
}

static int print_help(const struct program *program)
{
    FILE *out = output_stream();
    int width = name_width(program);
    fprintf(out, "Usage: %s [OPTION]...%s%s\n%s\n\n", program->name,
            program->operands ? " " : "",
            program->operands ? program->operands : "", program->purpose);
    for (size_t i = 0; i < program->count; i++) {
        char text[80];
        print_row_name(&program->options[i], text, sizeof text);
        print_row(text, width, program->options[i].help);
    }
    if (program->more)
        fprintf(out, "\n%s", program->more);
    return STATUS_DONE;
}

static int print_version(const struct program *program)
{
    fprintf(output_stream(),
            "%s (sonde) %s\n"
            "License GPLv3+: GNU GPL version 3 or later.\n"
            "There is no warranty, to the extent permitted by law.\n",
            program->name, PACKAGE_VERSION);
    return STATUS_DONE;
}

int options_try_help(const char *name)
{
    char line[80];
    int length = snprintf(line, sizeof line, "Try '%s --help'.\n", name);
    write_all(STDERR_FILENO, line, (size_t)length);
    return STATUS_TROUBLE;
}

static int take_number(const struct program *program,
                       const struct option_row *row, const char *text)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    bool plain = *text == '-' || (*text >= '0' && *text <= '9');
    if (!plain || end == text || *end || errno || number < row->least ||
        number > row->most) {
        complain("--%s \"%s\" is no number from %ld to %ld", row->word, text,
                 row->least, row->most);
        return options_try_help(program->name);
    }
    *(long *)row->target = number;
    return OPTIONS_GO_ON;
}

/* Set *MS from seconds as 2, 0.25 or .5.  Returns false if TEXT is none, or out
   of range.  Digits beyond the millisecond are dropped.  */
static bool read_seconds(const char *text, long *ms)
{
    long whole = 0, part = 0, unit = 100;
    const char *digit = text;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        if (whole > (LONG_MAX / 1000 - 9) / 10)
            return false;
        whole = 10 * whole + (*digit - '0');
    }
    bool any = digit > text;
    if (*digit == '.')
        for (digit++; *digit >= '0' && *digit <= '9'; digit++, unit /= 10) {
            part += unit * (*digit - '0');
            any = true;
        }
    *ms = 1000 * whole + part;
    return any && !*digit;
}

static int take_seconds(const struct program *program,
                        const struct option_row *row, const char *text)
{
    long ms;
    if (!read_seconds(text, &ms) || ms < row->least || ms > row->most) {
        complain("--%s \"%s\" is no number of seconds from %g to %g", row->word,
                 text, (double)row->least / 1000, (double)row->most / 1000);
        return options_try_help(program->name);
    }
    *(long *)row->target = ms;
    return OPTIONS_GO_ON;
}

static int take_choice(const struct program *program,
                       const struct option_row *row, const char *text)
{
    char all[200] = "";
    for (int i = 0; row->choices[i]; i++) {
        if (!strcmp(row->choices[i], text)) {
            *(int *)row->target = i;
            return OPTIONS_GO_ON;
        }
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "",
                 row->choices[i]);
    }
    complain("--%s \"%s\" is none of %s", row->word, text, all);
    return options_try_help(program->name);
}

static int list_add(struct option_list *list, const char *text)
{
    const char **texts =
        realloc(list->texts, (list->count + 1) * sizeof *list->texts);
    if (!texts) {
        complain("there is no memory for the arguments");
        return STATUS_TROUBLE;
    }
    texts[list->count++] = text;
    list->texts = texts;
    return OPTIONS_GO_ON;
}

void option_list_free(struct option_list *list)
{
    free(list->texts);
    *list = (struct option_list){0};
}

/* ROW was given, with ARGUMENT if it takes one.  */
static int take_row(const struct program *program, const struct option_row *row,
                    const char *argument)
{
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)row->target = true;
        return OPTIONS_GO_ON;
    case OPTION_NUMBER:
        return take_number(program, row, argument);
    case OPTION_SECONDS:
        return take_seconds(program, row, argument);
    case OPTION_TEXT:
        *(const char **)row->target = argument;
        return OPTIONS_GO_ON;
    case OPTION_LIST:
        return list_add(row->target, argument);
    case OPTION_CHOICE:
        return take_choice(program, row, argument);
    case OPTION_HELP:
        return print_help(program);
    case OPTION_VERSION:
        return print_version(program);
    }
    return STATUS_TROUBLE;
}

/* getopt's view of the table.  */
struct view {
    char letters[2 * OPTIONS_MAX + 2];
    struct option words[OPTIONS_MAX + 1];
};

static void make_view(const struct program *program, struct view *view)
{
    size_t letters = 0, words = 0;
    view->letters[letters++] = ':'; /* tell a missing argument apart */
    for (size_t i = 0; i < program->count && i < OPTIONS_MAX; i++) {
        const struct option_row *row = &program->options[i];
        if (row->letter) {
            view->letters[letters++] = row->letter;
            if (row->argument)
                view->letters[letters++] = ':';
        }
        if (row->word)
            view->words[words++] = (struct option){
                row->word, row->argument ? required_argument : no_argument,
                NULL, LONG_BASE + (int)i};
    }
    view->letters[letters] = '\0';
    view->words[words] = (struct option){NULL, 0, NULL, 0};
}

static const struct option_row *find_row(const struct program *program,
                                         int value)
{
    if (value >= LONG_BASE)
        return &program->options[value - LONG_BASE];
    for (size_t i = 0; i < program->count; i++)
        if (program->options[i].letter == value)
            return &program->options[i];
    return NULL;
}

/* The argument in which getopt stopped: it goes on to the next one with the
   last letter of a cluster.  */
static const char *stopped_at(int argc, char **argv)
{
    if (optopt != 0 && optopt < LONG_BASE && optind < argc &&
        argv[optind][0] == '-' && strchr(argv[optind], (char)optopt))
        return argv[optind];
    return argv[optind - 1];
}

/* getopt stopped at something it does not understand.  */
static int complain_option(const struct program *program, int value, int argc,
                           char **argv)
{
    const char *given = stopped_at(argc, argv);
    bool is_long = !strncmp(given, "--", 2);
    char letter[3] = {'-', (char)optopt, '\0'};
    if (!is_long && optopt > ' ' && optopt < 127)
        given = letter;
    if (value == ':')
        complain("option %s wants an argument", given);
    else if (is_long && optopt >= LONG_BASE)
        complain("option %s takes no argument", given);
    else
        complain("there is no option %s", given);
    return options_try_help(program->name);
}

/* COUNT operands were given.  */
static int options_take_operands(const struct program *program, size_t count,
                                 char **operands)
{
    size_t most = program->operands ? program->operands_most : 0;
    if (program->operands && count < program->operands_least) {
        complain("%s is missing", count ? "an operand" : program->operands);
        return options_try_help(program->name);
    }
    if (count > most) {
        complain("there is nothing to do with \"%s\"", operands[most]);
        return options_try_help(program->name);
    }
    int status = OPTIONS_GO_ON;
    for (size_t i = 0; i < count && status == OPTIONS_GO_ON; i++)
        status = list_add(program->operands_target, operands[i]);
    return status;
}

int options_take(const struct program *program, int argc, char **argv)
{
    struct view view;
    int value;
    make_view(program, &view);
    opterr = 0;
    while ((value = getopt_long(argc, argv, view.letters, view.words, NULL)) !=
           -1) {
        const struct option_row *row = find_row(program, value);
        int status = row ? take_row(program, row, optarg)
                         : complain_option(program, value, argc, argv);
        if (status != OPTIONS_GO_ON)
            return status;
    }
    return options_take_operands(program, (size_t)(argc - optind),
                                 argv + optind);
}
