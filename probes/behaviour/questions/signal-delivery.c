/* signal-delivery.c - numbers and delivery of signals, sigaction flags, SIGCHLD
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/names.h"
#include "base/wait.h"
#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/question.h"
#include "probes/run/core.h"

/* Set by the handlers: the number of calls, the current and the maximum depth
   of recursion, whether si_pid was right, and whether the signal is blocked in
   its handler by the mask of the process.  */
static volatile sig_atomic_t count, depth, deepest, informed, masked;

/* Set by the handlers: the errno of a call that failed, or 0.  */
static volatile sig_atomic_t failed;

/* Handler: count the call.  */
static void signal_delivery_counting(int number)
{
    count++;
}

/* Handler: counts the calls in COUNT, and keeps the greatest depth of recursion
   in DEEPEST; the caller clears COUNT, DEPTH and DEEPEST before.  The first
   call raises the signal again, to find whether the handler is entered
   recursively.  If raise fails, its errno is in FAILED.  */
static void signal_delivery_nested(int number)
{
    count++;
    depth++;
    if (depth > deepest)
        deepest = depth;
    if (count == 1 && raise(number))
        failed = errno;
    depth--;
}

/* Handler: set INFORMED to whether the sender is this process.  */
static void signal_delivery_with_info(int number, siginfo_t *info,
                                      void *context)
{
    informed = info && info->si_pid == getpid();
}

/* Raise signal NUMBER in this process; on failure the question is skipped.  */
static void signal_delivery_raise(int number)
{
    question_check(raise(number) ? -1 : 0, "raise");
}

/* Install ACTION for signal NUMBER; on failure the question is skipped.  */
static void signal_delivery_install(int number, const struct sigaction *action)
{
    question_check(sigaction(number, action, NULL), "sigaction");
}

/* Install HANDLER for signal NUMBER by signal.  Returns the result of signal,
   the previous handler; on failure the question is skipped.  */
static void (*signal_delivery_by_signal(int number, void (*handler)(int)))(int)
{
    void (*before)(int) = signal(number, handler);
    question_check(before == SIG_ERR ? -1 : 0, "signal");
    return before;
}

/* How often the handler runs for five signals NUMBER, sent while blocked.  The
   signal is unblocked then, and the handler stays installed.  On failure the
   question is skipped.  */
static int signal_delivery_delivered(int number)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    install_handler(number, signal_delivery_counting, 0);
    question_check(sigprocmask(SIG_BLOCK, &set, NULL), "sigprocmask");
    count = 0;
    for (int i = 0; i < 5; i++)
        question_check(kill(getpid(), number), "kill");
    question_check(sigprocmask(SIG_UNBLOCK, &set, NULL), "sigprocmask");
    return (int)count;
}

/* Question signal.queueing: how many of five blocked signals are delivered, of
   SIGUSR1 and of SIGRTMIN.  */
static void signal_delivery_probe_queueing(struct probe *probe)
{
    probe_report(probe, "answer", "%d of 5",
                 signal_delivery_delivered(SIGUSR1));
#ifdef SIGRTMIN
    probe_report(probe, "realtime", "%d of 5",
                 signal_delivery_delivered(SIGRTMIN));
#else
    probe_report_constant(probe, "realtime", "not defined");
#endif
}

/* Skip the question if a call in a handler failed.  */
static void signal_delivery_check(void)
{
    errno = (int)failed; /* long on FreeBSD */
    question_check(failed ? -1 : 0, "a call in the handler");
}

/* Install a handler of SIGUSR1 with FLAGS that raises SIGUSR1 once more, and
   raise SIGUSR1.  Returns the depth of recursion: 1 if the signal is blocked in
   its handler, otherwise 2.  The handler stays installed.  On failure, also in
   the handler, the question is skipped.  */
static int signal_delivery_depth(int flags)
{
    count = depth = deepest = 0;
    install_handler(SIGUSR1, signal_delivery_nested, flags);
    signal_delivery_raise(SIGUSR1);
    signal_delivery_check();
    return (int)deepest;
}

/* The current action of SIGUSR1.  On failure all zero, and FAILED is set to
   errno, since a handler cannot skip the question.  */
static struct sigaction signal_delivery_action(void)
{
    struct sigaction action = {.sa_flags = 0};
    if (sigaction(SIGUSR1, NULL, &action))
        failed = errno;
    return action;
}

/* Whether a handler of SIGUSR1 installed with FLAGS is still installed after a
   SIGUSR1.  On failure the question is skipped.  */
static bool signal_delivery_stays(int flags)
{
    install_handler(SIGUSR1, signal_delivery_counting, flags);
    signal_delivery_raise(SIGUSR1);
    bool stays =
        signal_delivery_action().sa_handler == signal_delivery_counting;
    signal_delivery_check();
    return stays;
}

