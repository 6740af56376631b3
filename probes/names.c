/* names.c - constants by name
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>

#include "probes/names.h"

static const struct {
    int error;
    const char *name;
} errors[] = {
    {EACCES, "EACCES"},
    {EADDRINUSE, "EADDRINUSE"},
    {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
    {EAFNOSUPPORT, "EAFNOSUPPORT"},
    {EAGAIN, "EAGAIN"},
#if EWOULDBLOCK != EAGAIN
    {EWOULDBLOCK, "EWOULDBLOCK"},
#endif
    {EALREADY, "EALREADY"},
    {EBADF, "EBADF"},
    {ECANCELED, "ECANCELED"},
    {ECONNABORTED, "ECONNABORTED"},
    {ECONNREFUSED, "ECONNREFUSED"},
    {ECONNRESET, "ECONNRESET"},
    {EDESTADDRREQ, "EDESTADDRREQ"},
    {EDOM, "EDOM"},
    {EEXIST, "EEXIST"},
    {EFAULT, "EFAULT"},
    {EHOSTUNREACH, "EHOSTUNREACH"},
    {EISDIR, "EISDIR"},
    {EINPROGRESS, "EINPROGRESS"},
    {EINTR, "EINTR"},
    {EINVAL, "EINVAL"},
    {EIO, "EIO"},
    {EISCONN, "EISCONN"},
    {ENAMETOOLONG, "ENAMETOOLONG"},
    {EMFILE, "EMFILE"},
    {EMSGSIZE, "EMSGSIZE"},
    {ENETDOWN, "ENETDOWN"},
    {ENETRESET, "ENETRESET"},
    {ENETUNREACH, "ENETUNREACH"},
    {ENFILE, "ENFILE"},
    {ENOBUFS, "ENOBUFS"},
    {ENODEV, "ENODEV"},
    {ENOENT, "ENOENT"},
    {ENOMEM, "ENOMEM"},
    {ENOPROTOOPT, "ENOPROTOOPT"},
    {ENOSPC, "ENOSPC"},
    {ENOSYS, "ENOSYS"},
    {ENOTCONN, "ENOTCONN"},
    {ENOTTY, "ENOTTY"},
    {ENOTDIR, "ENOTDIR"},
    {ENXIO, "ENXIO"},
    {EOVERFLOW, "EOVERFLOW"},
    {EROFS, "EROFS"},
    {ESRCH, "ESRCH"},
    {ERANGE, "ERANGE"},
    {EBUSY, "EBUSY"},
    {EBADMSG, "EBADMSG"},
    {ECHILD, "ECHILD"},
#ifdef EHOSTDOWN
    {EHOSTDOWN, "EHOSTDOWN"},
#endif
#ifdef ENONET
    {ENONET, "ENONET"},
#endif
#ifdef ESOCKTNOSUPPORT
    {ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT"},
#endif
#ifdef EPFNOSUPPORT
    {EPFNOSUPPORT, "EPFNOSUPPORT"},
#endif
#ifdef ESHUTDOWN
    {ESHUTDOWN, "ESHUTDOWN"},
#endif
    {ENOTSOCK, "ENOTSOCK"},
    {EOPNOTSUPP, "EOPNOTSUPP"}, /* what calls on sockets say; on Linux it is */
    {ENOTSUP, "ENOTSUP"},       /*   this number, too */
    {EPERM, "EPERM"},
    {EPIPE, "EPIPE"},
    {EPROTO, "EPROTO"},
    {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
    {EPROTOTYPE, "EPROTOTYPE"},
    {ETIMEDOUT, "ETIMEDOUT"},
};

const char *errno_name(int error)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].error == error)
            return errors[i].name;
    return "E?";
}

