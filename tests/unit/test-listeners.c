/* test-listeners.c - lib/listeners-linux.c, owners-linux.c, totals-linux.c and
   their siblings
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

static struct sonde__calls real;

static void set_up(void)
{
    real = sonde__sys;
}

/* The listener looked for, by its address and, unless that is 0, its socket:
   others may have the port afterwards.  And how often it was told.  */
struct looked_for {
    struct sonde_address address;
    uint64_t socket;
    int count;
    struct sonde_listener found;
};

static int look(const struct sonde_listener *listener, void *closure)
{
    struct looked_for *looked = closure;
    if (!sonde_address_compare(&listener->address, &looked->address) &&
        (!looked->socket || listener->socket == looked->socket)) {
        looked->found = *listener;
        looked->count++;
    }
    return 0;
}

static int stop(const struct sonde_listener *listener, void *closure)
{
    (void)listener;
    ++*(int *)closure;
    return 1;
}

static int open_listener(struct looked_for *looked)
{
    struct sonde_address address;
    *looked = (struct looked_for){.count = 0};
    sonde_address_loopback(&address, AF_INET, 0);
    int fd = sonde_listen(&address, 7, SONDE_CLOEXEC, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(sonde_address_local(fd, &looked->address), 0);
    return fd;
}

START_TEST(another_family_has_none)
{
    struct looked_for looked = {0};
    int before = unit_descriptors();
    errno = 0;
    ck_assert_int_eq(sonde_listeners(AF_UNSPEC, -1, look, &looked), -1);
    ck_assert(errno == EAFNOSUPPORT || errno == ENOTSUP);
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

#ifdef TEST_LISTENERS_LINUX

/* Whether this kernel has the list at all; not every stack has.  */
static int is_told(void)
{
    struct looked_for looked = {0};
    return !sonde_listeners(AF_INET, -1, look, &looked) || errno != ENOTSUP;
}

START_TEST(a_listener_is_told_with_its_queue)
{
    struct looked_for looked;
    if (!is_told())
        return;
    int fd = open_listener(&looked);
    struct sonde_queue queue;
    int before = unit_descriptors();
    errno = 33;
    ck_assert_int_eq(sonde_listeners(AF_INET, 20000, look, &looked), 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(unit_descriptors(), before);
    ck_assert_int_eq(looked.count, 1);
    ck_assert_int_eq(sonde_queue(fd, &queue), 0);
    ck_assert_int_eq(looked.found.queue.queued, queue.queued);
    ck_assert_int_eq(looked.found.queue.limit, queue.limit);
    ck_assert_int_eq(looked.found.queue.drops, queue.drops);
    ck_assert_int_eq(looked.found.capacity, queue.limit + 1);
    struct stat status;
    ck_assert_int_eq(fstat(fd, &status), 0);
    ck_assert_uint_eq(looked.found.socket, status.st_ino);
    close(fd);
    looked.count = 0;
    looked.socket = status.st_ino;
    ck_assert_int_eq(sonde_listeners(AF_INET, 20000, look, &looked), 0);
    ck_assert_int_eq(looked.count, 0);
}
END_TEST

START_TEST(each_may_stop)
{
    struct looked_for looked;
    int calls = 0;
    if (!is_told())
        return;
    int fd = open_listener(&looked);
    ck_assert_int_eq(sonde_listeners(AF_INET, 20000, stop, &calls), -1);
    ck_assert_int_eq(errno, ECANCELED);
    ck_assert_int_eq(calls, 1);
    close(fd);
}
END_TEST

static void check_error(int given, int error)
{
    struct looked_for looked = {0};
    int before = unit_descriptors();
    unit_error = given;
    ck_assert_int_eq(sonde_listeners(AF_INET, 100, look, &looked), -1);
    ck_assert_int_eq(errno, error);
    ck_assert_int_eq(looked.count, 0);
    ck_assert_int_eq(unit_descriptors(), before);
}

START_TEST(no_netlink_is_told_as_not_supported)
{
    sonde__sys.socket = unit_failing_socket;
    check_error(EAFNOSUPPORT, ENOTSUP);
    check_error(EPROTONOSUPPORT, ENOTSUP);
    check_error(EACCES, EACCES);
    check_error(EPERM, EPERM);
    check_error(EMFILE, EMFILE);
}
END_TEST

/* What recvmsg gives, instead of the kernel's answer.  */
static unsigned char answer[64];
static size_t answer_size;
static int answer_flags, answer_port, answers;

static ssize_t answering(int fd, struct msghdr *message, int flags)
{
    (void)fd;
    (void)flags;
    if (answers-- <= 0) {
        errno = EAGAIN;
        return -1;
    }
    sonde_store((unsigned char *)message->msg_name + 4, 4, SONDE_BYTEORDER,
                (uint64_t)answer_port);
    memcpy(message->msg_iov->iov_base, answer, answer_size);
    message->msg_flags = answer_flags;
    return (ssize_t)answer_size;
}

/* The end of the list, from PORT.  */
static void prepare(int port, int flags, int count)
{
    memset(answer, 0, sizeof answer);
    answer_size = 20;
    sonde_store(answer, 4, SONDE_BYTEORDER, answer_size);
    sonde_store(answer + 4, 2, SONDE_BYTEORDER, 3);
    sonde_store(answer + 8, 4, SONDE_BYTEORDER, 1);
    answer_port = port;
    answer_flags = flags;
    answers = count;
    sonde__sys.recvmsg = answering;
}

static int never_ready(struct pollfd *fds, nfds_t count, int timeout)
{
    (void)fds;
    (void)count;
    (void)timeout;
    return 0;
}

START_TEST(only_the_kernel_is_believed_and_only_so_long)
{
    struct looked_for looked = {0};
    if (!is_told())
        return;
    prepare(0, 0, 1);
    ck_assert_int_eq(sonde_listeners(AF_INET, 20000, look, &looked), 0);
    prepare(0, MSG_TRUNC, 1);
    ck_assert_int_eq(sonde_listeners(AF_INET, 20000, look, &looked), -1);
    ck_assert_int_eq(errno, EPROTO);
    prepare(4711, 0, 3);
    sonde__sys.poll = never_ready;
    ck_assert_int_eq(sonde_listeners(AF_INET, 0, look, &looked), -1);
    ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

/* ---- owners -------------------------------------------------------------- */

/* A clock that gains a second at each look.  */
static int64_t hurried_now(void)
{
    static int64_t time;
    return time += 1000000000;
}

struct owned {
    pid_t process;
    int count;
    char name[32];
};

static int own(const struct sonde_owner *owner, void *closure)
{
    struct owned *owned = closure;
    owned->process = owner->process;
    owned->count++;
    memcpy(owned->name, owner->name, sizeof owned->name);
    return 0;
}

static int refuse(const struct sonde_owner *owner, void *closure)
{
    (void)owner;
    (void)closure;
    return 1;
}

START_TEST(we_own_what_we_opened)
{
    struct looked_for looked;
    struct stat status;
    struct owned owned = {0};
    int fd = open_listener(&looked), twin = dup(fd);
    ck_assert_int_eq(fstat(fd, &status), 0);
    uint64_t sockets[] = {UINT64_MAX, status.st_ino, 1};
    int before = unit_descriptors();
    errno = 33;
    int hidden = sonde_owners(sockets, 3, 20000, own, &owned);
    if (hidden < 0) { /* no /proc */
        ck_assert_int_eq(errno, ENOTSUP);
        return;
    }
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(unit_descriptors(), before);
    ck_assert_int_eq(owned.count, 2);
    ck_assert_int_eq(owned.process, getpid());
    /* Under valgrind it has valgrind's name.  */
    if (!getenv("LD_PRELOAD"))
        ck_assert_int_eq(strncmp(owned.name, "test-listeners", 14), 0);
    ck_assert_int_eq(sonde_owners(sockets, 3, 20000, refuse, NULL), -1);
    ck_assert_int_eq(errno, ECANCELED);
    owned.count = 0;
    ck_assert_int_ge(sonde_owners(sockets, 3, 0, own, &owned), 0);
    ck_assert_int_eq(owned.count, 2);
    sonde__sys.now = hurried_now;
    ck_assert_int_eq(sonde_owners(sockets, 3, 500, own, &owned), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(unit_descriptors(), before);
    close(fd);
    close(twin);
}
END_TEST

static char folder[] = "/tmp/test-listeners-XXXXXX";

static void make(const char *name)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void make_link(const char *name, const char *text)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(symlink(text, path), 0);
}

static void write_file(const char *name, const char *text)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void remove_all(void)
{
    static const char *const names[] = {
        "12/fd/3", "12/fd/4",     "12/fd/5", "12/fd/6", "12/fd/7",
        "12/fd",   "12/comm",     "12",      "13/fd/6", "13/fd",
        "13",      "net/netstat", "net",     ""};
    char path[100];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
}

static int directories;

/* The first process ends just now, and fstat says so.  */
static DIR *fdopendir_too_late(int fd)
{
    errno = ENOENT;
    return directories++ > 0 ? fdopendir(fd) : NULL;
}

static DIR *fdopendir_without_memory(int fd)
{
    (void)fd;
    errno = ENOMEM;
    return NULL;
}

/* Links that only look like sockets; a process that has ended; none at all. */
START_TEST(a_proc_that_is_made_up)
{
    static const uint64_t sockets[] = {42};
    struct owned owned = {0};
    struct sonde_listen_totals totals = {7, 7};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    sonde__sys.proc = folder;
    ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), -1);
    ck_assert_int_eq(errno, ENOTSUP);
    make("12");
    make("12/fd");
    make("13");
    write_file("12/comm", "a (strange\n name\n");
    make_link("12/fd/3", "socket:[420]");
    make_link("12/fd/4", "socket:[");
    make_link("12/fd/5", "/tmp/socket:[42]");
    make_link("12/fd/6", "socket:[42]");
    make_link("12/fd/7", "socket:[99999999999999999999999999999999999999]");
    ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), 0);
    ck_assert_int_eq(owned.count, 1);
    ck_assert_int_eq(owned.process, 12);
    ck_assert_str_eq(owned.name, "a (strange\n name");
    make("13/fd");
    make_link("13/fd/6", "socket:[42]");
    sonde__sys.fdopendir = fdopendir_too_late;
    ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), 0);
    ck_assert_int_eq(owned.count, 2);
    sonde__sys.fdopendir = fdopendir_without_memory;
    ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), -1);
    ck_assert_int_eq(errno, ENOMEM);
    ck_assert_int_eq(sonde_listen_totals(&totals), -1);
    ck_assert_int_eq(errno, ENOTSUP);
    make("net");
    write_file("net/netstat", "TcpExt: A ListenOverflows ListenDrops\n"
                              "TcpExt: 1 22\n");
    ck_assert_int_eq(sonde_listen_totals(&totals), -1);
    ck_assert_int_eq(errno, ENOTSUP);
    ck_assert_int_eq(totals.drops, 7);
    write_file("net/netstat", "IpExt: ListenDrops\nIpExt: 9\n"
                              "TcpExt: A ListenOverflows B ListenDrops C\n"
                              "TcpExt: 1 22 3 4444444444 5\n");
    ck_assert_int_eq(sonde_listen_totals(&totals), 0);
    ck_assert_int_eq(totals.overflows, 22);
    ck_assert(totals.drops == 4444444444);
    remove_all();
}
END_TEST

