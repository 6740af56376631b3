/* unit.h - what every unit test program is made of
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef UNIT_H
#define UNIT_H 1

#include <check.h>
#include <errno.h>
#include <sys/socket.h>

/* CALL must return -1 with errno ERROR.  */
#define FAILS(error, call)                                                     \
    do {                                                                       \
        errno = 0;                                                             \
        ck_assert_int_eq(call, -1);                                            \
        ck_assert_int_eq(errno, error);                                        \
    } while (0)

/* Run the tests that ADD puts into a test case called NAME, and print TAP.
   To be returned from main.  */
int unit_main(const char *name, void (*add)(TCase *));

/* Let each test of TESTS change sonde__sys as it likes: the calls are put back
   behind it.  */
void unit_fake_calls(TCase *tests);

/* System calls for sonde__sys that fail with unit_error, always.  */
extern int unit_error;
int unit_failing_socket(int family, int type, int protocol);
int unit_failing_fcntl(int fd, int command, int argument);
int unit_failing_getsockopt(int fd, int level, int name, void *value,
                            socklen_t *length);
int unit_failing_setsockopt(int fd, int level, int name, const void *value,
                            socklen_t length);

/* Whether this build has ThreadSanitizer in it: gcc says so by a macro, clang
   by a feature.  */
#ifdef __SANITIZE_THREAD__
enum { unit_has_tsan = 1 };
#elif defined __has_feature
enum { unit_has_tsan = __has_feature(thread_sanitizer) };
#else
enum { unit_has_tsan = 0 };
#endif

/* How many descriptors this process has open, among the first thousand.  */
int unit_descriptors(void);

/* Make each run of blanks and line feeds in TEXT one blank, and none at the
   start, so that a report is compared without its layout.  */
void unit_squeeze(char *text);

#endif /* UNIT_H */
