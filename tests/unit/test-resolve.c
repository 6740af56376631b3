/* test-resolve.c - lib/resolve.c, lib/resolve-code.c, lib/connect-status.c
   SPDX-License-Identifier: GPL-3.0-or-later

   Resolvers of every kind are played by functions put into sonde__sys; no
   name server is asked.  */

#include <config.h>

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

enum { MOST = 8, PATIENCE = 20000 };

static struct sonde_address list[MOST];
static int code;

static ssize_t resolve(const char *host, const char *service, int family)
{
    struct sonde_target target = {host, service, family, SOCK_STREAM};
    code = -12345;
    return sonde_resolve(&target, PATIENCE, list, MOST, &code);
}

static void check_text(size_t at, const char *expected)
{
    char text[SONDE_ADDRESS_TEXT];
    ck_assert_int_gt(sonde_address_print(&list[at], text, sizeof text), 0);
    ck_assert_str_eq(text, expected);
}

static int no_thread(pthread_t *thread, const pthread_attr_t *attributes,
                     void *(*run)(void *), void *argument)
{
    return EAGAIN;
}

START_TEST(numbers_ask_nobody)
{
    sonde__sys.thread = no_thread;
    errno = ERANGE;
    ck_assert_int_eq(resolve("192.0.2.1", "80", AF_UNSPEC), 1);
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq(code, 0);
    check_text(0, "192.0.2.1:80");
    ck_assert_int_eq(resolve("2001:db8::1", "7", AF_INET6), 1);
    check_text(0, "[2001:db8::1]:7");
    ck_assert_int_eq(resolve("[2001:db8::1]", NULL, AF_UNSPEC), 1);
    check_text(0, "2001:db8::1");
    ck_assert_int_eq(resolve("/run/socket", "7", AF_UNSPEC), 1);
    check_text(0, "/run/socket");
    ck_assert_int_eq(resolve(NULL, "7", AF_UNSPEC), 2);
    check_text(0, "[::1]:7");
    check_text(1, "127.0.0.1:7");
    ck_assert_int_eq(resolve(NULL, "7", AF_INET), 1);
    check_text(0, "127.0.0.1:7");
}
END_TEST

START_TEST(scopes_are_kept)
{
    struct if_nameindex *names = if_nameindex();
    char host[16 + IF_NAMESIZE], expected[32 + IF_NAMESIZE];
    if (names && names->if_name) {
        snprintf(host, sizeof host, "fe80::1%%%s", names->if_name);
        snprintf(expected, sizeof expected, "[%s]:7", host);
        ck_assert_int_eq(resolve(host, "7", AF_UNSPEC), 1);
        check_text(0, expected);
    }
    if_freenameindex(names);
    ck_assert_int_eq(resolve("fe80::1%no-such-one", "7", AF_UNSPEC), -1);
    ck_assert_int_eq(errno, ENXIO);
    ck_assert_int_eq(code, EAI_NONAME);
}
END_TEST

/* Each of these is answered wrongly, or asked of a name server, by some
   getaddrinfo.  */
START_TEST(nonsense_asks_nobody)
{
    static const char *const hosts[] = {
        "",           "192.0.2.1:80", "[::1]:80",   ":",     "2001:db8::g",
        "a:b:c",      "127.0.0.300",  "192.0.2.1.", "127.1", "1.2.3.4.5",
        "9877",       "1.2.3",        "4294967296", ".",     "0x7f.1",
        "0x7f000001", "host.7",       "host.0X1",   "9877 ", "127.1 x"};
    static const char *const services[] = {"", "70000", "-1", "+7", " 7"};
    sonde__sys.thread = no_thread;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        ck_assert_int_eq(resolve(hosts[i], "7", AF_UNSPEC), -1);
        ck_assert_int_eq(errno, ENOENT);
        ck_assert_int_eq(code, EAI_NONAME);
    }
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        ck_assert_int_eq(resolve("127.0.0.1", services[i], AF_UNSPEC), -1);
        ck_assert_int_eq(errno, ENOENT);
        ck_assert_int_eq(code, EAI_SERVICE);
    }
    ck_assert_int_eq(resolve("127.0.0.1", "7", AF_INET6), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(
        sonde_resolve(&(struct sonde_target){NULL, NULL, AF_UNSPEC, 0}, 0, list,
                      0, NULL),
        -1);
    ck_assert_int_eq(errno, EINVAL);
}
END_TEST

