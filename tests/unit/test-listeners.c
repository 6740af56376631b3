/* test-listeners.c - lib/listeners-linux.c, owners-linux.c, totals-linux.c and
   their siblings
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static int look(const struct sonde_listener *listener, void *data)
{
    struct looked_for *looked = data;
    if (!sonde_address_compare(&listener->address, &looked->address) &&
        (!looked->socket || listener->inode == looked->socket)) {
        looked->found = *listener;
        looked->count++;
    }
    return 0;
}

static int stop(const struct sonde_listener *listener, void *data)
{
    ++*(int *)data;
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
    ck_assert_int_eq(looked.found.queue.backlog, queue.backlog);
    ck_assert_int_eq(looked.found.queue.drops, queue.drops);
    ck_assert_int_eq(looked.found.capacity, queue.backlog + 1);
    struct stat status;
    ck_assert_int_eq(fstat(fd, &status), 0);
    ck_assert_uint_eq(looked.found.inode, status.st_ino);
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

/* ---- a kernel that never comes to an end -------------------------------- */

static int calls_made;

static ssize_t send_failing(int fd, const struct msghdr *message, int flags)
{
    calls_made++;
    errno = unit_error;
    return -1;
}

static ssize_t receive_failing(int fd, struct msghdr *message, int flags)
{
    calls_made++;
    errno = unit_error;
    return -1;
}

static int always_ready(struct pollfd *fds, nfds_t count, int timeout)
{
    for (nfds_t i = 0; i < count; i++)
        fds[i].revents = fds[i].events;
    return (int)count;
}

/* No wait could bound it: there is no deadline, and poll says "ready".  */
static void check_bounded(int timeout, int error)
{
    struct looked_for looked = {0};
    calls_made = 0;
    ck_assert_int_eq(sonde_listeners(AF_INET, timeout, look, &looked), -1);
    ck_assert_int_eq(errno, error);
    ck_assert_int_lt(calls_made, 2000);
}

START_TEST(calls_that_fail_for_ever_are_given_up)
{
    static const int errors[] = {EAGAIN, EINTR};
    if (!is_told())
        return;
    sonde__sys.poll = always_ready;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        unit_error = errors[i];
        sonde__sys.sendmsg = send_failing;
        check_bounded(-1, EAGAIN);
        check_bounded(60000, EAGAIN);
        sonde__sys.sendmsg = real.sendmsg;
        sonde__sys.recvmsg = receive_failing;
        check_bounded(-1, EAGAIN);
        check_bounded(60000, EAGAIN);
        sonde__sys.recvmsg = real.recvmsg;
    }
}
END_TEST

static ssize_t receive_prepared(int fd, struct msghdr *message, int flags)
{
    calls_made++;
    answers = 1;
    return answering(fd, message, flags);
}

/* The answer to another question; a datagram of no message; one of somebody
   else: however often they come.  */
START_TEST(datagrams_that_bring_nothing_are_given_up)
{
    if (!is_told())
        return;
    prepare(0, 0, 1);
    sonde_store(answer + 8, 4, SONDE_BYTEORDER, 99);
    sonde__sys.recvmsg = receive_prepared;
    check_bounded(-1, EPROTO);
    check_bounded(60000, EPROTO);
    answer_size = 0;
    check_bounded(-1, EPROTO);
    prepare(4711, 0, 1);
    sonde__sys.recvmsg = receive_prepared;
    check_bounded(-1, EPROTO);
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

static int own(const struct sonde_owner *owner, void *data)
{
    struct owned *owned = data;
    owned->process = owner->pid;
    owned->count++;
    memcpy(owned->name, owner->name, sizeof owned->name);
    return 0;
}

static int refuse(const struct sonde_owner *owner, void *data)
{
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

static int links_error, links_seen;

static ssize_t link_failing(int directory, const char *name, char *text,
                            size_t size)
{
    links_seen++;
    errno = links_error;
    return -1;
}

/* Root without CAP_SYS_PTRACE may list the descriptors of a process and not
   read what they are.  */
START_TEST(descriptors_that_may_not_be_read_are_counted)
{
    struct looked_for looked;
    struct owned owned = {0};
    int fd = open_listener(&looked);
    const uint64_t sockets[] = {1};
    if (sonde_owners(sockets, 1, 20000, own, &owned) < 0)
        return; /* no /proc */
    sonde__sys.readlinkat = link_failing;
    links_error = EACCES;
    ck_assert_int_ge(sonde_owners(sockets, 1, 20000, own, &owned), 1);
    ck_assert_int_gt(links_seen, 0);
    ck_assert_int_eq(sonde_owner_check(getpid()), -1);
    ck_assert_int_eq(errno, EACCES);
    links_error = EPERM;
    ck_assert_int_ge(sonde_owners(sockets, 1, 20000, own, &owned), 1);
    links_error = EIO;
    ck_assert_int_ge(sonde_owners(sockets, 1, 20000, own, &owned), 1);
    links_error = ENOMEM;
    ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), -1);
    ck_assert_int_eq(errno, ENOMEM);
    sonde__sys.readlinkat = real.readlinkat;
    errno = 33;
    ck_assert_int_eq(sonde_owner_check(getpid()), 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(owned.count, 0);
    close(fd);
}
END_TEST

START_TEST(a_process_that_has_ended_is_none)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert_int_eq(sonde_owner_check(child), -1);
    ck_assert_int_eq(errno, ESRCH);
    ck_assert_int_eq(sonde_owner_check(0), -1);
    ck_assert_int_eq(errno, ESRCH);
    ck_assert_int_eq(sonde_owner_check(-1), -1);
    ck_assert_int_eq(errno, ESRCH);
}
END_TEST