static void add_leaf(TCase *tests)
{
    tcase_add_test(tests, a_listener_is_told_with_its_queue);
    tcase_add_test(tests, each_may_stop);
    tcase_add_test(tests, no_netlink_is_told_as_not_supported);
    tcase_add_test(tests, only_the_kernel_is_believed_and_only_so_long);
    tcase_add_test(tests, we_own_what_we_opened);
    tcase_add_test(tests, a_proc_that_is_made_up);
}

#else

START_TEST(a_listener_is_told_or_nothing_is)
{
    struct looked_for looked;
    int calls = 0;
    int fd = open_listener(&looked);
    if (sonde_listeners(AF_INET, 20000, look, &looked)) {
        ck_assert_int_eq(errno, ENOTSUP);
    } else {
        ck_assert_int_eq(looked.count, 1);
        ck_assert_int_ge(looked.found.queue.limit, 7);
        ck_assert_int_eq(sonde_listeners(AF_INET, 20000, stop, &calls), -1);
        ck_assert_int_eq(errno, ECANCELED);
    }
    close(fd);
}
END_TEST

static void add_leaf(TCase *tests)
{
    tcase_add_test(tests, a_listener_is_told_or_nothing_is);
}

#endif

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, another_family_has_none);
    add_leaf(tests);
}

int main(void)
{
    return unit_main("listeners", add);
}