static const struct {
    int number;
    const char *name;
} signals[] = {
    {SIGABRT, "SIGABRT"},       {SIGALRM, "SIGALRM"}, {SIGBUS, "SIGBUS"},
    {SIGCHLD, "SIGCHLD"},       {SIGCONT, "SIGCONT"}, {SIGFPE, "SIGFPE"},
    {SIGHUP, "SIGHUP"},         {SIGILL, "SIGILL"},   {SIGINT, "SIGINT"},
    {SIGKILL, "SIGKILL"},       {SIGPIPE, "SIGPIPE"}, {SIGQUIT, "SIGQUIT"},
    {SIGSEGV, "SIGSEGV"},       {SIGSTOP, "SIGSTOP"}, {SIGTERM, "SIGTERM"},
    {SIGTSTP, "SIGTSTP"},       {SIGTTIN, "SIGTTIN"}, {SIGTTOU, "SIGTTOU"},
    {SIGUSR1, "SIGUSR1"},       {SIGUSR2, "SIGUSR2"}, {SIGSYS, "SIGSYS"},
    {SIGTRAP, "SIGTRAP"},       {SIGURG, "SIGURG"},   {SIGVTALRM, "SIGVTALRM"},
    {SIGXCPU, "SIGXCPU"},       {SIGXFSZ, "SIGXFSZ"},
#ifdef SIGPOLL
    {SIGPOLL, "SIGPOLL"},
#endif
#ifdef SIGPROF
    {SIGPROF, "SIGPROF"},
#endif
#ifdef SIGWINCH
    {SIGWINCH, "SIGWINCH"},
#endif
#ifdef SIGINFO
    {SIGINFO, "SIGINFO"},
#endif
#ifdef SIGEMT
    {SIGEMT, "SIGEMT"},
#endif
#ifdef SIGIO
    {SIGIO, "SIGIO"},
#endif
#ifdef SIGPWR
    {SIGPWR, "SIGPWR"},
#endif
#ifdef SIGSTKFLT
    {SIGSTKFLT, "SIGSTKFLT"},
#endif
#ifdef SIGTHR
    {SIGTHR, "SIGTHR"},
#endif
#ifdef SIGLWP
    {SIGLWP, "SIGLWP"},
#endif
#ifdef SIGCANCEL
    {SIGCANCEL, "SIGCANCEL"},
#endif
#ifdef SIGFREEZE
    {SIGFREEZE, "SIGFREEZE"},
#endif
#ifdef SIGTHAW
    {SIGTHAW, "SIGTHAW"},
#endif
#ifdef SIGXRES
    {SIGXRES, "SIGXRES"},
#endif
#ifdef SIGJVM1
    {SIGJVM1, "SIGJVM1"},
#endif
#ifdef SIGJVM2
    {SIGJVM2, "SIGJVM2"},
#endif
#ifdef SIGLOST
    {SIGLOST, "SIGLOST"},
#endif
#ifdef SIGWAITING
    {SIGWAITING, "SIGWAITING"},
#endif
#ifdef SIGUNUSED
    {SIGUNUSED, "SIGUNUSED"},
#endif
};

const char *signal_name(int number)
{
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (signals[i].number == number)
            return signals[i].name;
    return NULL;
}

static const struct {
    short bit;
    const char *name;
} poll_bits[] = {
    {POLLIN, "POLLIN"},   {POLLPRI, "POLLPRI"}, {POLLOUT, "POLLOUT"},
    {POLLERR, "POLLERR"}, {POLLHUP, "POLLHUP"}, {POLLNVAL, "POLLNVAL"},
};

const char *poll_names(short events)
{
    static char texts[4][64];
    static int next;
    char *text = texts[next++ % 4];
    size_t used = 0;
    for (size_t i = 0; i < sizeof poll_bits / sizeof *poll_bits; i++)
        if (events & poll_bits[i].bit)
            used +=
                (size_t)snprintf(text + used, sizeof texts[0] - used, "%s%s",
                                 used ? "|" : "", poll_bits[i].name);
    return used ? text : "none";
}
