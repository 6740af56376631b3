/* answers-states.c - the states of a connection as text
   SPDX-License-Identifier: GPL-3.0-or-later

   Made from the findings "WALK.NN" of tcp.states: "EVENT; HERE; PEER".  */

#include <config.h>

#include <string.h>

#include "base/wrap.h"
#include "probes/behaviour/answers.h"

static const char id[] = "tcp.states";

/* The columns of the event and of the state at the peer.  */
enum { WHAT = 16, PEER = 60 };

/* The connections with recorded states: the prefix of the keys, the heading,
   and whether the states of both ends are known.  */
static const struct {
    const char *walk, *title;
    bool both;
} walks[] = {
    {"loopback", "both ends on this host", true},
    {"active", "this host connects, and closes first; simulated peer", false},
    {"passive", "this host listens, and the simulated peer closes first",
     false},
    {"simultaneous-close", "both close at the same time; simulated peer",
     false},
    {"fin-ack", "ACK and FIN of the simulated peer in one segment", false},
    {"simultaneous-open", "both connect at the same time; simulated peer",
     false},
};

/* End TEXT before the last "; " and return the part behind, perhaps empty.
   Without "; " TEXT stays, and the result is empty.  */
static char *cut_last(char *text)
{
    char *last = NULL;
    for (char *next = text; (next = strstr(next, "; ")); next++)
        last = next;
    if (!last)
        return text + strlen(text);
    *last = '\0';
    return last + 2;
}

/* The arrow of the event WHAT, four characters.  WHAT with " out", a packet
   sent: to the right; with " in", a packet received: to the left; with both:
   both ways; with neither: blanks.  */
static const char *arrow_of(const char *what)
{
    static const char *const arrows[] = {"    ", " -->", "<-- ", "<-->"};
    return arrows[(strstr(what, " out") != NULL) +
                  2 * (strstr(what, " in") != NULL)];
}

/* Write VALUE, "EVENT; HERE; PEER", cut to 599 bytes, as a line: HERE, the
   arrow of the event, EVENT, PEER.  A PEER of "-" is left out.  If a part is
   missing, HERE is empty, or HERE and PEER.  */
static void put_step(FILE *out, const char *value)
{
    char text[600];
    snprintf(text, sizeof text, "%s", value);
    const char *peer = cut_last(text);
    const char *here = cut_last(text);
    int column = pad(out, fprintf(out, "%s", here), WHAT);
    column += fprintf(out, "%s  %s", arrow_of(text), text);
    if (strcmp(peer, "-")) {
        pad(out, column, PEER);
        fputs(peer, out);
    }
    putc('\n', out);
}

/* Write an empty line, the heading and all steps of WALK, an index in walks,
   from the findings SLICE; nothing if WALK has no step with a value.  */
static void put_walk(FILE *out, struct slice slice, size_t walk)
{
    size_t length = strlen(walks[walk].walk);
    bool first = true;
    for (size_t i = 0; i < slice.count; i++) {
        const struct finding *finding = &slice.list[i];
        if (!finding->value ||
            strncmp(finding->key, walks[walk].walk, length) ||
            finding->key[length] != '.')
            continue;
        if (first) {
            fprintf(out, "\n%s\n%-*s", walks[walk].title, WHAT, "here");
            if (walks[walk].both)
                fprintf(out, "%-*sthere\n", PEER - WHAT, "      event");
            else
                fputs("      event\n", out);
        }
        first = false;
        put_step(out, finding->value);
    }
}

void answers_states(FILE *out, const struct findings *findings)
{
    struct slice slice = slice_of(findings, id);
    const struct finding *answer = findings_get(findings, id, answer_key);
    const char *missing = findings_text(findings, id, "not-seen");
    const char *text = !answer         ? "not measured"
                       : answer->value ? answer->value
                                       : answer->reason;
    wrap_labelled(out, "TCP states in the kernel's table:", 34, 2,
                  text ? text : "-");
    for (size_t walk = 0; walk < sizeof walks / sizeof *walks; walk++)
        put_walk(out, slice, walk);
    if (missing) {
        putc('\n', out);
        wrap_labelled(out, "not seen:", 10, 10, missing);
    }
}
