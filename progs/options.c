/* options.c - options as data: one table drives parsing and --help
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progs/options.h"
#include "progs/output.h"
#include "progs/status.h"

/* getopt_long's value for a long option: this and the row's number.  */
enum { OPTIONS_MAX = 40, LONG_BASE = 256 };

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

static int print_help(const struct program *program)
{
    printf("Usage: %s [OPTION]...\n%s\n\n", program->name, program->purpose);
    for (size_t i = 0; i < program->count; i++) {
        char text[80];
        print_row_name(&program->options[i], text, sizeof text);
        printf("  %-18s  %s\n", text, program->options[i].help);
    }
    if (program->more)
        printf("\n%s", program->more);
    return STATUS_DONE;
}

static int print_version(const struct program *program)
{
    printf("%s (sonde) %s\n"
           "License GPLv3+: GNU GPL version 3 or later.\n"
           "There is no warranty, to the extent permitted by law.\n",
           program->name, PACKAGE_VERSION);
    return STATUS_DONE;
}

int options_try_help(const char *name)
{
    fprintf(stderr, "Try '%s --help'.\n", name);
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
    case OPTION_TEXT:
        *(const char **)row->target = argument;
        return OPTIONS_GO_ON;
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
    if (optind < argc) {
        complain("there is nothing to do with \"%s\"", argv[optind]);
        return options_try_help(program->name);
    }
    return OPTIONS_GO_ON;
}
