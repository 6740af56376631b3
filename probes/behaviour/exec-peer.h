/* exec-peer.h - what a program sees of a socket that it got by exec
   SPDX-License-Identifier: GPL-3.0-or-later

   No program of POSIX prints the result of getpeername, so sockprobe executes
   itself.  */

#ifndef PROBES_BEHAVIOUR_EXEC_PEER_H
#define PROBES_BEHAVIOUR_EXEC_PEER_H 1

/* <sys/types.h> must precede <netinet/in.h> on OpenBSD.  */
#include <sys/types.h>

#include <netinet/in.h>
#include <stdbool.h>

/* What the executed program sees of an IPv4 socket; of a call that failed the
   errno.  */
struct exec_peer {
    int peer_error, own_error, nonblocking_error, keepalive_error;
    struct sockaddr_in peer, own;
    bool nonblocking, keepalive;
};

/* Replace this process by the program that it runs, which then calls
   exec_peer_main with FD, a descriptor without FD_CLOEXEC.  Returns only on
   failure, with the errno of exec; ENOENT if the system has no name for the
   program's file.  */
void exec_peer_run(int fd);

/* To be called first by main of sockprobe.  If the arguments are those of
   exec_peer_run, write a struct exec_peer to the socket, and return the exit
   status: 0, or 1 if not all of the structure was written.  Otherwise return
   -1.  */
int exec_peer_main(int argc, char **argv);

#endif /* PROBES_BEHAVIOUR_EXEC_PEER_H */
