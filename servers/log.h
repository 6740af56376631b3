/* log.h - what a server says, a line at a time
   SPDX-License-Identifier: GPL-3.0-or-later

   Each line is one write to standard error, so that lines of several processes
   and threads never interleave, and none is kept back.  Lines for which there
   is no room for long are dropped and counted: log-sink.h has the rule.  */

#ifndef SERVERS_LOG_H
#define SERVERS_LOG_H 1

#include <stdbool.h>

#include "sonde.h"

#ifdef __GNUC__
#define LOG_FORMAT      __attribute__((format(printf, 1, 2)))
#define LOG_FORMAT_2    __attribute__((format(printf, 2, 3)))
#define LOG_FORMAT_LIST __attribute__((format(printf, 2, 0)))
#else
#define LOG_FORMAT
#define LOG_FORMAT_2
#define LOG_FORMAT_LIST
#endif

/* Begin: lines start with PROGRAM, unless standard error is the client itself,
   as under inetd: then nothing is said.  */
void log_begin(const char *program, bool inetd);

/* Say how many lines were dropped, if any were, and there is room for that
   again. Returns false if it is still to be said.  */
bool log_flush(void);

LOG_FORMAT void log_line(const char *format, ...);

/* A kind of trouble that may come a thousand times a second.  */
enum log_trouble {
    LOG_DESCRIPTORS, /* none left */
    LOG_CLIENTS,     /* as many as there may be */
    LOG_SOURCE,      /* as many of one source as there may be */
    LOG_PROCESSES,   /* no process or thread can be made */
    LOG_WORKERS,     /* one ended that should not */
    LOG_MEMORY,      /* none left for what a client does not read */
    LOG_REFUSED,     /* datagrams not to be answered */
    LOG_RATE,        /* too many datagrams of one source */
    LOG_REPEAT,      /* the same one too often */
    LOG_DATAGRAM,    /* an answer that could not be sent, or was cut */
    LOG_ACCEPT,      /* accept goes on failing */
    LOG_RECEIVE,     /* receiving datagrams goes on failing */
    LOG_WAIT,        /* waiting fails, or reports what is not there */
    LOG_TROUBLES
};

/* Say so, but not again within a minute: then with the number of times.  That
   is of all the processes that come of the one that began.  */
LOG_FORMAT_2 void log_trouble(enum log_trouble trouble, const char *format,
                              ...);

enum { LOG_ADDRESS = SONDE_ADDRESS_TEXT + 32 };

/* Write ADDRESS to TEXT, of LOG_ADDRESS bytes, as people read it: "127.0.0.1
   port 7".  Keeps errno.  */
void log_address(const struct sonde_address *address, char *text);

#endif /* SERVERS_LOG_H */
