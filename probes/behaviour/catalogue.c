/* catalogue.c - all questions, by id
   SPDX-License-Identifier: GPL-3.0-or-later

   make writes probes/behaviour/list.h from the names of files in
   probes/behaviour/questions/local.mk.  */

#include <config.h>

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "probes/behaviour/catalogue.h"

#define QUESTION(name) extern const struct question name##_questions[];
#include "probes/behaviour/list.h"
#undef QUESTION

#define QUESTION(name) name##_questions,
static const struct question *const lists[] = {
#include "probes/behaviour/list.h"
};
#undef QUESTION

static const struct {
    const char *name, *title;
} groups[] = {
    {"accept", "accepting connections"},
    {"address", "socket addresses"},
    {"bind", "binding addresses and ports"},
    {"byteorder", "byte order"},
    {"close", "closing a connection"},
    {"connect", "connecting"},
    {"exec", "executing another program"},
    {"io", "I/O models"},
    {"limit", "limits of the number of connections"},
    {"listen", "the accept queue"},
    {"nonblock", "non-blocking sockets"},
    {"option", "socket options"},
    {"path", "path MTU"},
    {"peer", "failures of the peer"},
    {"reuseport", "several sockets on one port"},
    {"shutdown", "shutting down one direction"},
    {"signal", "signals and interrupted calls"},
    {"socket", "domains, types, protocols"},
    {"tcp", "states of a connection"},
    {"udp", "datagrams"},
    {"write", "writing to a socket"},
};

/* For qsort: by id.  */
static int catalogue_compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return strcmp(x->question->id, y->question->id);
}

int catalogue_make(struct catalogue *catalogue)
{
    size_t next = 0;
    *catalogue = (struct catalogue){0};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const struct question *q = lists[i]; q->id; q++)
            catalogue->count++;
    catalogue->entries =
        calloc(catalogue->count + 1, sizeof *catalogue->entries);
    if (!catalogue->entries)
        return -1;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const struct question *q = lists[i]; q->id; q++)
            catalogue->entries[next++].question = q;
    qsort(catalogue->entries, next, sizeof *catalogue->entries,
          catalogue_compare);
    return 0;
}

void catalogue_free(struct catalogue *catalogue)
{
    free(catalogue->entries);
    *catalogue = (struct catalogue){0};
}

/* Whether ID matches PATTERN by fnmatch, or begins with PATTERN and a dot.  */
static bool catalogue_matches(const char *pattern, const char *id)
{
    size_t length = strlen(pattern);
    return fnmatch(pattern, id, 0) == 0 ||
           (!strncmp(pattern, id, length) && id[length] == '.');
}

bool catalogue_has(const struct catalogue *catalogue, const char *pattern)
{
    for (size_t i = 0; i < catalogue->count; i++)
        if (catalogue_matches(pattern, catalogue->entries[i].question->id))
            return true;
    return false;
}

size_t catalogue_choose(struct catalogue *catalogue, const char *pattern)
{
    size_t count = 0;
    for (size_t i = 0; i < catalogue->count; i++)
        if (catalogue_matches(pattern, catalogue->entries[i].question->id)) {
            catalogue->entries[i].chosen = true;
            count++;
        }
    return count;
}

void catalogue_choose_all(struct catalogue *catalogue)
{
    catalogue_choose(catalogue, "*");
    catalogue->all = true;
}

/* The entry of the question ID, chosen or not; NULL if there is none.  */
static const struct entry *catalogue_entry(const struct catalogue *catalogue,
                                           const char *id)
{
    for (size_t i = 0; i < catalogue->count; i++)
        if (!strcmp(catalogue->entries[i].question->id, id))
            return &catalogue->entries[i];
    return NULL;
}

bool catalogue_wants(const struct catalogue *catalogue, const char *id)
{
    const struct entry *entry = catalogue_entry(catalogue, id);
    return entry ? entry->chosen : catalogue->all;
}

const struct question *catalogue_find(const struct catalogue *catalogue,
                                      const char *id)
{
    const struct entry *entry = catalogue_entry(catalogue, id);
    return entry ? entry->question : NULL;
}

bool same_group(const char *a, const char *b)
{
    size_t length = strcspn(a, ".");
    return length == strcspn(b, ".") && !strncmp(a, b, length);
}

const char *group_title(const char *id)
{
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (same_group(groups[i].name, id))
            return groups[i].title;
    return NULL;
}
