/* host.c - identification of the host
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "probes/finding/host.h"
#include "sonde.h"

/* Add the stable finding ID, KEY, known by HOW_READ.  Returns 0, or -1 with
   ENOMEM.  */
static int host_add3(struct findings *findings, const char *id, const char *key,
                     const char *value)
{
    struct finding finding = {
        .id = id, .key = key, .value = value, .how = HOW_READ, .stable = true};
    return findings_add(findings, &finding);
}

/* Add the findings under "volatile"; the time is left out if not known.
   Returns 0, or -1 with ENOMEM.  */
static int add_volatile(struct findings *findings, const char *name,
                        long elapsed)
{
    char text[32];
    time_t now = time(NULL);
    struct tm utc;
    if (host_add3(findings, "volatile", "host-name", name))
        return -1;
    if (gmtime_r(&now, &utc) &&
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) &&
        host_add3(findings, "volatile", "time", text))
        return -1;
    snprintf(text, sizeof text, "%ld", (long)getpid());
    if (host_add3(findings, "volatile", "process-id", text))
        return -1;
    snprintf(text, sizeof text, "%ld", elapsed);
    return host_add3(findings, "volatile", "elapsed-ms", text);
}

/* Add the scope: the network namespace; "own" if FINDINGS have one under
   "with".  An unreadable name is unknown, not the initial namespace.  Returns
   0, or -1 with ENOMEM.  */
static int add_scope(struct findings *findings)
{
    struct sonde_backlog_cap cap = {.scope = ""};
    /* The number of a new namespace differs with each run.  */
    if (findings_get(findings, "with", "namespace"))
        return host_add3(findings, "host", "scope", "own");
    int error = sonde_backlog_cap(&cap) ? errno : 0;
    if (cap.scope[0])
        return host_add3(findings, "host", "scope", cap.scope);
    const struct finding unknown = {
        .id = "host",
        .key = "scope",
        .reason = error == ENOTSUP
                      ? "this system has no setting with a known scope"
                      : "the scope is not readable",
        .how = HOW_NOT_TESTABLE,
        .stable = true};
    return findings_add(findings, &unknown);
}

int host_add(struct findings *findings, long elapsed)
{
    struct utsname names;
    if (uname(&names) < 0)
        return -1;
    if (host_add3(findings, "host", "system", names.sysname) ||
        host_add3(findings, "host", "release", names.release) ||
        host_add3(findings, "host", "machine", names.machine) ||
        add_scope(findings))
        return -1;
    return add_volatile(findings, names.nodename, elapsed);
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
