/* test-connection.c - servers/connection.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "lib/private.h"
#include "servers/connection.h"
#include "servers/server.h"
#include "tests/unit/unit.h"

static char buffer[CONNECTION_PIECE], text[CONNECTION_PIECE];
static int ends[2];
static struct connection connection;

static void set_up(void)
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7 + i / 251);
}

static void tear_down(void)
{
    connection_free(&connection);
    close(ends[0]);
    if (ends[1] >= 0)
        close(ends[1]);
}

static void begin(const struct service *service, int timeout)
{
    struct server_client client = {.fd = ends[0]};
    connection_open(&connection, &client, service, NULL, timeout);
}

static void client_closes(void)
{
    close(ends[1]);
    ends[1] = -1;
}

START_TEST(what_comes_goes_back)
{
    begin(&service_echo, 0);
    ck_assert_uint_eq(connection_events(&connection), SONDE_READABLE);
    ck_assert_int_eq(write(ends[1], "hello", 5), 5);
    connection_step(&connection, buffer);
    ck_assert_int_eq(read(ends[1], buffer, sizeof buffer), 5);
    ck_assert_mem_eq(buffer, "hello", 5);
    ck_assert_uint_eq(connection.received, 5);
    ck_assert_uint_eq(connection.sent, 5);
    ck_assert_ptr_null(connection.pending);
}
END_TEST

START_TEST(nothing_to_read_is_no_failure)
{
    begin(&service_echo, 0);
    connection_step(&connection, buffer);
    ck_assert_uint_eq(connection_events(&connection), SONDE_READABLE);
}
END_TEST

START_TEST(it_ends_when_the_client_has)
{
    begin(&service_echo, 0);
    ck_assert_int_eq(shutdown(ends[1], SHUT_WR), 0);
    connection_step(&connection, buffer);
    ck_assert_uint_eq(connection_events(&connection), 0);
    ck_assert_int_eq(connection.ending, CONNECTION_DONE);
}
END_TEST

/* What a client may write to that does not read: in pieces until it is
   full.  */
static size_t stuff(void)
{
    size_t sent = 0;
    while (connection_events(&connection) == SONDE_READABLE) {
        ssize_t count =
            sonde_write(ends[1], text + sent % 4096, 4096 - sent % 4096, 0);
        ck_assert_int_gt(count, 0);
        sent += (size_t)count;
        connection_step(&connection, buffer);
    }
    return sent;
}

START_TEST(a_client_that_does_not_read_is_not_read)
{
    begin(&service_echo, 0);
    size_t sent = stuff(), got = 0;
    ck_assert_uint_eq(connection_events(&connection), SONDE_WRITABLE);
    ck_assert_uint_le(connection.end - connection.start,
                      CONNECTION_PENDING_MAX);
    uint64_t received = connection.received;
    ck_assert_int_gt(sonde_write(ends[1], text, 10, 0), 0);
    connection_step(&connection, buffer);
    ck_assert_uint_eq(connection.received, received);
    /* Once it reads, all of it is there, in its order.  */
    while (got < sent) {
        ssize_t count = sonde_read(ends[1], buffer, 4096 - got % 4096, 0);
        if (count > 0) {
            ck_assert_mem_eq(buffer, text + got % 4096, (size_t)count);
            got += (size_t)count;
        } else {
            ck_assert_int_eq(errno, EAGAIN);
            ck_assert_uint_eq(connection_events(&connection), SONDE_WRITABLE);
            connection_step(&connection, text + 8192);
        }
    }
    ck_assert_uint_eq(connection_events(&connection), SONDE_READABLE);
    ck_assert_ptr_null(connection.pending);
}
END_TEST

START_TEST(what_is_kept_is_sent_before_the_end)
{
    begin(&service_echo, 0);
    size_t sent = stuff(), got = 0;
    connection_end(&connection);
    while (connection_events(&connection)) {
        ssize_t count = sonde_read(ends[1], buffer, sizeof buffer, 0);
        got += count > 0 ? (size_t)count : 0;
        connection_step(&connection, buffer);
    }
    for (ssize_t count;
         (count = sonde_read(ends[1], buffer, sizeof buffer, 0)) > 0;)
        got += (size_t)count;
    ck_assert_uint_eq(got, sent);
    ck_assert_int_eq(connection.ending, CONNECTION_DONE);
}
END_TEST

