/* listen-cap.c - what settings say of listen queues, as findings
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "probes/finding.h"
#include "probes/listen-cap.h"
#include "probes/names.h"
#include "probes/namespace.h"
#include "sonde.h"

static void put_of_cap(FILE *out, const char *key, const char *value,
                       const char *reason)
{
    struct finding finding = {
        .id = "listen.cap",
        .key = key,
        .value = value,
        .reason = reason,
        .how = value ? HOW_READ : HOW_NOT_TESTABLE,
        .stable = true,
    };
    finding_write(out, &finding);
}

/* Whether the namespace that SETTING belongs to is the host's first one, and
   what it says there.  */
static void put_place(FILE *out, const char *setting)
{
    static const char *const answers[] = {
        [NAMESPACE_UNKNOWN] = NULL,
        [NAMESPACE_INITIAL] = "yes",
        [NAMESPACE_OTHER] = "no",
    };
    long value;
    char text[24];
    enum namespace_place place = namespace_place(setting, &value);
    snprintf(text, sizeof text, "%ld", value);
    put_of_cap(out, "initial", answers[place],
               place == NAMESPACE_UNKNOWN ? "not readable from here" : NULL);
    put_of_cap(out, "initial-value", value < 0 ? NULL : text,
               value < 0 ? "not readable from here" : NULL);
}

void listen_cap_write(FILE *out, bool own)
{
    struct sonde_backlog_cap cap = {.value = -1};
    char value[24];
    int error = sonde_backlog_cap(&cap) ? errno : 0;
    bool named = !error || error == ENOENT;
    const char *reason = named ? NULL : "no setting is known";
    snprintf(value, sizeof value, "%ld", cap.value);
    put_of_cap(out, "setting", named ? cap.setting : NULL, reason);
    put_of_cap(out, "scope", own ? "own" : named ? cap.scope : NULL, reason);
    put_of_cap(out, "value", error ? NULL : value,
               !error                       ? NULL
               : error != ENOENT            ? errno_name(error)
               : namespace_shows_settings() ? "hidden in this namespace"
                                            : "not to be read without /proc");
    if (named && !own)
        put_place(out, cap.setting);
}

void listen_cap_write_syn(FILE *out, const struct syn_settings *settings)
{
    const struct {
        const char *key;
        long value;
    } read[] = {{"tcp_syncookies", settings->cookies},
                {"tcp_max_syn_backlog", settings->most}};
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
        char value[24];
        snprintf(value, sizeof value, "%ld", read[i].value);
        struct finding finding = {
            .id = "listen.incomplete",
            .key = read[i].key,
            .value = read[i].value < 0 ? NULL : value,
            .reason =
                read[i].value < 0 ? "no such setting is shown here" : NULL,
            .how = read[i].value < 0 ? HOW_NOT_TESTABLE : HOW_READ,
            .stable = true,
        };
        finding_write(out, &finding);
    }
}
