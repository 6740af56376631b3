/* test-names.c - base/names.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/names.h"
#include "tests/unit/unit.h"

#define NAMED(error)                                                           \
    {                                                                          \
        error, #error                                                          \
    }

/* All that a listener, a client or the runner may meet.  */
static const struct {
    int error;
    const char *name;
} named[] = {
    NAMED(EACCES),       NAMED(EADDRINUSE),   NAMED(EADDRNOTAVAIL),
    NAMED(EAFNOSUPPORT), NAMED(EAGAIN),       NAMED(EALREADY),
    NAMED(EBADF),        NAMED(ECONNABORTED), NAMED(ECONNREFUSED),
    NAMED(ECONNRESET),   NAMED(EFAULT),       NAMED(EHOSTUNREACH),
    NAMED(EINPROGRESS),  NAMED(EINTR),        NAMED(EINVAL),
    NAMED(EIO),          NAMED(EISCONN),      NAMED(EMFILE),
    NAMED(EMSGSIZE),     NAMED(ENETDOWN),     NAMED(ENETRESET),
    NAMED(ENETUNREACH),  NAMED(ENFILE),       NAMED(ENOBUFS),
    NAMED(ENOMEM),       NAMED(ENOPROTOOPT),  NAMED(ENOSYS),
    NAMED(ENOTCONN),     NAMED(ENOTSOCK),     NAMED(EPERM),
    NAMED(EPIPE),        NAMED(EPROTO),       NAMED(EPROTONOSUPPORT),
    NAMED(EPROTOTYPE),   NAMED(ETIMEDOUT),
};

START_TEST(every_error_has_its_name)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        ck_assert_str_eq(errno_name(named[i].error), named[i].name);
}
END_TEST

/* One number on Linux, two elsewhere: either name is right where they agree. */
START_TEST(two_names_for_what_may_be_one_number)
{
    const char *name = errno_name(EOPNOTSUPP);
    ck_assert(!strcmp(name, "EOPNOTSUPP") ||
              (EOPNOTSUPP == ENOTSUP && !strcmp(name, "ENOTSUP")));
    name = errno_name(ENOTSUP);
    ck_assert(!strcmp(name, "ENOTSUP") ||
              (EOPNOTSUPP == ENOTSUP && !strcmp(name, "EOPNOTSUPP")));
}
END_TEST

START_TEST(what_is_not_known_has_no_name)
{
    ck_assert_str_eq(errno_name(0), "errno 0");
    ck_assert_str_eq(errno_name(-1), "errno -1");
    const char *first = errno_name(99999), *second = errno_name(99998);
    ck_assert_str_eq(first, "errno 99999");
    ck_assert_str_eq(second, "errno 99998");
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, every_error_has_its_name);
    tcase_add_test(tests, two_names_for_what_may_be_one_number);
    tcase_add_test(tests, what_is_not_known_has_no_name);
}

int main(void)
{
    return unit_main("names", add);
}
