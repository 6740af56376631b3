/* accept-failed.c - accept after RST of the client, or without a descriptor
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/names.h"
#include "base/wait.h"
#include "probes/behaviour/interrupt.h"
#include "probes/behaviour/loopback.h"
#include "probes/behaviour/policy.h"

/* Report the results of getpeername, poll, setsockopt, two reads and a write,
   in this order, on FD, accepted after RST with an address of LENGTH bytes, and
   LENGTH.  The answer has the result of the first read.  */
static void accept_failed_report_socket(struct probe *probe, int fd,
                                        socklen_t length)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    probe_report(probe, "address-length", "%ld", (long)length);
    probe_report_status(probe, "getpeername",
                        getpeername(fd, (struct sockaddr *)&address, &size));
    probe_report(probe, "poll", "%s",
                 poll_names(wait_for(fd, POLLIN | POLLOUT, LOOPBACK_TIMEOUT)));
    probe_report_status(probe, "setsockopt",
                        set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1));
    const char *first = try_read(fd);
    probe_report(probe, "read", "%s", first);
    probe_report(probe, "read-again", "%s", try_read(fd));
    probe_report(probe, "write", "%s", try_write(fd));
    probe_report(probe, "answer", "accept succeeds; read: %s", first);
}

/* Report, as "queue-slot", whether connections that were reset still occupy the
   accept queue.  Two listeners with a backlog of 1 are filled: one by clients
   that stay, one by clients that send RST at once.  The slot is "released by
   RST" if at least three times as many clients of the latter kind connect.  Not
   testable if the queue holds no client that stays, or more than 75.  */
static void accept_failed_report_slot(struct probe *probe)
{
    enum { max = 300 };
    int fds[max], next;
    int listener = tcp_listener(probe, 1);
    int live = fill_queue(probe, listener, max, false, fds, &next);
    for (int i = 0; i < live; i++)
        reset(fds[i]);
    close(listener);
    listener = tcp_listener(probe, 1);
    int dead = fill_queue(probe, listener, max, true, fds, &next);
    /* A stack that handles RST later may accept one or two more.  */
    if (live == 0)
        probe_report_skip(probe, "queue-slot", "the queue holds no client");
    else if (live > max / 4)
        probe_report_skip(probe, "queue-slot", "the queue holds more than %d",
                          max / 4);
    else
        probe_report(probe, "queue-slot", "%s",
                     dead < 3 * live ? "held until accept" : "released by RST");
}

/* Question accept.aborted: a client sends RST, then accept is called, without
   waiting.  The answer is the errno, EAGAIN if the connection has left the
   queue, or the state of the accepted socket (accept_failed_report_socket).
   Also reports, by further listeners, whether a connection that was reset keeps
   its place in a queue.  */
static void accept_failed_probe_aborted(struct probe *probe)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int listener = tcp_listener(probe, 8);
    install_handler(SIGPIPE, SIG_IGN, 0);
    reset(tcp_client(probe, listener));
    settle(probe);
    set_nonblocking(listener, true);
    int fd = resource_check(
        accept(listener, (struct sockaddr *)&address, &length), "accept");
    const char *error = result_text(fd);
    if (fd >= 0)
        accept_failed_report_socket(probe, fd, length);
    else
        probe_report(probe, "answer", "%s%s", error,
                     strcmp(error, "EAGAIN") ? ""
                                             : ": not in the queue any more");
    accept_failed_report_slot(probe);
}

/* Lower the soft limit RLIMIT_NOFILE so that the next call that opens a
   descriptor fails with EMFILE.  Returns the original limit; the question is
   skipped if a call fails.  */
