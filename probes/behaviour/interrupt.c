/* interrupt.c - signals during a blocking call
   SPDX-License-Identifier: GPL-3.0-or-later

   No process can observe that another process is inside a call.  But between a
   handler's return and the call there are few instructions, and between two
   signals there is far more time: of several signals, each sent after the
   handler of the previous signal ran, the last have interrupted the call.  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/names.h"
#include "base/wait.h"
#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"

/* The number of signals; how many of them must come before a success, as proof
   that the call blocked; and the pause before each signal and before the
   release, in milliseconds.  */
enum { SIGNALS = 6, ENOUGH = 2, BETWEEN = 8 };

static int handled_pipe[2];
static volatile sig_atomic_t handled;

/* Whether interrupt_note was installed by signal.  */
static volatile sig_atomic_t is_by_signal;

/* Handler: count the signal, and report it to the child through a pipe; a
   signal that cannot be reported is not counted.  Keeps errno.  signal of
   System V resets the handler, so the handler is installed again first: the
   child sends the next signal after the report.  */
static void interrupt_note(int number)
{
    int error = errno;
    char byte = (char)number;
    if (is_by_signal)
        signal(number, interrupt_note);
    handled++;
    if (write(handled_pipe[1], &byte, 1) < 0)
        handled--;
    errno = error;
}

/* Handler: the signal has no other effect than to interrupt a call.  */
static void interrupt_nothing(int number)
{
}

void install_handler(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    if (flags == BY_SIGNAL)
        question_check(signal(number, handler) == SIG_ERR ? -1 : 0, "signal");
    else
        question_check(sigaction(number, &action, NULL), "sigaction");
}

/* In the child: send PARENT SIGUSR1, SIGNALS times, each time after a pause,
   and then wait until the handler has run.  Returns 0; or -1 with errno,
   ETIMEDOUT if a handler does not run within LOOPBACK_TIMEOUT.  */
static int interrupt_send(pid_t parent)
{
    for (int i = 0; i < SIGNALS; i++) {
        char byte;
        wait_pause(BETWEEN);
        if (kill(parent, SIGUSR1))
            return -1;
        errno = ETIMEDOUT;
        if (wait_one(handled_pipe[0], POLLIN, LOOPBACK_TIMEOUT) <= 0 ||
            read(handled_pipe[0], &byte, 1) != 1)
            return -1;
    }
    return 0;
}

/* In the child: send PARENT the signals, then release the call, and wait to be
   killed.  Exits with wait_status_of errno if interrupt_send fails; the call is
   released before, lest the call block until the deadline.  */
static _Noreturn void interrupt_disturb(pid_t parent,
                                        const struct blocking *blocking)
{
    install_handler(SIGUSR1, SIG_IGN, 0);
    int failed = interrupt_send(parent) ? wait_status_of(errno) : 0;
    wait_pause(BETWEEN);
    blocking->release(blocking->data);
    if (failed)
        _exit(failed);
    for (;;)
        pause();
}

/* Kill and reap HELPER; if kill fails, the question is skipped.  But if the
   call has not BLOCKED, the helper may be about to exit because of a failure:
   first wait up to 50 ms for its end; an exit with a status above 0 skips the
   question, with that status as an errno.  */
static void interrupt_end_helper(struct probe *probe, pid_t helper,
                                 bool blocked)
{
    enum { EXITING = 50 }; /* milliseconds */
    int status = 0;
    pid_t done = blocked ? 0 : wait_child(helper, &status, EXITING);
    if (done > 0 && WIFEXITED(status) && WEXITSTATUS(status))
        probe_skip(probe, "sending signals: %s",
                   errno_name(WEXITSTATUS(status)));
    if (done != 0)
        return;
    probe_check(probe, kill(helper, SIGKILL), "kill");
    wait_child(helper, NULL, LOOPBACK_TIMEOUT);
}

const char *interrupt_call(struct probe *probe, const struct blocking *blocking,
                           int flags)
{
    probe_check(probe, pipe(handled_pipe), "pipe");
    handled = 0;
    is_by_signal = flags == BY_SIGNAL;
    install_handler(SIGUSR1, interrupt_note, flags);
    pid_t parent = getpid();
    pid_t helper = probe_fork(probe);
    if (helper == 0)
        interrupt_disturb(parent, blocking);
    errno = 0;
    long result = blocking->call(blocking->data);
    int error = errno;
    bool blocked = handled > 0 && (result < 0 || handled >= ENOUGH);
    interrupt_end_helper(probe, helper, blocked);
    install_handler(SIGUSR1, SIG_IGN, 0);
    close(handled_pipe[0]);
    close(handled_pipe[1]);
    if (!blocked)
        return NULL;
    return result >= 0 ? "restarted" : error_text(error);
}

void alarm_every(int milliseconds)
{
    struct timeval time = {.tv_usec = milliseconds * 1000};
    struct itimerval timer = {.it_interval = time, .it_value = time};
    install_handler(SIGALRM, interrupt_nothing, 0);
    question_check(setitimer(ITIMER_REAL, &timer, NULL), "setitimer");
}
