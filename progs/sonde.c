/* sonde.c - all programs in one file, called by name
   SPDX-License-Identifier: GPL-3.0-or-later

   make writes progs/programs.h from the names in bin_PROGRAMS and the first
   line of each manual page; the main of progs/NAME.c is NAME_main here.  */

#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/wrap.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/status.h"

#define PROGRAM(name, purpose) int name##_main(int argc, char **argv);
#include "progs/programs.h"
#undef PROGRAM

#define PROGRAM(name, purpose) {#name, purpose, name##_main},
static const struct command {
    const char *name, *purpose;
    int (*main)(int argc, char **argv);
} commands[] = {
#include "progs/programs.h"
};
#undef PROGRAM
enum { COMMANDS = sizeof commands / sizeof *commands };

/* The program NAME, exactly; NULL if there is none.  */
static const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static struct option_list operands;

/* Without an operand, list the programs, a line each with the purpose.  An
   operand, which is no program, is a usage error.  Returns the exit status.  */
static int sonde_run(void)
{
    enum { COLUMN = 14 };
    FILE *out = output_stream();
    if (operands.count)
        return usage_error("unrecognized program '%s'", operands.texts[0]);
    for (size_t i = 0; i < COMMANDS; i++) {
        pad(out, fprintf(out, "%s", commands[i].name), COLUMN);
        fprintf(out, "%s\n", commands[i].purpose);
    }
    return STATUS_DONE;
}

/* Run the program named by the last part of argv[0], with all arguments; or
   else by the first argument, which "--" may precede, with the arguments
   behind.  If there is none, or '-' begins the first argument and no "--"
   precedes, run sonde itself; for an unknown program, too, as a usage error
   whatever arguments follow.  Returns the exit status.  */
int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "sonde",
        .purpose = "Run a program of sonde: all programs are in this file.",
        .operands = "[PROGRAM [ARGUMENT]...]",
        .operands_max = 1,
        .operands_target = &operands,
        .operands_help = "Without PROGRAM, list the programs.  A link to this "
                         "file, named as a program, is that program.",
        .statuses = "0 success, 2 usage error; with PROGRAM, that of the "
                    "program.",
        .run = sonde_run,
    };
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const struct command *command =
        argc > 0 ? command_find(slash ? slash + 1 : argv[0]) : NULL;
    if (command)
        return command->main(argc, argv);
    int first = argc > 1 && !strcmp(argv[1], "--") ? 2 : 1;
    if (argc <= first || (first == 1 && argv[1][0] == '-'))
        return program_main(&program, argc, argv);
    command = command_find(argv[first]);
    /* The arguments of an unknown program are not examined.  */
    return command ? command->main(argc - first, argv + first)
                   : program_main(&program, first + 1, argv);
}
