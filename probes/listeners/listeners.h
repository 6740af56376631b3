/* listeners.h - the listeners of this host and their processes
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_LISTENERS_LISTENERS_H
#define PROBES_LISTENERS_LISTENERS_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/check.h"
#include "base/sentence.h"
#include "sonde.h"

/* Families to read, as bits, and their number; indices from 0 in this order.
   LISTENERS_ALL is without the datagram sockets.  */
enum {
    LISTENERS_INET = 1,
    LISTENERS_INET6 = 2,
    LISTENERS_UNIX = 4,
    LISTENERS_ALL = 7,
    LISTENERS_UDP = 8,
    LISTENERS_UDP6 = 16,
    LISTENERS_UNIX_DATAGRAM = 32,
    LISTENERS_DATAGRAMS = 56,
    LISTENERS_FAMILIES = 6
};

struct listener_group;
struct listener_member;

/* A listener, or a bound datagram socket.  LOCAL and PEER belong to the row,
   OWNERS to the list.  */
struct listener_row {
    struct sonde_listener listener; /* without its peer */
    char *local; /* address as printable ASCII; "@name" is abstract */
    char *peer;  /* the same of a connected UDP socket; otherwise NULL */
    int index;   /* among listeners of the same address, from 0 */
    int percent; /* queued of capacity, rounded down, 100 at most: full, also
                    with capacity 0; -1 if unknown */
    long queued_again; /* with waiting_read: the queue, read once more */
    long oldest; /* with waiting_set_oldest: max milliseconds since the last ACK
                    of the waiting clients; 0: none, or unknown */
    long resent; /* with handshakes_read: handshakes in progress whose SYN-ACK
                    was retransmitted; -1: unknown, or see GROUP */
    struct listener_group *group;     /* listeners of the same address by
                                         SO_REUSEPORT; NULL: alone */
    const struct sonde_owner *owners; /* visible processes */
    size_t owner_count;
    bool is_marked;               /* to be kept by listeners_select */
    const struct listeners *part; /* the part of its network namespace, or NULL
                                     without parts */
};

struct netns;
struct netns_list;

/* All zero is the empty list.  Free with listeners_free.  */
struct listeners {
    struct listener_row *rows; /* the fullest first, then by address */
    size_t count;
    struct sonde_owner *owners; /* by socket, then by process */
    size_t owner_count;
    int hidden;       /* processes with unreadable sockets; -1: the owners could
                         not be read, or not all in time */
    int hidden_error; /* errno if HIDDEN is -1, else 0 */
    int complete;     /* result of sonde_owners_complete, or -1 */
    int dropping;     /* TCP listeners with drops; -1: not all were read */
    int errors[LISTENERS_FAMILIES]; /* errno of an unread family, or 0 */
    pid_t pid;       /* read the network namespace of this process, by /proc;
                        0: this process */
    int enter_error; /* with PID: why the namespace was not entered; EPERM:
                        for lack of a privilege */
    int reduced;     /* errno of sonde_listeners if /proc was read in its place,
                        for one family or more, which has fewer figures;
                        ENTER_ERROR with PID; 0 otherwise */
    bool has_queues; /* TCP was read from /proc, which has its queues */
    bool some;       /* not all families of listeners were requested */
    unsigned wanted; /* families requested, as bits */
    unsigned direct; /* families read with all figures, not from /proc */
    bool datagrams_optional; /* leave out datagram sockets where ENOTSUP */
    int datagrams_reduced;   /* as REDUCED, of UDP and UNIX datagrams */
    bool datagrams_counted;  /* with DATAGRAMS_REDUCED: /proc has the queues and
                                drops of UDP */
    struct sonde_datagram_limits limits;       /* -1: unknown, as below */
    struct sonde_datagram_totals datagrams[2]; /* of IPv4 and IPv6 */
    bool is_linux;                     /* counters have their Linux meaning */
    struct sonde_backlog_cap cap;      /* setting empty: unknown */
    struct sonde_listen_totals totals; /* -1: unknown */
    struct listener_group *groups;
    size_t group_count;
    struct listener_member *members;                /* of all groups */
    struct sonde_handshake_limits handshake_limits; /* by handshakes_read */
    /* With listeners_read_all (listeners-all.h) only.  */
    const struct netns_list *everywhere;
    struct listeners *parts; /* of each network namespace; no rows until
                                listeners_group */
    size_t part_count;
    struct listener_row *grouped; /* the rows of all parts */
    const struct netns *netns;    /* of a part; NULL: it has ended */
    int unread;                   /* of a part: errno if no family was read */
    /* The argument of --netns, by which the user names the namespace, or NULL.
     */
    const char *netns_name;
};

