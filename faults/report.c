/* report.c - what the clients did, as text and as JSON
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/endpoint.h"
#include "base/json.h"
#include "base/names.h"
#include "base/wrap.h"
#include "faults/fault.h"

enum { ADDRESS_ROOM = SONDE_ADDRESS_TEXT + 16 };

/* Write ADDRESS to TEXT as 127.0.0.1:80, a path, or @NAME; "?" if
   unprintable.  Returns TEXT.  */
static const char *address_text(const struct sonde_address *address,
                                char text[ADDRESS_ROOM])
{
    if (sonde_address_print(address, text, ADDRESS_ROOM) < 0)
        strcpy(text, "?");
    endpoint_show_abstract(text);
    return text;
}

/* Write MILLISECONDS to TEXT as "300 ms" or, from a second on, cut to "3.00 s".
   Returns TEXT.  */
static const char *time_text(int64_t milliseconds, char text[32])
{
    enum { SECOND = 1000, HUNDREDTH = 10 };
    if (milliseconds < SECOND)
        snprintf(text, 32, "%" PRId64 " ms", milliseconds);
    else
        snprintf(text, 32, "%" PRId64 ".%02" PRId64 " s", milliseconds / SECOND,
                 milliseconds % SECOND / HUNDREDTH);
    return text;
}

/* The ending of a noun after COUNT: "", if COUNT is 1, else "s".  */
static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

/* END as a word of JSON; NULL for datagrams.  */
static const char *end_name(enum fault_end end)
{
    static const char *const names[] = {"open",  "fin",    "rst", "played",
                                        "limit", "failed", NULL};
    return names[end];
}

const char *fault_error_text(int error)
{
    return error ? strerror(error) : "its process was killed";
}

void fault_record_print(const struct fault_record *record, char *text,
                        size_t size)
{
    char time[32], end[160] = "";
    switch (record->end) {
    case FAULT_OPEN:
        snprintf(end, sizeof end, ", did not end the connection");
        break;
    case FAULT_FIN:
    case FAULT_RST:
        snprintf(end, sizeof end, ", ended by %s after %s",
                 record->end == FAULT_FIN ? "FIN" : "RST",
                 time_text(record->after, time));
        break;
    case FAULT_PLAYED:
        snprintf(end, sizeof end, ", was ended by the fault after %s",
                 time_text(record->after, time));
        break;
    case FAULT_LIMIT:
        snprintf(end, sizeof end,
                 ", was closed by the limit of 10 minutes after %s",
                 time_text(record->after, time));
        break;
    case FAULT_FAILED:
        snprintf(end, sizeof end, ", was closed by a failure after %s: %.80s",
                 time_text(record->after, time),
                 fault_error_text(record->error));
        break;
    case FAULT_NONE:
        snprintf(text, size,
                 "sent %" PRId64 " byte%s in %" PRId64
                 " datagram%s, was sent %" PRId64 " byte%s",
                 record->sent, plural(record->sent), record->datagrams,
                 plural(record->datagrams), record->replied,
                 plural(record->replied));
        return;
    }
    int used = snprintf(text, size,
                        "connected, sent %" PRId64 " byte%s, was sent %" PRId64
                        " byte%s",
                        record->sent, plural(record->sent), record->replied,
                        plural(record->replied));
    if (record->after_fin > 0 && used > 0 && (size_t)used < size)
        used += snprintf(text + used, size - (size_t)used,
                         ", sent %" PRId64 " of its bytes after the server's "
                         "FIN",
                         record->after_fin);
    if (used > 0 && (size_t)used < size)
        snprintf(text + used, size - (size_t)used, "%s", end);
}

/* ---- text ---------------------------------------------------------------- */

/* Write how COMMAND, of OPTIONS, ended, and after which time, in a wrapped
   line; nothing without a command.  */
static void print_command(FILE *out, const struct fault_options *options,
                          const struct fault_command *command)
{
    char time[32], text[FAULT_TEXT];
    if (!command->ran)
        return;
    time_text(command->milliseconds, time);
    if (command->killed)
        snprintf(text, sizeof text, "%.120s was killed after %s",
                 options->command[0], time);
    else if (command->status >= 0)
        snprintf(text, sizeof text, "%.120s ended with exit status %d after %s",
                 options->command[0], command->status, time);
    else
        snprintf(text, sizeof text, "%.120s was ended by %s after %s",
                 options->command[0],
                 signal_name(command->signal) ? signal_name(command->signal)
                                              : "a signal",
                 time);
    wrap_labelled(out, "command", 10, 10, text);
}

/* Write the fault number INDEX of OPTIONS, with the address and the figures of
   its port, SEEN, in a wrapped sentence, separated by semicolons; a figure that
   is unknown, or 0 where 0 is usual, is left out.  */
