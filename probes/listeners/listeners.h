/* listeners.h - what listens on this host, and who
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_LISTENERS_LISTENERS_H
#define PROBES_LISTENERS_LISTENERS_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/sentence.h"
#include "sonde.h"

/* Which are asked for.  */
enum {
    LISTENERS_INET = 1,
    LISTENERS_INET6 = 2,
    LISTENERS_UNIX = 4,
    LISTENERS_ALL = 7,
    LISTENERS_FAMILIES = 3
};

struct listener_row {
    struct sonde_listener listener;
    char *local; /* its address as people write it; "@name" is abstract */
    int index;   /* among those of the same address, from 0 */
    int percent; /* how full the queue is, cut to a whole number, so that 100 is
                    full; -1 if not known */
    const struct sonde_owner *owners; /* those that may be seen */
    size_t owner_count;
};

/* All zero is the empty list.  */
struct listeners {
    struct listener_row *rows; /* the fullest first, then by address */
    size_t count, room;
    struct sonde_owner *owners; /* by socket, then by process */
    size_t owner_count, owner_room;
    int hidden; /* processes whose sockets may not be seen; -1: none may */
    int hidden_error;                  /* why, if none may */
    int complete;                      /* as sonde_owners_complete says */
    int dropping;                      /* TCP listeners with drops; -1: not all
                                          TCP listeners were read */
    int errors[LISTENERS_FAMILIES];    /* why a family is not told; 0 */
    bool some;                         /* families were chosen, not all */
    bool is_linux;                     /* what its counters mean is known */
    struct sonde_backlog_cap cap;      /* an empty setting: not known */
    struct sonde_listen_totals totals; /* -1: not known */
};

/* Fill in *LISTENERS, which is empty, for FAMILIES, within TIMEOUT
   milliseconds, and their owners within OWNERS_TIMEOUT more.  Returns 0, also
   if the system tells of some families only; or -1 with errno: it tells of
   none, or ENOMEM.  */
int listeners_read(struct listeners *listeners, unsigned families, int timeout,
                   int owners_timeout);

/* What listeners_select found.  */
enum selection {
    SELECTION_FOUND,
    SELECTION_NONE,    /* nothing listens there */
    SELECTION_WRONG,   /* nothing ever could: no listener is called that way */
    SELECTION_UNKNOWN, /* a family that it may be of could not be read */
    SELECTION_FAILED   /* errno */
};

/* Keep those that WHAT means: the number of a port, or else of a process; the
   name of a process, the name of a service, or both; a path or an @name; an
   address with a port.  Unless some are found, *WHY is the sentence to say.
   The name of a host but localhost is looked up.  */
enum selection listeners_select(struct listeners *listeners, const char *what,
                                struct sentence *why);

/* Whether all the families asked for were read, but for those that this system
   never tells of and that were not asked for by name; if not, *WHY says it.  */
bool listeners_all_read(const struct listeners *listeners,
                        struct sentence *why);

/* How many are at least PERCENT full.  */
size_t listeners_at_least(const struct listeners *listeners, int percent);

/* Why the owners are not told, where HIDDEN is -1.  */
const char *listeners_why_hidden(const struct listeners *listeners);

/* Go on with TEXT: where the owner of a listener may be that was not seen.  */
void listeners_say_unseen(struct sentence *text,
                          const struct listeners *listeners);

/* "inet", "inet6", "unix", for the index or the address family; and in
   words.  */
const char *listeners_family(int index);
const char *listeners_family_words(int index);
const char *listener_family(const struct sonde_listener *listener);

/* Write OWNER as "name[process]" of printable ASCII.  */
void owner_print(const struct sonde_owner *owner, char *text, size_t size);

void listeners_free(struct listeners *listeners);

/* A table for people, in 80 columns of plain ASCII; all that can be said of
   each; for programs, described in listeners(1); for Prometheus, in its text
   format.  Write errors stay with OUT.  */
void listeners_text(FILE *out, const struct listeners *listeners);
void listeners_explain(FILE *out, const struct listeners *listeners);
void listeners_json(FILE *out, const struct listeners *listeners);
void listeners_prometheus(FILE *out, const struct listeners *listeners);

#endif /* PROBES_LISTENERS_LISTENERS_H */
