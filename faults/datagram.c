/* datagram.c - datagrams: received, held, sent
   SPDX-License-Identifier: GPL-3.0-or-later

   With --any no more bytes are sent than the datagram had: a forged sender
   gains nothing from this server.  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"
#include "faults/server.h"

/* Find the record of the sender FROM at PORT; if there is none, begin a record,
   and count a client of PORT.  Returns the index; or without room
   FAULT_RECORDS_MAX, and the datagram is counted as unrecorded.  */
static size_t datagram_record(struct fault_port *port,
                              const struct sonde_address *from)
{
    struct fault_report *report = port->server->report;
    for (size_t i = report->record_count; i > 0; i--)
        if (report->records[i - 1].port == port->index &&
            !sonde_address_compare(&report->records[i - 1].peer, from))
            return i - 1;
    if (report->record_count == FAULT_RECORDS_MAX) {
        report->unrecorded++;
        return FAULT_RECORDS_MAX;
    }
    port->seen->clients++;
    report->records[report->record_count] =
        (struct fault_record){.port = port->index,
                              .peer = *from,
                              .at = monotonic_ms() - port->server->start,
                              .after = -1,
                              .end = FAULT_NONE};
    return report->record_count++;
}

/* Send the SIZE bytes BYTES from FD to the sender of ENDS, and if sent, add
   SIZE to the record of index RECORD (FAULT_RECORDS_MAX: none), otherwise count
   the reply as unsent.  With --any, SIZE is taken from *CREDIT; a reply above
   *CREDIT is not sent, but counted as withheld.  */
static void fault_reply_send(struct fault_port *port, int fd, const char *bytes,
                             size_t size, const struct sonde_datagram *ends,
                             size_t *credit, size_t record)
{
    if (port->server->options->any) {
        if (size > *credit) {
            port->seen->withheld++;
            return;
        }
        *credit -= size;
    }
    if (sonde_datagram_reply(fd, bytes, size, ends))
        port->seen->unsent++;
    else if (record < FAULT_RECORDS_MAX)
        port->server->report->records[record].replied += (int64_t)size;
}

void fault_datagram_send(struct fault_port *port, int fd,
                         struct fault_datagram *datagram)
{
    fault_reply_send(port, fd, datagram->bytes, datagram->size, &datagram->ends,
                     &datagram->credit, datagram->record);
}

void fault_datagram_hold(struct fault_port *port,
                         const struct fault_datagram *datagram, int64_t due)
{
    for (size_t i = 0; i < FAULT_HELD; i++) {
        struct fault_held *held = &port->held[i];
        if (held->due > 0)
            continue;
        char *bytes = realloc(held->bytes, datagram->size + 1);
        if (!bytes)
            break;
        memcpy(bytes, datagram->bytes, datagram->size);
        *held = (struct fault_held){.due = due,
                                    .ends = datagram->ends,
                                    .size = datagram->size,
                                    .credit = datagram->credit,
                                    .record = datagram->record,
                                    .bytes = bytes};
        return;
    }
    port->seen->discarded++;
}

int64_t fault_datagram_tick(struct fault_port *port, int64_t now)
{
    int64_t next = -1;
    for (size_t i = 0; i < FAULT_HELD; i++) {
        struct fault_held *held = &port->held[i];
        if (held->due > 0 && held->due <= now) {
            fault_reply_send(port, port->fd, held->bytes, held->size,
                             &held->ends, &held->credit, held->record);
            held->due = 0;
        }
        if (held->due > 0 && (next < 0 || held->due < next))
            next = held->due;
    }
    return next;
}

/* Whether FROM has the port of a fault of this run.  Two of these ports would
   answer each other for ever.  */
static bool is_own_port(const struct fault_server *server,
                        const struct sonde_address *from)
{
    int port = sonde_address_port(from);
    for (size_t i = 0; i < server->options->count && port >= 0; i++)
        if (port == sonde_address_port(&server->ports[i].local))
            return true;
    return false;
}

/* Remember the SIZE bytes BYTES from the sender of ENDS, unless the sender is
   refused, and count them if repeated.  Returns false if a reply may begin a
   loop, or the sender has reached the limit of repeated datagrams.  */
