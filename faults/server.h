/* server.h - the parts of a run: ports, clients, the loop
   SPDX-License-Identifier: GPL-3.0-or-later

   Times are those of monotonic_ms.  */

#ifndef FAULTS_SERVER_H
#define FAULTS_SERVER_H 1

#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/repeat.h"
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
    struct repeat_table *repeats; /* for datagrams, else NULL */
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
    bool failed;  /* a client of FAULT_FAILED is logged */
    bool refuses; /* a failed accept is logged */
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

/* Accept one client of PORT without waiting, record the client, and begin to
   serve the client by the fault; the client may be closed at the return.  The
   first failure of accept is logged.
   Returns 0; or -1 with errno, and no client is left.  EAGAIN: no client waits,
   or no process can be started.  ENOMEM; any errno of sonde_accept, of the
   poller, or of a failed fault.  After a failure of the poller or the fault the
   record stays, with FAULT_FAILED.  */
int fault_client_accept(struct fault_port *port);
/* Do what is due at NOW: close CLIENT after FAULT_CLIENT_MS, as FAULT_LIMIT;
   go on after a delay; close a client that is not read now, as FAULT_RST, if
   the connection was reset, or has ended in both directions.  With a child only
   FAULT_CLIENT_MS has an effect.  Returns the time of the next call.  CLIENT
   may be closed and freed by this call, which the result does not tell: do not
   use CLIENT afterwards.  */
int64_t fault_client_tick(struct fault_client *client, int64_t now);
/* At the end of a run: read what has come, without waiting, unless a child
   serves CLIENT.  Then close CLIENT as fault_client_close: FAULT_FIN if the
   client has ended its stream, FAULT_RST after an error, else FAULT_OPEN.  */
void fault_client_finish(struct fault_client *client);
/* Close and free CLIENT, take CLIENT from the server's list and poller, kill
   its child, if any, waiting up to FAULT_REAP_MS, and record END.  The time of
   the end is none for FAULT_OPEN; for FAULT_FIN that of the client's FIN, if
   this process read the FIN; otherwise now.  With --verbose the record is
   logged.  */
void fault_client_close(struct fault_client *client, enum fault_end end);
/* Close and free CLIENT as fault_client_close, with FAULT_FAILED and ERROR, an
   errno or 0, and count CLIENT in the report.  The first failure of a port is
   logged.  */
void fault_client_fail(struct fault_client *client, int error);

/* ---- blackhole.c, crash.c, datagram.c: callbacks of the table ------------ */

/* Fill the accept queue of PORT with own clients, 1024 at most, which stay open
   until fault_blackhole_close, also after a failure; clear port->accepts.  May
   wait for seconds.  Returns 0, and port->first_drops is the kernel's count of
   drops so far, -1 if unknown; or -1 with port->reason and port->status: 1 if
   this kernel has no queue that can be kept full, else 2.  */
int fault_blackhole_open(struct fault_port *port);
/* Twice a second, by NOW, try to take a place in the queue that has become
   free, by one more own client; not with 1024 own clients.  Returns the time of
   the next try; before that time nothing is done.  */
int64_t fault_blackhole_tick(struct fault_port *port, int64_t now);
/* Set port->seen->dropped, if known, to the number of SYNs dropped since the
   queue was full, without those of own clients; and close the own clients.  The
   listener of PORT must still be open.  Does nothing for a port without own
   clients.  */
void fault_blackhole_close(struct fault_port *port);
/* Have a child serve CLIENT: client->child is the child, and client->fd the
   pipe of its reports.  After a failure client->child is -1, with errno.  */
void fault_crash_connected(struct fault_client *client);
/* Bind port->second, which replies: fault_other_address_open to the address of
   the argument (127.0.0.2 by default; IPv6 has no default), at the port of
   PORT, or at any port if that one is in use; fault_other_port_open to another
   port at the address of PORT.  Return 0; or -1 with port->reason and
   port->status: 1 if the other address is missing or is not of this host, else
   2.  */
