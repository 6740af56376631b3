/* test-address-text.c - lib/address-text.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "sonde.h"
#include "tests/unit/unit.h"

/* What parses, with a port of 7 where it names none, and how it is printed. */
static const struct {
    const char *text, *printed;
    int family, port;
} good[] = {
    {"192.0.2.1", "192.0.2.1:7", AF_INET, 7},
    {"192.0.2.1:80", "192.0.2.1:80", AF_INET, 80},
    {"192.0.2.1:0", "192.0.2.1", AF_INET, 0},
    {"192.0.2.1:65535", "192.0.2.1:65535", AF_INET, 65535},
    {"192.0.2.1:00080", "192.0.2.1:80", AF_INET, 80},
    {"255.255.255.255", "255.255.255.255:7", AF_INET, 7},
    {"2001:db8::1", "[2001:db8::1]:7", AF_INET6, 7},
    {"[2001:db8::1]", "[2001:db8::1]:7", AF_INET6, 7},
    {"[2001:db8::1]:0", "2001:db8::1", AF_INET6, 0},
    {"[2001:DB8:0:0:0:0:0:1]:443", "[2001:db8::1]:443", AF_INET6, 443},
    {"::", "[::]:7", AF_INET6, 7},
    {"::1", "[::1]:7", AF_INET6, 7},
    {"[::]:65535", "[::]:65535", AF_INET6, 65535},
    {"::ffff:192.0.2.1", "[::ffff:192.0.2.1]:7", AF_INET6, 7},
    {"fe80::1%4000000001", "[fe80::1%4000000001]:7", AF_INET6, 7},
    {"[fe80::1%4000000001]:80", "[fe80::1%4000000001]:80", AF_INET6, 80},
    {"fe80::1%4294967295", "[fe80::1%4294967295]:7", AF_INET6, 7},
    {"fe80::1%0", "[fe80::1]:7", AF_INET6, 7},
    {"/run/socket", "/run/socket", AF_UNIX, -1},
    {"./socket", "./socket", AF_UNIX, -1},
    {"/", "/", AF_UNIX, -1},
    {"a/[::1]:80", "a/[::1]:80", AF_UNIX, -1},
};

START_TEST(every_form_parses_and_prints_back)
{
    struct sonde_address address, again;
    char text[SONDE_ADDRESS_TEXT];
    errno = 33;
    ck_assert_int_eq(sonde_address_parse(&address, good[_i].text, 7), 0);
    ck_assert_int_eq(address.storage.ss_family, good[_i].family);
    int length = sonde_address_print(&address, text, sizeof text);
    ck_assert_str_eq(text, good[_i].printed);
    ck_assert_int_eq(length, (int)strlen(text));
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(sonde_address_port(&address), good[_i].port);
    ck_assert_int_eq(sonde_address_parse(&again, text, 0), 0);
    ck_assert_int_eq(sonde_address_compare(&address, &again), 0);
}
END_TEST