static void print_port(FILE *out, const struct fault_options *options,
                       const struct fault_seen *seen, size_t index)
{
    char text[FAULT_TEXT + ADDRESS_ROOM], address[ADDRESS_ROOM];
    int used = snprintf(text, sizeof text, "%s at %s, %ld client%s",
                        options->choices[index].fault->name,
                        address_text(&seen->address, address), seen->clients,
                        plural(seen->clients));
    const struct {
        const char *what;
        int64_t value, min; /* shown from MIN on */
    } figures[] = {
        {"own clients in the full queue", seen->filled, 1},
        {"SYNs of clients dropped", seen->dropped, 0},
        {"clients in the queue, never accepted", seen->queued, 0},
        {"replies longer than the datagram, withheld", seen->withheld, 1},
        {"datagrams without a reply, for safety", seen->refused, 1},
        {"replies discarded, since too many waited", seen->discarded, 1},
        {"replies that could not be sent", seen->unsent, 1},
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (figures[i].value >= figures[i].min && used > 0 &&
            (size_t)used < sizeof text)
            used +=
                snprintf(text + used, sizeof text - (size_t)used,
                         "; %s: %" PRId64, figures[i].what, figures[i].value);
    wrap_labelled(out, "fault", 10, 10, text);
}

void faults_print(FILE *out, const struct fault_options *options,
                  const struct fault_report *report)
{
    char text[FAULT_TEXT], line[2 * FAULT_TEXT], address[ADDRESS_ROOM];
    for (size_t i = 0; i < report->port_count; i++)
        print_port(out, options, &report->ports[i], i);
    for (size_t i = 0; i < report->record_count; i++) {
        const struct fault_record *record = &report->records[i];
        fault_record_print(record, text, sizeof text);
        snprintf(line, sizeof line, "%s%s%.100s: %s",
                 report->port_count > 1
                     ? options->choices[record->port].fault->name
                     : "",
                 report->port_count > 1 ? ", " : "",
                 address_text(&record->peer, address), text);
        wrap_labelled(out, "client", 10, 10, line);
    }
    if (report->unrecorded > 0)
        fprintf(out, "client    %ld%s more%s, not recorded\n",
                report->unrecorded, options->datagrams ? " datagrams of" : "",
                options->datagrams ? " clients" : "");
    print_command(out, options, &report->command);
}

/* ---- JSON ---------------------------------------------------------------- */

/* Write the fault number INDEX of OPTIONS, with the address and the figures of
   its port, SEEN, as an object in a line.  An unknown figure is null, as is an
   argument that is no number.  */
static void json_port(struct json *json, const struct fault_options *options,
                      const struct fault_seen *seen, size_t index)
{
    char address[ADDRESS_ROOM];
    const struct fault_choice *choice = &options->choices[index];
    json_line(json, NULL);
    json_text(json, "fault", choice->fault->name);
    json_count(json, "argument",
               choice->fault->argument && choice->fault->max > 0
                   ? choice->number
                   : -1);
    json_text(json, "address", address_text(&seen->address, address));
    json_text(json, "transport",
              !options->path       ? (options->datagrams ? "UDP" : "TCP")
              : options->datagrams ? "UNIX datagrams"
                                   : "UNIX stream");
    json_number(json, "clients", seen->clients);
    json_number(json, "filled", seen->filled);
    json_count(json, "dropped", seen->dropped);
    json_count(json, "queued", seen->queued);
    json_number(json, "withheld", seen->withheld);
    json_number(json, "refused", seen->refused);
    json_number(json, "discarded", seen->discarded);
    json_number(json, "unsent", seen->unsent);
    json_object_end(json);
}

/* Write RECORD, with the name of its fault, as an object in a line; "after_ms"
   is null for an open connection and for datagrams, "end" for datagrams.  */
static void json_record(struct json *json, const struct fault_options *options,
                        const struct fault_record *record)
{
    char address[ADDRESS_ROOM], text[FAULT_TEXT];
    fault_record_print(record, text, sizeof text);
    json_line(json, NULL);
    json_text(json, "fault", options->choices[record->port].fault->name);
    json_number(json, "port", (int64_t)record->port);
    json_text(json, "peer", address_text(&record->peer, address));
    json_number(json, "at_ms", record->at);
    json_number(json, "sent_bytes", record->sent);
    json_number(json, "replied_bytes", record->replied);
    json_number(json, "after_fin_bytes", record->after_fin);
    json_number(json, "datagrams", record->datagrams);
    json_text(json, "end", end_name(record->end));
    json_count(json, "after_ms", record->after);
    json_text(json, "text", text);
    json_object_end(json);
}

/* Write the member "command": how COMMAND, of OPTIONS, ended; null without a
   command.  */
static void json_command(struct json *json, const struct fault_options *options,
                         const struct fault_command *command)
{
    if (!command->ran) {
        json_text(json, "command", NULL);
        return;
    }
    json_line(json, "command");
    json_text(json, "program", options->command[0]);
    json_count(json, "exit_status", command->status);
    json_text(json, "signal",
              command->status < 0 ? signal_name(command->signal) : NULL);
    json_bool(json, "killed", command->killed);
    json_number(json, "milliseconds", command->milliseconds);
    json_object_end(json);
}

void faults_print_json(FILE *out, const struct fault_options *options,
                       const struct fault_report *report)
{
    struct json json = {.out = out};
    json_object(&json, NULL);
    json_number(&json, "schema_version", 1);
    json_number(&json, "milliseconds", report->milliseconds);
    json_array(&json, "faults");
    for (size_t i = 0; i < report->port_count; i++)
        json_port(&json, options, &report->ports[i], i);
    json_array_end(&json);
    json_array(&json, "clients");
    for (size_t i = 0; i < report->record_count; i++)
        json_record(&json, options, &report->records[i]);
    json_array_end(&json);
    json_number(&json, "unrecorded", report->unrecorded);
    json_command(&json, options, &report->command);
    json_object_end(&json);
}
