/* server-options.c - options of the servers
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/endpoint.h"
#include "progs/output.h"
#include "progs/server-options.h"
#include "progs/status.h"
#include "servers/server.h"

enum { DAY = 86400, WORKERS = 8, WORKERS_MAX = 1024, GRACE = 10 };

static struct server_options options = {.rate = -1, .grace = GRACE};
static struct listen_addresses *const places = &options.listen_addresses;
static struct option_list addresses;
static bool tcp, udp;

static const struct model *const models[] = {
    &model_iterative, &model_fork, &model_prefork, &model_thread, &model_event};
static const char *const model_names[] = {"iterative", "fork",  "prefork",
                                          "thread",    "event", NULL};
static int model = 4; /* index of event */

const struct option_row server_rows[] = {
    ROW_CHOICE("model", 'm', "MODEL", &model, model_names, "(event)"),
    ROW_NUMBER("workers", 0, "N", &options.workers, 1, WORKERS_MAX,
               "processes of prefork (8) or event (1)"),
    ROW_FLAG("ipv4", '4', &options.listen_addresses.inet, "IPv4 only"),
    ROW_FLAG("ipv6", '6', &options.listen_addresses.inet6, "IPv6 only"),
    ROW_FLAG("tcp", 0, &tcp, "TCP only"),
    ROW_FLAG("udp", 'u', &udp, "UDP only"),
    ROW_LIST("address", 'a', "ADDR", &addresses,
             "listen on ADDR instead of loopback; may be repeated"),
    ROW_FLAG("any", 0, &options.listen_addresses.any,
             "listen on all addresses"),
    ROW_TEXT("port", 'p', "PORT", &options.listen_addresses.port,
             "port or service name; 0: any free port"),
    ROW_TEXT("unix", 'U', "PATH", &options.listen_addresses.unix_path,
             "listen on a UNIX socket, a file or @NAME: stream; with -u "
             "datagrams"),
    ROW_TEXT("unix-mode", 0, "MODE", &options.listen_addresses.unix_mode,
             "mode of the socket file, in octal, as 0666"),
    ROW_TEXT("unix-owner", 0, "OWNER", &options.listen_addresses.unix_owner,
             "owner of the socket file: USER, USER:GROUP or :GROUP"),
    ROW_FLAG("inetd", 'i', &options.inetd,
             "serve the socket on standard input"),
    ROW_TEXT("user", 0, "NAME", &options.user,
             "become NAME when the sockets are open"),
    ROW_FLAG("no-sandbox", 0, &options.no_sandbox,
             "keep access to files, ports and processes"),
    ROW_NUMBER("max-clients", 0, "N", &options.max_clients, 1, 1000000,
               "concurrent clients; further clients wait"),
    ROW_NUMBER("max-per-source", 0, "N", &options.max_per_source, 1, 1000000,
               "concurrent clients of a source; further clients are rejected"),
    ROW_SECONDS("idle-timeout", 0, "SECONDS", &options.idle_timeout, 1,
                DAY * 1000L,
                "close connections without progress for this time"),
    ROW_NUMBER("keepalive", 0, "SECONDS", &options.keepalive, 1, 32767,
               "probe a peer that is silent for this time (TCP)"),
    ROW_NUMBER("max-rate", 0, "N", &options.rate, 0, 1000000,
               "datagrams answered per second and source; 0: no limit (256; "
               "local sources: no limit)"),
    ROW_NUMBER("grace", 0, "SECONDS", &options.grace, 0, DAY,
               "time for clients to finish when the server is stopped (10)"),
    ROW_FLAG("verbose", 'v', &options.verbose, "log each client"),
    {0},
};

/* The first usage error: options that contradict each other, --unix-mode or
   --unix-owner without --unix, or --workers for a model without workers; NULL
   if there is none.  options.model must be set.  */
static const char *find_conflict(void)
{
    bool has_address = places->any || addresses.count > 0;
    if (places->any && addresses.count > 0)
        return "--any and --address contradict each other; choose one";
    if (places->unix_path && tcp && udp)
        return "--unix is one socket, a stream or, with --udp, datagrams";
    if (places->unix_path && !has_address &&
        (places->port || places->inet || places->inet6))
        return "--unix alone has no port and no family; to listen on the "
               "network as well add --any or --address";
    if (!places->unix_path && (places->unix_mode || places->unix_owner))
        return "--unix-mode and --unix-owner need --unix";
    if (options.workers > 0 && options.model != &model_prefork &&
        options.model != &model_event)
        return "--workers applies to --model=prefork and --model=event only";
    if (options.inetd && (places->port || places->unix_path || has_address))
        return "--inetd brings the socket; leave out addresses and ports";
    return NULL;
}

/* Refuse a --port that is neither a number from 0 to 65535 nor a name, and the
   first --address that is malformed, a bare number or a path: wrong whatever a
   lookup may find.  Names pass unchecked.  Returns OPTIONS_GO_ON, or the exit
   status after a usage error.  */
static int check_addresses(void)
{
    char problem[ENDPOINT_TEXT];
    if (places->port && !endpoint_check_port(places->port, 0, problem))
        return usage_error("%s", problem);
    for (size_t i = 0; i < addresses.count; i++) {
        const char *address = addresses.texts[i];
        if (strchr(address, '/'))
            return usage_error("--address: '%.200s' is a path; for a UNIX "
                               "socket use --unix",
                               address);
        if (endpoint_check_host(address, problem))
            continue;
        return endpoint_is_number(address)
                   ? usage_error("'%s' is not an IPv4 address; for a port use "
                                 "--port",
                                 address)
                   : usage_error("%s", problem);
    }
    return OPTIONS_GO_ON;
}

int server_options_run(const char *program, const char *service,
                       const void *settings)
{
    char port[8];
    options.program = program;
    options.service = service_find(service);
    options.settings = settings;
    options.model = models[model];
    const char *conflict = find_conflict();
    int status = conflict ? usage_error("%s", conflict) : check_addresses();
    if (status != OPTIONS_GO_ON)
        return status;
    snprintf(port, sizeof port, "%u", (unsigned)options.service->port);
    places->port = places->port ? places->port : port;
    places->addresses = addresses.texts;
    places->address_count = addresses.count;
    places->stream = tcp || !udp;
    places->datagram = udp || !tcp;
    if (options.workers == 0)
        options.workers = options.model == &model_prefork ? WORKERS : 1;
    if (options.max_clients > 0 && options.workers > options.max_clients)
        options.workers = options.max_clients;
    if (options.model == &model_event && options.workers > 1)
        options.model = &model_event_workers;
    return server_run(&options) ? STATUS_TROUBLE : STATUS_DONE;
}