/* A resolver that answers with the addresses in TEXTS, after looking at what
   it was asked.  */
static const char *const *texts;
static int asked_flags, asked_type;
static sigset_t mask_inside;
static char asked_host[64], asked_service[64];

static int fake_getaddrinfo(const char *host, const char *service,
                            const struct addrinfo *hints,
                            struct addrinfo **found)
{
    snprintf(asked_host, sizeof asked_host, "%s", host ? host : "(null)");
    snprintf(asked_service, sizeof asked_service, "%s",
             service ? service : "(null)");
    asked_flags = hints->ai_flags;
    asked_type = hints->ai_socktype;
    pthread_sigmask(SIG_BLOCK, NULL, &mask_inside);
    *found = NULL;
    for (size_t i = 0; texts[i]; i++) {
        struct sonde_address *address = malloc(sizeof *address);
        struct addrinfo *one = calloc(1, sizeof *one);
        ck_assert_ptr_nonnull(address);
        ck_assert_ptr_nonnull(one);
        ck_assert_int_eq(sonde_address_parse(address, texts[i], 9), 0);
        one->ai_family = address->storage.ss_family;
        one->ai_addr = (void *)&address->storage;
        one->ai_addrlen = address->length;
        *found = one;
        found = &one->ai_next;
    }
    return 0;
}

static void fake_freeaddrinfo(struct addrinfo *found)
{
    while (found) {
        struct addrinfo *next = found->ai_next;
        free((char *)found->ai_addr - offsetof(struct sonde_address, storage));
        free(found);
        found = next;
    }
}

static void play(const char *const *answers)
{
    texts = answers;
    sonde__sys.getaddrinfo = fake_getaddrinfo;
    sonde__sys.freeaddrinfo = fake_freeaddrinfo;
}

START_TEST(names_with_numbers_are_names)
{
    static const char *const hosts[] = {"7.example", "host7", "0x",
                                        "0xg",       "1e7",   "4.host."};
    static const char *const answers[] = {"192.0.2.1", NULL};
    play(answers);
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        ck_assert_int_eq(resolve(hosts[i], "7", AF_UNSPEC), 1);
        ck_assert_str_eq(asked_host, hosts[i]);
    }
}
END_TEST

START_TEST(families_take_turns_and_each_address_comes_once)
{
    static const char *const answers[] = {
        "2001:db8::1", "2001:db8::1", "2001:db8::2", "2001:db8::3",
        "192.0.2.1",   "192.0.2.1",   "192.0.2.2",   NULL};
    play(answers);
    ck_assert_int_eq(resolve("host", "7", AF_UNSPEC), 5);
    check_text(0, "[2001:db8::1]:7");
    check_text(1, "192.0.2.1:7");
    check_text(2, "[2001:db8::2]:7");
    check_text(3, "192.0.2.2:7");
    check_text(4, "[2001:db8::3]:7");
    ck_assert_str_eq(asked_host, "host");
    ck_assert_str_eq(asked_service, "(null)");
    ck_assert_int_eq(asked_flags, 0);
    ck_assert_int_eq(asked_type, SOCK_STREAM);
}
END_TEST

START_TEST(a_short_list_still_has_both_families)
{
    static const char *const answers[] = {"192.0.2.1", "192.0.2.2",
                                          "2001:db8::1", NULL};
    struct sonde_target target = {"host", NULL, AF_UNSPEC, SOCK_STREAM};
    play(answers);
    ck_assert_int_eq(sonde_resolve(&target, PATIENCE, list, 2, NULL), 2);
    check_text(0, "192.0.2.1");
    check_text(1, "2001:db8::1");
}
END_TEST

START_TEST(a_service_by_name_gets_its_port)
{
    static const char *const answers[] = {"127.0.0.1", NULL};
    play(answers); /* the answer's port is 9 */
    ck_assert_int_eq(resolve("host", "discard", AF_UNSPEC), 1);
    check_text(0, "127.0.0.1:9");
    ck_assert_str_eq(asked_service, "discard");
    /* A numeric host is not asked for even so.  */
    ck_assert_int_eq(resolve("[2001:db8::7]", "discard", AF_UNSPEC), 1);
    check_text(0, "[2001:db8::7]:9");
    ck_assert_str_eq(asked_host, "(null)");
}
END_TEST

