/* signal-numbers.c - numbers and default actions of all signals
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/names.h"
#include "base/wait.h"
#include "probes/behaviour/question.h"
#include "probes/run/core.h"

/* In a child: set signal NUMBER to its default action, without a core file, and
   raise it.  Exits if the signal has no effect.  */
static _Noreturn void signal_numbers_raise(int number)
{
    sigset_t all;
    core_none();
    signal(number, SIG_DFL);
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    raise(number);
    _exit(0);
}

/* Find the default action of signal NUMBER by raising it in a child.  "no
   effect" also after SIGCONT, and if waitpid fails.  */
static const char *signal_numbers_action(struct probe *probe, int number)
{
    int status = 0, tries = 0;
    pid_t got, child = probe_check(probe, fork(), "fork");
    if (child == 0)
        signal_numbers_raise(number);
    do
        got = waitpid(child, &status, WUNTRACED);
    while (got < 0 && wait_retry(&tries));
    if (got == child && WIFSTOPPED(status)) {
        kill(child, SIGKILL);
        wait_child(child, NULL, DEADLINE_USUAL);
        return "stops";
    }
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == number ? "terminates"
                                          : "terminates by another signal";
    return "no effect";
}

static void signal_numbers_report(struct probe *probe, const char *key,
                                  int number)
{
    probe_report(probe, key, "%d, %s", number,
                 signal_numbers_action(probe, number));
}

static void signal_numbers_probe(struct probe *probe)
{
    int count = 0, last = 0;
    for (int number = 1; number < 128; number++) {
        const char *name = signal_name(number);
        if (!name)
            continue;
        count++;
        last = number;
        signal_numbers_report(probe, name, number);
    }
#ifdef SIGRTMIN
    signal_numbers_report(probe, "SIGRTMIN", SIGRTMIN);
    signal_numbers_report(probe, "SIGRTMAX", SIGRTMAX);
#endif
    probe_report(probe, "answer", "%d named signals, the highest %d", count,
                 last);
}

QUESTIONS(signal_numbers){
    {
        .id = "signal.numbers",
        .text = "number and default action of every signal",
        .why =
            "Signal numbers in scripts and exit statuses mean other signals on "
            "other systems.",
        .standard = "POSIX.1-2024 signal.h: names and default actions; numbers "
                    "only for kill -1, -2, -3, -6, -9, -14, -15.",
        .cope = "nothing: use the names",
        .probe = signal_numbers_probe,
        .where = IN_PROGRAM,
    },
    END_OF_QUESTIONS,
};