static struct rlimit accept_failed_exhaust(struct probe *probe)
{
    struct rlimit original;
    int last = probe_check(probe, dup(0), "dup");
    close(last);
    probe_check(probe, getrlimit(RLIMIT_NOFILE, &original), "getrlimit");
    struct rlimit limit = original;
    limit.rlim_cur = (rlim_t)last;
    probe_check(probe, setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    return original;
}

/* Question accept.fdlimit: accept twice without a free descriptor, then with
   one.  The answer is the result of the first call, and whether the connection
   stayed in the queue for the third.  If not, a read by the client is reported
   as well.  */
static void accept_failed_probe_fdlimit(struct probe *probe)
{
    int listener = tcp_listener(probe, 8);
    int client = tcp_client(probe, listener);
    settle(probe);
    set_nonblocking(listener, true);
    struct rlimit original = accept_failed_exhaust(probe);
    int fd = accept(listener, NULL, NULL);
    const char *first = result_text(fd < 0 ? -1 : 0);
    const char *second = result_text(accept(listener, NULL, NULL) < 0 ? -1 : 0);
    probe_check(probe, setrlimit(RLIMIT_NOFILE, &original), "setrlimit");
    settle(probe);
    short events = wait_for(listener, POLLIN, 0);
    fd = accept(listener, NULL, NULL);
    if (fd < 0 && errno != EAGAIN) /* not because of this limit */
        probe_check(probe, fd, "accept");
    probe_report(probe, "answer", "%s; the connection is %s", first,
                 fd >= 0 ? "kept in the queue" : "lost");
    probe_report(probe, "accept-again", "%s", second);
    probe_report(probe, "poll", "%s", poll_names(events));
    if (fd < 0)
        probe_report(probe, "client", "read: %s", try_read(client));
}

/* In a child, under a policy that answers accept with EACCES: the errno of
   accept on LISTENER, which is non-blocking; 0 for success.  If there is no
   such policy, or the child does not end within LOOPBACK_TIMEOUT, the question
   is skipped.  */
static int accept_failed_under_policy(struct probe *probe, int listener)
{
    enum { NO_POLICY = 255 };
    pid_t child = probe_fork(probe);
    if (child == 0) {
        if (policy_refuse_accept(EACCES))
            _exit(NO_POLICY);
        _exit(accept(listener, NULL, NULL) < 0 ? wait_status_of(errno) : 0);
    }
    int status = 0;
    if (wait_child(child, &status, LOOPBACK_TIMEOUT) != child ||
        !WIFEXITED(status))
        probe_skip(probe, "the process under the policy does not end");
    if (WEXITSTATUS(status) == NO_POLICY)
        probe_skip(probe,
                   "no seccomp filter: not in this build, or not permitted");
    return WEXITSTATUS(status);
}

/* Question accept.policy: accept in a child under a policy that refuses accept,
   then in this process without the policy.  The answer is the child's result,
   and whether the connection stayed in the queue for this process.  If not, a
   read by the client is reported as well.  */
static void accept_failed_probe_policy(struct probe *probe)
{
    int listener = tcp_listener(probe, 8);
    int client = tcp_client(probe, listener);
    settle(probe);
    set_nonblocking(listener, true);
    int error = accept_failed_under_policy(probe, listener);
    short events = wait_for(listener, POLLIN, 0);
    int fd = accept(listener, NULL, NULL);
    if (fd < 0 && errno != EAGAIN)
        probe_check(probe, fd, "accept");
    probe_report(probe, "answer", "%s; the connection is %s",
                 error ? error_text(error) : "success",
                 fd >= 0 ? "kept in the queue" : "lost");
    probe_report(probe, "poll", "%s", poll_names(events));
    if (fd < 0)
        probe_report(probe, "client", "read: %s", try_read(client));
}

QUESTIONS(accept_failed){
    {
        .id = "accept.aborted",
        .text = "accept after the client sent RST",
        .why = "A server that treats the errno as fatal is stopped by one "
               "impatient client; where accept succeeds, the next call on the "
               "connection fails.",
        .standard =
            "POSIX.1-2024 accept: ECONNABORTED, \"a connection has been "
            "aborted\". The notes: Berkeley kernels hide it, SVR4 returns "
            "EPROTO; today's BSDs return ECONNABORTED, and on Linux accept "
            "succeeds.",
        .cope = "sonde_accept: takes the next connection instead; "
                "sonde_accept_class: \"retry\", never fatal",
        .probe = accept_failed_probe_aborted,
    },
    {
        .id = "accept.fdlimit",
        .text = "accept without a free descriptor",
        .why =
            "If the connection stays in the queue, a loop around poll and "
            "accept spins at full load until a descriptor is free; otherwise "
            "the client is lost.",
        .standard =
            "POSIX.1-2024 accept: EMFILE, ENFILE; the connection's fate is "
            "unspecified.",
        .cope =
            "sonde_reserve_shed: closes the client's connection by a reserve "
            "descriptor; sonde_backoff",
        .probe = accept_failed_probe_fdlimit,
        .expected_errno = EMFILE,
    },
    {
        .id = "accept.policy",
        .text = "accept refused by a policy (a seccomp filter)",
        .why = "If the connection stays in the queue, a loop around poll and "
               "accept spins at full load for as long as the policy is in "
               "force, and clients wait that no process serves.",
        .standard =
            "Not in POSIX. Linux's accept(2): EPERM by firewall rules; SELinux "
            "and AppArmor: EACCES.",
        .cope = "sonde_accept, then sonde_backoff_after: leaves the listener "
                "alone after 64 failures in a row",
        .probe = accept_failed_probe_policy,
    },
    END_OF_QUESTIONS,
};