static bool datagram_admit(struct fault_server *server,
                           const struct sonde_datagram *ends, const char *bytes,
                           size_t size)
{
    if (sonde_datagram_check_source(ends) || is_own_port(server, &ends->from))
        return false;
    uint64_t number = repeat_note(server->repeats, &ends->from, bytes, size);
    return number == 0 || repeat_take(server->repeats, number, monotonic_ms());
}

int fault_datagram_receive(struct fault_port *port)
{
    static char came[SONDE_DATAGRAM_MAX], bytes[FAULT_DATAGRAM_MAX];
    const struct fault_options *options = port->server->options;
    struct fault_datagram datagram = {.bytes = bytes};
    ssize_t count = sonde_datagram_receive_from(port->fd, came, sizeof came, 0,
                                                &datagram.ends);
    if (count < 0 && errno == EMSGSIZE) {
        port->seen->unsent++;
        return 0;
    }
    if (count < 0)
        return -1;
    size_t size = (size_t)count;
    port->count++;
    datagram.record = datagram_record(port, &datagram.ends.from);
    if (datagram.record < FAULT_RECORDS_MAX) {
        struct fault_record *record =
            &port->server->report->records[datagram.record];
        record->datagrams++;
        record->sent += count;
    }
    if (!datagram_admit(port->server, &datagram.ends, came, size)) {
        port->seen->refused++;
        return 0;
    }
    datagram.credit = size;
    datagram.size = options->reply ? options->reply_size : size;
    memcpy(bytes, options->reply ? options->reply : came, datagram.size);
    if (port->choice->fault->datagram)
        port->choice->fault->datagram(port, &datagram);
    else
        fault_datagram_send(port, port->fd, &datagram);
    return 0;
}

/* ---- replies from elsewhere ---------------------------------------------- */

int fault_other_port_open(struct fault_port *port)
{
    struct sonde_address address = port->local;
    sonde_address_set_port(&address, 0);
    port->second =
        sonde_datagram_bind(&address, SONDE_NONBLOCK | SONDE_CLOEXEC);
    if (port->second >= 0)
        return 0;
    snprintf(port->reason, sizeof port->reason, "no second port: %s",
             strerror(errno));
    port->status = 2;
    return -1;
}

/* TEXT cannot be bound: explain errno in port->reason.  Returns the status: 1
   if TEXT is no address of this host, else 2.  */
static int explain_other_address(struct fault_port *port, const char *text)
{
    int error = errno;
    if (error == EADDRNOTAVAIL)
        snprintf(port->reason, sizeof port->reason,
                 "%.60s is not an address of this host (%s); name one: "
                 "other-address,ADDR",
                 text, strerror(error));
    else
        snprintf(port->reason, sizeof port->reason, "cannot bind %.60s: %s",
                 text, strerror(error));
    return error == EADDRNOTAVAIL ? 1 : 2;
}

int fault_other_address_open(struct fault_port *port)
{
    struct sonde_address address;
    bool is_inet = port->server->options->family == AF_INET;
    const char *text = port->choice->text;
    uint16_t number = (uint16_t)sonde_address_port(&port->local);
    port->status = 1;
    if (!text && !is_inet) {
        snprintf(port->reason, sizeof port->reason,
                 "IPv6 has a single loopback address; name another address of "
                 "this host: other-address,ADDR");
        return -1;
    }
    text = text ? text : "127.0.0.2";
    if (sonde_address_parse(&address, text, number) ||
        address.storage.ss_family !=
            (sa_family_t)port->server->options->family) {
        snprintf(port->reason, sizeof port->reason,
                 "'%.60s' is no address of the family", text);
        port->status = 2;
        return -1;
    }
    port->second =
        sonde_datagram_bind(&address, SONDE_NONBLOCK | SONDE_CLOEXEC);
    if (port->second < 0 && errno == EADDRINUSE) {
        sonde_address_set_port(&address, 0);
        port->second =
            sonde_datagram_bind(&address, SONDE_NONBLOCK | SONDE_CLOEXEC);
    }
    if (port->second >= 0)
        return 0;
    port->status = explain_other_address(port, text);
    return -1;
}
