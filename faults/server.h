/* server.h - the parts of a run: ports, clients, the loop
   SPDX-License-Identifier: GPL-3.0-or-later

   Times are those of monotonic_ms.  */

#ifndef FAULTS_SERVER_H
#define FAULTS_SERVER_H 1

#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "faults/fault.h"

/* FAULT_BUFFER: unsent bytes of a client.  FAULT_CLIENT_MS: the longest time
   that a connection is kept.  FAULT_HELD: replies of a port that wait.  */
enum {
    FAULT_BUFFER = 65536,
    FAULT_CLIENT_MS = 600000,
    FAULT_CHECK_MS = 100, /* between looks at a client that is not read */
    FAULT_REAP_MS = 2000, /* for a killed child */
    FAULT_HELD = 64
};

/* A watched descriptor; the data of the poller.  */
struct fault_watch {
    void (*ready)(void *data, unsigned ready);
    void *data;
};

struct fault_server {
    const struct fault_options *options;
    struct fault_report *report;
    struct sonde_poller *poller;
    struct fault_port *ports;     /* of options->count */
    struct fault_client *clients; /* a list */
    long client_count;
    int64_t start;
};

/* A reply that waits until DUE.  */
struct fault_held {
    int64_t due; /* 0: free */
    struct sonde_datagram ends;
    size_t size, credit;
    size_t record;
    char *bytes;
};

struct fault_port {
    struct fault_server *server;
    const struct fault_choice *choice;
    struct fault_seen *seen;
    size_t index;
    int fd;     /* the listener or datagram socket; -1: closed */
    int second; /* replies from elsewhere, or keeps a closed port; or -1 */
    struct sonde_address local;
    struct stat file; /* of a UNIX socket, with HAS_FILE */
    bool has_file;
    struct fault_watch watch;
    bool accepts; /* clients are accepted */
    bool counts;  /* the first client starts the fault's tick */
    bool watched; /* the poller reports FD */
    int64_t due;  /* of the fault's tick; -1: none */
    long count;   /* clients accepted, or datagrams */
    int status;   /* of a failed open: 1 or 2 */
    char reason[FAULT_TEXT];
    int *fillers; /* own clients in the queue */
    int trial;    /* own client that may find room, or -1 */
    size_t filler_count;
    int64_t own_drops, first_drops;
    struct fault_held held[FAULT_HELD];
};

/* The next step when the limit of the reply is reached.  */
enum fault_then { THEN_FIN, THEN_HALF_CLOSE, THEN_RST, THEN_SILENCE };

struct fault_client {
    struct fault_client *prev, *next;
    struct fault_port *port;
    struct fault_watch watch;
    int fd;
    unsigned events;
    int64_t since, ended_at, look_at;
    struct fault_record record;
    long index;  /* in the report; -1: not recorded */
    pid_t child; /* serves the client instead, FD is its report; 0: none */

    /* Behaviour, set by the fault.  */
    int64_t limit; /* bytes of the reply before THEN; -1: none */
    enum fault_then then;
    int64_t alter_at;     /* offset of an altered byte; -1: none */
    int64_t first, extra; /* bytes before and behind the reply */
    size_t keep_back;     /* bytes missing at the end of the reply */
    long delay, pace;     /* milliseconds */
    bool stays, never_reads;

    /* State.  */
    int64_t produced;      /* bytes of the reply, sent or pending */
    size_t reply_at;       /* in the reply of the options */
    bool triggered;        /* that reply is due */
    bool ended;            /* the client's FIN has come */
    bool cut;              /* the limit is reached */
    bool muted;            /* nothing is sent any more */
    bool fin_sent, strict; /* strict: data after our FIN cause RST */
    bool tail_done, blocked;
    int64_t hold_until;
    size_t head, tail; /* unsent bytes of BYTES */
    char bytes[FAULT_BUFFER];
};

