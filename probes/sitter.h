/* sitter.h - a process that sees others dead when this one has died
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_SITTER_H
#define PROBES_SITTER_H 1

#include <sys/types.h>

struct sitter {
    int pipe;
    pid_t child;
};

/* Start it.  Returns 0, or -1 with errno.  */
int sitter_start(struct sitter *sitter);

/* A process group to be seen dead; one that is gone.  */
void sitter_mind(const struct sitter *sitter, pid_t group);
void sitter_forget(const struct sitter *sitter, pid_t group);

/* End it: what it still minds is killed.  */
void sitter_stop(struct sitter *sitter);

#endif /* PROBES_SITTER_H */
