/* fuzz-options.c - a command line of anybody
   SPDX-License-Identifier: GPL-3.0-or-later

   The input is the arguments, a line each, for a table with an option of each
   kind.  */

#include <config.h>

#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "progs/options.h"
#include "progs/output.h"
#include "progs/status.h"
#include "tests/fuzz/fuzz.h"

static bool flag, check;
static long number, duration;
static const char *text;
static int choice;
static struct option_list list, operands;
static struct check_range range;
static const char *const choices[] = {"one", "other", NULL};

static const struct option_row rows[] = {
    ROW_FLAG("flag", 'f', &flag, "a flag"),
    ROW_NUMBER("number", 'n', "N", &number, -5, 1000, "a number"),
    ROW_SECONDS("duration", 'd', "SECONDS", &duration, 1, 86400000, "a time"),
    ROW_TEXT("text", 't', "TEXT", &text, "a text"),
    ROW_LIST("list", 'l', "TEXT", &list, "texts"),
    ROW_CHOICE("choice", 0, "WORD", &choice, choices, "a word"),
    ROW_RANGE("range", 'r', &range, "a range"),
    ROW_CHECK(&check, "a check"),
    {0}};

static const struct program program = {.name = "fuzz",
                                       .purpose = "Nothing.",
                                       .rows = rows,
                                       .operands = "[OPERAND]...",
                                       .operands_max = 4,
                                       .operands_target = &operands};

enum { ARGUMENTS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[] = "fuzz", *arguments[ARGUMENTS_MAX + 2] = {name};
    int count = 1;
    char *input = fuzz_text(data, size);
    int nowhere = open("/dev/null", O_WRONLY);
    MUST(nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) == STDOUT_FILENO);
    if (nowhere != STDOUT_FILENO)
        close(nowhere);
    MUST(output_begin("fuzz", true));
    for (char *next = input; next && count <= ARGUMENTS_MAX;)
        arguments[count++] = strsep(&next, "\n");
    optind = 0;
    number = duration = 1;
    text = NULL;
    choice = 0;
    int status = options_take(&program, count, arguments);
    MUST(status == OPTIONS_GO_ON || status == STATUS_DONE ||
         status == STATUS_TROUBLE || status == CHECK_UNKNOWN);
    MUST(number >= -5 && number <= 1000);
    MUST(duration >= 1 && duration <= 86400000);
    MUST(choice == 0 || choice == 1);
    MUST(operands.count <= program.operands_max);
    output_end(STATUS_DONE); /* closes standard output */
    free(list.texts);
    free(operands.texts);
    list = operands = (struct option_list){0};
    free(input);
    return 0;
}
