/* resource.h - a call that fails for want of a resource is no answer
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_RESOURCE_H
#define PROBES_RUN_RESOURCE_H 1

/* What this process or host has run out of if a call fails with ERROR: "no
   descriptor left" for EMFILE, and so on for ENFILE, ENOMEM and ENOBUFS.  NULL
   for another errno.  */
const char *resource_missing(int error);

/* Called with CALL and its errno when a call fails for want of a resource.
   Returns if that errno is the answer.  */
typedef void resource_handler(const char *call, int error);

/* HANDLER is called by resource_check from now on; NULL: nothing is.  */
void resource_set_handler(resource_handler *handler);

/* RESULT of a call whose failure is an answer, too.  If errno, CALL's, is a
   missing resource, that is no behaviour of the host: calls the handler, which
   may end the process.  Keeps errno.  */
int resource_check(int result, const char *call);

#endif /* PROBES_RUN_RESOURCE_H */
