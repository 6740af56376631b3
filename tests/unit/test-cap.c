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

/* A system with settings, each the number behind its name.  */
static struct {
    const char *name;
    int value;
} settings[4];

static int read_played(const char *name, int *value)
{
    for (size_t i = 0; i < 4 && settings[i].name; i++)
        if (!strcmp(settings[i].name, name)) {
            *value = settings[i].value;
            return 0;
        }
    errno = unit_error;
    return -1;
}

static const char *const ipc[] = {"kern.ipc.soacceptqueue",
                                  "kern.ipc.somaxconn"};

static void play(const char *name, int value, const char *more, int second)
{
    memset(settings, 0, sizeof settings);
    settings[0].name = name;
    settings[0].value = value;
    settings[1].name = more;
    settings[1].value = second;
    unit_error = ENOENT;
}

START_TEST(the_first_setting_that_is_there)
{
    struct sonde_backlog_cap cap;
    play("kern.ipc.somaxconn", 256, NULL, 0);
    errno = 33;
    ck_assert_int_eq(sonde__cap_find(&cap, read_played, ipc, 2, -1), 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(cap.value, 256);
    ck_assert_str_eq(cap.setting, "kern.ipc.somaxconn");
    ck_assert_str_eq(cap.scope, "host");
}
END_TEST

/* NetBSD: no setting, and the cap is known all the same.  */
START_TEST(a_constant_has_no_name)
{
    struct sonde_backlog_cap cap = {.value = 77, .setting = "before"};
    play(NULL, 0, NULL, 0);
    errno = 33;
    ck_assert_int_eq(sonde__cap_find(&cap, read_played, ipc, 2, 128), 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(cap.value, 128);
    ck_assert_str_eq(cap.setting, "");
    ck_assert_str_eq(cap.scope, "host");
}
END_TEST

START_TEST(without_either_there_is_no_cap)
{
    static const int errors[][2] = {{ENOENT, ENOTSUP}, {EPERM, EPERM}};
    struct sonde_backlog_cap cap = {.value = 77};
    for (size_t i = 0; i < 2; i++) {
        play(NULL, 0, NULL, 0);
        unit_error = errors[i][0];
        ck_assert_int_eq(sonde__cap_find(&cap, read_played, ipc, 2, -1), -1);
        ck_assert_int_eq(errno, errors[i][1]);
        ck_assert_int_eq(cap.value, 77);
    }
}
END_TEST

/* macOS bounds the setting by nothing.  */
START_TEST(a_negative_setting_is_no_cap)
{
    struct sonde_backlog_cap cap = {.value = 77};
    play("kern.ipc.somaxconn", -1, NULL, 0);
    ck_assert_int_eq(sonde__cap_find(&cap, read_played, ipc, 2, -1), -1);
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_int_eq(cap.value, 77);
}
END_TEST

/* FreeBSD: since 15 a jail with a network of its own has its own cap.  */
START_TEST(a_jails_own_cap_is_not_called_the_hosts)
{
    static const struct {
        int release, vnet;
        const char *scope;
    } jails[] = {{1402000, 1, "host"}, {1500000, 1, ""}, {1500000, 0, "host"}};
    for (size_t i = 0; i < sizeof jails / sizeof *jails; i++) {
        struct sonde_backlog_cap cap;
        play(ipc[0], 128, "kern.osreldate", jails[i].release);
        settings[2].name = "security.jail.vnet";
        settings[2].value = jails[i].vnet;
        ck_assert_int_eq(sonde__cap_find(&cap, read_played, ipc, 2, -1), 0);
        ck_assert_str_eq(cap.scope, jails[i].scope);
    }
}
END_TEST

static void add_settings(TCase *tests)
{
    tcase_add_test(tests, the_first_setting_that_is_there);
    tcase_add_test(tests, a_constant_has_no_name);
    tcase_add_test(tests, without_either_there_is_no_cap);
    tcase_add_test(tests, a_negative_setting_is_no_cap);
    tcase_add_test(tests, a_jails_own_cap_is_not_called_the_hosts);
}

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
    add_settings(tests);
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
        return;
    }
    ck_assert_int_eq(errno, ENOTSUP);
    ck_assert_int_eq(cap.value, 77);
}
END_TEST

static void add(TCase *tests)
{
    add_settings(tests);
    tcase_add_test(tests, a_named_cap_or_none);
}

#endif

int main(void)
{
    return unit_main("cap", add);
}