START_TEST(an_empty_answer_is_no_name)
{
    static const char *const answers[] = {"/run/odd-family", NULL};
    play(answers);
    ck_assert_int_eq(resolve("host", "7", AF_UNSPEC), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(code, EAI_NONAME);
}
END_TEST

START_TEST(the_thread_gets_no_signals)
{
    static const char *const answers[] = {"127.0.0.1", NULL};
    sigset_t before, after;
    play(answers);
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    ck_assert_int_eq(resolve("host", "7", AF_UNSPEC), 1);
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    ck_assert(sigismember(&mask_inside, SIGTERM));
    ck_assert(sigismember(&mask_inside, SIGALRM));
    ck_assert_int_eq(sigismember(&before, SIGTERM),
                     sigismember(&after, SIGTERM));
}
END_TEST

/* A resolver that does not come back before the test lets it: it waits for
   the end of gate, and the end of freed tells that all was freed.  */
static int gate[2], freed[2];

static int late_getaddrinfo(const char *host, const char *service,
                            const struct addrinfo *hints,
                            struct addrinfo **found)
{
    static const char *const answers[] = {"127.0.0.1", NULL};
    char byte;
    ck_assert_int_eq(read(gate[0], &byte, 1), 0);
    texts = answers;
    return fake_getaddrinfo(host, service, hints, found);
}

static void telling_freeaddrinfo(struct addrinfo *found)
{
    fake_freeaddrinfo(found);
    close(freed[1]);
}

START_TEST(a_late_resolver_cleans_up_after_itself)
{
    char host[] = "late";
    char byte;
    struct sonde_target target = {host, "7", AF_UNSPEC, SOCK_STREAM};
    ck_assert_int_eq(pipe(gate), 0);
    ck_assert_int_eq(pipe(freed), 0);
    sonde__sys.getaddrinfo = late_getaddrinfo;
    sonde__sys.freeaddrinfo = telling_freeaddrinfo;
    int64_t before = sonde__sys.now();
    ck_assert_int_eq(sonde_resolve(&target, 30, list, MOST, &code), -1);
    ck_assert_int_eq(errno, ETIMEDOUT);
    ck_assert_int_eq(code, EAI_AGAIN);
    ck_assert_int_ge(sonde__since(before), 29);
    memset(host, 'x', sizeof host - 1); /* it has its own copy */
    close(gate[1]);
    ck_assert_int_eq(read(freed[0], &byte, 1), 0);
    ck_assert_str_eq(asked_host, "late");
}
END_TEST

static pid_t child;

/* The child has copies of all descriptors until gate ends.  */
static int forking_getaddrinfo(const char *host, const char *service,
                               const struct addrinfo *hints,
                               struct addrinfo **found)
{
    static const char *const answers[] = {"127.0.0.1", NULL};
    char byte;
    child = fork();
    if (child == 0) {
        close(gate[1]);
        _exit(read(gate[0], &byte, 1) != 0);
    }
    texts = answers;
    return fake_getaddrinfo(host, service, hints, found);
}

START_TEST(a_child_forked_meanwhile_does_not_delay_it)
{
    int status;
    ck_assert_int_eq(pipe(gate), 0);
    sonde__sys.getaddrinfo = forking_getaddrinfo;
    sonde__sys.freeaddrinfo = fake_freeaddrinfo;
    int64_t start = sonde__sys.now();
    ck_assert_int_eq(resolve("host", "7", AF_UNSPEC), 1);
    ck_assert_int_lt(sonde__since(start), PATIENCE / 2);
    close(gate[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_negative_time_is_no_deadline)
{
    static const char *const answers[] = {"127.0.0.1", NULL};
    struct sonde_target target = {"host", "7", AF_UNSPEC, SOCK_STREAM};
    play(answers);
    ck_assert_int_eq(sonde_resolve(&target, -1, list, MOST, &code), 1);
}
END_TEST

START_TEST(no_time_is_enough_for_numbers_alone)
{
    struct sonde_target target = {"127.0.0.1", "7", AF_UNSPEC, SOCK_STREAM};
    ck_assert_int_eq(sonde_resolve(&target, 0, list, MOST, &code), 1);
}
END_TEST

/* Whoever is near the limit needs the descriptors of a lookup for what comes
   after it.  */
START_TEST(a_lookup_leaves_no_descriptor_when_it_returns)
{
    static const char *const answers[] = {"127.0.0.1", NULL};
    play(answers);
    int before = unit_descriptors();
    for (int i = 0; i < 200; i++) {
        ck_assert_int_eq(resolve("host", "7", AF_UNSPEC), 1);
        ck_assert_int_eq(unit_descriptors(), before);
    }
}
END_TEST

/* To look up an interface glibc needs a descriptor.  */
START_TEST(out_of_descriptors_is_not_an_unknown_scope)
{
    struct rlimit limit;
    char name[IF_NAMESIZE], text[64];
    unsigned number = 1;
    while (number < 100 && !if_indextoname(number, name))
        number++;
    if (number == 100)
        return; /* a host without any interface */
    snprintf(text, sizeof text, "fe80::1%%%s", name);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    int next = dup(0);
    ck_assert_int_ge(next, 0);
    close(next);
    limit.rlim_cur = (rlim_t)next;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ssize_t result = resolve(text, "7", AF_UNSPEC);
    int error = errno;
    limit.rlim_cur = before;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    if (result < 0) {
        ck_assert_int_eq(error, EMFILE);
        ck_assert_int_eq(code, EAI_SYSTEM);
    }
}
END_TEST

static int interruptions;

static int interrupted_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    if (interruptions++ < 3) {
        errno = EINTR;
        return -1;
    }
    return poll(fds, count, milliseconds);
}

START_TEST(interruptions_do_not_end_the_wait)
{
    static const char *const answers[] = {"127.0.0.1", NULL};
    play(answers);
    sonde__sys.poll = interrupted_poll;
    ck_assert_int_eq(resolve("host", "7", AF_UNSPEC), 1);
    ck_assert_int_ge(interruptions, 4);
}
END_TEST

START_TEST(no_thread_to_be_had)
{
    sonde__sys.thread = no_thread;
    ck_assert_int_eq(resolve("host", "7", AF_UNSPEC), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(code, EAI_SYSTEM);
    ck_assert_int_eq(sonde__resolve_status(code, errno),
                     SONDE_CONNECT_RESOURCES);
}
END_TEST

static int refused_code;

static int refusing_getaddrinfo(const char *host, const char *service,
                                const struct addrinfo *hints,
                                struct addrinfo **found)
{
    /* Some leave what they like here when they fail.  */
    *found = (struct addrinfo *)(void *)&refused_code;
    errno = EMFILE;
    return refused_code;
}

START_TEST(codes_become_errno_and_outcome)
{
    static const struct {
        int code, error;
        enum sonde_connect_status outcome;
    } rows[] = {
        {EAI_NONAME, ENOENT, SONDE_CONNECT_NAME_UNKNOWN},
        {EAI_SERVICE, ENOENT, SONDE_CONNECT_NAME_UNKNOWN},
#ifdef EAI_NODATA
        {EAI_NODATA, ENOENT, SONDE_CONNECT_NAME_UNKNOWN},
#endif
#ifdef EAI_ADDRFAMILY
        {EAI_ADDRFAMILY, ENOENT, SONDE_CONNECT_NAME_UNKNOWN},
#endif
        {EAI_AGAIN, EAGAIN, SONDE_CONNECT_NAME_NO_ANSWER},
        {EAI_FAIL, EPROTO, SONDE_CONNECT_NAME_NO_ANSWER},
        {EAI_MEMORY, ENOMEM, SONDE_CONNECT_RESOURCES},
        {EAI_SYSTEM, EMFILE, SONDE_CONNECT_RESOURCES},
        {EAI_FAMILY, EAFNOSUPPORT, SONDE_CONNECT_NETWORK_UNREACHABLE},
        {-9999, EPROTO, SONDE_CONNECT_OTHER},
    };
    sonde__sys.getaddrinfo = refusing_getaddrinfo;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        refused_code = rows[i].code;
        ck_assert_int_eq(resolve("host", "7", AF_UNSPEC), -1);
        ck_assert_int_eq(errno, rows[i].error);
        ck_assert_int_eq(code, rows[i].code);
        ck_assert_int_eq(sonde__resolve_status(code, errno), rows[i].outcome);
    }
}
END_TEST

/* As resolvers do that forget to set it.  */
static int forgetful_getaddrinfo(const char *host, const char *service,
                                 const struct addrinfo *hints,
                                 struct addrinfo **found)
{
    errno = 0;
    return EAI_SYSTEM;
}

START_TEST(a_failure_without_errno_is_none_the_less_one)
{
    struct sonde_connect_report report;
    sonde__sys.getaddrinfo = forgetful_getaddrinfo;
    ck_assert_int_eq(sonde_connect_name("host", "7", PATIENCE, NULL, &report),
                     -1);
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_int_eq(report.code, EAI_SYSTEM);
    ck_assert_int_eq(report.status, SONDE_CONNECT_OTHER);
    ck_assert_int_eq(sonde__resolve_status(EAI_SYSTEM, 0), SONDE_CONNECT_OTHER);
}
END_TEST

/* ENOENT of a resolver without a file is no UNIX path without a server.  */
START_TEST(an_errno_of_the_lookup_is_none_of_the_connect)
{
    static const int errors[] = {ECONNREFUSED, ENOENT, ETIMEDOUT, ECONNRESET,
                                 EACCES};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        ck_assert_int_eq(sonde__resolve_status(EAI_SYSTEM, errors[i]),
                         SONDE_CONNECT_OTHER);
    ck_assert_int_eq(sonde__resolve_status(EAI_SYSTEM, ENOMEM),
                     SONDE_CONNECT_RESOURCES);
}
END_TEST

START_TEST(codes_have_sentences)
{
    ck_assert_str_eq(sonde_resolve_code_text(-9999),
                     "unexpected error of the lookup");
    ck_assert_str_ne(sonde_resolve_code_text(EAI_AGAIN),
                     sonde_resolve_code_text(EAI_NONAME));
}
END_TEST

/* RFC 6761: whatever /etc/hosts and name servers know.  */
START_TEST(localhost_is_loopback)
{
    static const char *const names[] = {"localhost", "localhost.", "LocalHost",
                                        "a.localhost", "a.b.LOCALHOST."};
    static const char *const others[] = {"localhost.example", "xlocalhost",
                                         ".localhost", "a..localhost",
                                         "localhos"};
    static const char *const answers[] = {"192.0.2.1", NULL};
    sonde__sys.thread = no_thread;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        errno = ERANGE;
        ck_assert_int_eq(resolve(names[i], "7", AF_UNSPEC), 2);
        ck_assert_int_eq(errno, ERANGE);
        check_text(0, "[::1]:7");
        check_text(1, "127.0.0.1:7");
        ck_assert_int_eq(resolve(names[i], NULL, AF_INET), 1);
        check_text(0, "127.0.0.1");
    }
    ck_assert_int_eq(resolve("localhost", "7", AF_UNIX), -1);
    sonde__sys.thread = pthread_create;
    play(answers);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ck_assert_int_eq(resolve(others[i], "7", AF_UNSPEC), 1);
        ck_assert_str_eq(asked_host, others[i]);
    }
}
END_TEST

