/* test-threads.c - the library from several threads at once
   SPDX-License-Identifier: GPL-3.0-or-later

   What must hold for make check-threads, where a sanitizer looks on: it needs
   threads that really share something.  */

#include <config.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/unit/unit.h"

enum { THREADS = 6, ROUNDS = 20, PATIENCE = 20000 };

/* ---- a resolver that many ask ------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int asked, freed;

static struct sockaddr_in answer_address;
static struct addrinfo answer = {
    .ai_family = AF_INET,
    .ai_socktype = SOCK_STREAM,
    .ai_addr = (struct sockaddr *)&answer_address,
    .ai_addrlen = sizeof answer_address,
};

static int answer_all(const char *host, const char *service,
                      const struct addrinfo *hints, struct addrinfo **list)
{
    pthread_mutex_lock(&lock);
    asked++;
    pthread_mutex_unlock(&lock);
    *list = &answer;
    return 0;
}

static void count_freed(struct addrinfo *list)
{
    pthread_mutex_lock(&lock);
    freed++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

/* Wait until the late lookups have gone: WANTED in all.  */
static void wait_for_freed(int wanted)
{
    struct timespec end;
    int error = 0;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE / 1000;
    pthread_mutex_lock(&lock);
    while (freed < wanted && !error)
        error = pthread_cond_timedwait(&changed, &lock, &end);
    ck_assert_int_eq(error, 0);
    ck_assert_int_eq(asked, wanted);
    ck_assert_int_eq(freed, wanted);
    pthread_mutex_unlock(&lock);
}

/* Never put back: a thread of the library may still be about to use it.  */
static void set_up(void)
{
    answer_address.sin_family = AF_INET;
    answer_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    answer_address.sin_port = htons(80);
    asked = freed = 0;
    sonde__sys.getaddrinfo = answer_all;
    sonde__sys.freeaddrinfo = count_freed;
}

/* ---- what a thread does -------------------------------------------------- */

/* Check counts in memory that is not for threads: what fails here is counted,
   and told by the thread that runs the test.  */
#define EXPECT(condition)                                                      \
    do {                                                                       \
        if (!(condition)) {                                                    \
            worker->failed = #condition;                                       \
            worker->error = errno;                                             \
            return;                                                            \
        }                                                                      \
    } while (0)

struct worker {
    pthread_t thread;
    void (*work)(struct worker *);
    int listener; /* that all share, or -1 */
    const struct sonde_address *server;
    const char *failed;
    int error;
};

static void use_addresses(struct worker *worker)
{
    struct sonde_address address, again;
    char text[SONDE_ADDRESS_TEXT];
    EXPECT(!sonde_address_parse(&address, "[fe80::1%7]:80", 0));
    EXPECT(sonde_address_print(&address, text, sizeof text) > 0);
    EXPECT(!sonde_address_parse(&again, text, 0));
    EXPECT(!sonde_address_compare(&address, &again));
}

static void use_sockets(struct worker *worker)
{
    struct sonde_address address, peer;
    struct sonde_queue queue;
    struct sonde_connect_report report;
    sonde_address_loopback(&address, AF_INET, 0);
    int listener = sonde_listen(&address, 5, SONDE_CLOEXEC, &queue);
    EXPECT(listener >= 0);
    EXPECT(!sonde_address_local(listener, &address));
    int client = sonde_connect(&address, 1, PATIENCE, NULL, &report);
    EXPECT(client >= 0);
    EXPECT(!sonde_queue(listener, &queue) || errno == ENOTSUP);
    int server = sonde_accept(listener, &peer, SONDE_NONBLOCK);
    EXPECT(server >= 0);
    EXPECT(sonde_keepalive(server, 60) >= 0);
    close(server);
    close(client);
    close(listener);
}

/* A lookup that is waited for, and one that is not.  */
static void use_names(struct worker *worker)
{
    struct sonde_target target = {"name.example", "80", AF_UNSPEC, SOCK_STREAM};
    struct sonde_target numbers = {"::1", "80", AF_UNSPEC, SOCK_STREAM};
    struct sonde_address list[4];
    int code;
    EXPECT(sonde_resolve(&target, PATIENCE, list, 4, &code) == 1);
    EXPECT(sonde_address_port(&list[0]) == 80);
    ssize_t count = sonde_resolve(&target, 0, list, 4, &code);
    EXPECT(count == 1 || (count == -1 && code == EAI_AGAIN));
    EXPECT(sonde_resolve(&numbers, PATIENCE, list, 4, &code) == 1);
}

/* Connect to the listener that all share, and take whichever connection comes
   next: there is one for each.  */
static void share_listener(struct worker *worker)
{
    int client = sonde_connect(worker->server, 1, PATIENCE, NULL, NULL);
    EXPECT(client >= 0);
    int server = sonde_accept(worker->listener, NULL, SONDE_CLOEXEC);
    EXPECT(server >= 0);
    close(server);
    close(client);
}

static void *run(void *argument)
{
    struct worker *worker = argument;
    for (int i = 0; i < ROUNDS && !worker->failed; i++)
        worker->work(worker);
    return NULL;
}

/* ---- tests --------------------------------------------------------------- */

/* Let THREADS threads do the COUNT kinds of WORK by turns.  */
static void run_all(void (*const *work)(struct worker *), size_t count)
{
    struct worker workers[THREADS];
    struct sonde_address server;
    sonde_address_loopback(&server, AF_INET, 0);
    int listener = sonde_listen(&server, 2 * THREADS, 0, NULL);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(sonde_address_local(listener, &server), 0);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){
            .work = work[i % count], .listener = listener, .server = &server};
        ck_assert_int_eq(
            pthread_create(&workers[i].thread, NULL, run, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_msg(!workers[i].failed, "thread %zu: not so: %s (%s)", i,
                      workers[i].failed, strerror(workers[i].error));
    close(listener);
}

START_TEST(everything_at_once)
{
    static void (*const work[])(struct worker *) = {use_addresses, use_sockets,
                                                    use_names};
    int before = unit_descriptors();
    run_all(work, sizeof work / sizeof *work);
    wait_for_freed(THREADS / 3 * ROUNDS * 2);
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

START_TEST(names_alone)
{
    static void (*const work[])(struct worker *) = {use_names};
    int before = unit_descriptors();
    run_all(work, 1);
    wait_for_freed(THREADS * ROUNDS * 2);
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

START_TEST(one_listener_for_all)
{
    static void (*const work[])(struct worker *) = {share_listener};
    int before = unit_descriptors();
    run_all(work, 1);
    ck_assert_int_eq(unit_descriptors(), before);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, everything_at_once);
    tcase_add_test(tests, names_alone);
    tcase_add_test(tests, one_listener_for_all);
}

int main(void)
{
    return unit_main("threads", add);
}
