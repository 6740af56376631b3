/* fault.h - servers that misbehave on request: the faults, and one run
   SPDX-License-Identifier: GPL-3.0-or-later

   A fault is one boundary condition of a network client, played by a server of
   its own: connections that never complete, early FIN, RST, silence, altered
   replies.  Each fault has a port.  Without a fault a server is an echo, or
   sends the reply of the options.  */

#ifndef FAULTS_FAULT_H
#define FAULTS_FAULT_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sonde.h"

/* Where a fault can be played; FAULT_GROWS: sends more over UDP than came;
   FAULT_ECHOES: takes no reply of the options; FAULT_INET: not over UNIX
   datagrams, which have no port.  */
enum {
    FAULT_TCP = 1,
    FAULT_UDP = 2,
    FAULT_UNIX = 4,
    FAULT_GROWS = 8,
    FAULT_ECHOES = 16,
    FAULT_INET = 32
};

struct fault_client;
struct fault_port;
struct fault_datagram;

/* A row of the table.  NULL callbacks mean the usual work.  */
struct fault {
    const char *name;
    /* The argument as in --list, NULL: none.  A number of USUAL by default and
       MAX at most; or, if MAX is 0, an address, by default chosen.  */
    const char *argument;
    long usual, max;
    unsigned kinds;
    const char *does;      /* what the server does, one sentence */
    const char *condition; /* the condition of UNIX Network Programming */
    /* Make the port ready once the socket is bound.  Returns 0; or -1 with the
       reason in port->reason, and the exit status in port->status: 1 if this
       system cannot play the fault, else 2.  */
    int (*open)(struct fault_port *port);
    /* A client of a stream is accepted: set the behaviour.  After a failure
       client->child is -1, with errno.  */
    void (*connected)(struct fault_client *client);
    /* The port's timer at NOW, in ms.  Returns the next call's time, or -1.  */
    int64_t (*tick)(struct fault_port *port, int64_t now);
    /* Reply to DATAGRAM.  */
    void (*datagram)(struct fault_port *port, struct fault_datagram *datagram);
};

/* All faults, in the order of --list; a NULL name ends the table.  */
extern const struct fault faults[];

/* A fault with its argument.  */
struct fault_choice {
    const struct fault *fault;
    long number;
    const char *text; /* an address, or NULL */
};

enum { FAULT_TEXT = 240 };

/* Read TEXT, NAME or NAME,ARG, into *CHOICE; without ARG the number is the
   usual one.  An address is not checked, and points into TEXT.  Returns true;
   or false with a sentence without a full stop in PROBLEM, and *CHOICE may be
   changed.  */
bool fault_choose(struct fault_choice *choice, const char *text,
                  char problem[FAULT_TEXT]);

/* How many ports, recorded clients and concurrent clients there can be; bytes
   of a datagram reply, which over UNIX sockets may be longer than over UDP.  */
enum {
    FAULT_DATAGRAM_MAX = 2 * 65536,
    FAULT_PORTS_MAX = 32,
    FAULT_RECORDS_MAX = 1000,
    FAULT_CLIENTS = 512
};

struct fault_options {
    const struct fault_choice *choices;
    size_t count;   /* 1 to FAULT_PORTS_MAX */
    bool datagrams; /* UDP, or UNIX datagrams */
    int family;     /* AF_INET, AF_INET6; AF_UNIX with PATH */
    bool any;       /* all addresses instead of loopback */
    long port;      /* of the first fault; 0: the system chooses */
    const char *path;
    const char *reply; /* REPLY_SIZE bytes; NULL: an echo */
    size_t reply_size;
    bool greets;      /* send the reply without waiting for the client */
    long max_clients; /* concurrent clients */
    long duration;    /* milliseconds until the end; 0: none */
    bool no_sandbox;  /* keep all access; with a command always so */
    bool verbose;     /* log the end of each client */
    const char *const *command; /* program and arguments; NULL: none */
    size_t command_count;
    /* Print a sentence on standard error.  */
    int (*log)(const char *format, ...);
};

/* How the connection of a client ended.  */
enum fault_end {
    FAULT_OPEN,   /* still open when the run ended */
    FAULT_FIN,    /* the client ended its stream */
    FAULT_RST,    /* the client reset the connection */
    FAULT_PLAYED, /* this server ended the connection, and saw no more */
    FAULT_LIMIT,  /* this server ended the connection after FAULT_CLIENT_MS */
    FAULT_FAILED, /* this server failed, and could not play the fault */
    FAULT_NONE    /* datagrams have no end */
};

