/* options.h - options as data: one table drives parsing and --help
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_OPTIONS_H
#define PROGS_OPTIONS_H 1

#include <stddef.h>

enum option_kind {
    OPTION_FLAG,   /* TARGET is a bool, set to true */
    OPTION_NUMBER, /* TARGET is a long, LEAST to MOST */
    OPTION_TEXT,   /* TARGET is a const char * */
    OPTION_HELP,
    OPTION_VERSION
};

struct option_row {
    char letter;          /* or 0 */
    const char *word;     /* the long name, or NULL */
    const char *argument; /* its name in --help, or NULL */
    const char *help;
    enum option_kind kind;
    void *target;
    long least, most;
};

/* Rows that every program ends its table with.  */
#define OPTIONS_COMMON                                                         \
    {'h', "help", NULL, "print this help and exit", OPTION_HELP, NULL, 0, 0},  \
    {                                                                          \
        'V', "version", NULL, "print the version and exit", OPTION_VERSION,    \
            NULL, 0, 0                                                         \
    }

struct program {
    const char *name;
    const char *purpose; /* one line */
    const char *more;    /* what follows the options in --help, or NULL */
    const struct option_row *options;
    size_t count;
};

enum { OPTIONS_GO_ON = -1 };

/* Take the options of ARGV; operands there are none.  Returns OPTIONS_GO_ON, or
   the exit status when all is said: after --help and --version, and after a
   sentence about what is wrong.  */
int options_take(const struct program *program, int argc, char **argv);

/* Point to NAME's --help, below a sentence about wrong usage.  Returns
   STATUS_TROUBLE.  */
int options_try_help(const char *name);

#endif /* PROGS_OPTIONS_H */