/* Handler: clear COUNT, raise SIGUSR2, and set DEEPEST to COUNT, which the
   handler of SIGUSR2 increments, as soon as raise returns.  If raise fails, its
   errno is in FAILED.  */
static void signal_delivery_raise_other(int number)
{
    count = 0;
    if (raise(SIGUSR2))
        failed = errno;
    deepest = count; /* 0: pending until this handler returns */
}

/* Install a handler of SIGUSR1 that raises SIGUSR2, with SIGUSR2 in sa_mask,
   and raise SIGUSR1.  Report, as "sa_mask", whether SIGUSR2 is blocked until
   the handler returns.  Returns the same.  The handlers of both signals stay
   installed.  On failure, also in the handler, the question is skipped.  */
static bool signal_delivery_report_mask(struct probe *probe)
{
    struct sigaction action = {.sa_handler = signal_delivery_raise_other};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR2);
    install_handler(SIGUSR2, signal_delivery_counting, 0);
    signal_delivery_install(SIGUSR1, &action);
    signal_delivery_raise(SIGUSR1);
    signal_delivery_check();
    bool blocks = deepest == 0 && count == 1;
    probe_report(probe, "sa_mask", "%s",
                 blocks ? "blocks other signals in the handler"
                        : "does not block other signals");
    return blocks;
}

/* Report, as "SA_SIGINFO", whether a handler gets the process number of the
   sender (si_pid).  Returns the same.  */
static bool signal_delivery_report_siginfo(struct probe *probe)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO};
    action.sa_sigaction = signal_delivery_with_info;
    signal_delivery_install(SIGUSR1, &action);
    question_check(kill(getpid(), SIGUSR1), "kill");
    probe_report(probe, "SA_SIGINFO", "%s",
                 informed ? "si_pid is the sender"
                          : "si_pid is not the sender");
    return informed;
}

/* Report, as KEY, the status of sigaction with a handler for NUMBER, as in
   "sigaction: EINVAL".  Returns whether the status is EINVAL.  */
static bool signal_delivery_report_uncatchable(struct probe *probe,
                                               const char *key, int number)
{
    struct sigaction action = {.sa_handler = signal_delivery_counting};
    const char *status = status_text(sigaction(number, &action, NULL));
    probe_report(probe, key, "sigaction: %s", status);
    return !strcmp(status, "EINVAL");
}

/* Question signal.flags: whether sigaction without flags, SA_NODEFER,
   SA_RESETHAND, SA_SIGINFO and sa_mask act as specified, and sigaction of
   SIGKILL and SIGSTOP fails with EINVAL.  The answer is by all of them.  Also
   whether SA_INTERRUPT is defined.  */
static void signal_delivery_probe_flags(struct probe *probe)
{
    int plain = signal_delivery_depth(0),
        nodefer = signal_delivery_depth(SA_NODEFER);
    bool stays = signal_delivery_stays(0),
         resets = !signal_delivery_stays((int)SA_RESETHAND);
    probe_report(probe, "default", "%s in its handler; the handler %s",
                 plain == 1 ? "blocked" : "not blocked",
                 stays ? "stays installed" : "is reset");
    probe_report(probe, "SA_NODEFER", "%s",
                 nodefer == 2 ? "not blocked in its handler" : "no effect");
    probe_report(probe, "SA_RESETHAND", "%s",
                 resets ? "the handler is reset" : "no effect");
    bool posix = plain == 1 && nodefer == 2 && stays && resets;
    posix &= signal_delivery_report_siginfo(probe);
    posix &= signal_delivery_report_mask(probe);
    posix &= signal_delivery_report_uncatchable(probe, "SIGKILL", SIGKILL);
    posix &= signal_delivery_report_uncatchable(probe, "SIGSTOP", SIGSTOP);
#ifdef SA_INTERRUPT
    probe_report_constant(probe, "SA_INTERRUPT", "defined");
#else
    probe_report_constant(probe, "SA_INTERRUPT", "not defined");
#endif
    probe_report(probe, "answer", "%s",
                 posix ? "as POSIX specifies" : "not all as POSIX specifies");
}

/* Handler for signal_delivery_probe_reset, which clears COUNT, DEPTH and
   DEEPEST before: set MASKED by raising the signal again
   (signal_delivery_nested).  If the handler was reset, the default action would
   end the process: then MASKED is by the mask alone.  If a call fails, its
   errno is in FAILED.  */
