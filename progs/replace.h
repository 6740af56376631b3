/* replace.h - write a file so that nobody reads half of it
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_REPLACE_H
#define PROGS_REPLACE_H 1

#include <stdio.h>

/* Write PATH by WRITE, given CLOSURE: into a file beside it, which takes its
   name when all is on the disk, so that a reader sees the old one or the new
   one, whole.  What is no regular file is not replaced, nor is a symbolic link,
   wherever it leads; "-" is standard output.
   Returns 0, or -1, having said what is wrong: PATH is as it was then.  */
int replace_file(const char *path, void (*write)(FILE *, const void *),
                 const void *closure);

#endif /* PROGS_REPLACE_H */
