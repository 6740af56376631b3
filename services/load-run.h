/* load-run.h - what the files of a load run share
   SPDX-License-Identifier: GPL-3.0-or-later

   A line is the place of one connection.  load.c decides when, load-line.c
   opens and ends connections, load-stream.c and load-datagram.c send and
   verify.  */

#ifndef SERVICES_LOAD_RUN_H
#define SERVICES_LOAD_RUN_H 1

#include "base/monotonic.h"
#include "services/load.h"
#include "services/pattern.h"

enum line_state {
    LINE_CLOSED,  /* nothing yet, or no more */
    LINE_RESTING, /* after a failure, which was counted */
    LINE_QUEUING, /* before a full queue, to be tried again */
    LINE_CONNECTING,
    LINE_OPEN,
    LINE_ENDING /* half-closed: waiting for the peer to close */
};

struct line {
    int fd;
    enum line_state state;
    unsigned watched;
    /* When it began to connect, or, with a rate, should have.  */
    int64_t since;
    int64_t again;   /* when it is tried again, if it rests or queues */
    int64_t give_up; /* when it has tried to connect for too long */
    /* Messages due by the rate, begun, and, all before it, done.  Between the
       last two each has in times, at its number modulo depth, the moment that
       its latency counts from.  */
    uint64_t due, begun, done;
    size_t waiting; /* so many of them are neither answered nor given up */
    uint64_t sent, received; /* bytes of a stream */
    int64_t *times;
    int64_t *begun_at; /* likewise, the moment that it was begun */
};

enum load_phase {
    LOAD_OPENING,
    LOAD_HOLDING,
    LOAD_RUNNING,
    LOAD_DRAINING, /* nothing is begun any more, answers are waited for */
    LOAD_OVER
};

struct load {
    const struct load_plan *plan;
    struct load_report *report;
    const struct client_target *target;
    struct sonde_poller *poller;
    struct line *lines;
    int64_t *times; /* of all lines, and then when all was begun */
    enum load_phase phase;
    bool is_late; /* to begin anything, or it could not come back */
    bool heard;   /* something came at the last look */
    bool moved;   /* and something was done about it */
    struct monotonic_spin spin;
    bool is_cut;   /* what was under way has not had its time */
    int trouble;   /* the errno that ended the run, or 0 */
    int64_t start; /* of the phase that is measured */
    int64_t phase_end;
    int64_t looked;       /* when was last seen what is due by the rate */
    int64_t ran;          /* so long messages came due: nanoseconds */
    int64_t last;         /* when the last answer came */
    size_t next;          /* the first line that has not been opened yet */
    size_t connecting;    /* lines that connect, queue or rest */
    size_t open;          /* lines that are open or ending */
    uint64_t outstanding; /* messages begun and not done */
    uint64_t due;         /* messages due by the rate, of all lines */
    struct pattern pattern;
    unsigned char bytes[PATTERN_PIECE];
};

/* What REPORT amounts to, in *RESULT.  */
enum client_end load_judge(const struct client *client,
                           const struct load_report *report,
                           struct client_result *result);

size_t load_index(const struct load *load, const struct line *line);

/* Count an error of LINE, and end its connection.  */
void load_fail(struct load *load, struct line *line, enum load_error error);

/* The same for ERROR, an errno.  */
void load_fail_errno(struct load *load, struct line *line, int error);

/* What LINE received is wrong: WHAT ("byte", "datagram") NUMBER of it is not
   what was sent, or was NEVER sent.  */
void load_fail_wrong(struct load *load, struct line *line, const char *what,
                     uint64_t number, bool never);

/* Message NUMBER of LINE came back as it was sent.  */
void load_done(struct load *load, struct line *line, uint64_t number,
               int64_t now);

/* Whether LINE may begin another message now.  */
bool load_may_begin(const struct load *load, const struct line *line);

/* Begin one: from which moment its latency counts.  */
void load_begin(struct load *load, struct line *line, int64_t now);

/* Watch LINE for reading, and for writing if that is WANTED.  */
void line_watch(struct load *load, struct line *line, bool wanted);

/* Begin to connect LINE, to count from SINCE.  */
void line_open(struct load *load, struct line *line, int64_t since);

/* Use FD, which is connected, for LINE.  */
void line_adopt(struct load *load, struct line *line, int fd);

/* LINE, which connects, is ready for writing.  */
void line_finish(struct load *load, struct line *line);

/* End LINE, after everything, or half-close first and wait for the peer.  */
void line_close(struct load *load, struct line *line);
void line_end(struct load *load, struct line *line);

/* Begin what may be begun, and send what can be sent.  */
void stream_pump(struct load *load, struct line *line);
void datagram_pump(struct load *load, struct line *line);
void load_pump(struct load *load, struct line *line);

/* LINE is ready for reading.  */
void stream_take(struct load *load, struct line *line);
void datagram_take(struct load *load, struct line *line);

/* Give up the datagrams of LINE that have waited too long.  */
void datagram_give_up(struct load *load, struct line *line, int64_t now);

#endif /* SERVICES_LOAD_RUN_H */
