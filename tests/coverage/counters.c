/* counters.c - let every process of a program write its counters
   SPDX-License-Identifier: GPL-3.0-or-later

   coverage.sh links this object into every program of its build.  gcov's
   counters are written by exit alone, into files beside the objects, but
   children of the servers and the probes end by _exit, and a server in a
   sandbox may not open a file.  Both functions here stand before those of the C
   library, and change nothing else.  */

#define _GNU_SOURCE 1

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights of Landlock to write the counters: read and write files, truncate
   (from ABI 3), read folders, make files.  */
enum { RIGHTS = 0x2 | 0x4 | 0x8 | 0x100, RIGHT_TRUNCATE = 0x4000 };

void __gcov_dump(void);
void _exit(int status) __attribute__((noreturn));

typedef long counters_call(long number, ...);

static counters_call *counters_find(void)
{
    static counters_call *found;
    if (!found)
        *(void **)&found = dlsym(RTLD_NEXT, "syscall");
    return found;
}

/* Except the folder of the build from the rules of RULESET.  */
static void counters_allow(long ruleset)
{
    struct landlock_path_beneath_attr rule = {.allowed_access =
                                                  RIGHTS | RIGHT_TRUNCATE};
    rule.parent_fd = open(COVERAGE_FOLDER, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return;
    if (counters_find()(SYS_landlock_add_rule, ruleset,
                        LANDLOCK_RULE_PATH_BENEATH, &rule, 0)) {
        rule.allowed_access = RIGHTS;
        counters_find()(SYS_landlock_add_rule, ruleset,
                        LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    close(rule.parent_fd);
}

long syscall(long number, ...)
{
    long arguments[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_landlock_restrict_self)
        counters_allow(arguments[0]);
    return counters_find()(number, arguments[0], arguments[1], arguments[2],
                           arguments[3], arguments[4], arguments[5]);
}

void _exit(int status)
{
    __gcov_dump();
    for (;;)
        counters_find()(SYS_exit_group, (long)status);
}
