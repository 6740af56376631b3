/* selfpipe.c - signals as a readable descriptor: a pipe to the same process
   SPDX-License-Identifier: LGPL-2.1-or-later

   The handler sets a mark for the signal and then writes a byte.  The reader
   takes marks; if there is none, the reader empties the pipe and looks for
   marks once more.  So a signal in between leaves a byte, and a full pipe loses
   none.

   If write fails although the pipe is empty, as under a policy for system
   calls, the handler makes both ends read ends: without a writer, the
   descriptor is readable, too, from then on, unless a forked child keeps a copy
   of the write end.  dup2, unlike close, frees no
   descriptor number, which another thread could get while a handler writes.

   A mark is the id of the process that caught the signal: after fork the child
   has a copy of the parent's marks and the same pipe.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "private.h"

/* More than the signal numbers of any system; 0 is no signal.  */
enum { signals = 128 };

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a handler may only set such marks");

/* Read by the handler.  -1: not open.  OWNER is the process that opened the
   pipe.  BROKEN: there is no write end any more.  */
static atomic_int read_end = -1, write_end = -1, owner, broken;
static atomic_int marks[signals]; /* 0: none, else a process id */
static struct sigaction former[signals];
static int caught[signals]; /* by selfpipe_on_signal; then FORMER is valid */

/* Make the read end readable by a byte; a full pipe is readable already.  If
   write fails twice on an empty pipe, replace the write end by a duplicate of
   the read end, and set BROKEN: without a writer the pipe stays readable.  A
   failure of dup2 is ignored.  No effect if BROKEN.  May change errno.  */
static void selfpipe_wake(void)
{
    struct pollfd polled = {.fd = read_end, .events = POLLIN};
    for (int tries = 0; tries < 2; tries++)
        if (broken || write(write_end, "", 1) == 1 || poll(&polled, 1, 0) > 0)
            return;
    if (dup2(read_end, write_end) >= 0) {
        fcntl(write_end, F_SETFD, FD_CLOEXEC);
        broken = 1;
    }
}

/* The handler: set the mark of SIGNO; wake the reader, but not in a forked
   child, where the pipe is the parent's.  Keeps errno.  */
static void selfpipe_on_signal(int signo)
{
    int saved = errno;
    int self = (int)getpid();
    atomic_store(&marks[signo], self);
    if (self == owner)
        selfpipe_wake();
    errno = saved;
}

int sonde_selfpipe_open(void)
{
    int saved = errno;
    int ends[2];
    if (read_end >= 0)
        return sonde__fail(EBUSY);
    if (sonde__pipe(ends))
        return -1;
    for (int signo = 0; signo < signals; signo++)
        atomic_store(&marks[signo], 0);
    broken = 0;
    read_end = ends[0];
    write_end = ends[1];
    owner = (int)getpid();
    errno = saved;
    return read_end;
}

int sonde_selfpipe_catch(int signo)
{
    struct sigaction action = {0}, before;
    if (read_end < 0 || signo < 1 || signo >= signals)
        return sonde__fail(read_end < 0 ? ENOENT : EINVAL);
    action.sa_handler = selfpipe_on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    if (sonde__sys.sigaction(signo, &action, &before))
        return -1;
    if (!caught[signo])
        former[signo] = before;
    caught[signo] = 1;
    return 0;
}

/* Clear the mark of SIGNO.  Returns 1 if this process set the mark; 0 if there
   was none, or if the parent set the mark before fork.  */
static int take_mark(int signo)
{
    return atomic_exchange(&marks[signo], 0) == (int)getpid();
}

/* Clear the mark of the lowest signal that is caught and was marked by this
   process; on the way, clear marks set by the parent before fork.  Returns the
   signal, or 0 if there is none.  */
static int next_mark(void)
{
    for (int signo = 1; signo < signals; signo++)
        if (caught[signo] && take_mark(signo))
            return signo;
    return 0;
}

/* Read and discard up to 64 KiB from the pipe, which must be open: further
   bytes only wake the loop again.  If BROKEN, the pipe stays readable, and a
   loop would spin: sleep for 1 ms first.  May change errno.  */
static void empty_pipe(void)
{
    char bytes[1024];
    if (broken)
        sonde__sys.sleep(1);
    for (int i = 0; i < 64; i++)
        if (read(read_end, bytes, sizeof bytes) < (ssize_t)sizeof bytes)
            break;
}

int sonde_selfpipe_read(void)
{
    int saved = errno;
    int signo = next_mark();
    if (signo == 0 && read_end >= 0 && (int)getpid() == owner) {
        empty_pipe();
        signo = next_mark();
    }
    errno = saved;
    return signo;
}

void sonde_selfpipe_close(void)
{
    int saved = errno;
    int again[signals] = {0};
    if (read_end < 0)
        return;
    for (int signo = 1; signo < signals; signo++) {
        if (!caught[signo])
            continue;
        sonde__sys.sigaction(signo, &former[signo], NULL);
        caught[signo] = 0;
        again[signo] = take_mark(signo) && (int)getpid() != owner;
    }
    sonde__close(read_end);
    sonde__close(write_end);
    read_end = -1;
    write_end = -1;
    for (int signo = 1; signo < signals; signo++)
        if (again[signo])
            raise(signo);
    errno = saved;
}