/* All counters unknown.  */
extern const struct sonde_listen_totals listeners_no_totals;

/* Fill in *LISTENERS, which is empty but for PID, ENTER_ERROR, NETNS_NAME and
   DATAGRAMS_OPTIONAL, with the listeners of FAMILIES (bits), within TIMEOUT
   milliseconds in all, and their owners within OWNERS_TIMEOUT milliseconds
   more; then the counters and, unless PID is set, the cap.  Returns 0, also if
   only some families were readable (ERRORS) or no owners (HIDDEN); or -1 with
   the errno of the first family if none was readable, or with ENOMEM.  Call
   listeners_free in each case.  */
int listeners_read(struct listeners *listeners, unsigned families, int timeout,
                   int owners_timeout);

/* The steps of listeners_read.
   listeners_read_rows: read the rows of FAMILIES (bits) within TIMEOUT
   milliseconds, sorted by inode, without repetitions.  Sets SOME, WANTED,
   DIRECT, ERRORS, REDUCED and DATAGRAMS_REDUCED, HAS_QUEUES and
   DATAGRAMS_COUNTED.
   Returns as listeners_read.
   listeners_read_figures: read the counters and, unless PID is set, the cap of
   the network namespace; set IS_LINUX, and count DROPPING.  Call after
   listeners_read_rows, to include the drops of the rows, before any row is
   removed, and before listeners_order_rows, which finds groups only with
   IS_LINUX.
   listeners_read_owners: find the owners of all rows within TIMEOUT
   milliseconds, and set HIDDEN, HIDDEN_ERROR and COMPLETE.  Sorts the rows by
   inode, and removes repetitions.  Call once.  Returns 0, also if HIDDEN is -1:
   owners found before the failure stay; or -1 with ENOMEM.
   listeners_order_rows: number the rows of an address, find the groups, and
   sort the rows as in the report.  Call once, after listeners_read_owners.
   Returns 0; or -1 with ENOMEM: there are no groups, and the rows are sorted by
   address.  */
int listeners_read_rows(struct listeners *listeners, unsigned families,
                        int timeout);
void listeners_read_figures(struct listeners *listeners);
int listeners_read_owners(struct listeners *listeners, int timeout);
int listeners_order_rows(struct listeners *listeners);

/* Sort the rows by family, network namespace and address, those of the same
   LOCAL by INDEX.  */
void listeners_sort_by_address(struct listeners *listeners);

/* Result of listeners_select.  */
enum selection {
    SELECTION_FOUND,
    SELECTION_NONE,   /* no such listener */
    SELECTION_UNSEEN, /* none seen; owners are hidden, or names are inexact */
    SELECTION_WRONG,  /* not the name of any possible listener: an invalid
                         address, a host that cannot be looked up, a number
                         that is neither port nor process */
    SELECTION_UNKNOWN /* a family that may have the listener was unreadable */
};

