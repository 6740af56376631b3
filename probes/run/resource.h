/* resource.h - a shortage of resources is not an answer
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_RESOURCE_H
#define PROBES_RUN_RESOURCE_H 1

/* Name the resource shortage that ERROR stands for: "no descriptor left" for
   EMFILE, and so on for ENFILE, ENOMEM and ENOBUFS.  NULL for another errno. */
const char *resource_missing(int error);

/* Called with CALL and its errno after a shortage of resources.  Either ends
   the process, or returns if that errno is the answer nevertheless.  */
typedef void resource_handler(const char *call, int error);

/* Set the handler that resource_check calls; NULL: none.  */
void resource_set_handler(resource_handler *handler);

/* Check RESULT of CALL, as a failure may be an answer: if RESULT is negative,
   and errno is that of a shortage (resource_missing), call the handler, if any,
   which may end the process.  Returns RESULT, and keeps errno.  */
int resource_check(int result, const char *call);

#endif /* PROBES_RUN_RESOURCE_H */
