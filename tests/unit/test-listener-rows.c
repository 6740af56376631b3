/* test-listener-rows.c - the rows of a list of listeners
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/private.h"
#include "probes/listeners/datagrams.h"
#include "probes/listeners/handshakes.h"
#include "probes/listeners/waiting.h"
#include "probes/listeners/watch.h"
#include "tests/unit/unit.h"

/* ---- a kernel without unix_diag ----------------------------------------- */

enum { REQUEST_FAMILY = 16 }; /* offset in a request to sock_diag */

static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);

/* A sendmsg with which sock_diag has no UNIX sockets.  */
static ssize_t send_without_unix(int fd, const struct msghdr *message,
                                 int flags)
{
    const unsigned char *request = message->msg_iov->iov_base;
    if (message->msg_iov->iov_len > REQUEST_FAMILY &&
        request[REQUEST_FAMILY] == AF_UNIX) {
        errno = ENOENT;
        return -1;
    }
    return real_sendmsg(fd, message, flags);
}

/* The row of the TCP listener at ADDRESS.  */
static const struct listener_row *row_find(const struct listeners *listeners,
                                           const struct sonde_address *address)
{
    for (size_t i = 0; i < listeners->count; i++)
        if (!sonde_address_compare(&listeners->rows[i].listener.address,
                                   address))
            return &listeners->rows[i];
    return NULL;
}

/* TCP has all figures, and only UNIX listeners are reported as reduced.  */
START_TEST(each_family_has_its_own_source)
{
    struct listeners listeners = {0};
    struct watch watch = {0};
    struct sentence text = {""};
    struct sonde_address address;
    sonde_address_loopback(&address, AF_INET, 0);
    int fd = sonde_listen(&address, 7, SONDE_CLOEXEC, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(sonde_address_local(fd, &address), 0);
    real_sendmsg = sonde__sys.sendmsg;
    sonde__sys.sendmsg = send_without_unix;
    int result = listeners_read(&listeners, LISTENERS_ALL, 20000, 20000);
    /* Elsewhere no family is from /proc, or all are.  */
    if (!result && listeners.reduced && listeners.direct) {
        ck_assert_int_eq(listeners.direct & LISTENERS_UNIX, 0);
        listeners_say_reduced(&text, &listeners);
        ck_assert_ptr_nonnull(
            strstr(text.text, "not available for UNIX listeners ("));
        handshakes_read(&listeners, 20000);
        const struct listener_row *row = row_find(&listeners, &address);
        ck_assert_ptr_nonnull(row);
        ck_assert_int_eq(row->listener.queue.queued, 0);
        ck_assert_int_eq(row->listener.queue.incomplete, 0);
        ck_assert_int_eq(watch_begin(&watch, &listeners, 0, false), 0);
        watch_free(&watch);
    }
    listeners_free(&listeners);
    close(fd);
}
END_TEST

/* ---- rows made up -------------------------------------------------------- */

static char *text;

static void free_text(void)
{
    free(text);
    text = NULL;
}

/* A stream for TEXT, to be closed.  */
static FILE *text_open(void)
{
    static size_t size;
    free_text();
    FILE *out = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(out);
    return out;
}

static void text_has(const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no \"%s\" in: %s", part, text);
}

/* A row of TYPE at 127.0.0.1:80 with QUEUED in the queue.  */
static struct listener_row row_make(char *local, int type, long queued)
{
    struct listener_row row = {.local = local,
                               .listener = {.type = type,
                                            .uid = -1,
                                            .capacity = 1000,
                                            .queue = {queued, 999, -1, -1}}};
    sonde_address_loopback(&row.listener.address, AF_INET, 80);
    return row;
}

/* Queues in bytes and in connections are not compared, which would be no
   consistent order beside the drops of datagram sockets.  */
START_TEST(datagram_sockets_follow_listeners)
{
    char names[3][8] = {"a", "b", "c"};
    struct listener_row rows[] = {row_make(names[2], SOCK_DGRAM, 9),
                                  row_make(names[1], SOCK_DGRAM, 7),
                                  row_make(names[0], SOCK_STREAM, 5)};
    struct listeners listeners = {.rows = rows, .count = 3};
    rows[1].listener.queue.drops = 3;
    ck_assert_int_eq(listeners_order_rows(&listeners), 0);
    ck_assert_str_eq(rows[0].local, "a");
    ck_assert_str_eq(rows[1].local, "b");
    ck_assert_str_eq(rows[2].local, "c");
    free(listeners.groups);
    free(listeners.members);
}
END_TEST