static void signal_delivery_masking(int number)
{
    sigset_t set;
    sigemptyset(&set);
    if (sigprocmask(SIG_BLOCK, NULL, &set))
        failed = errno;
    masked = sigismember(&set, number);
    if (signal_delivery_action().sa_handler == signal_delivery_masking) {
        signal_delivery_nested(number);
        masked = deepest == 1;
    }
}

/* Question signal.reset: whether a handler installed by signal stays installed,
   and its signal is blocked in the handler (the answer has both); whether
   SA_RESTART is set; and whether signal returned the previous handler.  */
static void signal_delivery_probe_reset(struct probe *probe)
{
    void (*before)(int) =
        signal_delivery_by_signal(SIGUSR1, signal_delivery_masking);
    count = depth = deepest = 0;
    signal_delivery_raise(SIGUSR1);
    struct sigaction action = signal_delivery_action();
    signal_delivery_check();
    bool stays = action.sa_handler == signal_delivery_masking;
    probe_report(probe, "answer", "the handler %s; the signal is %s in it",
                 stays ? "stays installed" : "is reset",
                 masked ? "blocked" : "not blocked");
    probe_report(probe, "SA_RESTART", "%s",
                 yes_no(action.sa_flags & SA_RESTART));
    probe_report(probe, "returns", "%s",
                 before == SIG_DFL ? "the previous handler" : "another value");
}

/* Report, as the finding KEY, waitpid for a child that exits at once, as
   "waitpid: RESULT".  Returns RESULT: "status" if the child was reaped,
   otherwise the name of errno.  If fork fails, the question is skipped.  */
static const char *signal_delivery_report_wait(struct probe *probe,
                                               const char *key)
{
    pid_t got, child = probe_fork(probe);
    if (child == 0)
        _exit(3);
    int tries = 0;
    do
        got = waitpid(child, NULL, 0);
    while (got < 0 && wait_retry(&tries));
    const char *text = got == child ? "status" : result_text(-1);
    probe_report(probe, key, "waitpid: %s", text);
    return text;
}

/* Question signal.sigchld: waitpid for a child that has ended, with each action
   of SIGCHLD; the answer is whether the child is a zombie until waitpid.  */
static void signal_delivery_probe_sigchld(struct probe *probe)
{
    signal_delivery_by_signal(SIGCHLD, SIG_DFL);
    const char *plain = signal_delivery_report_wait(probe, "default");
    signal_delivery_by_signal(SIGCHLD, SIG_IGN);
    const char *ignored = signal_delivery_report_wait(probe, "ignored");
    install_handler(SIGCHLD, signal_delivery_counting, 0);
    const char *caught = signal_delivery_report_wait(probe, "caught");
    install_handler(SIGCHLD, signal_delivery_counting, SA_NOCLDWAIT);
    signal_delivery_report_wait(probe, "SA_NOCLDWAIT");
    bool usual = !strcmp(plain, caught) && !strcmp(plain, "status");
    probe_report(probe, "answer", "%s%s",
                 usual ? "yes, until waitpid" : "not as POSIX specifies",
                 strcmp(ignored, "ECHILD") ? "; also if SIGCHLD is ignored"
                                           : "; no if SIGCHLD is ignored");
}

enum { RAISE_FAILED = 1 };

/* In a child: set signal NUMBER to its default action, without a core file, and
   raise it.  Exits with 0 if the signal has no effect, or with RAISE_FAILED. */
static _Noreturn void signal_delivery_raise_number(int number)
{
    sigset_t all;
    core_none();
    /* Of SIGKILL and SIGSTOP the action cannot be set.  */
    if (number != SIGKILL && number != SIGSTOP &&
        signal(number, SIG_DFL) == SIG_ERR)
        _exit(RAISE_FAILED);
    sigfillset(&all);
    if (sigprocmask(SIG_UNBLOCK, &all, NULL) || raise(number))
        _exit(RAISE_FAILED);
    _exit(0);
}

/* Find the default action of signal NUMBER by raising it in a child, which is
   killed if stopped: "stops", "terminates", "terminates by another signal", or
   "no effect", which includes SIGCONT; NULL if the signal cannot be raised.  If
   fork or waitpid fails, the question is skipped.  */
static const char *signal_delivery_default_action(struct probe *probe,
                                                  int number)
{
    int status = 0, tries = 0;
    pid_t got, child = probe_fork(probe);
    if (child == 0)
        signal_delivery_raise_number(number);
    do
        got = waitpid(child, &status, WUNTRACED);
    while (got < 0 && wait_retry(&tries));
    probe_check(probe, (int)got, "waitpid");
    if (WIFEXITED(status) && WEXITSTATUS(status) == RAISE_FAILED)
        return NULL;
    if (WIFSTOPPED(status)) {
        kill(child, SIGKILL);
        wait_child(child, NULL, DEADLINE_USUAL);
        return "stops";
    }
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == number ? "terminates"
                                          : "terminates by another signal";
    return "no effect";
}

