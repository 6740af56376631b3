/* replace.h - write a file so that nobody reads half of it
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_REPLACE_H
#define PROGS_REPLACE_H 1

#include <stdio.h>

/* Write PATH by WRITE, called with DATA and a stream: first a temporary file in
   the same folder, which is renamed to PATH when complete on the disk, so a
   reader sees the old or the new file, never a part.  The new file has the mode
   of the umask.  A file other than a regular file is not replaced, nor is a
   symbolic link to any file; PATH "-" is the report on standard output.
   Returns 0, or -1 after a message, with PATH unchanged and the temporary file
   removed.  */
int replace_file(const char *path, void (*write)(FILE *, const void *),
                 const void *data);

#endif /* PROGS_REPLACE_H */
