/* status.h - exit statuses, the same in all programs
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_STATUS_H
#define PROGS_STATUS_H 1

enum status {
    STATUS_DONE = 0,
    STATUS_NO = 1,     /* a question was answered no */
    STATUS_TROUBLE = 2 /* wrong usage, or it could not be done */
};

#endif /* PROGS_STATUS_H */