static const struct {
    const char *text;
    int error;
} bad[] = {
    {"", EINVAL},
    {":", EINVAL},
    {":80", EINVAL},
    {"localhost", EINVAL},
    {"localhost:80", EINVAL},
    {"1.2.3", EINVAL},
    {"1.2.3.", EINVAL},
    {"1.2.3.4.5", EINVAL},
    {"1.2.3.256", EINVAL},
    {"1.2.3.4:", EINVAL},
    {"1.2.3.4:65536", EINVAL},
    {"1.2.3.4:99999999999999999999", EINVAL},
    {"1.2.3.4:-1", EINVAL},
    {"1.2.3.4:+1", EINVAL},
    {"1.2.3.4: 1", EINVAL},
    {"1.2.3.4:1x", EINVAL},
    {"1.2.3.4:http", EINVAL},
    {" 1.2.3.4", EINVAL},
    {"1.2.3.4 ", EINVAL},
    {"1.2.3.4%lo", EINVAL},
    {"1.2.3.4%1:80", EINVAL},
    {"[1.2.3.4]", EINVAL},
    {"[1.2.3.4]:80", EINVAL},
    {"[", EINVAL},
    {"[]", EINVAL},
    {"[]:80", EINVAL},
    {"[::1", EINVAL},
    {"[::1]x", EINVAL},
    {"[::1]80", EINVAL},
    {"[::1]:", EINVAL},
    {"[::1]:65536", EINVAL},
    {"[::1]:-1", EINVAL},
    {"[::1]%1", EINVAL},
    {"[[::1]]:80", EINVAL},
    {"::1]:80", EINVAL},
    {":::", EINVAL},
    {"1::2::3", EINVAL},
    {"1:2:3:4:5:6:7", EINVAL},
    {"1:2:3:4:5:6:7:8:9", EINVAL},
    {"12345::", EINVAL},
    {"::1%4294967296", ENXIO},
    {"::1%18446744073709551617", ENXIO},
    {"::1%", EINVAL},
    {"[::1%]:80", EINVAL},
    {"::1%nosuchif", ENXIO},
    {"[::1%nosuchif]:80", ENXIO},
    {"::1%-1", ENXIO},
    {"::1%a-name-that-no-interface-can-have", ENXIO},
    {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc", EINVAL},
    {"11111111111111111111111111111111111111111111111111111.1.1.1", EINVAL},
};

START_TEST(bad_texts_are_refused_and_leave_the_output)
{
    struct sonde_address address = {.length = 77};
    errno = 0;
    ck_assert_msg(sonde_address_parse(&address, bad[_i].text, 7) == -1, "%s",
                  bad[_i].text);
    ck_assert_msg(errno == bad[_i].error, "%s: %s", bad[_i].text,
                  strerror(errno));
    ck_assert_uint_eq(address.length, 77);
}
END_TEST

START_TEST(a_host_too_long_for_any_buffer)
{
    struct sonde_address address;
    char text[5000];
    static const char marks[] = "1:.[%x";
    for (size_t i = 0; i < sizeof marks - 1; i++) {
        memset(text, marks[i], sizeof text - 1);
        text[sizeof text - 1] = '\0';
        ck_assert_int_eq(sonde_address_parse(&address, text, 7), -1);
        ck_assert_int_eq(errno, EINVAL);
    }
    /* And of every length about that of the buffers within.  */
    for (size_t length = 1; length < 100; length++) {
        memset(text, ':', length);
        text[length] = '\0';
        ck_assert_int_eq(sonde_address_parse(&address, text, 7),
                         length == 2 ? 0 : -1);
        snprintf(text, sizeof text, "::1%%%0*d", (int)length, 1);
        memset(text + 4, 'z', length);
        ck_assert_int_eq(sonde_address_parse(&address, text, 7), -1);
        ck_assert_int_eq(errno, ENXIO);
    }
    memset(text, '/', sizeof text - 1);
    ck_assert_int_eq(sonde_address_parse(&address, text, 7), -1);
    ck_assert_int_eq(errno, ENAMETOOLONG);
}
END_TEST

START_TEST(a_scope_is_an_interface_by_name_or_number)
{
    struct sonde_address address, again;
    struct sockaddr_in6 in6;
    char name[IF_NAMESIZE], text[64], printed[SONDE_ADDRESS_TEXT];
    unsigned number = 1;
    while (number < 100 && !if_indextoname(number, name))
        number++;
    if (number == 100)
        return; /* a host without any interface: numbers are tested above */
    snprintf(text, sizeof text, "[fe80::1%%%s]:80", name);
    ck_assert_int_eq(sonde_address_parse(&address, text, 0), 0);
    memcpy(&in6, &address.storage, sizeof in6);
    ck_assert_uint_eq(in6.sin6_scope_id, number);
    ck_assert_int_gt(sonde_address_print(&address, printed, sizeof printed), 0);
    ck_assert_str_eq(printed, text);
    snprintf(text, sizeof text, "[fe80::1%%%u]:80", number);
    ck_assert_int_eq(sonde_address_parse(&again, text, 0), 0);
    ck_assert_int_eq(sonde_address_compare(&address, &again), 0);
    /* Linux looks up such a name as if it ended before the colon.  */
    snprintf(text, sizeof text, "fe80::1%%%s:80", name);
    ck_assert_int_eq(sonde_address_parse(&address, text, 0), -1);
    ck_assert_int_eq(errno, EINVAL);
}
END_TEST

/* The name of interface 1, if a test sets one.  */
static const char *first_name;

/* Instead of the C library's.  */
char *if_indextoname(unsigned number, char name[IF_NAMESIZE])
{
    char *result = NULL;
    struct if_nameindex *list = if_nameindex();
    for (size_t i = 0; list && list[i].if_name && !result; i++)
        if (list[i].if_index == number)
            result = strcpy(name, list[i].if_name);
    if (list)
        if_freenameindex(list);
    return first_name && number == 1 ? strcpy(name, first_name) : result;
}

/* Linux allows all bytes but blanks, slashes and colons.  */
START_TEST(a_name_that_would_write_to_the_terminal_is_a_number)
{
    static const struct {
        const char *name, *printed;
    } names[] = {{"eth0", "fe80::1%eth0"},
                 {"a\\b~", "fe80::1%a\\b~"},
                 {"l\033[2Jo", "fe80::1%1"},
                 {"l\177o", "fe80::1%1"},
                 {"l\302\233o", "fe80::1%1"},
                 {"l o", "fe80::1%1"},
                 {"12", "fe80::1%1"},
                 {"a%b", "fe80::1%1"},
                 {"", "fe80::1%1"}};
    struct sonde_address address;
    char text[SONDE_ADDRESS_TEXT];
    ck_assert_int_eq(sonde_address_parse(&address, "fe80::1%1", 0), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        first_name = names[i].name;
        ck_assert_int_gt(sonde_address_print(&address, text, sizeof text), 0);
        ck_assert_str_eq(text, names[i].printed);
    }
}
END_TEST

/* The longest of each family, so far as they can be made.  */
START_TEST(every_short_buffer_is_refused)
{
    struct sonde_address address;
    char whole[SONDE_ADDRESS_TEXT], text[SONDE_ADDRESS_TEXT];
    sonde_address_parse(&address, good[_i].text, 7);
    int length = sonde_address_print(&address, whole, sizeof whole);
    for (int size = 1; size <= length; size++) {
        memset(text, 'x', sizeof text);
        errno = 0;
        ck_assert_int_eq(sonde_address_print(&address, text, (size_t)size), -1);
        ck_assert_int_eq(errno, ENOSPC);
        ck_assert_int_eq(text[0], '\0');
        ck_assert_int_eq(text[size], 'x');
    }
    ck_assert_int_eq(sonde_address_print(&address, NULL, 0), -1);
    ck_assert_int_eq(errno, ENOSPC);
    memset(text, 'x', sizeof text);
    ck_assert_int_eq(sonde_address_print(&address, text, (size_t)length + 1),
                     length);
    ck_assert_str_eq(text, whole);
    ck_assert_int_eq(text[length + 1], 'x');
}
END_TEST

/* The UNIX address of the LENGTH bytes at PATH, just those.  */
static struct sonde_address unix_address(const char *path, size_t length)
{
    struct sonde_address address = {0};
    size_t start = offsetof(struct sockaddr_un, sun_path);
    address.storage.ss_family = AF_UNIX;
    memcpy((char *)&address.storage + start, path, length);
    address.length = (socklen_t)(start + length);
    return address;
}

START_TEST(unix_addresses_print)
{
    static const struct {
        const char *path;
        size_t length;
        const char *printed;
    } paths[] = {
        {"", 0, "(unnamed)"},
        {"/a", 3, "/a"},
        {"/a", 2, "/a"}, /* the NUL need not be there, say some kernels */
        {"/a\0rest", 7, "/a"},
        {"\0name", 5, "\\000name"},
        {"\0a\0b", 4, "\\000a\\000b"},
        {"/a b\n\\\177\377", 9, "/a\\040b\\012\\134\\177\\377"},
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char text[SONDE_ADDRESS_TEXT];
        struct sonde_address address =
            unix_address(paths[i].path, paths[i].length);
        int length = sonde_address_print(&address, text, sizeof text);
        ck_assert_str_eq(text, paths[i].printed);
        ck_assert_int_eq(length, (int)strlen(text));
    }
}
END_TEST

/* The BSDs' kernels take paths longer than sun_path; the macro is enough for
   what the storage holds, and a length beyond that is not believed.  */
START_TEST(the_longest_storage_prints_whole)
{
    struct sonde_address address, same;
    char text[SONDE_ADDRESS_TEXT];
    size_t start = offsetof(struct sockaddr_un, sun_path);
    memset(&address.storage, '\377', sizeof address.storage);
    address.storage.ss_family = AF_UNIX;
    address.length = sizeof address.storage;
    int whole = 4 * (int)(sizeof address.storage - start);
    ck_assert_int_eq(sonde_address_print(&address, text, sizeof text), whole);
    ck_assert_str_eq(text + whole - 4, "\\377");
    same = address;
    same.length = 30000;
    ck_assert_int_eq(sonde_address_print(&same, text, sizeof text), whole);
    ck_assert_int_eq(sonde_address_compare(&same, &address), 0);
    same.length = 0;
    ck_assert_int_gt(sonde_address_print(&same, text, sizeof text), 0);
    ck_assert_str_eq(text, "(unnamed)");
    ck_assert_int_lt(sonde_address_compare(&same, &address), 0);
}
END_TEST

START_TEST(the_longest_path_prints_whole)
{
    struct sockaddr_un un;
    char path[sizeof un.sun_path], text[SONDE_ADDRESS_TEXT];
    memset(path, '\377', sizeof path);
    struct sonde_address address = unix_address(path, sizeof path);
    ck_assert_int_eq(sonde_address_print(&address, text, sizeof text),
                     4 * (int)sizeof path);
    ck_assert_str_eq(text + 4 * sizeof path - 4, "\\377");
}
END_TEST

START_TEST(no_address_does_not_print)
{
    struct sonde_address address = {0};
    char text[SONDE_ADDRESS_TEXT] = "kept";
    ck_assert_int_eq(sonde_address_print(&address, text, sizeof text), -1);
    ck_assert_int_eq(errno, EAFNOSUPPORT);
    ck_assert_str_eq(text, "kept");
}
END_TEST

enum { GOOD = sizeof good / sizeof *good, BAD = sizeof bad / sizeof *bad };

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, every_form_parses_and_prints_back, 0, GOOD);
    tcase_add_loop_test(tests, bad_texts_are_refused_and_leave_the_output, 0,
                        BAD);
    tcase_add_test(tests, a_host_too_long_for_any_buffer);
    tcase_add_test(tests, a_scope_is_an_interface_by_name_or_number);
    tcase_add_test(tests, a_name_that_would_write_to_the_terminal_is_a_number);
    tcase_add_loop_test(tests, every_short_buffer_is_refused, 0, GOOD);
    tcase_add_test(tests, unix_addresses_print);
    tcase_add_test(tests, the_longest_storage_prints_whole);
    tcase_add_test(tests, the_longest_path_prints_whole);
    tcase_add_test(tests, no_address_does_not_print);
}

int main(void)
{
    return unit_main("address-text", add);
}