static int reads_left;

static struct dirent *read_failing(DIR *directory)
{
    if (reads_left-- > 0)
        return real.readdir(directory);
    errno = unit_error;
    return NULL;
}

/* A list that breaks off is not one that is at its end.  */
START_TEST(a_list_of_processes_that_breaks_off_is_an_error)
{
    struct owned owned = {0};
    const uint64_t sockets[] = {1};
    if (sonde_owners(sockets, 1, 20000, own, &owned) < 0)
        return; /* no /proc */
    int before = unit_descriptors();
    sonde__sys.readdir = read_failing;
    for (reads_left = 0; reads_left < 100; reads_left += 33) {
        int reads = reads_left;
        unit_error = ENOMEM;
        ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), -1);
        ck_assert_int_eq(errno, ENOMEM);
        reads_left = reads;
    }
    reads_left = 0;
    unit_error = EACCES;
    ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), -1);
    ck_assert_int_eq(errno, EACCES);
    ck_assert_int_eq(unit_descriptors(), before);
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

static void remove_one(const char *name)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    remove(path);
}

static void remove_all(void)
{
    static const char *const names[] = {"12/fd/3",
                                        "12/fd/4",
                                        "12/fd/5",
                                        "12/fd/6",
                                        "12/fd/7",
                                        "12/fd",
                                        "12/comm",
                                        "12/stat",
                                        "12",
                                        "13/fd/6",
                                        "13/fd",
                                        "13",
                                        "14/fd/3",
                                        "14/fd/4",
                                        "14/fd",
                                        "14/task/14/fd",
                                        "14/task/14",
                                        "14/task/15/fd/3",
                                        "14/task/15/fd",
                                        "14/task/15",
                                        "14/task",
                                        "14/comm",
                                        "14",
                                        "sys/net/ipv4/tcp_syncookies",
                                        "sys/net/ipv4/tcp_max_syn_backlog",
                                        "sys/net/ipv4",
                                        "sys/net",
                                        "sys",
                                        "self/mountinfo",
                                        "self/status",
                                        "self",
                                        "net/netstat",
                                        "net",
                                        "thread-self/net/netstat",
                                        "thread-self/net",
                                        "thread-self",
                                        ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove_one(names[i]);
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
    errno = ENOMEM;
    return NULL;
}

/* Links that only look like sockets; a process that has ended; none at all. */
START_TEST(a_proc_that_is_made_up)
{
    static const uint64_t sockets[] = {42};
    struct owned owned = {0};
    struct sonde_listen_totals totals = {7, 7, 7, 7, 7, 7, 7, 7, 7};
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
    make_link("self", ".");
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
    ck_assert_int_eq(totals.deferred, -1);
    ck_assert_int_eq(totals.resets, -1);
    ck_assert_int_eq(totals.full_drops, -1);
    remove_all();
}
END_TEST

START_TEST(states_and_limits_of_a_proc_that_is_made_up)
{
    struct sonde_handshake_limits limits = {7, 7};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    sonde__sys.proc = folder;
    FAILS(ENOTSUP, sonde_handshake_limits(&limits));
    make("sys");
    make("sys/net");
    make("sys/net/ipv4");
    make("sys/net/ipv4/tcp_max_syn_backlog");
    FAILS(EISDIR, sonde_handshake_limits(&limits));
    write_file("sys/net/ipv4/tcp_syncookies", "much");
    FAILS(EPROTO, sonde_handshake_limits(&limits));
    ck_assert_int_eq(limits.cookies, 7);
    remove_one("sys/net/ipv4/tcp_max_syn_backlog");
    write_file("sys/net/ipv4/tcp_max_syn_backlog", "256\n");
    ck_assert_int_eq(sonde_handshake_limits(&limits), 0);
    ck_assert_int_eq(limits.cookies, -1);
    ck_assert_int_eq(limits.max_backlog, 256);
    make("12");
    FAILS(ESRCH, sonde_owner_state(12));
    FAILS(ESRCH, sonde_owner_state(0));
    write_file("12/stat", "12 (a) S)(b) T 1 2 3\n");
    ck_assert_int_eq(sonde_owner_state(12), 'T');
    write_file("12/stat",
               "12 (a) Z 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 2 1");
    ck_assert_int_eq(sonde_owner_state(12), 'S');
    write_file("12/stat",
               "12 (a) D 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 1 2");
    ck_assert_int_eq(sonde_owner_state(12), 'D');
    write_file("12/stat", "12 (a)");
    FAILS(EPROTO, sonde_owner_state(12));
    write_file("12/stat", "");
    FAILS(EPROTO, sonde_owner_state(12));
    remove_all();
}
END_TEST

/* Of the calling thread, where that can be told.  */
START_TEST(totals_tell_what_else_drops_are)
{
    struct sonde_listen_totals totals = {0};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    sonde__sys.proc = folder;
    make("net");
    write_file("net/netstat", "TcpExt: ListenOverflows ListenDrops\n"
                              "TcpExt: 98 99\n");
    make("thread-self");
    make("thread-self/net");
    write_file("thread-self/net/netstat",
               "TcpExt: EmbryonicRsts TCPDeferAcceptDrop ListenOverflows "
               "ListenDrops SyncookiesSent SyncookiesRecv SyncookiesFailed "
               "TCPReqQFullDoCookies TCPReqQFullDrop\n"
               "TcpExt: 4 60 0 0 11 12 13 14 15\n");
    ck_assert_int_eq(sonde_listen_totals(&totals), 0);
    ck_assert_int_eq(totals.overflows, 0);
    ck_assert_int_eq(totals.drops, 0);
    ck_assert_int_eq(totals.deferred, 60);
    ck_assert_int_eq(totals.resets, 4);
    ck_assert_int_eq(totals.cookies_sent, 11);
    ck_assert_int_eq(totals.cookies_received, 12);
    ck_assert_int_eq(totals.cookies_failed, 13);
    ck_assert_int_eq(totals.full_cookies, 14);
    ck_assert_int_eq(totals.full_drops, 15);
    make("15");
    make("15/net");
    write_file("15/net/netstat", "TcpExt: ListenOverflows ListenDrops\n"
                                 "TcpExt: 6 7\n");
    ck_assert_int_eq(sonde_listen_totals_proc(15, &totals), 0);
    ck_assert_int_eq(totals.overflows, 6);
    ck_assert_int_eq(sonde_listen_totals_proc(16, &totals), -1);
    ck_assert_int_eq(errno, ESRCH);
    ck_assert_int_eq(sonde_listen_totals_proc(-1, &totals), -1);
    ck_assert_int_eq(errno, ESRCH);
    remove_all();
}
END_TEST

/* The folder of a main thread that has ended is empty.  */
START_TEST(another_thread_has_the_descriptors)
{
    static const uint64_t sockets[] = {42};
    struct owned owned = {0};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    sonde__sys.proc = folder;
    make("14");
    make("14/fd");
    make("14/task");
    make("14/task/14");
    make("14/task/14/fd");
    make("14/task/15");
    make("14/task/15/fd");
    write_file("14/comm", "left\n");
    make_link("14/task/15/fd/3", "socket:[42]");
    ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), 0);
    ck_assert_int_eq(owned.count, 1);
    ck_assert_int_eq(owned.process, 14);
    ck_assert_str_eq(owned.name, "left");
    sonde__sys.readlinkat = link_failing;
    links_error = EACCES;
    ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), 1);
    remove_all();
}
END_TEST