/* Report, as the finding KEY, NUMBER and the default action, found by a child
   that raises the signal.  If the kernel has no signal of this number, the
   errno replaces the action, and the result is false; otherwise true.  If the
   signal cannot be raised, KEY is not testable.  If fork or waitpid fails, the
   question is skipped.  */
static bool signal_delivery_report_number(struct probe *probe, const char *key,
                                          int number)
{
    struct sigaction action;
    int result = sigaction(number, NULL, &action);
    const char *action_text =
        result ? result_text(result)
               : signal_delivery_default_action(probe, number);
    if (action_text)
        probe_report(probe, key, "%d, %s", number, action_text);
    else
        probe_report_skip(probe, key, "signal %d cannot be raised", number);
    return result == 0;
}

/* Question signal.numbers: number and default action of each signal below 128
   with a name (signal_name), and of SIGRTMIN and SIGRTMAX.  The answer is how
   many of the former the kernel has, and the highest.  */
static void signal_delivery_probe_numbers(struct probe *probe)
{
    int named = 0, last = 0;
    /* In an orphaned process group SIGTSTP has no effect: one of its own.  */
    probe_check(probe, setpgid(0, 0), "setpgid");
    for (int number = 1; number < 128; number++) {
        const char *name = signal_name(number);
        if (!name || !signal_delivery_report_number(probe, name, number))
            continue;
        named++;
        last = number;
    }
#ifdef SIGRTMIN
    signal_delivery_report_number(probe, "SIGRTMIN", SIGRTMIN);
    signal_delivery_report_number(probe, "SIGRTMAX", SIGRTMAX);
#endif
    probe_report(probe, "answer", "%d named signals, the highest %d", named,
                 last);
}

QUESTIONS(signal_delivery){
    {
        .id = "signal.queueing",
        .text = "how many of five blocked signals are delivered",
        .why =
            "A handler that reaps one child for each SIGCHLD leaves zombies: "
            "several children may raise one signal.",
        .standard =
            "POSIX.1-2024 2.4.1: queueing is implementation-defined, except of "
            "realtime signals. The notes: UNIX signals are not queued.",
        .cope = "sonde_reap: all children that ended, not one for each signal",
        .probe = signal_delivery_probe_queueing,
        .where = IN_PROGRAM,
    },
    {
        .id = "signal.flags",
        .text = "the flags of sigaction",
        .why =
            "A handler that is interrupted by its own signal, or reset after "
            "the first signal, fails when two signals come together.",
        .standard =
            "POSIX.1-2024 sigaction: SA_NODEFER, SA_RESETHAND, SA_SIGINFO; "
            "SIGKILL and SIGSTOP cannot be caught. The notes: SA_INTERRUPT is "
            "of SunOS 4.",
        .cope = "sonde_signal: the handler stays, its signal is blocked, and "
                "restarting is explicit",
        .probe = signal_delivery_probe_flags,
        .where = IN_PROGRAM,
    },
    {
        .id = "signal.reset",
        .text = "does signal() keep the handler, and block the signal",
        .why =
            "With System V's signal the handler is reset, and a second signal "
            "terminates the program.",
        .standard =
            "ISO C: implementation-defined. POSIX.1-2024: use sigaction. The "
            "notes: signal returns the new handler; in fact the previous one.",
        .cope = "sonde_signal: by sigaction, the same on all systems",
        .probe = signal_delivery_probe_reset,
        .where = IN_PROGRAM,
    },
    {
        .id = "signal.sigchld",
        .text = "does a terminated child become a zombie",
        .why =
            "The zombies of a forking server fill the process table; a server "
            "that ignores SIGCHLD cannot wait for a child.",
        .standard = "POSIX.1-2024 sigaction: SIG_IGN for SIGCHLD means no "
                    "zombies, and ECHILD from waitpid. The notes: a waitpid "
                    "loop with WNOHANG, not wait.",
        .cope = "sonde_reap",
        .probe = signal_delivery_probe_sigchld,
        .where = IN_PROGRAM,
    },
    {
        .id = "signal.numbers",
        .text = "number and default action of every signal",
        .why =
            "Signal numbers in scripts and exit statuses mean other signals on "
            "other systems.",
        .standard = "POSIX.1-2024 signal.h: names and default actions; numbers "
                    "only for kill -1, -2, -3, -6, -9, -14, -15.",
        .cope = "nothing: use the names",
        .probe = signal_delivery_probe_numbers,
        .where = IN_PROGRAM,
    },
    END_OF_QUESTIONS,
};