START_TEST(an_empty_list_is_of_the_kinds_requested)
{
    struct listeners listeners = {.wanted = LISTENERS_UDP};
    FILE *out = text_open();
    datagrams_text(out, &listeners);
    fclose(out);
    text_has("no datagram socket of this kind is bound");
    listeners.wanted = LISTENERS_DATAGRAMS;
    out = text_open();
    datagrams_text(out, &listeners);
    fclose(out);
    text_has("no datagram socket is bound");
}
END_TEST

/* The owners were read, but no process can be checked, as on FreeBSD.  */
START_TEST(a_process_that_cannot_be_checked)
{
    struct listeners listeners = {.wanted = LISTENERS_ALL};
    struct sentence why = {""};
    char number[24];
    snprintf(number, sizeof number, "%ld", (long)getpid());
    sonde__sys.proc = "/nowhere";
    listeners_select(&listeners, number, &why);
    ck_assert_msg(strstr(why.text, "cannot be read (E") != NULL, "%s",
                  why.text);
}
END_TEST

/* The row with INDEX 0 may be left out, and the rows of an address need not
   follow each other.  */
START_TEST(each_address_has_a_sample)
{
    char local[] = "127.0.0.1:80", other[] = "127.0.0.1:81";
    struct listener_row rows[] = {row_make(local, SOCK_STREAM, 0),
                                  row_make(other, SOCK_STREAM, 0),
                                  row_make(local, SOCK_STREAM, 0)};
    struct listeners listeners = {.rows = rows, .count = 3};
    for (int i = 0; i < 3; i++) {
        rows[i].index = 3 - i;
        rows[i].listener.queue.incomplete = 3 + i;
    }
    rows[1].index = 0;
    sonde_address_set_port(&rows[1].listener.address, 81);
    FILE *out = text_open();
    handshakes_prometheus(out, &listeners);
    fclose(out);
    text_has("local=\"127.0.0.1:80\"} 8\n");
    text_has("local=\"127.0.0.1:81\"} 4\n");
    ck_assert_ptr_null(strstr(text, "} 3\n"));
    ck_assert_ptr_null(strstr(text, "} 5\n"));
}
END_TEST

