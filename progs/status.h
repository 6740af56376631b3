/* status.h - exit statuses, the same in all programs
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_STATUS_H
#define PROGS_STATUS_H 1

enum status {
    STATUS_DONE = 0,
    STATUS_NO = 1,      /* a question was answered no: a difference was found,
                           a backlog is cut, or no listener matches */
    STATUS_TROUBLE = 2, /* usage error or failure */
    /* Of the clients.  */
    STATUS_REFUSED = 3,
    STATUS_TIMED_OUT = 4,
    STATUS_HOST_UNREACHABLE = 5,
    STATUS_NETWORK_UNREACHABLE = 6,
    STATUS_UNKNOWN_NAME = 7,
    STATUS_NO_NAME_SERVICE = 8, /* try again later */
    STATUS_SOURCE_NOT_LOCAL = 9,
    STATUS_PORT_IN_USE = 10,
    STATUS_PERMISSION = 11,
    STATUS_SILENCE = 12, /* UDP: no reply came */
    STATUS_WRONG_REPLY = 13,
    STATUS_CLOSED_EARLY = 14
};

#endif /* PROGS_STATUS_H */