/* Keep the listeners that match WHAT and remove all others from LISTENERS.
   WHAT is a port number, or if no listener has the port a process number; the
   name of a process, of a service, or both; a path or an @name; any text
   printed as LOCAL; or an address with a port: if no listener of the network
   namespace has this address as LOCAL, those match that serve the address most
   specifically.  If none match, no listener is left, and the reason for the
   user is appended to *WHY, an empty sentence; after SELECTION_FOUND *WHY is to
   be ignored.  Names of hosts except localhost are resolved, for 5 seconds at
   most; WHAT may also be looked up as a service, by getservbyname, which has no
   timeout, and for 5 seconds each of TCP and UDP.  */
enum selection listeners_select(struct listeners *listeners, const char *what,
                                struct sentence *why);

/* Whether no requested family has an errno in ERRORS; otherwise a reason for
   each such family is appended to *WHY, separated by "; ".  Except on Linux,
   ENOTSUP of any family is no failure if all of LISTENERS_ALL were requested.
   Datagram sockets that DATAGRAMS_OPTIONAL left out have no errno, and are no
   failure on any system.  Call after listeners_read_figures, which sets
   IS_LINUX.  */
bool listeners_all_read(const struct listeners *listeners,
                        struct sentence *why);

/* Append to CHECK, empty before, how full the queues are: the listeners whose
   percentage is an alert by RANGES, three by name and the rest as a number;
   without an alert, the number of listeners and the fullest; without any known
   percentage, the reason.  The state is that of the worst alert.  In place of
   CHECK_OK, CHECK_UNKNOWN if the percentage of a listener is unknown, or if
   there are only sockets that do not count as listeners here: UNIX datagram
   sockets, and optional UDP sockets of unknown percentage.  Without any socket
   CHECK_OK.  Performance data: the fullest queue, or with EACH the first 16 of
   known percentage; the number of listeners; ListenOverflows; if UDP was
   requested, RcvbufErrors.  The rows must be sorted, the fullest first.  */
void listeners_check(struct check *check, const struct listeners *listeners,
                     const struct check_ranges *ranges, bool each);

/* Whether ADDRESS is 0.0.0.0, ::, or ::ffff:0.0.0.0.  */
bool listeners_is_wildcard(const struct sonde_address *address);

/* Whether the system shows the length of accept queues in /proc/net, as
   measured at the first call with a listener and a client on the loopback
   interface; false if that was not possible.  */
bool listeners_proc_has_queues(void);

/* ERROR, an errno of entering a network namespace, as ENTER_ERROR: EPERM also
   for EACCES.  */
int listeners_enter_error(int error);

/* Append to TEXT why the list, or that of which families, is from /proc
   (REDUCED, which must not be 0, or PID), and which figures are missing.  With
   PARTS the text is that of listeners_say_outside.  */
void listeners_say_reduced(struct sentence *text,
                           const struct listeners *listeners);

/* Why the owners are unknown: a phrase such as "timed out", or the errno
   HIDDEN_ERROR by name.  HIDDEN must be -1.  */
const char *listeners_why_hidden(const struct listeners *listeners);

/* Append to TEXT where the unknown owner of a listener may be: in one of the
   HIDDEN processes or, if there are none, in the kernel or another PID
   namespace; by COMPLETE also in a process that /proc or this system does not
   show.  HIDDEN must not be -1.  */
void listeners_say_unseen(struct sentence *text,
                          const struct listeners *listeners);

/* The family of an index (0 to LISTENERS_FAMILIES - 1): "inet", "inet6",
   "unix", of datagram sockets the same; listeners_family_words: "TCP over IPv4
   listeners", and so on.  */
const char *listeners_family(int index);
const char *listeners_family_words(int index);
/* Whether LISTENER is a UNIX socket of any type.  */
bool listener_is_unix(const struct sonde_listener *listener);

/* " of this kind" if not all families of LISTENERS_ALL were requested (SOME),
   otherwise "".  */
const char *listeners_kind(const struct listeners *listeners);

