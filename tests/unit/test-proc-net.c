/* test-proc-net.c - lib/proc-net.c, lib/listeners-proc.c and its sibling
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/proc-net.h"
#include "tests/unit/unit.h"

/* The address of LINE must be printed as TEXT.  */
static struct sonde_listener listens(int family, const char *line,
                                     const char *text)
{
    struct sonde_listener listener;
    char printed[SONDE_ADDRESS_TEXT];
    ck_assert_int_eq(sonde__proc_net_read(&listener, family, line), 1);
    sonde_address_print(&listener.address, printed, sizeof printed);
    ck_assert_str_eq(printed, text);
    ck_assert_int_eq(listener.queue.backlog, -1);
    ck_assert_int_eq(listener.queue.drops, -1);
    ck_assert_int_eq(listener.capacity, -1);
    ck_assert_int_eq(listener.v6only, -1);
    return listener;
}

/* ADDRESS of 4 bytes as the kernel prints it on this host.  */
static const char *word(const char *address)
{
    static char text[9];
    uint32_t number;
    memcpy(&number, address, 4);
    snprintf(text, sizeof text, "%08X", (unsigned)number);
    return text;
}

START_TEST(tcp)
{
    char line[200];
    snprintf(line, sizeof line,
             "  12: %s:1F90 00000000:0000 0A 00000000:00000081 00:00000000 "
             "00000000  1000        0 4294967295 1 000000007cf6d543 100 0 0 "
             "10 0                      \n",
             word("\x7f\0\0\1"));
    struct sonde_listener listener = listens(AF_INET, line, "127.0.0.1:8080");
    ck_assert_int_eq(listener.queue.queued, 129);
    ck_assert_int_eq(listener.uid, 1000);
    ck_assert(listener.inode == 4294967295U);
    ck_assert_int_eq(listener.type, SOCK_STREAM);
    memcpy(strstr(line, " 0A "), " 01 ", 4);
    ck_assert_int_eq(sonde__proc_net_read(&listener, AF_INET, line), 0);
}
END_TEST

START_TEST(tcp6)
{
    char line[300], end[9];
    snprintf(end, sizeof end, "%s", word("\0\0\0\1"));
    snprintf(line, sizeof line,
             "   0: %s%08X%08X%s:0016 "
             "00000000000000000000000000000000:0000 0A 00000000:00000000 "
             "00:00000000 00000000     0        0 1137 1 0000 100 0 0 10 0\n",
             word("\x20\1\x0d\xb8"), 0U, 0U, end);
    listens(AF_INET6, line, "[2001:db8::1]:22");
}
END_TEST

START_TEST(unix_names)
{
    static const char head[] = "0000000085f760e8: 00000002 00000000 00010000 ";
    char line[300];
    snprintf(line, sizeof line, "%s0001 01 77 /run/a b\n", head);
    struct sonde_listener listener = listens(AF_UNIX, line, "/run/a\\040b");
    ck_assert(listener.inode == 77 && listener.uid == -1);
    ck_assert_int_eq(listener.queue.queued, -1);
    snprintf(line, sizeof line, "%s0005 01 77 @name@\n", head);
    listener = listens(AF_UNIX, line, "\\000name@");
    ck_assert_int_eq(listener.type, SOCK_SEQPACKET);
    snprintf(line, sizeof line, "%s0001 01 77\n", head);
    listens(AF_UNIX, line, "(unnamed)");
    /* Datagrams; a connected socket.  */
    snprintf(line, sizeof line, "%s0002 01 77 /run/a\n", head);
    ck_assert_int_eq(sonde__proc_net_read(&listener, AF_UNIX, line), 0);
    ck_assert_int_eq(
        sonde__proc_net_read(&listener, AF_UNIX,
                             "00: 00000003 00000000 00000000 0001 03 1134\n"),
        0);
    /* As long as a name may be, and longer.  */
    struct sockaddr_un un;
    snprintf(line, sizeof line, "%s0001 01 77 /%0*d", head,
             (int)sizeof un.sun_path - 1, 0);
    ck_assert_int_eq(sonde__proc_net_read(&listener, AF_UNIX, line), 1);
    strcat(line, "0");
    ck_assert_int_eq(sonde__proc_net_read(&listener, AF_UNIX, line), -1);
}
END_TEST

START_TEST(other_lines)
{
    static const char *const lines[] = {
        "", "\n", "  sl  local_address rem_address   st tx_queue",
        "   0: 0100007F:1F90",
        /* An address of another length.  */
        " 0: 0100007:1F90 00000000:0000 0A 0:0 00:0 00 0 0 7",
        " 0: 0100007F0:1F90 00000000:0000 0A 0:0 00:0 00 0 0 7"};
    struct sonde_listener listener;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ck_assert_int_eq(sonde__proc_net_read(&listener, AF_INET, lines[i]),
                         -1);
        ck_assert_int_eq(sonde__proc_net_read(&listener, AF_INET6, lines[i]),
                         -1);
        ck_assert_int_eq(sonde__proc_net_read(&listener, AF_UNIX, lines[i]),
                         -1);
    }
}
END_TEST

static int count(const struct sonde_listener *listener, void *data)
{
    return ++*(int *)data == 3;
}

START_TEST(another_family_has_none)
{
    int calls = 0;
    FAILS(EAFNOSUPPORT, sonde_listeners_proc(0, AF_UNSPEC, -1, count, &calls));
    ck_assert_int_eq(calls, 0);
}
END_TEST