/* A datagram, and its reply, which may be changed.  */
struct fault_datagram {
    struct sonde_datagram ends;
    const char *came;
    size_t came_size;
    char *bytes; /* room for FAULT_DATAGRAM_MAX */
    size_t size;
    size_t credit; /* bytes that may be sent with --any */
    size_t record;
};

/* ---- client.c ------------------------------------------------------------ */

/* Accept one client of PORT, record and begin to serve the client by the fault.
   Returns 0; or -1 with errno, and no client is left.  */
int fault_client_accept(struct fault_port *port);
/* Do what is due at NOW: end CLIENT after FAULT_CLIENT_MS, or when a client
   that is not read has left; go on after a delay.  Returns the time of the next
   call.  CLIENT may be closed and freed by this call, which the result does not
   tell: do not use CLIENT afterwards.  */
int64_t fault_client_tick(struct fault_client *client, int64_t now);
/* Read what has come without waiting, and close CLIENT, at the end of a run. */
void fault_client_finish(struct fault_client *client);
/* Close and free CLIENT, kill its child, and record and log END.  */
void fault_client_close(struct fault_client *client, enum fault_end end);

/* ---- blackhole.c, crash.c, datagram.c: callbacks of the table ------------ */

/* Fill the accept queue of PORT with own clients.  Returns 0, or -1 with
   port->reason and port->status.  */
int fault_blackhole_open(struct fault_port *port);
/* Twice a second, take a place in the queue that has become free.  */
int64_t fault_blackhole_tick(struct fault_port *port, int64_t now);
/* Note how many SYNs of clients were dropped, and close the own clients.  */
void fault_blackhole_close(struct fault_port *port);
/* Have a child serve CLIENT; client->child is -1 after a failure.  */
void fault_crash_connected(struct fault_client *client);
/* Bind port->second, which replies, to the argument's address (127.0.0.2 by
   default), or to another port.  Return 0, or -1 with port->reason and
   port->status.  */
int fault_other_address_open(struct fault_port *port);
int fault_other_port_open(struct fault_port *port);

/* Receive a datagram, and reply by the fault.  Returns 0, or -1 with errno.  */
int fault_datagram_receive(struct fault_port *port);
/* Send the replies that are due at NOW.  Returns the next time, or -1.  */
int64_t fault_datagram_tick(struct fault_port *port, int64_t now);
/* Send DATAGRAM's reply from FD, with --any only within its credit.  */
void fault_datagram_send(struct fault_port *port, int fd,
                         struct fault_datagram *datagram);
/* Keep DATAGRAM's reply until DUE; without room the reply is discarded, and
   counted.  */
void fault_datagram_hold(struct fault_port *port,
                         const struct fault_datagram *datagram, int64_t due);

/* ---- port.c -------------------------------------------------------------- */

/* Open the ports of SERVER, and log where they are.  Returns 0; or the exit
   status, with the reason in the log.  */
int fault_ports_open(struct fault_server *server);
/* Poll PORT for clients or datagrams while they are wanted, else not.  */
void fault_port_update(struct fault_port *port);
/* No longer listen at PORT: the next client is refused, the clients in the
   queue are reset.  */
void fault_port_refuse(struct fault_port *port);
/* Call the timer, or send held replies.  Returns the next time, or -1.  */
int64_t fault_port_tick(struct fault_port *port, int64_t now);
/* Note the last figures, close the sockets, and remove the UNIX file.  */
void fault_port_close(struct fault_port *port);

/* ---- command.c ----------------------------------------------------------- */

/* Start the command of OPTIONS, with the addresses of REPORT's ports, and with
   FILES as its limit of descriptors, unless NULL.  Returns the process, or -1
   with the reason in the log.  */
pid_t fault_command_start(const struct fault_options *options,
                          const struct fault_report *report,
                          const struct rlimit *files);

/* Whether the process CHILD of fault_command_start has ended.  If so, or if
   KILLS, the whole process group is killed, and status and signal of END are
   set.  Waits only if KILLS.  */
bool fault_command_ended(pid_t child, bool kills, struct fault_command *end);

#endif /* FAULTS_SERVER_H */
