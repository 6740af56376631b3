/* options.h - options as data: one table drives parsing and --help
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_OPTIONS_H
#define PROGS_OPTIONS_H 1

#include <stddef.h>

enum option_kind {
    OPTION_FLAG,    /* TARGET is a bool, set to true */
    OPTION_NUMBER,  /* TARGET is a long, LEAST to MOST */
    OPTION_SECONDS, /* TARGET is a long, milliseconds, LEAST to MOST; given in
                       seconds, as 2 or 0.25 */
    OPTION_TEXT,    /* TARGET is a const char * */
    OPTION_LIST,    /* TARGET is a struct option_list: may be repeated */
    OPTION_CHOICE,  /* TARGET is an int: the index in CHOICES */
    OPTION_HELP,
    OPTION_VERSION
};

/* What was given, in its order: pointers into argv.  All zero is empty.  */
struct option_list {
    const char **texts;
    size_t count;
};

/* Fields that do not apply are left out.  */
struct option_row {
    char letter;          /* or 0 */
    const char *word;     /* the long name, or NULL */
    const char *argument; /* its name in --help, or NULL */
    const char *help;     /* may have several lines */
    enum option_kind kind;
    void *target;
    long least, most;
    const char *const *choices; /* up to NULL */
};

/* Rows that every program ends its table with.  */
#define OPTIONS_COMMON                                                         \
    {.letter = 'h',                                                            \
     .word = "help",                                                           \
     .help = "print this help and exit",                                       \
     .kind = OPTION_HELP},                                                     \
    {                                                                          \
        .letter = 'V', .word = "version",                                      \
        .help = "print the version and exit", .kind = OPTION_VERSION           \
    }

struct program {
    const char *name;
    const char *purpose; /* one line */
    const char *more;    /* what follows the options in --help, or NULL */
    const struct option_row *options;
    size_t count;
    /* The operands as --help shows them ("HOST [PORT]"), how many there may be,
       and where they go; NULL if there are none.  */
    const char *operands;
    size_t operands_least, operands_most;
    struct option_list *operands_target;
};

enum { OPTIONS_GO_ON = -1 };

/* Take the options and operands of ARGV.  Returns OPTIONS_GO_ON, or the exit
   status when all is said: after --help and --version, and after a sentence
   about what is wrong.  */
int options_take(const struct program *program, int argc, char **argv);

void option_list_free(struct option_list *list);

/* Point to NAME's --help, below a sentence about wrong usage.  Returns
   STATUS_TROUBLE.  */
int options_try_help(const char *name);

#endif /* PROGS_OPTIONS_H */
