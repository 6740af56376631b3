/* model-thread.c - a thread for each client
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "servers/log.h"
#include "servers/server.h"

/* The buffer, and space for calls.  The kernel allocates the pages in use.  */
enum { STACK = CONNECTION_PIECE + 192 * 1024 };

struct worker {
    struct server *server;
    struct server_client client;
    struct worker *prev, *next;
    atomic_int cut; /* by the shutdown */
};

/* Protects all workers, the counts and the server's sources.  Never destroyed:
   a thread may still be unlocking the mutex when the server ends.  */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct worker *workers;

/* Add WORKER to the list.  Takes the mutex meanwhile, as thread_leave does.  */
static void thread_enter(struct worker *worker)
{
    pthread_mutex_lock(&mutex);
    worker->next = workers;
    if (workers)
        workers->prev = worker;
    workers = worker;
    pthread_mutex_unlock(&mutex);
}

/* Remove WORKER from the list, close its client, count the client off, and free
   WORKER.  The close is under the lock, too, so that thread_cut never shuts
   down a descriptor that was closed and opened anew.  */
static void thread_leave(struct worker *worker)
{
    pthread_mutex_lock(&mutex);
    *(worker->prev ? &worker->prev->next : &workers) = worker->next;
    if (worker->next)
        worker->next->prev = worker->prev;
    server_client_close(worker->server, &worker->client);
    pthread_mutex_unlock(&mutex);
    free(worker);
}

/* Count a client of SOURCE, under the mutex, with the results of source_enter
   up to --max-per-source.  */
static bool thread_admit(struct server *server, uint64_t source)
{
    pthread_mutex_lock(&mutex);
    bool may =
        source_enter(&server->sources, source, server->options->max_per_source);
    int error = errno;
    pthread_mutex_unlock(&mutex);
    errno = error;
    return may;
}

/* The thread of a worker, ARGUMENT: serve the client to the end, close the
   client, and free the worker.  */
static void *thread_run(void *argument)
{
    struct worker *worker = argument;
    char buffer[CONNECTION_PIECE];
    connection_serve(worker->server, &worker->client, buffer, &worker->cut);
    thread_leave(worker);
    return NULL;
}

/* Start a detached thread for WORKER, which frees WORKER.  Returns 0; or an
   errno, and WORKER stays the caller's.  */
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

/* Start a thread for CLIENT.  Without memory, or if the thread cannot be
   started, log the reason, close CLIENT and count the client off; in the second
   case back off as well.  The caller does not hold the mutex.  */
static void thread_serve(struct server *server,
                         const struct server_client *client)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker) {
        log_trouble(LOG_MEMORY, "client rejected: %s", strerror(ENOMEM));
        pthread_mutex_lock(&mutex);
        server_client_close(server, client);
        pthread_mutex_unlock(&mutex);
        return;
    }
    worker->server = server;
    worker->client = *client;
    thread_enter(worker);
    int error = start_thread(worker);
    if (error) {
        thread_leave(worker);
        log_trouble(LOG_PROCESSES,
                    "new clients rejected, %d are served: pthread_create: "
                    "%s",
                    (int)server->clients, strerror(error));
        server_back_off(server);
    }
}

/* Shut down all connections, and count each as cut off.  A thread that is
   blocked in recv gets the end of input.  */
static void thread_cut(struct server *server)
{
    pthread_mutex_lock(&mutex);
    for (struct worker *worker = workers; worker; worker = worker->next) {
        worker->cut = true;
        server->cut_off++;
        shutdown(worker->client.fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&mutex);
}

/* Wait until the lock is free, but for no thread: the last worker may be
   counted off, and still hold the lock.  */
static void thread_end(struct server *server)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
}

const struct model model_thread = {
    .waits = true,
    .asynchronous = true,
    .batch = 64,
    .max_clients = 10000,
    .admit = thread_admit,
    .serve = thread_serve,
    .cut = thread_cut,
    .end = thread_end,
};
