/* test-listener-rows.c - the rows of a list of listeners
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/private.h"
#include "probes/listeners/handshakes.h"
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

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_test(tests, each_family_has_its_own_source);
}

int main(void)
{
    return unit_main("listener-rows", add);
}