/* Append a command that reads the network namespace of ROW, of LISTENERS, or
   with ROW NULL that of LISTENERS, for the options and operands to come:
   "listeners " or "listeners --netns 4242 ": as the user named the namespace,
   else, with --all, by a process of the namespace, or else by its mount.  */
void listeners_say_command(struct sentence *text,
                           const struct listeners *listeners,
                           const struct listener_row *row);

/* Append the owners of ROW that fit in ROOM columns, at least the first, and
   the number of further owners, if any, to the empty TEXT: "a[1] b[2] +3".
   Nothing if no owner is visible.  Bytes of a name that are not printable ASCII
   become '?'.  */
void listeners_say_owners(struct sentence *text, const struct listener_row *row,
                          size_t room);

/* Write the sentence "owner" on ROW: the processes, of very many the first, and
   how many more there are; those that are halted; and the user that created the
   socket; or where the unknown owner may be.  */
void listeners_put_owners(FILE *out, const struct listeners *listeners,
                          const struct listener_row *row);

/* Why no owner of ROW can accept now: the state common to all owners, such as
   "stopped by a signal", or one phrase for several states; NULL if an owner may
   accept, or no owner is visible.  The string is a constant.  Each call reads
   the states anew, so the next result may differ.  */
const char *listeners_owner_halted(const struct listener_row *row);

/* If no owner of ROW can accept (listeners_owner_halted), append the owners,
   their state, and, if an owner is stopped by a signal, the command that
   resumes the first such owner; CALL is what no process can do: "accept".
   Returns true then; otherwise false, and nothing is appended.  */
bool listeners_say_halted(struct sentence *text, const struct listener_row *row,
                          const char *call);

/* The address of LISTENER as LOCAL of a row, to be freed by the caller; NULL
   with ENOMEM.  */
char *listeners_print_local(const struct sonde_listener *listener);

/* Write a sample of the metric NAME for ROW, with the common labels (network
   namespace, unit, family, address, index) as far as they are known, and unless
   NULL the name of the OWNER.  Nothing if VALUE is negative, unknown.  */
void listeners_put_sample(FILE *out, const char *name,
                          const struct listener_row *row, const char *owner,
                          int64_t value);

/* Free the texts of ROW.  */
void listeners_free_row(struct listener_row *row);

/* Free all memory except the list that EVERYWHERE points to, and make LISTENERS
   empty: all zero, also PID and EVERYWHERE.  */
void listeners_free(struct listeners *listeners);

/* Write the report.  Write errors are left in OUT.
   listeners_text: the tables, then the notes.
   listeners_put_tables: a table of 80 columns in ASCII of the listeners, unless
   only datagram sockets were requested; then the text of datagrams_text, if any
   were.
   listeners_put_notes: the notes that apply: on missing figures and families,
   full queues, halted owners, groups (sets NOTED), drops (Linux), handshakes,
   backlogs of 0, hidden owners.  */
void listeners_text(FILE *out, const struct listeners *listeners);
void listeners_put_tables(FILE *out, const struct listeners *listeners);
void listeners_put_notes(FILE *out, const struct listeners *listeners);
/* Write the report as sentences, with all details and advice for each listener
   and datagram socket.  Of a SO_REUSEPORT group only the first member has the
   sentences on handshakes and on the counters of the network namespace (sets
   EXPLAINED); at the end stand the reasons of missing figures.  */
void listeners_explain(FILE *out, const struct listeners *listeners);
/* listeners_json: write the report as JSON; WAITING may be NULL.
   listeners_prometheus: write metrics for Prometheus (listeners(1)), of
   listeners unless only datagram sockets were requested, and of datagram
   sockets if any were.  May leave the rows sorted by address.  */
struct waiting;
void listeners_json(FILE *out, const struct listeners *listeners,
                    const struct waiting *waiting);
void listeners_prometheus(FILE *out, struct listeners *listeners);

#endif /* PROBES_LISTENERS_LISTENERS_H */
