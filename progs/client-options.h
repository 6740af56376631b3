/* client-options.h - what all clients have in common for their user
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_CLIENT_OPTIONS_H
#define PROGS_CLIENT_OPTIONS_H 1

#include <stdbool.h>

#include "clients/client.h"
#include "progs/options.h"

/* What was given.  */
struct client_options {
    bool inet, inet6, datagrams, verbose;
    const char *path, *source;
    long timeout, keepalive;
    struct option_list operands;
    struct sonde_address source_address;
    char usual_port[12];
};

/* The rows of them, for a table; O points to a struct client_options.  */
#define CLIENT_OPTIONS(O)                                                      \
    {.letter = '4',                                                            \
     .help = "IPv4 only",                                                      \
     .kind = OPTION_FLAG,                                                      \
     .target = &(O)->inet},                                                    \
        {.letter = '6',                                                        \
         .help = "IPv6 only",                                                  \
         .kind = OPTION_FLAG,                                                  \
         .target = &(O)->inet6},                                               \
        {.letter = 'u',                                                        \
         .word = "udp",                                                        \
         .help = "datagrams instead of a connection",                          \
         .kind = OPTION_FLAG,                                                  \
         .target = &(O)->datagrams},                                           \
        {.word = "unix",                                                       \
         .argument = "PATH",                                                   \
         .help = "a UNIX socket, in the place of HOST and PORT",               \
         .kind = OPTION_TEXT,                                                  \
         .target = &(O)->path},                                                \
        {.letter = 's',                                                        \
         .word = "source",                                                     \
         .argument = "ADDR",                                                   \
         .help = "come from this address, or ADDR:PORT, [ADDR]:PORT",          \
         .kind = OPTION_TEXT,                                                  \
         .target = &(O)->source},                                              \
        {.letter = 't',                                                        \
         .word = "timeout",                                                    \
         .argument = "SECONDS",                                                \
         .help = "for everything, from the lookup to the last byte",           \
         .kind = OPTION_SECONDS,                                               \
         .target = &(O)->timeout,                                              \
         .least = 1,                                                           \
         .most = 86400000},                                                    \
        {.letter = 'k',                                                        \
         .word = "keepalive",                                                  \
         .argument = "SECONDS",                                                \
         .help = "after such silence ask whether the peer is there",           \
         .kind = OPTION_NUMBER,                                                \
         .target = &(O)->keepalive,                                            \
         .least = 1,                                                           \
         .most = 32767},                                                       \
    {                                                                          \
        .letter = 'v', .word = "verbose",                                      \
        .help = "say which addresses, and how long it took",                   \
        .kind = OPTION_FLAG, .target = &(O)->verbose                           \
    }

/* The end of --help.  */
#define CLIENT_STATUSES                                                        \
    "Exit status: 0 done, 2 wrong usage or trouble, 3 refused, 4 timed out,\n" \
    "5 host unreachable, 6 network unreachable, 7 unknown name, 8 name "       \
    "service not\nanswering, 9 source address not local, 10 source port in "   \
    "use, 11 not\npermitted, 12 silence (UDP), 13 wrong reply, 14 closed "     \
    "early.\n"

/* A service, and the port it has where this host's list of services has no word
   of it.  */
struct client_service {
    const char *name;
    int port;
};

/* Make TARGET of OPTIONS, which must outlast it; PROGRAM is its name, SERVICE
   what is asked for without a PORT.  Returns OPTIONS_GO_ON, or the
   exit status, having said what is wrong.  */
int client_options_target(struct client_options *options, const char *program,
                          const struct client_service *service,
                          struct client_target *target);

/* Say RESULT, if there is anything to say.  Returns its exit status.  */
int client_options_status(const struct client_result *result);

/* For -v, on standard error: the attempts, both addresses, the time.  */
void client_options_tell(const struct client *client);

#endif /* PROGS_CLIENT_OPTIONS_H */
