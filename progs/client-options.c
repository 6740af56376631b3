/* client-options.c - what all clients have in common for their user
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

/* Say what is wrong with the options of PROGRAM.  */
static int client_options_refuse(const char *program, const char *sentence)
{
    complain("%s", sentence);
    return options_try_help(program);
}

/* Say why --source is refused.  */
static int refuse_source(const char *program, const char *source)
{
    char problem[ENDPOINT_TEXT];
    const char *port = endpoint_port(source);
    if (endpoint_lacks_interface(source, problem, sizeof problem))
        complain("--source \"%s\": no such interface: '%s'", source, problem);
    else if (port && *port && !endpoint_check_port(port, 0, problem))
        complain("--source \"%s\": %s", source, problem);
    else
        complain("--source \"%s\" is no address", source);
    return options_try_help(program);
}

static int take_source(struct client_options *options, const char *program,
                       struct client_target *target)
{
    char interface[ENDPOINT_TEXT];
    if (strchr(options->source, '/') ||
        sonde_address_parse(&options->source_address, options->source, 0) ||
        endpoint_lacks_interface(options->source, interface, sizeof interface))
        return refuse_source(program, options->source);
    target->source = &options->source_address;
    int family = options->source_address.storage.ss_family;
    if (target->family != AF_UNSPEC && target->family != family)
        return client_options_refuse(
            program, "--source is of another family than asked for");
    return OPTIONS_GO_ON;
}

/* The port of SERVICE on this host.  */
static const char *
client_options_find_port(struct client_options *options,
                         const struct client_service *service)
{
    const struct servent *found =
        getservbyname(service->name, options->datagrams ? "udp" : "tcp");
    int port = found ? ntohs((uint16_t)found->s_port) : service->port;
    snprintf(options->usual_port, sizeof options->usual_port, "%d", port);
    return options->usual_port;
}

/* Refuse a HOST or PORT that cannot be one, rather than look it up.  */
static int check_target(const struct option_list *operands, const char *program,
                        const struct client_target *target)
{
    char problem[ENDPOINT_TEXT];
    if (endpoint_is_number(target->host) && operands->count == 1) {
        complain("HOST is missing: '%s' is not an IPv4 address", target->host);
        return options_try_help(program);
    }
    if (!endpoint_check_host(target->host, problem) ||
        !endpoint_check_port(target->service, 1, problem))
        return client_options_refuse(program, problem);
    return OPTIONS_GO_ON;
}

static int client_options_take_operands(struct client_options *options,
                                        const char *program,
                                        const struct client_service *service,
                                        struct client_target *target)
{
    const struct option_list *operands = &options->operands;
    if (options->path) {
        if (operands->count > 0)
            return client_options_refuse(
                program, "--unix takes the place of HOST and PORT");
        if (options->source || options->inet || options->inet6)
            return client_options_refuse(
                program, "--unix goes with none of -4, -6, --source");
        if (!*options->path)
            return client_options_refuse(program, "--unix wants a path");
        target->path = options->path;
        return OPTIONS_GO_ON;
    }
    if (operands->count == 0)
        return client_options_refuse(program, "HOST is missing");
    target->host = operands->texts[0];
    target->service = operands->count > 1
                          ? operands->texts[1]
                          : client_options_find_port(options, service);
    if (!*target->host)
        return client_options_refuse(program, "HOST is empty");
    if (!*target->service)
        return client_options_refuse(program, "PORT is empty");
    if (endpoint_port(target->host))
        return client_options_refuse(
            program, "HOST has a port; give it as a word of its own");
    if (strchr(target->host, '/'))
        return client_options_refuse(
            program, "HOST has a slash; a UNIX socket is --unix");
    return check_target(operands, program, target);
}

int client_options_target(struct client_options *options, const char *program,
                          const struct client_service *service,
                          struct client_target *target)
{
    *target = (struct client_target){
        .type = options->datagrams ? SOCK_DGRAM : SOCK_STREAM,
        .family = options->inet == options->inet6 ? AF_UNSPEC
                  : options->inet                 ? AF_INET
                                                  : AF_INET6,
        .timeout = (int)options->timeout,
        .keepalive = (int)options->keepalive,
    };
    if (options->keepalive && (options->datagrams || options->path))
        return client_options_refuse(
            program, "--keepalive is TCP's, and goes with neither -u "
                     "nor --unix");
    int status =
        client_options_take_operands(options, program, service, target);
    if (status == OPTIONS_GO_ON && options->source)
        status = take_source(options, program, target);
    return status;
}

int client_options_status(const struct client_result *result)
{
    static const enum status statuses[CLIENT_ENDS] = {
        [CLIENT_DONE] = STATUS_DONE,
        [CLIENT_TROUBLE] = STATUS_TROUBLE,
        [CLIENT_REFUSED] = STATUS_REFUSED,
        [CLIENT_TIMED_OUT] = STATUS_TIMED_OUT,
        [CLIENT_HOST_UNREACHABLE] = STATUS_HOST_UNREACHABLE,
        [CLIENT_NETWORK_UNREACHABLE] = STATUS_NETWORK_UNREACHABLE,
        [CLIENT_NAME_UNKNOWN] = STATUS_UNKNOWN_NAME,
        [CLIENT_NAME_NO_ANSWER] = STATUS_NO_NAME_SERVICE,
        [CLIENT_SOURCE_NOT_LOCAL] = STATUS_SOURCE_NOT_LOCAL,
        [CLIENT_PORT_IN_USE] = STATUS_PORT_IN_USE,
        [CLIENT_PERMISSION] = STATUS_PERMISSION,
        [CLIENT_SILENCE] = STATUS_SILENCE,
        [CLIENT_WRONG_REPLY] = STATUS_WRONG_REPLY,
        [CLIENT_CLOSED_EARLY] = STATUS_CLOSED_EARLY,
    };
    if (*result->text)
        complain("%s", result->text);
    return (int)statuses[result->end];
}

static void tell_attempt(const struct sonde_attempt *attempt)
{
    char address[SONDE_ADDRESS_TEXT + 16];
    client_print_address(&attempt->address, address, sizeof address);
    complain("tried %s: %s after %d ms", address,
             sonde_connect_status_text(attempt->status), attempt->milliseconds);
}

void client_options_tell(const struct client *client)
{
    char local[SONDE_ADDRESS_TEXT + 16] = "?", remote[sizeof local] = "?";
    char time[CLIENT_TIME_TEXT];
    struct sonde_address address;
    for (size_t i = 0; i < client->report.count; i++)
        tell_attempt(&client->report.attempts[i]);
    if (client->fd < 0)
        return;
    if (!sonde_address_local(client->fd, &address))
        client_print_address(&address, local, sizeof local);
    if (!sonde_address_peer(client->fd, &address))
        client_print_address(&address, remote, sizeof remote);
    bool is_datagram = client->target->type == SOCK_DGRAM;
    client_print_time(client->connect_ns, time);
    complain("connected from %s to %s, %s%s, in %s%s", local, remote,
             family_name(sonde_address_family(client->fd)),
             client->target->path ? (is_datagram ? " datagrams" : " stream")
             : is_datagram        ? " UDP"
                                  : " TCP",
             time, is_datagram ? " (which sends nothing)" : "");
    if (client->keepalive > 0)
        complain("keepalive after %d s", client->keepalive);
    else if (client->target->keepalive > 0)
        complain(client->keepalive == 0
                     ? "keepalive after the system's own time"
                     : "keepalive cannot be set on this socket");
}