/* The kernel does not report in which of two queues a client waits.  */
START_TEST(one_client_of_two_listeners)
{
    char local[] = "127.0.0.1:80";
    struct listener_row rows[] = {row_make(local, SOCK_STREAM, 1),
                                  row_make(local, SOCK_STREAM, 1)};
    struct listeners listeners = {.rows = rows, .count = 2};
    struct waiting waiting = {0};
    struct sonde_address address;
    sonde_address_loopback(&address, AF_INET, 0);
    int fd = sonde_listen(&address, 7, SONDE_CLOEXEC, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(sonde_address_local(fd, &address), 0);
    int client = sonde_connect(&address, 1, 20000, NULL, NULL);
    ck_assert_int_ge(client, 0);
    for (int i = 0; i < 2; i++) {
        rows[i].listener.address = address;
        rows[i].oldest = -7;
    }
    waiting_set_oldest(&listeners, 20000);
    ck_assert_int_eq(rows[0].oldest, -7);
    ck_assert_int_eq(rows[1].oldest, -7);
    rows[1].listener.queue.queued = 0;
    waiting_set_oldest(&listeners, 20000);
    if (!waiting_read(&waiting, &listeners, 20000) && waiting.count > 0)
        ck_assert_int_ge(rows[0].oldest, 0);
    waiting_free(&waiting);
    close(client);
    close(fd);
}
END_TEST

/* The text has the rows of an address together, in the order of the first with
   a queue; a client at no address of a listener belongs to the wildcard.  */
START_TEST(queues_of_an_address_are_one)
{
    char names[4][8] = {"none", "any", "other", "any"};
    struct listener_row rows[4];
    struct listeners listeners = {.rows = rows, .count = 4};
    struct waiting waiting = {0};
    struct sonde_address address, wildcard;
    sonde_address_loopback(&address, AF_INET, 0);
    int fd = sonde_listen(&address, 7, SONDE_CLOEXEC, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(sonde_address_local(fd, &address), 0);
    int port = sonde_address_port(&address);
    int client = sonde_connect(&address, 1, 20000, NULL, NULL);
    ck_assert_int_ge(client, 0);
    sonde_address_any(&wildcard, AF_INET, (uint16_t)port);
    for (int i = 0; i < 4; i++)
        rows[i] = row_make(names[i], SOCK_STREAM, i);
    rows[0].listener.address = address;
    bool is_seen = !waiting_read(&waiting, &listeners, 20000) && waiting.count;
    waiting_free(&waiting);
    rows[0].listener.address = rows[1].listener.address = wildcard;
    rows[3].listener.address = wildcard;
    if (is_seen) {
        ck_assert_int_eq(waiting_read(&waiting, &listeners, 20000), 0);
        ck_assert_uint_eq(waiting.count, 1);
        ck_assert_int_eq(
            sonde_address_compare(&waiting.rows[0].listener, &wildcard), 0);
        waiting_keep(&waiting, &listeners);
        FILE *out = text_open();
        waiting_text(out, &waiting);
        fclose(out);
        ck_assert_ptr_eq(strstr(text, "any: 4 queued, 1 silent"), text);
        text_has("\n\nother: 2 queued");
        ck_assert_ptr_null(strstr(text, "none"));
        listeners.count = 0;
        waiting_keep(&waiting, &listeners);
        ck_assert_uint_eq(waiting.count, 0);
    }
    waiting_free(&waiting);
    close(client);
    close(fd);
}
END_TEST

START_TEST(many_owners_leave_room)
{
    char local[] = "127.0.0.1:80";
    static struct sonde_owner owners[300];
    struct listener_row row = row_make(local, SOCK_STREAM, 0);
    struct listeners listeners = {.rows = &row, .count = 1};
    for (int i = 0; i < 300; i++)
        owners[i] = (struct sonde_owner){.pid = 2000000000 + i, .name = "many"};
    row.owners = owners;
    row.owner_count = 300;
    row.listener.uid = 7;
    FILE *out = text_open();
    listeners_put_owners(out, &listeners, &row);
    fclose(out);
    unit_squeeze(text);
    text_has("many[2000000000] many[2000000001] ");
    text_has("] +2");
    text_has(", which share the socket; created by user 7");
}
END_TEST

/* Either counter alone may come from elsewhere: ListenOverflows from another
   listener, drops from another reason.  */
START_TEST(no_larger_backlog_without_an_overflow)
{
    static const struct {
        long overflows, drops;
        bool advised;
    } cases[] = {{5, 0, false}, {0, 5, false}, {5, 5, true}};
    char local[] = "127.0.0.1:80";
    struct listener_row row = row_make(local, SOCK_STREAM, 1000);
    struct listeners listeners = {.rows = &row, .count = 1};
    listeners.totals.overflows = cases[_i].overflows;
    row.listener.queue.drops = cases[_i].drops;
    row.percent = 100;
    FILE *out = text_open();
    listeners_explain(out, &listeners);
    fclose(out);
    unit_squeeze(text);
    text_has(cases[_i].advised ? "; then request a larger backlog"
                               : "; no overflow of this listener so far");
}
END_TEST

/* A lack of descriptors is no lack of a privilege.  */
START_TEST(the_reason_not_to_enter)
{
    struct listeners listeners = {.pid = getpid(), .enter_error = EMFILE};
    struct sentence told = {""};
    if (!listeners_read_rows(&listeners, LISTENERS_INET, 20000))
        ck_assert_int_eq(listeners.reduced, EMFILE);
    listeners_say_reduced(&told, &listeners);
    ck_assert_ptr_nonnull(strstr(told.text, " cannot be entered (EMFILE): "));
    ck_assert_ptr_null(strstr(told.text, "CAP_SYS_ADMIN"));
    told = (struct sentence){""};
    listeners.enter_error = listeners_enter_error(EACCES);
    listeners_say_reduced(&told, &listeners);
    ck_assert_ptr_nonnull(strstr(told.text, " needs CAP_SYS_ADMIN: the list"));
    listeners_free(&listeners);
}
END_TEST

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_checked_fixture(tests, NULL, free_text);
    tcase_add_test(tests, each_family_has_its_own_source);
    tcase_add_test(tests, datagram_sockets_follow_listeners);
    tcase_add_test(tests, an_empty_list_is_of_the_kinds_requested);
    tcase_add_test(tests, a_process_that_cannot_be_checked);
    tcase_add_test(tests, each_address_has_a_sample);
    tcase_add_test(tests, one_client_of_two_listeners);
    tcase_add_test(tests, queues_of_an_address_are_one);
    tcase_add_test(tests, many_owners_leave_room);
    tcase_add_loop_test(tests, no_larger_backlog_without_an_overflow, 0, 3);
    tcase_add_test(tests, the_reason_not_to_enter);
}

int main(void)
{
    return unit_main("listener-rows", add);
}
