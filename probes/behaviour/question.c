/* question.c - findings written by a question
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/names.h"
#include "base/wait.h"
#include "probes/behaviour/question.h"
#include "probes/finding/prefix.h"

/* Write the finding KEY, as probe_report_how, with the arguments of FORMAT.  */
PROBE_FORMAT(4, 0)
static void question_put(struct probe *probe, const char *key, enum how how,
                         const char *format, va_list arguments)
{
    char text[2048];
    bool is_reason = how == HOW_NOT_TESTABLE;
    struct prefix prefix = {probe->out, probe->question->id, NULL};
    vsnprintf(text, sizeof text, format, arguments);
    prefix_put_text(&prefix, key, is_reason ? NULL : text, how,
                    is_reason ? text : NULL);
}

void probe_report_how(struct probe *probe, const char *key, enum how how,
                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    question_put(probe, key, how, format, arguments);
    va_end(arguments);
}

/* More than any question opens, except listen.queue and listen.cap, which close
   their own descriptors.  */
enum { DESCRIPTORS = 512 };

static bool inherited[DESCRIPTORS];
static struct probe *current;
/* Whether this is a process of probe_fork.  It shares the sockets of the
   question's process.  */
static bool is_forked;

void question_end(void)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    if (is_forked)
        return;
    for (int fd = 3; fd < DESCRIPTORS; fd++)
        if (!inherited[fd])
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

void probe_skip(struct probe *probe, const char *format, ...)
{
    va_list arguments;
    if (is_forked)
        _exit(FORK_SKIPPED);
    va_start(arguments, format);
    question_put(probe, "answer", HOW_NOT_TESTABLE, format, arguments);
    va_end(arguments);
    question_end();
    _exit(fclose(probe->out) ? 2 : 0);
}

/* Skip the question (probe_skip) since CALL, which is necessary, failed with
   ERROR; a process of probe_fork exits with wait_status_of ERROR.  The reason:
   CALL unless empty, the name of ERROR, and the resource that is missing, if
   any, as in "socket: EMFILE, no descriptor left".  */
static _Noreturn void probe_skip_call(struct probe *probe, const char *call,
                                      int error)
{
    const char *missing = resource_missing(error);
    if (is_forked)
        _exit(wait_status_of(error));
    probe_skip(probe, "%s%s%s%s%s", call, *call ? ": " : "", errno_name(error),
               missing ? ", " : "", missing ? missing : "");
}

/* Handler of resource_check, after question_begin: skip the question since CALL
   failed with ERROR, a lack of resources.  Returns if ERROR is the question's
   expected_errno.  */
static void question_lacks(const char *call, int error)
{
    if (current->question->expected_errno != error)
        probe_skip_call(current, call, error);
}

void question_begin(struct probe *probe)
{
    current = probe;
    resource_set_handler(question_lacks);
    for (int fd = 3; fd < DESCRIPTORS; fd++)
        inherited[fd] = fcntl(fd, F_GETFD) >= 0;
}

int probe_check(struct probe *probe, int result, const char *call)
{
    if (result < 0)
        probe_skip_call(probe, call, errno);
    return result;
}

pid_t probe_fork(struct probe *probe)
{
    pid_t child = probe_check(probe, fork(), "fork");
    if (child)
        return child;
    is_forked = true;
    signal(SIGALRM, SIG_DFL);
    alarm(DEADLINE_USUAL / 1000);
    int null = open("/dev/null", O_WRONLY);
    if (null < 0 || dup2(null, fileno(probe->out)) < 0)
        close(fileno(probe->out));
    if (null >= 0)
        close(null);
    return 0;
}

int question_check(int result, const char *call)
{
    return current ? probe_check(current, result, call) : result;
}

const char *error_text(int error)
{
    errno = error;
    resource_check(-1, "");
    return errno_name(error);
}

const char *result_text(long result)
{
    static char texts[8][24];
    static int next;
    char *text = texts[next++ % 8];
    if (result < 0)
        return error_text(errno);
    snprintf(text, sizeof texts[0], "%ld", result);
    return text;
}

const char *status_text(long result)
{
    return result < 0 ? error_text(errno) : "success";
}

const char *yes_no(bool yes)
{
    return yes ? "yes" : "no";
}