#ifdef TEST_LISTENERS_LINUX

/* The inode to find, and the listener found.  */
struct sought {
    uint64_t inode;
    struct sonde_listener found;
};

static int seek_inode(const struct sonde_listener *listener, void *data)
{
    struct sought *sought = data;
    if (listener->inode == sought->inode)
        sought->found = *listener;
    return 0;
}

START_TEST(a_listener_of_this_host)
{
    struct sonde_address address, local;
    struct sought sought = {0};
    struct stat status;
    if (access("/proc/self/net/tcp", R_OK))
        return;
    sonde_address_loopback(&address, AF_INET, 0);
    int fd = sonde_listen(&address, 7, SONDE_CLOEXEC, NULL);
    ck_assert_int_eq(sonde_address_local(fd, &local), 0);
    ck_assert_int_eq(fstat(fd, &status), 0);
    sought.inode = status.st_ino;
    int before = unit_descriptors();
    for (int i = 0; i < 2; i++) {
        sought.found.inode = 0;
        errno = 33;
        ck_assert_int_eq(sonde_listeners_proc(i ? getpid() : 0, AF_INET, 20000,
                                              seek_inode, &sought),
                         0);
        ck_assert_int_eq(errno, 33);
        ck_assert(sought.found.inode == sought.inode);
        ck_assert_int_eq(sonde_address_compare(&sought.found.address, &local),
                         0);
        ck_assert_int_eq(sought.found.queue.queued, 0);
        ck_assert_int_eq(sought.found.uid, (long)geteuid());
    }
    ck_assert_int_eq(unit_descriptors(), before);
    close(fd);
}
END_TEST

/* A /proc of the test's own.  */
static char root[] = "/tmp/test-proc-net.XXXXXX";

static void make_proc(void)
{
    char path[128];
    static const char *const folders[] = {"self", "7", "7/net"};
    ck_assert_ptr_nonnull(mkdtemp(root));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s", root, folders[i]);
        ck_assert_int_eq(mkdir(path, 0700), 0);
    }
    sonde__sys.proc = root;
}

static void remove_proc(void)
{
    char path[128];
    static const char *const names[] = {"7/net/tcp", "7/net/unix", "7/net",
                                        "7",         "self",       ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", root, names[i]);
        remove(path);
    }
}

/* Write COUNT lines LINE below a heading to NAME.  */
static void write_lines(const char *name, const char *line, int lines)
{
    char path[128];
    snprintf(path, sizeof path, "%s/7/net/%s", root, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("  sl  local_address\n", file);
    for (int i = 0; i < lines; i++)
        fputs(line, file);
    fclose(file);
}

static const char tcp_line[] =
    " 0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 00 0 0 7 1\n";

START_TEST(files_as_played)
{
    int calls = 0;
    make_proc();
    FAILS(ESRCH, sonde_listeners_proc(8, AF_INET, -1, count, &calls));
    FAILS(ESRCH, sonde_listeners_proc(-1, AF_INET, -1, count, &calls));
    FAILS(ENOTSUP, sonde_listeners_proc(7, AF_INET6, -1, count, &calls));
    FAILS(ENOTSUP, sonde_listeners_proc(0, AF_INET, -1, count, &calls));
    write_lines("tcp", tcp_line, 2);
    ck_assert_int_eq(sonde_listeners_proc(7, AF_INET, 0, count, &calls), 0);
    ck_assert_int_eq(calls, 2);
    FAILS(ECANCELED, sonde_listeners_proc(7, AF_INET, -1, count, &calls));
    write_lines("tcp", "something else\n", 1);
    FAILS(EPROTO, sonde_listeners_proc(7, AF_INET, -1, count, &calls));
    /* A name with a newline.  */
    write_lines("unix", "00: 00000002 00000000 00010000 0001 01 7 /a\nb\n", 2);
    calls = 0;
    ck_assert_int_eq(sonde_listeners_proc(7, AF_UNIX, -1, count, &calls), 0);
    ck_assert_int_eq(calls, 2);
    remove_proc();
}
END_TEST

/* A clock that goes on by a second at each look.  */
static int64_t now_hurried(void)
{
    static int64_t now;
    return now += INT64_C(1000000000);
}

START_TEST(a_list_that_takes_too_long)
{
    int calls = 10;
    make_proc();
    write_lines("tcp", tcp_line, 20000);
    ck_assert_int_eq(sonde_listeners_proc(7, AF_INET, 60000, count, &calls), 0);
    ck_assert_int_eq(calls, 20010);
    sonde__sys.now = now_hurried;
    FAILS(EAGAIN, sonde_listeners_proc(7, AF_INET, 5000, count, &calls));
    ck_assert_int_lt(calls, 30000);
    remove_proc();
}
END_TEST

#endif

static void add(TCase *tests)
{
    unit_fake_calls(tests);
    tcase_add_test(tests, tcp);
    tcase_add_test(tests, tcp6);
    tcase_add_test(tests, unix_names);
    tcase_add_test(tests, other_lines);
    tcase_add_test(tests, another_family_has_none);
#ifdef TEST_LISTENERS_LINUX
    tcase_add_test(tests, a_listener_of_this_host);
    tcase_add_test(tests, files_as_played);
    tcase_add_test(tests, a_list_that_takes_too_long);
#endif
}

int main(void)
{
    return unit_main("proc-net", add);
}