/* What a client did.  Times are in milliseconds.  */
struct fault_record {
    size_t port; /* index of the fault */
    struct sonde_address peer;
    int64_t at;        /* since the start of the run */
    int64_t after;     /* from the connection to its end; -1: open */
    int64_t sent;      /* bytes from the client */
    int64_t replied;   /* bytes to the client */
    int64_t after_fin; /* bytes from the client after our FIN */
    int64_t datagrams; /* from the client */
    enum fault_end end;
    int error; /* the errno of FAULT_FAILED; 0: the child of a crash ended
                  too early */
};

/* What a run saw of a port.  */
struct fault_seen {
    struct sonde_address address;
    long clients;    /* accepted, or with datagrams recorded */
    long filled;     /* own clients in a full queue */
    long queued;     /* clients in the queue, never accepted; -1: not known */
    int64_t dropped; /* packets of clients dropped at a full queue; -1: not
                        known */
    long withheld;   /* datagrams that would have sent more than came */
    long refused;    /* datagrams left without a reply for safety, as
                        repeated ones beyond the limit of repeat.h */
    long discarded;  /* replies not held, since too many were held already */
    long unsent;     /* replies that could not be sent, and those to datagrams
                        too long to be received */
};

/* The end of a command.  */
struct fault_command {
    bool ran;
    bool killed; /* at the deadline, or by the end of the run */
    int status;  /* exit status; -1: ended by SIGNAL */
    int signal;
    int64_t milliseconds;
};

struct fault_report {
    struct fault_seen ports[FAULT_PORTS_MAX];
    size_t port_count;
    struct fault_record *records; /* FAULT_RECORDS_MAX */
    size_t record_count;
    long unrecorded; /* clients beyond; of datagrams, what these sent */
    long failed;     /* clients of FAULT_FAILED, recorded or not */
    int64_t milliseconds;
    struct fault_command command;
};

/* Play the faults until SIGTERM, SIGINT, SIGHUP (unless SIGHUP is ignored), the
   end of the duration, or the end of the command.  Then the process group of
   the command is killed.  The addresses are logged; with VERBOSE also the end
   of each client, and the sandbox.  REPORT is filled in each case; free it by
   faults_free.  Without a command, capabilities (unless root) and, unless
   NO_SANDBOX, access are given up, and stay so.  The soft limit of descriptors
   stays raised.  The self-pipe of the library is used and closed.  Returns 0,
   also if the command failed: its status is in REPORT; 1 with the reason in the
   log if this system cannot play a fault; 2 with the reason in the log after
   any other failure.  To be called once in a process.  */
int faults_run(const struct fault_options *options,
               struct fault_report *report);
void faults_free(struct fault_report *report);

/* Write REPORT, of a run with OPTIONS: faults_print as text of 80 columns, a
   paragraph for each fault, each recorded client and the command, and a line
   with the number of other clients (for datagrams, the number of their
   datagrams) unless 0; faults_print_json as a JSON object.  Write errors are
   left to ferror (OUT).  */
void faults_print(FILE *out, const struct fault_options *options,
                  const struct fault_report *report);
void faults_print_json(FILE *out, const struct fault_options *options,
                       const struct fault_report *report);
/* Write the table of faults, for --list: for each fault a line with the name,
   the argument, the transports and the default of a number; then, indented and
   wrapped, what the server does, and the condition.  */
void faults_list(FILE *out);
/* Write RECORD to TEXT, cut to SIZE bytes with the NUL; FAULT_TEXT bytes are
   enough.  The text is a sentence without subject and full stop: "connected,
   sent 5 bytes, was sent 5 bytes, ended by FIN after 20 ms"; also the bytes
   sent after the server's FIN, if any.  For datagrams: "sent 5 bytes in 1
   datagram, was sent 5 bytes".  */
void fault_record_print(const struct fault_record *record, char *text,
                        size_t size);
/* The reason ERROR of a record with FAULT_FAILED, as a text that stays until
   the next call of strerror.  */
const char *fault_error_text(int error);

#endif /* FAULTS_FAULT_H */
