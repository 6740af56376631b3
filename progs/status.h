/* status.h - exit statuses, the same in all programs
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_STATUS_H
#define PROGS_STATUS_H 1

/* 3 to 14: see enum client_end in clients/client.h.  */
enum status {
    STATUS_DONE = 0,
    STATUS_NO = 1,     /* a question was answered no: a difference was found,
                          a backlog is cut, or no listener matches */
    STATUS_TROUBLE = 2 /* usage error or failure */
};

#endif /* PROGS_STATUS_H */
