/* model-thread.c - a thread for each client
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "servers/log.h"
#include "servers/server.h"

/* The buffer, and room for calls below it; touched as far as it is used.  */
enum { STACK = CONNECTION_PIECE + 192 * 1024 };

struct worker {
    struct server *server;
    struct server_client client;
    struct worker *before, *after;
    bool cut; /* off */
};

/* All workers, the counting and the server's sources.  It is never destroyed:
   a thread may be leaving it when the server ends.  */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct worker *workers;

static void thread_enter(struct worker *worker)
{
    pthread_mutex_lock(&mutex);
    worker->after = workers;
    if (workers)
        workers->before = worker;
    workers = worker;
    pthread_mutex_unlock(&mutex);
}

/* The descriptor is closed under the lock too: so whoever holds it may shut
   down those of all workers.  */
static void thread_leave(struct worker *worker)
{
    pthread_mutex_lock(&mutex);
    *(worker->before ? &worker->before->after : &workers) = worker->after;
    if (worker->after)
        worker->after->before = worker->before;
    server_forget(worker->server, &worker->client);
    pthread_mutex_unlock(&mutex);
    free(worker);
}

static bool thread_admit(struct server *server, uint64_t source)
{
    pthread_mutex_lock(&mutex);
    bool may =
        source_enter(&server->sources, source, server->options->max_per_source);
    pthread_mutex_unlock(&mutex);
    return may;
}

static bool is_cut(struct worker *worker)
{
    pthread_mutex_lock(&mutex);
    bool cut = worker->cut;
    pthread_mutex_unlock(&mutex);
    return cut;
}

static void *thread_run(void *argument)
{
    struct worker *worker = argument;
    char buffer[CONNECTION_PIECE];
    struct connection connection;
    const struct server_options *options = worker->server->options;
    connection_open(&connection, worker->client.fd, options->service,
                    options->settings, worker->server->timeout);
    connection_run(&connection, buffer);
    if (worker->client.name) {
        if (is_cut(worker))
            connection.ending = CONNECTION_CUT;
        server_say_end(&worker->client, &connection);
    }
    connection_free(&connection);
    thread_leave(worker);
    return NULL;
}

/* Returns 0 or an errno.  */
static int start_thread(struct worker *worker)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int error = pthread_attr_init(&attributes);
    if (error)
        return error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    error = pthread_create(&thread, &attributes, thread_run, worker);
    pthread_attr_destroy(&attributes);
    return error;
}

static void thread_serve(struct server *server,
                         const struct server_client *client)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker) {
        log_trouble(LOG_MEMORY, "no memory for a client");
        pthread_mutex_lock(&mutex);
        server_forget(server, client);
        pthread_mutex_unlock(&mutex);
        return;
    }
    worker->server = server;
    worker->client = *client;
    thread_enter(worker);
    int error = start_thread(worker);
    if (error) {
        log_trouble(LOG_PROCESSES,
                    "new clients are turned away, %d being "
                    "served: no thread: %s",
                    (int)server->clients, strerror(error));
        thread_leave(worker);
        server_back_off(server);
    }
}

/* A thread that waits for its client finds it ended.  */
static void thread_cut(struct server *server)
{
    pthread_mutex_lock(&mutex);
    for (struct worker *worker = workers; worker; worker = worker->after) {
        worker->cut = true;
        server->cut_off++;
        shutdown(worker->client.fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&mutex);
}

/* The last worker may have counted itself off, and still be at it.  */
static void thread_end(struct server *server)
{
    (void)server;
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
}

const struct model model_thread = {
    .name = "thread",
    .waits = true,
    .asynchronous = true,
    .batch = 64,
    .most = 10000,
    .admit = thread_admit,
    .serve = thread_serve,
    .cut = thread_cut,
    .end = thread_end,
};
