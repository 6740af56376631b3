/* advice.c - how to raise the cap of listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/verdict/advice.h"

/* Whether the file or folder PATH exists and can be looked up.  */
static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Whether this process runs in a Kubernetes pod, by the environment or by the
   folder of the service account.  Checked before Docker, which Kubernetes may
   run on.  */
static bool in_kubernetes(void)
{
    return getenv("KUBERNETES_SERVICE_HOST") ||
           is_there("/var/run/secrets/kubernetes.io");
}

/* Whether this process runs in a container of Docker, or of Podman, which has
   the same options: by the files that they make in a container, or by the
   environment variable "container".  */
static bool in_docker(void)
{
    const char *container = getenv("container"); /* set by systemd */
    return is_there("/.dockerenv") || is_there("/run/.containerenv") ||
           (container &&
            (!strcmp(container, "docker") || !strcmp(container, "podman")));
}

/* The known advice, by setting and by place.  In WHAT and MORE "@" stands for
   the name of the setting and "%" for the new value.  The first row whose HERE
   is NULL or returns true is for this place.  */
static const struct {
    const char *setting; /* beginning of the name */
    const char *place;
    const char *what;
    const char *more; /* a second line, or NULL */
    bool (*here)(void);
    int max; /* largest harmless value; 0: any */
} advice[] = {
    {"net.", "in Kubernetes", "spec.securityContext.sysctls: @ = \"%\"",
     "(unsafe: kubelet --allowed-unsafe-sysctls must name it)", in_kubernetes,
     0},
    {"net.", "in Docker", "docker run --sysctl @=% ...",
     "(podman run likewise; a compose file has sysctls)", in_docker, 0},
    {"net.", "on this host", "sysctl -w @=%",
     "(kept by @=% in /etc/sysctl.d/*.conf)", NULL, 0},
    {"net.", "by systemd", "Backlog=% in a socket unit is truncated, too", NULL,
     NULL, 0},
    {"kern.ipc.soacceptqueue", "on FreeBSD", "sysctl @=%",
     "(kept by /etc/sysctl.conf; jails share it, until 15 vnet ones)", NULL, 0},
    {"kern.ipc.somaxconn", "on this host", "sysctl -w @=%",
     "(never above 32767: deaf listeners; macOS: by launchd at boot)", NULL,
     SHRT_MAX},
    {"kern.somaxconn", "on this host", "sysctl -w @=%",
     "(OpenBSD: kept by @=% in /etc/sysctl.conf)", NULL, SHRT_MAX},
};

enum { ADVICE_COUNT = sizeof advice / sizeof *advice, INDENT = 17 };

/* Write TEXT and a newline to OUT, with SETTING in place of each "@" and WANTED
   in place of each "%".  */
static void write_filled(FILE *out, const char *text, const char *setting,
                         int wanted)
{
    for (const char *c = text; *c; c++) {
        if (*c == '@')
            fputs(setting, out);
        else if (*c == '%')
            fprintf(out, "%d", wanted);
        else
            putc(*c, out);
    }
    putc('\n', out);
}

/* Write row I of the advice to OUT, in one or two lines, filled with SETTING
   and WANTED; instead of WANTED the max of the row, if lower.  */
static void write_one(FILE *out, int i, const char *setting, int wanted)
{
    if (advice[i].max > 0 && wanted > advice[i].max)
        wanted = advice[i].max;
    fprintf(out, "  %-*s", INDENT - 2, advice[i].place);
    write_filled(out, advice[i].what, setting, wanted);
    if (!advice[i].more)
        return;
    fprintf(out, "%*s", INDENT, "");
    write_filled(out, advice[i].more, setting, wanted);
}

/* Whether row I of the advice applies to SETTING, by the beginning of its name.
   The place does not count.  */
static bool is_about(int i, const char *setting)
{
    return !strncmp(setting, advice[i].setting, strlen(advice[i].setting));
}

/* The index of the first row of the advice about SETTING that applies here, or
   -1.  If IS_HOST, SETTING belongs to the host, even in a container, and rows
   of containers are skipped.  */
static int find_here(const char *setting, bool is_host)
{
    for (int i = 0; i < ADVICE_COUNT; i++)
        if (is_about(i, setting) &&
            (!advice[i].here || (!is_host && advice[i].here())))
            return i;
    return -1;
}

void advice_write(FILE *out, const char *setting, int wanted, bool is_host)
{
    int here = find_here(setting, is_host);
    if (here < 0)
        return;
    write_one(out, here, setting, wanted);
    for (int i = 0; i < ADVICE_COUNT; i++)
        if (i != here && is_about(i, setting))
            write_one(out, i, setting, wanted);
    /* Linux: measured; the BSDs: solisten.  */
    fprintf(out, "  %-*s%s\n", INDENT - 2, "and then",
            "restart the program: listen() applies the cap");
}
