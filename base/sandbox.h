/* sandbox.h - give up access that a process does not need any more
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H 1

#include <stdbool.h>
#include <stddef.h>

/* The size of a description of a sandbox.  */
enum { SANDBOX_TEXT = 160 };

/* What a process still does after sandbox_enter.  Always allowed: all that
   needs no path and no new name of a socket, as accept, read, write, send to an
   address of IP, new sockets, memory, descriptors.  */
struct sandbox_needs {
    const char *const *folders; /* in which files are removed */
    size_t folder_count;
    bool connects;     /* binds and connects stream sockets */
    bool answers_unix; /* sends datagrams to addresses of UNIX sockets */
    bool forks;        /* starts processes, and sends signals to them */
};

/* Give up for good, in the calling thread and all threads and processes it will
   start, what NEEDS does not name.  On Linux, as far as the kernel has it:
   - privileges by exec (no_new_privs), in each case;
   - opening, executing, making and renaming files, and removing files outside
     of the folders (Landlock, Linux 5.13, ABI 1 to 3); a folder allows its
     subfolders, too; a folder that cannot be opened is skipped, but a lack of
     descriptors or memory is a failure; stat stays allowed;
   - bind and connect of TCP (ABI 4), unless CONNECTS;
   - ioctl on devices (ABI 5);
   - signals to processes outside (ABI 6);
   - abstract UNIX sockets (ABI 6) and sockets of other UNIX paths (ABI 9) of
     processes outside, unless CONNECTS or ANSWERS_UNIX.
   A core file is then written only by the kernel's pipe (core(5)).
   On OpenBSD:
   - a call without a promise fails with ENOSYS (pledge, "error"); bind and
     connect stay allowed;
   - paths outside of the folders are hidden (unveil), unless CONNECTS or
     ANSWERS_UNIX.
   TEXT, of SANDBOX_TEXT bytes, is a description in one line, "" on failure.

   Hides: Landlock is Linux's, pledge and unveil are OpenBSD's; a kernel may be
   older than the header, or be built without Landlock.
   Returns 0; -1 with errno: ENOTSUP, this system or kernel has no sandbox; any
   errno of the system calls, as EPERM or EACCES of a policy for system calls:
   the process may then have given up a part.  */
int sandbox_enter(const struct sandbox_needs *needs, char text[SANDBOX_TEXT]);

/* The reason for ERROR, an errno of sandbox_enter, to be logged, valid until
   the next strerror; NULL: nothing is to be logged.  A system without a
   sandbox, and a policy of the administrator against it, are reported only if
   VERBOSE; other failures always.  */
const char *sandbox_lack(int error, bool verbose);

#endif /* BASE_SANDBOX_H */
