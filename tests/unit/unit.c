/* unit.c - run a unit test program
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

/* Seconds; generous, since a busy host is no failure.  */
enum { TIMEOUT = 60 };

int unit_main(const char *name, void (*add)(TCase *))
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_set_timeout(tests, TIMEOUT);
    add(tests);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    srunner_free(runner);
    /* The harness counts the TAP lines; a status of 1 would count again.  */
    return EXIT_SUCCESS;
}

static struct sonde__calls calls;

static void save_calls(void)
{
    calls = sonde__sys;
}

static void restore_calls(void)
{
    sonde__sys = calls;
}

void unit_fake_calls(TCase *tests)
{
    tcase_add_checked_fixture(tests, save_calls, restore_calls);
}

int unit_error;

static int give_error(void)
{
    errno = unit_error;
    return -1;
}

int unit_failing_socket(int family, int type, int protocol)
{
    return give_error();
}

int unit_failing_fcntl(int fd, int command, int argument)
{
    return give_error();
}

int unit_failing_getsockopt(int fd, int level, int name, void *value,
                            socklen_t *length)
{
    return give_error();
}

int unit_failing_setsockopt(int fd, int level, int name, const void *value,
                            socklen_t length)
{
    return give_error();
}

int unit_descriptors(void)
{
    int open = 0;
    for (int fd = 0; fd < 1000; fd++)
        open += fcntl(fd, F_GETFD) >= 0;
    return open;
}

void unit_squeeze(char *text)
{
    size_t to = 0;
    for (size_t i = 0; text[i]; i++)
        if (!strchr(" \n", text[i]))
            text[to++] = text[i];
        else if (to > 0 && text[to - 1] != ' ')
            text[to++] = ' ';
    text[to] = '\0';
}