static ssize_t link_failing_once(int directory, const char *name, char *text,
                                 size_t size)
{
    if (strcmp(name, "4"))
        return real.readlinkat(directory, name, text, size);
    errno = links_error;
    return -1;
}

static DIR *fdopendir_not_allowed(int fd)
{
    errno = EACCES;
    return NULL;
}

/* The descriptors that are read already are not those of other threads.  */
START_TEST(a_table_that_is_read_in_part)
{
    static const uint64_t sockets[] = {42};
    struct owned owned = {0};
    ck_assert_ptr_nonnull(mkdtemp(folder));
    sonde__sys.proc = folder;
    make("14");
    make("14/fd");
    make_link("14/fd/3", "socket:[42]");
    make_link("14/fd/4", "a path");
    make("14/task");
    make("14/task/15");
    make("14/task/15/fd");
    make_link("14/task/15/fd/3", "socket:[42]");
    sonde__sys.readlinkat = link_failing_once;
    links_error = EIO;
    ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), 1);
    ck_assert_int_eq(owned.count, 1);
    /* A path of more than 4095 bytes, and no socket.  */
    links_error = ENAMETOOLONG;
    errno = 33;
    ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), 0);
    ck_assert_int_eq(errno, 33);
    ck_assert_int_eq(owned.count, 2);
    sonde__sys.fdopendir = fdopendir_not_allowed;
    ck_assert_int_eq(sonde_owners(sockets, 1, 20000, own, &owned), 1);
    sonde__sys.now = hurried_now;
    FAILS(EAGAIN, sonde_owners(sockets, 1, 500, own, &owned));
    remove_all();
}
END_TEST

