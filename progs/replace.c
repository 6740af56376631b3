/* replace.c - write a file so that nobody reads half of it
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "progs/output.h"
#include "progs/replace.h"

/* Check that PATH is a regular file, or that nothing is there.  Returns 0, or
   -1 after a message. rename would replace a device or a symbolic link by a
   file: for example /dev/stdout, for the whole host.  And the target of a link
   may be chosen by another user.  */
static int may_replace(const char *path)
{
    struct stat status;
    if (lstat(path, &status))
        return 0; /* nothing is there; or opening will say why */
    if (S_ISREG(status.st_mode))
        return 0;
    complain("%s is not replaced: the file is %s", path,
             S_ISLNK(status.st_mode) ? "a symbolic link"
                                     : "not a regular file");
    return -1;
}

/* Make the temporary file NAME, in which the last six letters, XXXXXX, are
   replaced, with the mode of a new file: mkstemp permits the owner only.
   Returns the descriptor, or -1 with errno.  */
static int make_beside(char *name)
{
    int fd = mkstemp(name);
    mode_t mask = umask(0);
    umask(mask);
    if (fd >= 0 && fchmod(fd, 0666 & ~mask)) {
        close(fd);
        unlink(name);
        return -1;
    }
    return fd;
}

/* Write the temporary file NAME by WRITE, sync and close FD, and rename NAME to
   PATH.  Returns 0, or -1 with errno: NAME is left, with FD closed.  */
static int write_beside(const char *name, int fd,
                        void (*write)(FILE *, const void *), const void *data,
                        const char *path)
{
    FILE *file = fdopen(fd, "w");
    if (!file) {
        close(fd);
        return -1;
    }
    write(file, data);
    int failed = ferror(file) != 0;
    if (fflush(file) || fsync(fd))
        failed = 1;
    if (fclose(file))
        failed = 1;
    return failed || rename(name, path) ? -1 : 0;
}

int replace_file(const char *path, void (*write)(FILE *, const void *),
                 const void *data)
{
    static const char ending[] = ".XXXXXX";
    if (!strcmp(path, "-")) {
        write(output_stream(), data);
        return 0;
    }
    if (may_replace(path))
        return -1;
    char *name = malloc(strlen(path) + sizeof ending);
    if (!name) {
        complain("out of memory");
        return -1;
    }
    strcpy(name, path);
    strcat(name, ending);
    int fd = make_beside(name);
    int failed = fd < 0;
    if (!failed && write_beside(name, fd, write, data, path)) {
        int saved = errno;
        unlink(name);
        errno = saved;
        failed = 1;
    }
    if (failed)
        complain("cannot write %s: %s", path, strerror(errno));
    free(name);
    return failed ? -1 : 0;
}
