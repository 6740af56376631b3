/* listeners.h - the listeners of this host and their processes
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_LISTENERS_LISTENERS_H
#define PROBES_LISTENERS_LISTENERS_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/sentence.h"
#include "sonde.h"

/* Families to read.  */
enum {
    LISTENERS_INET = 1,
    LISTENERS_INET6 = 2,
    LISTENERS_UNIX = 4,
    LISTENERS_ALL = 7,
    LISTENERS_FAMILIES = 3
};

struct listener_row {
    struct sonde_listener listener;
    char *local; /* address as text; "@name" is abstract */
    int index;   /* among listeners of the same address, from 0 */
    int percent; /* queued of capacity, rounded down: 100 is full; -1 if
                    unknown */
    const struct sonde_owner *owners; /* visible processes */
    size_t owner_count;
};

/* All zero is the empty list.  */
struct listeners {
    struct listener_row *rows; /* the fullest first, then by address */
    size_t count, room;
    struct sonde_owner *owners; /* by socket, then by process */
    size_t owner_count, owner_room;
    int hidden;       /* processes whose sockets cannot be read; -1: all */
    int hidden_error; /* errno if HIDDEN is -1 */
    int complete;     /* result of sonde_owners_complete */
    int dropping;     /* TCP listeners with drops; -1: not all
                         TCP listeners were read */
    int errors[LISTENERS_FAMILIES];    /* errno of an unread family, or 0 */
    bool some;                         /* families were chosen, not all */
    bool is_linux;                     /* counters have their Linux meaning */
    struct sonde_backlog_cap cap;      /* setting empty: unknown */
    struct sonde_listen_totals totals; /* -1: unknown */
};

/* Fill in *LISTENERS, which is empty, for FAMILIES, within TIMEOUT
   milliseconds, and the owners within OWNERS_TIMEOUT more.  Returns 0, also if
   only some families were readable; or -1 with the errno of the first family if
   none was, or ENOMEM.  */
int listeners_read(struct listeners *listeners, unsigned families, int timeout,
                   int owners_timeout);

/* Result of listeners_select.  */
enum selection {
    SELECTION_FOUND,
    SELECTION_NONE,    /* no such listener */
    SELECTION_WRONG,   /* not the name of any possible listener */
    SELECTION_UNKNOWN, /* a family that may have the listener was unreadable */
    SELECTION_FAILED   /* errno */
};

/* Keep the listeners that match WHAT: a port number, or else a process number;
   the name of a process, of a service, or both; a path or an @name; an address
   with a port.  If none match, *WHY is the error as a sentence.  Names of hosts
   except localhost are resolved.  */
enum selection listeners_select(struct listeners *listeners, const char *what,
                                struct sentence *why);

/* Whether all requested families were read, except families that this system
   never reports and that no option named; if not, *WHY is the reason.  */
bool listeners_all_read(const struct listeners *listeners,
                        struct sentence *why);

/* The number of listeners at least PERCENT full.  */
size_t listeners_at_least(const struct listeners *listeners, int percent);

/* Why no owners are known: HIDDEN is -1.  */
const char *listeners_why_hidden(const struct listeners *listeners);

/* Append to TEXT where the unknown owner of a listener may be.  */
void listeners_say_unseen(struct sentence *text,
                          const struct listeners *listeners);

/* "inet", "inet6", "unix" for an index or a listener; and "TCP over IPv4".  */
const char *listeners_family(int index);
const char *listeners_family_words(int index);
const char *listener_family(const struct sonde_listener *listener);

/* Write OWNER as "name[process]" of printable ASCII.  */
void owner_print(const struct sonde_owner *owner, char *text, size_t size);

void listeners_free(struct listeners *listeners);

/* The report as a table of 80 columns in ASCII; with all details; as JSON,
   described in listeners(1); for Prometheus.  Write errors are left in OUT.  */
void listeners_text(FILE *out, const struct listeners *listeners);
void listeners_explain(FILE *out, const struct listeners *listeners);
void listeners_json(FILE *out, const struct listeners *listeners);
void listeners_prometheus(FILE *out, const struct listeners *listeners);

#endif /* PROBES_LISTENERS_LISTENERS_H */
