/* client-options.c - options, target and exit status of the clients
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "base/endpoint.h"
#include "base/names.h"
#include "progs/client-options.h"
#include "progs/output.h"
#include "progs/status.h"

struct client_options client_options;

const struct option_row client_rows[] = {
    ROW_FLAG("ipv4", '4', &client_options.inet, "use IPv4 only"),
    ROW_FLAG("ipv6", '6', &client_options.inet6, "use IPv6 only"),
    ROW_FLAG("udp", 'u', &client_options.udp,
             "send datagrams instead of opening a connection"),
    ROW_TEXT("unix", 'U', "PATH", &client_options.path,
             "connect to a UNIX socket, a file or @NAME, instead of HOST and "
             "PORT"),
    ROW_TEXT("source", 's', "ADDR", &client_options.source,
             "source address: ADDR, ADDR:PORT or [ADDR]:PORT"),
    ROW_SECONDS("timeout", 't', "SECONDS", &client_options.timeout, 1, 86400000,
                "limit for lookup, connection and exchange"),
    ROW_NUMBER("keepalive", 0, "SECONDS", &client_options.keepalive, 1, 32767,
               "probe a peer that is silent for this time (TCP)"),
    ROW_FLAG("verbose", 'v', &client_options.verbose,
             "report addresses, attempts and times"),
    {0},
};

/* Set TARGET's source, in static memory, from --source, a numeric address,
   which is given, and set TARGET's family, since a source reaches only
   addresses of its family; a family already set must be the same.  Returns
   OPTIONS_GO_ON, or the exit status after a usage error.  */
static int target_take_source(struct client_target *target)
{
    static struct sonde_address address;
    const char *source = client_options.source, *port = endpoint_port(source);
    char problem[ENDPOINT_TEXT];
    if (endpoint_lacks_interface(source, problem, sizeof problem))
        return usage_error("invalid argument '%s' for '--source': no such "
                           "interface: '%s'",
                           source, problem);
    if (strchr(source, '/') || sonde_address_parse(&address, source, 0)) {
        strcpy(problem, "give an address of this host");
        if (port && *port)
            endpoint_check_port(port, 0, problem);
        return usage_error("invalid argument '%s' for '--source': %s", source,
                           problem);
    }
    target->source = &address;
    if (target->family != AF_UNSPEC &&
        target->family != address.storage.ss_family)
        return usage_error("--source has an address of the other family; leave "
                           "out -4 or -6");
    target->family = address.storage.ss_family;
    return OPTIONS_GO_ON;
}

/* The port of SERVICE in the host's database, for TCP or with --udp for UDP,
   else PORT, as digits in static memory.  */
static const char *service_find_port(const char *service, int port)
{
    static char text[12];
    const struct servent *found =
        getservbyname(service, client_options.udp ? "udp" : "tcp");
    snprintf(text, sizeof text, "%d",
             found ? ntohs((uint16_t)found->s_port) : port);
    return text;
}

/* Refuse a HOST or PORT that no lookup could find; nothing is looked up, no
   service either.  Returns OPTIONS_GO_ON, or the exit status after a usage
   error.  */
static int target_check(const struct client_target *target)
{
    char problem[ENDPOINT_TEXT];
    if (!*target->host || !*target->service)
        return usage_error("%s is empty", *target->host ? "PORT" : "HOST");
    if (endpoint_port(target->host))
        return usage_error("unexpected port in '%s': give PORT as an operand "
                           "of its own",
                           target->host);
    if (strchr(target->host, '/'))
        return usage_error("unexpected slash in '%s': for a UNIX socket use "
                           "--unix",
                           target->host);
    if (endpoint_is_number(target->host) && client_options.operands.count == 1)
        return usage_error("missing operand HOST: '%s' is not an IPv4 address",
                           target->host);
    if (!endpoint_check_host(target->host, problem) ||
        !endpoint_check_port(target->service, 1, problem))
        return usage_error("%s", problem);
    return OPTIONS_GO_ON;
}

/* Set TARGET's path from --unix, which is given.  Operands, -4, -6, --source
   and an empty path or "@" are usage errors then.  Returns OPTIONS_GO_ON, or
   the exit status after a usage error.  */
static int target_take_path(struct client_target *target)
{
    if (client_options.operands.count > 0)
        return usage_error("unexpected operand '%s': --unix replaces HOST and "
                           "PORT",
                           client_options.operands.texts[0]);
    if (client_options.source || client_options.inet || client_options.inet6)
        return usage_error("-4, -6 and --source do not apply to --unix");
    if (!*client_options.path || !strcmp(client_options.path, "@"))
        return usage_error("invalid argument '%s' for '--unix': give a path or "
                           "@NAME",
                           client_options.path);
    target->path = client_options.path;
    return OPTIONS_GO_ON;
}

/* Fill TARGET from options and operands; its texts are in argv or static
   memory.  Without PORT its service is the port of SERVICE, or SERVICE_PORT if
   the host's database lacks SERVICE.  HOST and PORT are checked, not looked up.
   Returns OPTIONS_GO_ON, or the exit status after a usage error.  */
