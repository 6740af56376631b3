/* question.c - how a probe writes its answers
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/finding/finding.h"
#include "base/names.h"
#include "probes/behaviour/question.h"

TELL_FORMAT(4, 0)
static void put(struct asking *ask, const char *key, enum how how,
                const char *format, va_list arguments)
{
    char text[2048];
    vsnprintf(text, sizeof text, format, arguments);
    struct finding finding = {
        .id = ask->question->id,
        .key = key,
        .value = how == HOW_NOT_TESTABLE ? NULL : text,
        .reason = how == HOW_NOT_TESTABLE ? text : NULL,
        .how = how,
        .stable = true,
    };
    finding_write(ask->out, &finding);
}

void tell(struct asking *ask, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(ask, key, HOW_MEASURED, format, arguments);
    va_end(arguments);
}

void tell_read(struct asking *ask, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(ask, key, HOW_READ, format, arguments);
    va_end(arguments);
}

void tell_computed(struct asking *ask, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(ask, key, HOW_COMPUTED, format, arguments);
    va_end(arguments);
}

void tell_constant(struct asking *ask, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(ask, key, HOW_CONSTANT, format, arguments);
    va_end(arguments);
}

void tell_not(struct asking *ask, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(ask, key, HOW_NOT_TESTABLE, format, arguments);
    va_end(arguments);
}

/* Far more than any question opens, but the one that fills queues and sees to
   its own.  */
enum { DESCRIPTORS = 512 };

static bool inherited[DESCRIPTORS];
static struct asking *current;

void question_begin(struct asking *ask)
{
    current = ask;
    for (int fd = 3; fd < DESCRIPTORS; fd++)
        inherited[fd] = fcntl(fd, F_GETFD) >= 0;
}

void question_end(void)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    for (int fd = 3; fd < DESCRIPTORS; fd++)
        if (!inherited[fd])
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

void give_up(struct asking *ask, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(ask, "answer", HOW_NOT_TESTABLE, format, arguments);
    va_end(arguments);
    question_end();
    _exit(fclose(ask->out) ? 2 : 0);
}

const char *resource_missing(int error)
{
    switch (error) {
    case EMFILE:
        return "no descriptor left";
    case ENFILE:
        return "no open file left on the host";
    case ENOMEM:
    case ENOBUFS:
        return "no memory left";
    default:
        return NULL;
    }
}

/* CALL failed with ERROR, without which the question cannot be put.  */
static _Noreturn void give_up_call(struct asking *ask, const char *call,
                                   int error)
{
    const char *missing = resource_missing(error);
    give_up(ask, "%s%s%s%s%s", call, *call ? ": " : "", errno_name(error),
            missing ? ", " : "", missing ? missing : "");
}

int must(struct asking *ask, int result, const char *call)
{
    if (result < 0)
        give_up_call(ask, call, errno);
    return result;
}

int attempt(int result, const char *call)
{
    if (result < 0 && current && current->question->asks_for != errno &&
        resource_missing(errno))
        give_up_call(current, call, errno);
    return result;
}

const char *said_error(int error)
{
    errno = error;
    attempt(-1, "");
    return errno_name(error);
}

const char *said(long result)
{
    static char texts[8][24];
    static int next;
    char *text = texts[next++ % 8];
    if (result < 0)
        return said_error(errno);
    snprintf(text, sizeof texts[0], "%ld", result);
    return text;
}

const char *yes_no(bool yes)
{
    return yes ? "yes" : "no";
}