static int unknown_service;

/* Without /etc/services: each service is unknown, by the code of the system,
   and a host without service is known.  */
static int bare_getaddrinfo(const char *host, const char *service,
                            const struct addrinfo *hints,
                            struct addrinfo **found)
{
    static const char *const answers[] = {"192.0.2.1", NULL};
    if (service)
        return unknown_service;
    texts = answers;
    return fake_getaddrinfo(host, service, hints, found);
}

START_TEST(echo_and_daytime_are_known)
{
    static const int codes[] = {EAI_SERVICE, EAI_NONAME};
    unknown_service = codes[_i];
    sonde__sys.getaddrinfo = bare_getaddrinfo;
    sonde__sys.freeaddrinfo = fake_freeaddrinfo;
    ck_assert_int_eq(resolve("host", "echo", AF_UNSPEC), 1);
    check_text(0, "192.0.2.1:7");
    ck_assert_int_eq(resolve("host", "daytime", AF_UNSPEC), 1);
    check_text(0, "192.0.2.1:13");
    ck_assert_int_eq(resolve("2001:db8::1", "daytime", AF_UNSPEC), 1);
    check_text(0, "[2001:db8::1]:13");
    ck_assert_int_eq(resolve("localhost", "echo", AF_INET), 1);
    check_text(0, "127.0.0.1:7");
    ck_assert_int_eq(resolve("host", "discard", AF_UNSPEC), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(code, codes[_i]);
    ck_assert_int_eq(resolve("127.0.0.1", "Echo", AF_UNSPEC), -1);
    ck_assert_int_eq(code, codes[_i]);
}
END_TEST

/* A host that is unknown stays so.  */
START_TEST(a_known_service_needs_a_host)
{
    sonde__sys.getaddrinfo = refusing_getaddrinfo;
    refused_code = EAI_NONAME;
    ck_assert_int_eq(resolve("host", "echo", AF_UNSPEC), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(code, EAI_NONAME);
}
END_TEST

START_TEST(every_outcome_has_its_own_name)
{
    for (int i = 0; i <= SONDE_CONNECT_OTHER; i++)
        for (int j = 0; j < i; j++) {
            ck_assert_str_ne(
                sonde_connect_status_name((enum sonde_connect_status)i),
                sonde_connect_status_name((enum sonde_connect_status)j));
            ck_assert_str_ne(
                sonde_connect_status_text((enum sonde_connect_status)i),
                sonde_connect_status_text((enum sonde_connect_status)j));
        }
    ck_assert_str_eq(sonde_connect_status_name((enum sonde_connect_status)99),
                     "other");
}
END_TEST

START_TEST(errors_become_outcomes)
{
    ck_assert_int_eq(sonde_connect_status(0), SONDE_CONNECT_CONNECTED);
    ck_assert_int_eq(sonde_connect_status(ECONNREFUSED), SONDE_CONNECT_REFUSED);
    ck_assert_int_eq(sonde_connect_status(ENOENT), SONDE_CONNECT_REFUSED);
    ck_assert_int_eq(sonde_connect_status(ETIMEDOUT), SONDE_CONNECT_TIMED_OUT);
    ck_assert_int_eq(sonde_connect_status(EHOSTUNREACH),
                     SONDE_CONNECT_HOST_UNREACHABLE);
    ck_assert_int_eq(sonde_connect_status(ENETUNREACH),
                     SONDE_CONNECT_NETWORK_UNREACHABLE);
    ck_assert_int_eq(sonde_connect_status(EADDRNOTAVAIL),
                     SONDE_CONNECT_SOURCE_NOT_LOCAL);
    ck_assert_int_eq(sonde_connect_status(EADDRINUSE),
                     SONDE_CONNECT_PORT_IN_USE);
    ck_assert_int_eq(sonde_connect_status(EPERM), SONDE_CONNECT_PERMISSION);
    ck_assert_int_eq(sonde_connect_status(ECONNRESET), SONDE_CONNECT_RESET);
    ck_assert_int_eq(sonde_connect_status(EMFILE), SONDE_CONNECT_RESOURCES);
    ck_assert_int_eq(sonde_connect_status(EDOM), SONDE_CONNECT_OTHER);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, numbers_ask_nobody);
    tcase_add_test(tests, scopes_are_kept);
    tcase_add_test(tests, nonsense_asks_nobody);
    tcase_add_test(tests, names_with_numbers_are_names);
    tcase_add_test(tests, families_take_turns_and_each_address_comes_once);
    tcase_add_test(tests, a_short_list_still_has_both_families);
    tcase_add_test(tests, a_service_by_name_gets_its_port);
    tcase_add_test(tests, an_empty_answer_is_no_name);
    tcase_add_test(tests, the_thread_gets_no_signals);
    tcase_add_test(tests, a_late_resolver_cleans_up_after_itself);
    tcase_add_test(tests, a_child_forked_meanwhile_does_not_delay_it);
    tcase_add_test(tests, a_lookup_leaves_no_descriptor_when_it_returns);
    tcase_add_test(tests, out_of_descriptors_is_not_an_unknown_scope);
    tcase_add_test(tests, interruptions_do_not_end_the_wait);
    tcase_add_test(tests, a_negative_time_is_no_deadline);
    tcase_add_test(tests, no_time_is_enough_for_numbers_alone);
    tcase_add_test(tests, no_thread_to_be_had);
    tcase_add_test(tests, codes_become_errno_and_outcome);
    tcase_add_test(tests, a_failure_without_errno_is_none_the_less_one);
    tcase_add_test(tests, an_errno_of_the_lookup_is_none_of_the_connect);
    tcase_add_test(tests, codes_have_sentences);
    tcase_add_test(tests, localhost_is_loopback);
    tcase_add_loop_test(tests, echo_and_daytime_are_known, 0, 2);
    tcase_add_test(tests, a_known_service_needs_a_host);
    tcase_add_test(tests, every_outcome_has_its_own_name);
    tcase_add_test(tests, errors_become_outcomes);
}

int main(void)
{
    return unit_main("resolve", add);
}