START_TEST(a_client_that_is_gone_is_lost)
{
    begin(&service_echo, 0);
    stuff();
    client_closes();
    connection_step(&connection, buffer);
    ck_assert_uint_eq(connection_events(&connection), 0);
    ck_assert_int_eq(connection.ending, CONNECTION_LOST);
    ck_assert_int_eq(connection.error, EPIPE);
    ck_assert_str_eq(connection_reason(&connection),
                     "connection reset by peer");
}
END_TEST

START_TEST(patience_ends)
{
    begin(&service_echo, 20);
    connection_run(&connection, buffer);
    ck_assert_int_eq(connection.ending, CONNECTION_IDLE);
}
END_TEST

/* A service that says a word and ends.  */
static void say_bye(struct connection *made)
{
    connection_write(made, "bye", 3);
    connection_end(made);
}
static const struct service service_bye = {.name = "bye", .opened = say_bye};

START_TEST(a_silent_client_sees_the_end_at_once)
{
    begin(&service_bye, 0);
    ck_assert_uint_ne(connection_events(&connection), 0);
    connection_step(&connection, buffer);
    ck_assert_uint_eq(connection_events(&connection), 0);
    ck_assert_int_eq(read(ends[1], buffer, sizeof buffer), 3);
}
END_TEST

START_TEST(a_client_that_talks_is_listened_to)
{
    ck_assert_int_eq(write(ends[1], "what time is it", 15), 15);
    begin(&service_bye, 0);
    connection_step(&connection, buffer);
    ck_assert_int_eq(connection.state, CONNECTION_LINGERING);
    ck_assert_uint_eq(connection_events(&connection), SONDE_READABLE);
    ck_assert_int_eq(read(ends[1], buffer, sizeof buffer), 3);
    ck_assert_int_eq(read(ends[1], buffer, sizeof buffer), 0);
    client_closes();
    connection_step(&connection, buffer);
    ck_assert_uint_eq(connection_events(&connection), 0);
    ck_assert_int_eq(connection.ending, CONNECTION_DONE);
}
END_TEST

START_TEST(but_not_for_ever)
{
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    begin(&service_bye, -1);
    connection_step(&connection, buffer);
    ck_assert_int_eq(connection.state, CONNECTION_LINGERING);
    connection.linger_until = 0;
    connection_run(&connection, buffer);
    ck_assert_int_eq(connection.ending, CONNECTION_DONE);
}
END_TEST

START_TEST(it_lingers_for_two_seconds)
{
    struct server_options options = {.service = &service_bye};
    static struct server server;
    struct server_client client = {.fd = ends[0]};
    server.options = &options;
    server.poller = sonde_poller_open(SONDE_POLLER_BEST);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    int64_t begun = monotonic_ms();
    connection_start(&server, &connection, &client);
    int64_t now = monotonic_ms();
    ck_assert_ptr_eq(server.lingering.first, &connection);
    ck_assert_int_ge(connection.due, begun + 2000);
    ck_assert_int_le(connection.due, now + 2000);
    ck_assert_int_ge(connection.linger_until, begun + 2000);
    ck_assert_int_le(connection.linger_until, now + 2000);
    sonde_poller_close(server.poller);
}
END_TEST

START_TEST(every_service_is_found)
{
    ck_assert_ptr_eq(service_find("echo"), &service_echo);
    ck_assert_ptr_eq(service_find("daytime"), &service_daytime);
    ck_assert_ptr_null(service_find("chargen"));
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_comes_goes_back);
    tcase_add_test(tests, nothing_to_read_is_no_failure);
    tcase_add_test(tests, it_ends_when_the_client_has);
    tcase_add_test(tests, a_client_that_does_not_read_is_not_read);
    tcase_add_test(tests, what_is_kept_is_sent_before_the_end);
    tcase_add_test(tests, a_client_that_is_gone_is_lost);
    tcase_add_test(tests, patience_ends);
    tcase_add_test(tests, a_silent_client_sees_the_end_at_once);
    tcase_add_test(tests, a_client_that_talks_is_listened_to);
    tcase_add_test(tests, but_not_for_ever);
    tcase_add_test(tests, it_lingers_for_two_seconds);
    tcase_add_test(tests, every_service_is_found);
}

int main(void)
{
    return unit_main("connection", add);
}