static void check_complete(const char *type, const char *options,
                           const char *status, int expected)
{
    char text[600];
    snprintf(text, sizeof text,
             "20 1 8:1 / / rw - ext4 /dev/root rw\n"
             "21 20 0:5 / %s rw,nosuid shared:9 - %s none rw%s\n"
             "22 20 0:6 / /other rw - proc none rw,hidepid=4\n",
             folder, type, options);
    write_file("self/mountinfo", text);
    write_file("self/status", status);
    errno = 33;
    ck_assert_msg(sonde_owners_complete() == expected, "%s", options);
    ck_assert_int_eq(errno, expected < 0 ? ENOTSUP : 33);
}

START_TEST(what_proc_leaves_out_is_known_by_its_mount)
{
    static const char none[] = "CapInh:\t0\nCapEff:\t0000000000000000\n";
    static const char trace[] = "CapEff:\t0000000000080000\n";
    char group[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    sonde__sys.proc = folder;
    ck_assert_int_eq(sonde_owners_complete(), -1);
    ck_assert_int_eq(errno, ENOTSUP);
    make("self");
    check_complete("proc", "", none, 1);
    check_complete("proc", ",hidepid=1", none, 1);
    check_complete("proc", ",hidepid=noaccess", none, 1);
    check_complete("proc", ",gid=64321,hidepid=2", none, 0);
    check_complete("proc", ",hidepid=invisible,gid=64321", none, 0);
    check_complete("proc", ",hidepid=invisible,gid=64321", trace, 1);
    snprintf(group, sizeof group, ",hidepid=2,gid=%ld", (long)getegid());
    check_complete("proc", group, none, 1);
    snprintf(group, sizeof group, ",hidepid=4,gid=%ld", (long)getegid());
    check_complete("proc", group, none, 0);
    check_complete("proc", ",hidepid=ptraceable", trace, 1);
    check_complete("tmpfs", "", none, -1);
    check_complete("proc", ",hidepid=4", "Name:\tx\n", -1);
    remove_one("self/status");
    make("self/status");
    FAILS(EISDIR, sonde_owners_complete());
    remove_all();
}
END_TEST

static void add_leaf(TCase *tests)
{
    tcase_add_test(tests, a_listener_is_told_with_its_queue);
    tcase_add_test(tests, each_may_stop);
    tcase_add_test(tests, no_netlink_is_told_as_not_supported);
    tcase_add_test(tests, only_the_kernel_is_believed_and_only_so_long);
    tcase_add_test(tests, calls_that_fail_for_ever_are_given_up);
    tcase_add_test(tests, datagrams_that_bring_nothing_are_given_up);
    tcase_add_test(tests, we_own_what_we_opened);
    tcase_add_test(tests, descriptors_that_may_not_be_read_are_counted);
    tcase_add_test(tests, a_process_that_has_ended_is_none);
    tcase_add_test(tests, a_list_of_processes_that_breaks_off_is_an_error);
    tcase_add_test(tests, totals_tell_what_else_drops_are);
    tcase_add_test(tests, states_and_limits_of_a_proc_that_is_made_up);
    tcase_add_test(tests, another_thread_has_the_descriptors);
    tcase_add_test(tests, a_table_that_is_read_in_part);
    tcase_add_test(tests, what_proc_leaves_out_is_known_by_its_mount);
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
        ck_assert_int_ge(looked.found.queue.backlog, 7);
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
