/* listen-cap.c - settings of listen queues, as findings
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "base/names.h"
#include "probes/finding/prefix.h"
#include "probes/queue/listen-cap.h"
#include "probes/run/namespace.h"
#include "sonde.h"

/* Write with the prefix CAP: "initial", yes or no, whether the current network
   namespace is the initial one; and "initial-value", the value of SETTING in
   the initial namespace, which the thread may enter for a moment
   (namespace_place).  Each is not testable if not readable.  */
static void put_namespace(const struct prefix *cap, const char *setting)
{
    static const char unreadable[] = "not readable from here";
    static const char *const answers[] = {
        [NAMESPACE_UNKNOWN] = NULL,
        [NAMESPACE_INITIAL] = "yes",
        [NAMESPACE_OTHER] = "no",
    };
    long value;
    const char *answer = answers[namespace_place(setting, &value)];
    prefix_put_text(cap, "initial", answer, HOW_READ,
                    answer ? NULL : unreadable);
    prefix_put_figure(cap, "initial-value", value, HOW_READ, unreadable);
}

void listen_cap_write(FILE *out, bool own)
{
    const struct prefix prefix = {out, "listen.cap", NULL};
    struct sonde_backlog_cap cap = {.value = -1};
    int error = sonde_backlog_cap(&cap) ? errno : 0;
    bool named = cap.setting[0] != '\0';
    const char *reason = named              ? NULL
                         : !error           ? "a constant of this kernel"
                         : error == ENOTSUP ? "no setting is known"
                                            : errno_name(error);
    const char *scope = own ? "own" : cap.scope[0] ? cap.scope : NULL;
    prefix_put_text(&prefix, "setting", named ? cap.setting : NULL, HOW_READ,
                    reason);
    prefix_put_text(&prefix, "scope", scope, HOW_READ,
                    scope   ? NULL
                    : named ? "the scope of the setting is not readable"
                            : reason);
    prefix_put_figure(&prefix, "value", error ? -1 : cap.value,
                      named ? HOW_READ : HOW_CONSTANT,
                      error != ENOENT ? errno_name(error)
                      : namespace_shows_settings()
                          ? "hidden in this namespace"
                          : "not readable without /proc");
    if (named && !own)
        put_namespace(&prefix, cap.setting);
}

void listen_cap_write_syn(FILE *out, const struct syn_settings *settings)
{
    const char *reason = syn_setting_why(settings->error);
    const struct prefix prefix = {out, "listen.incomplete", NULL};
    prefix_put_figure(&prefix, "tcp_syncookies", settings->cookies, HOW_READ,
                      reason);
    prefix_put_figure(&prefix, "tcp_max_syn_backlog", settings->max_backlog,
                      HOW_READ, reason);
}
