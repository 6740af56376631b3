/* log.h - the log of a server
   SPDX-License-Identifier: GPL-3.0-or-later

   Each line is one write to standard error, unbuffered, so that lines of
   several processes and threads never interleave.

   A reader must not be able to stop the server.  When the pipe is full, the
   server waits for the reader, for one second in all; a tenth of the time in
   which lines are written without waiting is added to the allowance again.
   When the allowance is used up, and after the grace period, lines are dropped
   and counted until there is room in the pipe.  So a reader that pauses for a
   second loses nothing, and the server never loses more than a tenth of its
   time.

   All processes share the counts and times.  O_NONBLOCK of standard error is
   not changed, as other processes share the open file.  */

#ifndef SERVERS_LOG_H
#define SERVERS_LOG_H 1

#include <stdbool.h>

#include "sonde.h"

/* Begin, before any fork.  Lines start with PROGRAM, which is not copied.  With
   INETD, if standard error is the client's socket, nothing is ever logged.
   Allocates memory shared with descendants; without it, each process counts
   alone.  May open a descriptor for good.  */
void log_begin(const char *program, bool inetd);

/* Log the number of dropped lines, if any and if the reader takes the line.
   Returns false if the number is still to be logged: call again later.  May
   wait as log_line does, and may change errno.  */
bool log_flush(void);

/* Whether the number of dropped lines is still to be logged.  Safe in a signal
   handler.  */
bool log_is_behind(void);

/* Log one line: the program's name, ": ", the message and a newline, which
   FORMAT does not have.  Control characters are masked, and a line is cut after
   1023 bytes.  May wait up to one second for the reader; then the line is
   dropped and counted (log_flush).  Keeps errno.  Returns -1 in each case, as
   the result of a caller that fails.  */
__attribute__((format(printf, 1, 2))) int log_line(const char *format, ...);

/* Trouble with possibly a thousand lines a second.  */
enum log_trouble {
    LOG_DESCRIPTORS, /* out of descriptors */
    LOG_CLIENTS,     /* --max-clients */
    LOG_SOURCE,      /* --max-per-source */
    LOG_PROCESSES,   /* fork or pthread_create failed */
    LOG_WORKERS,     /* a worker or child ended unexpectedly */
    LOG_MEMORY,      /* out of memory for a client */
    LOG_REFUSED,     /* datagrams never answered */
    LOG_RATE,        /* --max-rate */
    LOG_REPEAT,      /* repeated datagrams */
    LOG_LOCK,        /* the lock of the limits on datagrams */
    LOG_DATAGRAM,    /* a datagram could not be sent, or was truncated */
    LOG_ACCEPT,      /* accept keeps failing */
    LOG_RECEIVE,     /* recvmsg keeps failing */
    LOG_CONNECTION,  /* receive or send fails, and not by the client */
    LOG_WAIT,        /* poll fails, or reports sockets that are not ready */
    LOG_TROUBLES
};

/* Log a line as log_line does, at most one of the kind TROUBLE in a minute;
   others are suppressed, and the next line of that kind has their number.  The
   limit holds for the caller of log_begin and all descendants together.  Keeps
   errno.  */
__attribute__((format(printf, 2, 3))) void log_trouble(enum log_trouble trouble,
                                                       const char *format, ...);

enum { LOG_ADDRESS = SONDE_ADDRESS_TEXT + 32 };

/* Write ADDRESS to TEXT, of LOG_ADDRESS bytes, as "127.0.0.1 port 7"; a UNIX
   address without a port, an abstract name as "@NAME"; "(unnamed)" for an empty
   address; the number of an unknown family.  Returns TEXT.  Keeps errno.  */
char *log_address(const struct sonde_address *address, char *text);

#endif /* SERVERS_LOG_H */
