/* host.c - identification of the host
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "probes/finding/host.h"
#include "sonde.h"

/* Add the stable finding ID, KEY: VALUE, known by HOW_READ; or if VALUE is
   NULL, not testable for REASON.  Returns 0, or -1 with ENOMEM.  */
static int host_put(struct findings *findings, const char *id, const char *key,
                    const char *value, const char *reason)
{
    struct finding finding = {
        .id = id,
        .key = key,
        .value = value,
        .reason = value ? NULL : reason,
        .how = value ? HOW_READ : HOW_NOT_TESTABLE,
        .stable = true,
    };
    return findings_add(findings, &finding);
}

/* Add the finding "host", "scope": "own" if FINDINGS have a finding "with",
   "namespace"; otherwise the scope of sonde_backlog_cap, or not testable with
   the reason if that is unknown: an unreadable name does not mean the initial
   namespace.  Returns 0, or -1 with ENOMEM.  */
static int host_add_scope(struct findings *findings)
{
    struct sonde_backlog_cap cap = {.scope = ""};
    /* The number of a new namespace differs with each run.  */
    if (findings_get(findings, "with", "namespace"))
        return host_put(findings, "host", "scope", "own", NULL);
    int error = sonde_backlog_cap(&cap) ? errno : 0;
    return host_put(findings, "host", "scope", *cap.scope ? cap.scope : NULL,
                    error == ENOTSUP
                        ? "this system has no setting with a known scope"
                        : "the scope is not readable");
}

int host_add(struct findings *findings, long elapsed)
{
    struct utsname names;
    char when[32], process[24], duration[24];
    time_t now = time(NULL);
    struct tm utc;
    if (uname(&names) < 0)
        return -1;
    snprintf(process, sizeof process, "%ld", (long)getpid());
    snprintf(duration, sizeof duration, "%ld", elapsed);
    bool has_time = gmtime_r(&now, &utc) &&
                    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    const struct {
        const char *id, *key, *value;
    } rows[] = {
        {"host", "system", names.sysname},
        {"host", "release", names.release},
        {"host", "machine", names.machine},
        {"volatile", "host-name", names.nodename},
        {"volatile", "time", has_time ? when : NULL},
        {"volatile", "process-id", process},
        {"volatile", "elapsed-ms", duration},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].value &&
            host_put(findings, rows[i].id, rows[i].key, rows[i].value, NULL))
            return -1;
    return host_add_scope(findings);
}

const char *host_text(const struct findings *findings, const char *key)
{
    const char *text = findings_text(findings, "host", key);
    return text ? text : "-";
}

void host_json(struct json *json, const struct findings *findings)
{
    static const char id[] = "volatile";
    json_object(json, id);
    json_text(json, "time", findings_text(findings, id, "time"));
    json_text(json, "host_name", findings_text(findings, id, "host-name"));
    json_count(json, "process_id",
               findings_number(findings, id, "process-id", -1));
    json_count(json, "elapsed_ms",
               findings_number(findings, id, "elapsed-ms", -1));
    json_object_end(json);
}