static int target_make(struct client_target *target, const char *service,
                       int service_port)
{
    const struct option_list *operands = &client_options.operands;
    *target = (struct client_target){
        .type = client_options.udp ? SOCK_DGRAM : SOCK_STREAM,
        .family = client_options.inet == client_options.inet6 ? AF_UNSPEC
                  : client_options.inet                       ? AF_INET
                                                              : AF_INET6,
        .timeout = (int)client_options.timeout,
        .keepalive = (int)client_options.keepalive,
    };
    if (client_options.keepalive && (client_options.udp || client_options.path))
        return usage_error("--keepalive does not apply to --udp and --unix");
    if (client_options.path)
        return target_take_path(target);
    if (operands->count == 0)
        return usage_error("missing operand HOST");
    target->host = operands->texts[0];
    target->service = operands->count > 1
                          ? operands->texts[1]
                          : service_find_port(service, service_port);
    int status = target_check(target);
    if (status == OPTIONS_GO_ON && client_options.source)
        status = target_take_source(target);
    return status;
}

/* For -v: print the attempts to connect and, if CLIENT is connected, addresses,
   time and keepalive, on standard error.  */
static void client_tell(const struct client *client)
{
    char text[CLIENT_ADDRESS_TEXT], remote[CLIENT_ADDRESS_TEXT] = "?";
    char time[CLIENT_TIME_TEXT];
    struct sonde_address address;
    bool is_datagram = client->target->type == SOCK_DGRAM;
    for (size_t i = 0; i < client->report.count; i++) {
        const struct sonde_attempt *attempt = &client->report.attempts[i];
        complain("tried %s: %s after %d ms",
                 client_print_address(&attempt->address, text),
                 sonde_connect_status_text(attempt->status),
                 attempt->milliseconds);
    }
    if (client->fd < 0)
        return;
    if (!sonde_address_peer(client->fd, &address))
        client_print_address(&address, remote);
    complain("connected from %s to %s, %s%s, in %s%s",
             sonde_address_local(client->fd, &address)
                 ? "?"
                 : client_print_address(&address, text),
             remote, family_name(sonde_address_family(client->fd)),
             client->target->path ? (is_datagram ? " datagrams" : " stream")
             : is_datagram        ? " UDP"
                                  : " TCP",
             client_print_time(client->connect_ns, time),
             is_datagram ? " (which sends nothing)" : "");
    if (client->keepalive > 0)
        complain("keepalive after %d s", client->keepalive);
    else if (client->target->keepalive > 0)
        complain(client->keepalive == 0
                     ? "keepalive after the system's default time"
                     : "keepalive cannot be set on this socket");
}

int client_options_run(const char *service, int service_port,
                       int (*check)(const struct client_target *target),
                       void (*exchange)(struct client *client))
{
    struct client_target target;
    struct client client;
    int status = target_make(&target, service, service_port);
    if (status == OPTIONS_GO_ON && check)
        status = check(&target);
    if (status != OPTIONS_GO_ON)
        return status;
    client_connect(&client, &target);
    if (client_options.verbose)
        client_tell(&client);
    if (client.end == CLIENT_DONE)
        exchange(&client);
    client_close(&client);
    if (*client.text)
        complain("%s", client.text);
    return (int)client.end;
}

/* The end for ERROR, the errno of a failed lookup with a code other than
   EAI_SYSTEM, the same as by client_connect: unknown name, no answer, network
   unreachable; or CLIENT_TROUBLE for any other errno.  */
static enum client_end end_of_lookup(int error)
{
    switch (error) {
    case ENOENT:
    case ENXIO:
    case EOVERFLOW:
        return CLIENT_NAME_UNKNOWN;
    case EAGAIN:
    case EPROTO:
    case ETIMEDOUT:
        return CLIENT_NAME_NO_ANSWER;
    case EAFNOSUPPORT:
        return CLIENT_NETWORK_UNREACHABLE;
    default:
        return CLIENT_TROUBLE;
    }
}

int client_options_resolve(const char *service, int service_port,
                           int (*check)(const struct client_target *target),
                           int (*run)(const struct client_target *target,
                                      const struct sonde_address *peer))
{
    struct client_target target;
    struct sonde_address peer;
    char interface[ENDPOINT_TEXT];
    int code;
    int status = target_make(&target, service, service_port);
    if (status == OPTIONS_GO_ON && check)
        status = check(&target);
    if (status != OPTIONS_GO_ON)
        return status;
    struct sonde_target name = {target.host, target.service, target.family,
                                target.type};
    int timeout = target.timeout > 0 ? target.timeout : CLIENT_TIMEOUT;
    if (sonde_resolve(&name, timeout, &peer, 1, &code) > 0)
        return run(&target, &peer);
    int error = errno;
    if (endpoint_lacks_interface(target.host, interface, sizeof interface)) {
        complain("%s port %s: no such interface: '%s'", target.host,
                 target.service, interface);
        return (int)CLIENT_NAME_UNKNOWN;
    }
    complain("%s port %s: %s", target.host, target.service, lookup_text(code));
    return (int)(code == EAI_SYSTEM ? CLIENT_TROUBLE : end_of_lookup(error));
}
