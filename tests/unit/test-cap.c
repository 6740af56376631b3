/* test-cap.c - lib/cap-linux.c and its siblings
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

#ifdef TEST_CAP_LINUX

static char directory[64], file[80];

static void make_directory(void)
{
    snprintf(directory, sizeof directory, "/tmp/test-cap-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(file, sizeof file, "%s/somaxconn", directory);
    sonde__sys.cap_file = file;
}

static void remove_directory(void)
{
    unlink(file);
    rmdir(directory);
}

static void write_file(const char *text)
{
    FILE *out = fopen(file, "w");
    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    ck_assert_int_eq(fclose(out), 0);
}

START_TEST(a_number_is_the_cap)
{
    static const struct {
        const char *text;
        long value;
    } numbers[] = {
        {"4096\n", 4096},
        {"128", 128},
        {"0\n", 0},
        {"2147483647\n", 2147483647},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sonde_backlog_cap cap;
        int before = unit_descriptors();
        write_file(numbers[i].text);
        errno = 33;
        ck_assert_int_eq(sonde_backlog_cap(&cap), 0);
        ck_assert_int_eq(errno, 33);
        ck_assert_int_eq(cap.value, numbers[i].value);
        ck_assert_str_eq(cap.setting, "net.core.somaxconn");
        ck_assert(!strncmp(cap.scope, "net:[", 5) ||
                  !strcmp(cap.scope, "host"));
        ck_assert_int_eq(unit_descriptors(), before);
    }
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
    static const char *const texts[] = {
        "",      "\n",      "garbage\n", "4096x\n",
        "x4096", "40 96\n", "-1\n",      "99999999999999999999999\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct sonde_backlog_cap cap = {.value = 77};
        int before = unit_descriptors();
        write_file(texts[i]);
        errno = 0;
        ck_assert_msg(sonde_backlog_cap(&cap) == -1, "\"%s\"", texts[i]);
        ck_assert_int_eq(errno, EPROTO);
        ck_assert_int_eq(cap.value, 77);
        ck_assert_int_eq(unit_descriptors(), before);
    }
}
END_TEST

START_TEST(a_hidden_setting_is_named_all_the_same)
{
    struct sonde_backlog_cap cap = {.value = 77};
    errno = 0;
    ck_assert_int_eq(sonde_backlog_cap(&cap), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(cap.value, -1);
    ck_assert_str_eq(cap.setting, "net.core.somaxconn");
    ck_assert_int_ne(cap.scope[0], '\0');
}
END_TEST

static void check_scope(const char *scope)
{
    struct sonde_backlog_cap cap = {.scope = "before"};
    write_file("128\n");
    ck_assert_int_eq(sonde_backlog_cap(&cap), 0);
    ck_assert_str_eq(cap.scope, scope);
}

static void make_in(const char *name, char *path, size_t size)
{
    snprintf(path, size, "%s/%s", directory, name);
    ck_assert_int_eq(mkdir(path, 0700), 0);
}

/* "host" is what a kernel without namespaces has, not what is said where
   nobody could look.  */
START_TEST(a_scope_that_was_not_read_is_none)
{
    char self[100], ns[100], net[120];
    sonde__sys.proc = directory;
    check_scope("");
    make_in("self", self, sizeof self);
    check_scope("");
    make_in("self/ns", ns, sizeof ns);
    check_scope("host");
    snprintf(net, sizeof net, "%s/net", ns);
    ck_assert_int_eq(symlink("net:[7]", net), 0);
    check_scope("net:[7]");
    unlink(net);
    make_in("self/ns/net", net, sizeof net); /* EINVAL */
    check_scope("");
    rmdir(net);
    rmdir(ns);
    rmdir(self);
}
END_TEST

START_TEST(the_errno_of_read_is_told)
{
    struct sonde_backlog_cap cap = {.value = 77};
    sonde__sys.cap_file = directory;
    ck_assert_int_eq(sonde_backlog_cap(&cap), -1);
    ck_assert_int_eq(errno, EISDIR);
    ck_assert_int_eq(cap.value, 77);
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_checked_fixture(tests, make_directory, remove_directory);
    tcase_add_test(tests, a_number_is_the_cap);
    tcase_add_test(tests, what_is_no_number_is_refused);
    tcase_add_test(tests, a_hidden_setting_is_named_all_the_same);
    tcase_add_test(tests, a_scope_that_was_not_read_is_none);
    tcase_add_test(tests, the_errno_of_read_is_told);
}

#else

START_TEST(a_named_cap_or_none)
{
    struct sonde_backlog_cap cap = {.value = 77};
    if (!sonde_backlog_cap(&cap)) {
        ck_assert_int_gt(cap.value, 0);
        ck_assert_int_ne(cap.setting[0], '\0');
        ck_assert_str_eq(cap.scope, "host");
        return;
    }
    ck_assert_int_eq(errno, ENOTSUP);
    ck_assert_int_eq(cap.value, 77);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, a_named_cap_or_none);
}

#endif

int main(void)
{
    return unit_main("cap", add);
}
