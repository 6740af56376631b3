/* options.h - a program's options as a table, which drives parsing and --help
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_OPTIONS_H
#define PROGS_OPTIONS_H 1

#include <stdbool.h>
#include <stddef.h>

#include "base/check.h"

/* The type of an option's value, and of the TARGET for the value.  */
enum option_kind {
    OPTION_FLAG,    /* no value; TARGET is a bool, set to true */
    OPTION_NUMBER,  /* TARGET is a long, MIN to MAX */
    OPTION_SECONDS, /* TARGET is a long, in milliseconds, MIN to MAX; given in
                       seconds, as 2 or 0.25 */
    OPTION_TEXT,    /* TARGET is a const char * */
    OPTION_LIST,    /* TARGET is a struct option_list; the option may be
                       repeated */
    OPTION_CHOICE,  /* TARGET is an int: the index in CHOICES */
    OPTION_RANGE,   /* TARGET is a struct check_range */
    OPTION_CHECK,   /* as OPTION_FLAG; the exit status of every error is
                       CHECK_UNKNOWN */
    OPTION_HELP,    /* print the help, and end; no TARGET */
    OPTION_VERSION  /* the same for the version */
};

/* Values in the order of the command line: pointers into argv.  All zero is
   empty.  The array is never freed.  */
struct option_list {
    const char **texts;
    size_t count;
};

/* One option; made by the macros below.  */
struct option_row {
    const char *name;     /* the long name; NULL ends a table */
    char letter;          /* or 0; doc/options.md has the letters of all
                             programs */
    const char *argument; /* name of the value; NULL without value */
    const char *help;
    enum option_kind kind;
    void *target;
    long min, max; /* of a number; of OPTION_SECONDS in milliseconds */
    const char *const *choices; /* up to NULL */
};

/* A row of each kind; LETTER is 0 without a letter.  A table ends with {0}.  */
#define ROW_FLAG(NAME, LETTER, TARGET, HELP)                                   \
    ROW_(NAME, LETTER, NULL, HELP, OPTION_FLAG, TARGET, 0, 0, NULL)
#define ROW_NUMBER(NAME, LETTER, ARGUMENT, TARGET, MIN, MAX, HELP)             \
    ROW_(NAME, LETTER, ARGUMENT, HELP, OPTION_NUMBER, TARGET, MIN, MAX, NULL)
#define ROW_SECONDS(NAME, LETTER, ARGUMENT, TARGET, MIN, MAX, HELP)            \
    ROW_(NAME, LETTER, ARGUMENT, HELP, OPTION_SECONDS, TARGET, MIN, MAX, NULL)
#define ROW_TEXT(NAME, LETTER, ARGUMENT, TARGET, HELP)                         \
    ROW_(NAME, LETTER, ARGUMENT, HELP, OPTION_TEXT, TARGET, 0, 0, NULL)
#define ROW_LIST(NAME, LETTER, ARGUMENT, TARGET, HELP)                         \
    ROW_(NAME, LETTER, ARGUMENT, HELP, OPTION_LIST, TARGET, 0, 0, NULL)
#define ROW_CHOICE(NAME, LETTER, ARGUMENT, TARGET, CHOICES, HELP)              \
    ROW_(NAME, LETTER, ARGUMENT, HELP, OPTION_CHOICE, TARGET, 0, 0, CHOICES)
#define ROW_(...)                                                              \
    {                                                                          \
        __VA_ARGS__                                                            \
    }
#define ROW_RANGE(NAME, LETTER, TARGET, HELP)                                  \
    {                                                                          \
        .name = NAME, .letter = LETTER, .argument = "RANGE", .help = HELP,     \
        .kind = OPTION_RANGE, .target = TARGET                                 \
    }
#define ROW_CHECK(TARGET, HELP)                                                \
    {                                                                          \
        .name = "check", .help = HELP, .kind = OPTION_CHECK, .target = TARGET  \
    }

/* The command line and the work of a program.  */
struct program {
    const char *name;
    const char *purpose;             /* one line */
    const struct option_row *rows;   /* the program's own, or NULL */
    const struct option_row *shared; /* rows of several programs, or NULL */
    /* The operands as in --help ("HOST [PORT]"), max number, target; a sentence
       about them, or NULL.  */
    const char *operands;
    size_t operands_max;
    struct option_list *operands_target;
    const char *operands_help;
    const char *statuses; /* "0 success, 2 ..." */
    bool is_server;       /* starts without standard output, too */
    /* The usage error, a sentence, if options or operands contradict each
       other, else NULL.  Called once all are taken.  May be NULL itself.  */
    const char *(*conflict)(void);
    int (*run)(void); /* the work; returns the exit status */
};

/* main of PROGRAM: unblock SIGCHLD, SIGHUP, SIGINT and SIGTERM, give SIGCHLD
   the default action, then output_begin, options_take, run unless the command
   line ends the program, and output_end.  Returns the exit status; if
   output_begin fails, STATUS_TROUBLE, or CHECK_UNKNOWN if an argument is
   "--check".  */
int program_main(const struct program *program, int argc, char **argv);

/* Instead of an exit status: the program goes on.  */
enum { OPTIONS_GO_ON = -1 };

/* Take the options and operands of ARGV into the targets of PROGRAM, and look
   for a conflict; an OPTION_CHECK anywhere calls output_check first;
   getopt_long permutes ARGV, and ARGV[0] becomes the program's name.  Returns
   OPTIONS_GO_ON; or the exit status, after --help and --version, which go into
   the report, and after a usage error.  Earlier options are then taken.  */
int options_take(const struct program *program, int argc, char **argv);

#endif /* PROGS_OPTIONS_H */
