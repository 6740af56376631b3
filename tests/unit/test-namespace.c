/* test-namespace.c - probes/run/namespace.h
   SPDX-License-Identifier: GPL-3.0-or-later

   Each test is a process of its own, so it may go where there is no way back
   from.  Where the host has no namespaces for this user, that is what must be
   said, and the rest cannot be asserted.  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probes/run/namespace.h"
#include "sonde.h"
#include "tests/unit/unit.h"

static struct namespace_trouble trouble;

static bool entered(void)
{
    uid_t user = geteuid();
    if (!namespace_enter(&trouble)) {
        ck_assert_uint_eq(geteuid(), user);
        return true;
    }
    ck_assert_str_ne(trouble.text, "");
    return false;
}

START_TEST(loopback_works_inside)
{
    struct sonde_address loopback;
    ck_assert(!sonde_address_loopback(&loopback, AF_INET, 0));
    if (!entered())
        return;
    int listener = sonde_listen(&loopback, 1, 0, NULL);
    ck_assert_int_ge(listener, 0);
    ck_assert(!sonde_address_local(listener, &loopback));
    int client = sonde_socket(AF_INET, SOCK_STREAM, 0);
    const void *address = &loopback.storage;
    ck_assert(!connect(client, address, loopback.length));
    close(client);
    close(listener);
}
END_TEST

START_TEST(a_further_ipv6_address_serves_inside)
{
    struct sonde_address address;
    ck_assert(!sonde_address_parse(&address, NAMESPACE_INET6, 0));
    if (!entered())
        return;
    if (namespace_add_inet6())
        return; /* no IPv6 here */
    ck_assert(!namespace_add_inet6());
    int listener = sonde_listen(&address, 1, SONDE_CLOEXEC, NULL);
    ck_assert_int_ge(listener, 0);
    close(listener);
}
END_TEST

START_TEST(a_setting_is_set_inside_alone)
{
    static const char setting[] = "net.ipv4.ip_default_ttl";
    long before = namespace_read(setting);
    char value[24];
    int ends[2];
    if (before < 0 || !namespace_knows(setting, &trouble))
        return; /* no such settings on this system */
    ck_assert(!pipe(ends));
    pid_t child = fork();
    if (child == 0) {
        snprintf(value, sizeof value, "%ld", before == 65 ? 66 : 65L);
        bool inside = entered();
        if (inside && !namespace_set(setting, value, &trouble) &&
            namespace_read(setting) == (before == 65 ? 66 : 65))
            inside = write(ends[1], "set", 3) == 3;
        else if (inside)
            inside = write(ends[1], trouble.text, sizeof trouble.text) > 0;
        _exit(inside ? 0 : 1);
    }
    close(ends[1]);
    char text[sizeof trouble.text] = "";
    ssize_t length = read(ends[0], text, sizeof text);
    ck_assert_int_ge(length, 0);
    if (length > 0) /* 0: no namespaces here */
        ck_assert_str_eq(text, "set");
    ck_assert_int_eq(namespace_read(setting), before);
    close(ends[0]);
}
END_TEST

START_TEST(a_value_is_refused_with_a_reason)
{
    static const char setting[] = "net.ipv4.ip_default_ttl";
    if (!namespace_knows(setting, &trouble) || !entered())
        return;
    ck_assert(namespace_set(setting, "banana", &trouble));
    ck_assert_ptr_nonnull(strstr(trouble.text, setting));
    ck_assert(namespace_set("net.ipv4.no_such_thing", "1", &trouble));
    ck_assert_ptr_nonnull(strstr(trouble.text, "no_such_thing"));
}
END_TEST

/* The kernel takes hexadecimal and octal numbers, too.  */
START_TEST(a_value_is_a_number_of_the_kernel)
{
    static const char setting[] = "net.ipv4.ip_default_ttl";
    if (!namespace_knows(setting, &trouble) || !entered())
        return;
    ck_assert_msg(!namespace_set(setting, "0x41", &trouble), "%s",
                  trouble.text);
    ck_assert_int_eq(namespace_read(setting), 0x41);
    ck_assert_msg(!namespace_set(setting, "0102", &trouble), "%s",
                  trouble.text);
    ck_assert_int_eq(namespace_read(setting), 0102);
}
END_TEST

/* A text that begins with digits is read back as it is.  */
START_TEST(a_value_of_digits_may_be_a_text)
{
    static const char setting[] = "net.ipv4.tcp_fastopen_key";
    static const char key[] = "01234567-89abcdef-01234567-89abcdef";
    if (!namespace_knows(setting, &trouble) || !entered() ||
        namespace_read(setting) < 0)
        return;
    ck_assert_msg(!namespace_set(setting, key, &trouble), "%s", trouble.text);
}
END_TEST

/* The kernel takes what it has room for, and says so by the length alone.  */
START_TEST(a_value_of_which_a_part_is_taken_is_refused)
{
    static const char setting[] = "net.ipv4.ip_local_port_range";
    if (!namespace_knows(setting, &trouble) || !entered())
        return;
    ck_assert(!namespace_set(setting, "4000 5000", &trouble));
    ck_assert(namespace_set(setting, "4000 5000 6000", &trouble));
    ck_assert_ptr_nonnull(strstr(trouble.text, "\"4000 5000 6000\""));
}
END_TEST

/* What is outside of net belongs to the host.  */
START_TEST(nothing_else_is_a_setting_of_a_namespace)
{
    static const char *const wrong[] = {
        "kernel.panic",        "net",         "net.",          "", "net..core",
        "net.core//.//.//etc", "/etc/passwd", "net.//.kernel",
    };
    char text[400];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text, "net.", 4);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert(!namespace_knows(wrong[i], &trouble));
        ck_assert_str_ne(trouble.text, "");
        ck_assert(namespace_set(wrong[i], "1", &trouble));
        ck_assert_int_eq(namespace_read(wrong[i]), -1);
    }
    ck_assert(!namespace_knows(text, &trouble));
    ck_assert_int_eq(namespace_read(text), -1);
    /* The longest name whose path fits, and one more.  */
    for (size_t length = 245; length <= 246; length++) {
        text[length] = '\0';
        ck_assert(!namespace_knows(text, &trouble));
        ck_assert_int_eq(strstr(trouble.text, "too long") != NULL,
                         length > 245);
        text[length] = 'x';
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, loopback_works_inside);
    tcase_add_test(tests, a_further_ipv6_address_serves_inside);
    tcase_add_test(tests, a_setting_is_set_inside_alone);
    tcase_add_test(tests, a_value_is_refused_with_a_reason);
    tcase_add_test(tests, a_value_is_a_number_of_the_kernel);
    tcase_add_test(tests, a_value_of_digits_may_be_a_text);
    tcase_add_test(tests, a_value_of_which_a_part_is_taken_is_refused);
    tcase_add_test(tests, nothing_else_is_a_setting_of_a_namespace);
}

int main(void)
{
    return unit_main("namespace", add_tests);
}