int fault_other_address_open(struct fault_port *port);
int fault_other_port_open(struct fault_port *port);

/* Receive one datagram of PORT without waiting, record the sender and the
   datagram, and reply by the fault.  A datagram is counted as refused, and gets
   no reply: from a source that sonde_datagram_check_source refuses; from a port
   of this run; or if repeated more often than repeat_take allows.  Returns 0,
   also for a datagram above SONDE_DATAGRAM_MAX bytes, which is dropped, and
   whose reply is counted as unsent; or -1 with errno, as
   sonde_datagram_receive_from: EAGAIN: no datagram waits.  */
int fault_datagram_receive(struct fault_port *port);
/* Send the held replies of PORT that are due at NOW.  Returns when the next
   held reply is due, or -1 if none is held.  */
int64_t fault_datagram_tick(struct fault_port *port, int64_t now);
/* Send DATAGRAM's reply from FD, and count its bytes in the record; after a
   failure count the reply as unsent in port->seen.  With --any the size of the
   reply is taken from the credit of DATAGRAM; a reply above the credit is
   counted as withheld in port->seen, and not sent.  */
void fault_datagram_send(struct fault_port *port, int fd,
                         struct fault_datagram *datagram);
/* Keep a copy of DATAGRAM's reply until DUE, which is above 0, for
   fault_datagram_tick.  Without memory, or with FAULT_HELD replies of PORT
   held, the reply is discarded, and counted in port->seen.  */
void fault_datagram_hold(struct fault_port *port,
                         const struct fault_datagram *datagram, int64_t due);

/* ---- port.c -------------------------------------------------------------- */

/* Open the ports of SERVER, poll them, set the ports of the report, and log the
   addresses.  Returns 0; or the exit status, with the reason in the log: 1 if
   this system cannot play a fault, else 2; port_count of the report stays 0
   then.  In each case call fault_port_close for each port.  */
int fault_ports_open(struct fault_server *server);
/* Poll PORT for datagrams; for clients while fewer than max_clients are served,
   if the fault accepts any; or for the first client, if the fault has a timer
   to start.  Otherwise do not poll PORT.  A failure is repeated by the next
   call.  */
void fault_port_update(struct fault_port *port);
/* Close the listener of PORT, a port of streams: the next client is refused,
   the clients in the queue are reset.  A TCP port stays bound, if possible, by
   port->second.  */
void fault_port_refuse(struct fault_port *port);
/* Call the timer of the fault at NOW, if the fault has one, and update the
   polling of PORT; or for datagrams send the held replies that are due.
   Returns the next time, or -1.  */
int64_t fault_port_tick(struct fault_port *port, int64_t now);
/* Note the last figures in the report, close all sockets of PORT, remove the
   UNIX file, and free the held replies.  PORT itself is not freed.  */
void fault_port_close(struct fault_port *port);

/* ---- command.c ----------------------------------------------------------- */

/* Start the command of OPTIONS, with the addresses of REPORT's ports in its
   environment and arguments, and with FILES as its limit of descriptors, unless
   NULL.  REPORT has at least one port.  Returns the process, or -1 with the
   reason in the log.  A process that cannot run the program logs the reason,
   and ends with exit status 127.  */
pid_t fault_command_start(const struct fault_options *options,
                          const struct fault_report *report,
                          const struct rlimit *files);

/* Whether the process CHILD of fault_command_start has ended, or KILLS is set.
   Then the whole process group is killed, CHILD is reaped, which may take
   FAULT_REAP_MS, and END is set: KILLED if CHILD still ran, the status and the
   signal (0: none).  If CHILD still ran and cannot be reaped, the status is -1,
   and the signal stays.  Not to be called again after true.  */
bool fault_command_ended(pid_t child, bool kills, struct fault_command *end);

#endif /* FAULTS_SERVER_H */
