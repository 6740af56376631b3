/* test-client.c - clients/client.c; clients/echo-datagrams.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "clients/client.h"
#include "clients/echo-client.h"
#include "tests/unit/unit.h"

static const struct {
    int64_t ns;
    const char *text;
} times[] = {
    {0, "0 us"},         {1449, "1.4 us"},        {2050, "2.1 us"},
    {99949, "99.9 us"},  {99950, "100 us"},       {101450, "101 us"},
    {999450, "999 us"},  {999499, "999 us"},      {999500, "1 ms"},
    {1500000, "1.5 ms"}, {999499999, "999 ms"},   {999500000, "1 s"},
    {2000000000, "2 s"}, {100450000000, "100 s"}, {INT64_MAX, "9223372037 s"},
};

START_TEST(a_time_is_rounded_once)
{
    char text[CLIENT_TIME_TEXT];
    ck_assert_str_eq(client_print_time(times[_i].ns, text), times[_i].text);
}
END_TEST

/* A surplus datagram longer than the client's buffer is one, too.  */
START_TEST(a_long_surplus_datagram_is_a_wrong_reply)
{
    static const char zeros[SONDE_DATAGRAM_MAX + 1];
    struct client_target target = {.path = "/server", .type = SOCK_DGRAM};
    struct client client = {.target = &target, .deadline = SONDE_NEVER};
    int ends[2], input[2], size = 4 * (int)sizeof zeros;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
    ck_assert_int_eq(pipe(input), 0);
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    ck_assert_int_eq(send(ends[1], "x\n", 2, 0), 2);
    /* Some systems have no such datagrams.  */
    if (send(ends[1], zeros, sizeof zeros, 0) < 0) {
        ck_assert_int_eq(errno, EMSGSIZE);
        return;
    }
    ck_assert_int_eq(write(input[1], "x\n", 2), 2);
    close(input[1]);
    client.fd = ends[0];
    int output = open("/dev/null", O_WRONLY);
    ck_assert_int_eq(echo_datagrams(&client, input[0], output),
                     CLIENT_WRONG_REPLY);
    ck_assert_ptr_nonnull(strstr(client.text, "of more than 65535 bytes"));
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, a_time_is_rounded_once, 0,
                        (int)(sizeof times / sizeof *times));
    tcase_add_test(tests, a_long_surplus_datagram_is_a_wrong_reply);
}

int main(void)
{
    return unit_main("client", add);
}
