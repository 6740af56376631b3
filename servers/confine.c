/* confine.c - give up what a server does not need any more
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/sandbox.h"
#include "servers/log.h"
#include "servers/server.h"
#include "servers/socket-file.h"

/* The folders of the files to remove at the end.  */
struct confine_folders {
    char text[LISTEN_SOCKETS_MAX][SOCKET_FOLDER];
    const char *list[LISTEN_SOCKETS_MAX];
};

/* For the log, after the lines of the listen sockets; "": nothing.  */
static char note[2 * SANDBOX_TEXT];

/* What SERVER must still do in the sandbox: start processes, answer UNIX
   datagrams, remove socket files made here.  The folders of these are written
   to FOLDERS, to which the result refers.  */
static struct sandbox_needs confine_find_needs(const struct server *server,
                                               struct confine_folders *folders)
{
    struct sandbox_needs needs = {.folders = folders->list,
                                  .forks = server->model->forks};
    for (size_t i = 0; i < server->listeners.count; i++) {
        const struct listen_socket *listener = &server->listeners.list[i];
        if (listener->role == SONDE_DATAGRAM &&
            listener->local.storage.ss_family == AF_UNIX)
            needs.answers_unix = true;
        if (!listener->has_file)
            continue;
        char *folder = folders->text[needs.folder_count];
        socket_file_folder(&listener->local, folder);
        folders->list[needs.folder_count++] = folder;
    }
    return needs;
}

/* Enter the sandbox.  On failure the server goes on without one.  Nothing is
   logged here.  A note is kept for server_report_sandbox: after a failure the
   reason, if sandbox_lack has one; after success, with --verbose, what the
   sandbox is.  */
static void confine_enter(const struct server *server)
{
    struct confine_folders folders;
    struct sandbox_needs needs = confine_find_needs(server, &folders);
    char text[SANDBOX_TEXT];
    bool verbose = server->options->verbose;
    int error = sandbox_enter(&needs, text) ? errno : 0;
    const char *lack = error ? sandbox_lack(error, verbose) : NULL;
    if (lack)
        snprintf(note, sizeof note, "no sandbox: %s; the server runs without",
                 lack);
    else if (verbose)
        snprintf(note, sizeof note, "sandbox: %s", text);
}

void server_report_sandbox(void)
{
    if (*note)
        log_line("%s", note);
}

int server_confine(const struct server *server)
{
    /* Those of setcap or of a service manager have served for bind.  With
       --user they are dropped already.  */
    if (geteuid() != 0 && !server->options->user && capability_drop())
        return log_line("cannot drop capabilities: %s", strerror(errno));
    if (!server->options->no_sandbox)
        confine_enter(server);
    return 0;
}
