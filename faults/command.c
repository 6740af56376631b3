/* command.c - the client to be tried: started, watched, killed
   SPDX-License-Identifier: GPL-3.0-or-later

   No shell is involved.  The command leads a process group of its own, which is
   killed at the end: a client may have started others.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wait.h"
#include "faults/server.h"

enum { ADDRESS_TEXT = SONDE_ADDRESS_TEXT, EXEC_FAILED = 127 };

/* The first port as text, and the numbers of all ports, separated by blanks.
   For a UNIX socket HOST and ADDRESS are the path, PORT and PORTS empty.  */
struct command_place {
    char host[ADDRESS_TEXT], port[12], address[ADDRESS_TEXT];
    char ports[12 * FAULT_PORTS_MAX];
};

/* Fill in PLACE from REPORT, which has a port.  The host is the loopback
   address, also with --any; the address is the host with the first port.  With
   a path in OPTIONS the host and the address are the path, and the other texts
   are empty.  */
static void place_make(struct command_place *place,
                       const struct fault_options *options,
                       const struct fault_report *report)
{
    struct sonde_address address = report->ports[0].address;
    int number = sonde_address_port(&address);
    *place = (struct command_place){.ports = ""};
    if (options->path) {
        snprintf(place->host, sizeof place->host, "%s", options->path);
        snprintf(place->address, sizeof place->address, "%s", options->path);
        return;
    }
    sonde_address_loopback(&address, options->family, (uint16_t)number);
    sonde_address_print(&address, place->address, sizeof place->address);
    sonde_address_set_port(&address, 0);
    sonde_address_print(&address, place->host, sizeof place->host);
    snprintf(place->port, sizeof place->port, "%d", number);
    for (size_t i = 0, used = 0; i < report->port_count; i++)
        used += (size_t)snprintf(
            place->ports + used, sizeof place->ports - used, "%s%d",
            i ? " " : "", sonde_address_port(&report->ports[i].address));
}

/* Set FAULTSRV_HOST, FAULTSRV_PORT, FAULTSRV_PORTS and FAULTSRV_ADDRESS in the
   environment to the texts of PLACE.  Failures are ignored.  */
static void place_export(const struct command_place *place)
{
    setenv("FAULTSRV_HOST", place->host, 1);
    setenv("FAULTSRV_PORT", place->port, 1);
    setenv("FAULTSRV_PORTS", place->ports, 1);
    setenv("FAULTSRV_ADDRESS", place->address, 1);
}

/* A copy of TEXT, for the caller to free, in which the texts of PLACE replace
   {host}, {port} and {address}.  NULL without memory.  */
static char *place_replace(const struct command_place *place, const char *text)
{
    const struct {
        const char *name, *value;
    } words[] = {{"{host}", place->host},
                 {"{port}", place->port},
                 {"{address}", place->address}};
    size_t size = strlen(text) + 1;
    for (const char *at = text; (at = strchr(at, '{')); at++)
        size += ADDRESS_TEXT;
    char *made = malloc(size), *end = made;
    while (made && *text) {
        size_t i = 0;
        while (i < 3 &&
               strncmp(text, words[i].name, strlen(words[i].name)) != 0)
            i++;
        if (i < 3) {
            end = stpcpy(end, words[i].value);
            text += strlen(words[i].name);
        } else {
            *end++ = *text++;
        }
    }
    if (made)
        *end = '\0';
    return made;
}

/* The arguments of the command of OPTIONS, each by place_replace, and a NULL at
   the end; never freed.  NULL without memory, with errno.  */
static char **arguments_make(const struct command_place *place,
                             const struct fault_options *options)
{
    char **arguments = calloc(options->command_count + 1, sizeof *arguments);
    for (size_t i = 0; arguments && i < options->command_count; i++)
        if (!(arguments[i] = place_replace(place, options->command[i])))
            return NULL;
    return arguments;
}

/* In the child: become the command, with a process group of its own, the
   addresses of REPORT in the environment, and the limit FILES unless NULL.
   Never returns: if the program cannot be run, log, and exit with EXEC_FAILED;
   other failures are ignored.  SIGPIPE and SIGXFSZ get the default action, and
   signals of the self-pipe the former one.  Standard output goes to standard
   error: the report has the former.  A terminal is no input for a background
   process group: /dev/null replaces the terminal.  */
static void command_exec(const struct fault_options *options,
                         const struct fault_report *report,
                         const struct rlimit *files)
{
    struct command_place place;
    setpgid(0, 0);
    sonde_selfpipe_close();
    sonde_signal(SIGPIPE, SIG_DFL, SONDE_RESTART);
    sonde_signal(SIGXFSZ, SIG_DFL, SONDE_RESTART);
    place_make(&place, options, report);
    place_export(&place);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    if (isatty(STDIN_FILENO)) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            dup2(fd, STDIN_FILENO);
    }
    if (files)
        setrlimit(RLIMIT_NOFILE, files);
    char **arguments = arguments_make(&place, options);
    if (arguments)
        execvp(arguments[0], arguments);
    options->log("cannot run '%s': %s", options->command[0], strerror(errno));
    _exit(EXEC_FAILED);
}

pid_t fault_command_start(const struct fault_options *options,
                          const struct fault_report *report,
                          const struct rlimit *files)
{
    pid_t child = fork();
    if (child == 0)
        command_exec(options, report, files);
    if (child < 0)
        options->log("cannot start '%s': fork: %s", options->command[0],
                     strerror(errno));
    else
        setpgid(child, child); /* the first of the two sets it */
    return child;
}

/* Reap CHILD within TIMEOUT milliseconds (0: one look), and set the status and
   signal of END.  Returns false, with END unchanged, if CHILD still runs or
   waitpid fails.  */
static bool command_reap(pid_t child, int64_t timeout,
                         struct fault_command *end)
{
    int status;
    if (wait_child(child, &status, timeout) != child)
        return false;
    end->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return true;
}

/* Whether CHILD has ended; if so, set the status and signal of END.  CHILD is
   reaped only if waitid fails: no event would call for another look.  */
static bool command_look(pid_t child, struct fault_command *end)
{
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT))
        return command_reap(child, 0, end);
    if (info.si_pid != child)
        return false;
    end->status = info.si_code == CLD_EXITED ? info.si_status : -1;
    end->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
    return true;
}

bool fault_command_ended(pid_t child, bool kills, struct fault_command *end)
{
    end->status = -1;
    bool has_ended = command_look(child, end);
    if (!kills && !has_ended)
        return false;
    end->killed = !has_ended;
    /* The group is killed before the leader is reaped: until then its number
       belongs to no other group.  */
    kill(-child, SIGKILL);
    command_reap(child, FAULT_REAP_MS, end);
    return true;
}
