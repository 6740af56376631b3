/* advice.c - how to raise the cap of listen queues
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/verdict/advice.h"

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Under Kubernetes there is Docker, or the like, too: it is asked for first. */
static bool in_kubernetes(void)
{
    return getenv("KUBERNETES_SERVICE_HOST") ||
           is_there("/var/run/secrets/kubernetes.io");
}

/* Docker, or Podman, which takes the same options; other containers, of whose
   kind $container may say, are set up otherwise, and have a sysctl.  */
static bool in_docker(void)
{
    const char *container = getenv("container"); /* systemd's word for it */
    return is_there("/.dockerenv") || is_there("/run/.containerenv") ||
           (container &&
            (!strcmp(container, "docker") || !strcmp(container, "podman")));
}

/* In WHAT and MORE "@" stands for the setting and "%" for the number.  The
   first row whose HERE says so is the place we are in.  */
static const struct {
    const char *setting; /* how its name begins */
    const char *place;
    const char *what;
    const char *more; /* a second line, or NULL */
    bool (*here)(void);
    int largest; /* value that does no harm; 0: any */
} remedies[] = {
    {"net.", "in Kubernetes", "spec.securityContext.sysctls: @ = \"%\"",
     "(unsafe: kubelet --allowed-unsafe-sysctls must name it)", in_kubernetes,
     0},
    {"net.", "in Docker", "docker run --sysctl @=% ...",
     "(podman run likewise; a compose file has sysctls)", in_docker, 0},
    {"net.", "on this host", "sysctl -w @=%",
     "(kept by @=% in /etc/sysctl.d/*.conf)", NULL, 0},
    {"net.", "by systemd", "Backlog=% of the socket unit asks, and is cut, too",
     NULL, NULL, 0},
    {"kern.ipc.soacceptqueue", "on FreeBSD", "sysctl @=%",
     "(kept by /etc/sysctl.conf; jails share it, until 15 vnet ones)", NULL, 0},
    {"kern.ipc.somaxconn", "on this host", "sysctl -w @=%",
     "(never above 32767: deaf listeners; macOS: by launchd at boot)", NULL,
     SHRT_MAX},
    {"kern.somaxconn", "on this host", "sysctl -w @=%",
     "(OpenBSD: kept by @=% in /etc/sysctl.conf)", NULL, 0},
};

enum { REMEDIES = sizeof remedies / sizeof *remedies, INDENT = 17 };

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

static void write_one(FILE *out, int i, const char *setting, int wanted)
{
    if (remedies[i].largest > 0 && wanted > remedies[i].largest)
        wanted = remedies[i].largest;
    fprintf(out, "  %-*s", INDENT - 2, remedies[i].place);
    write_filled(out, remedies[i].what, setting, wanted);
    if (!remedies[i].more)
        return;
    fprintf(out, "%*s", INDENT, "");
    write_filled(out, remedies[i].more, setting, wanted);
}

static bool is_about(int i, const char *setting)
{
    return !strncmp(setting, remedies[i].setting, strlen(remedies[i].setting));
}

/* Which of them is for where we are: one that says so, or the first that does
   not ask.  In the host's own namespace it is the host's, whatever else is a
   container's.  */
static int find_here(const char *setting, bool is_host)
{
    for (int i = 0; i < REMEDIES; i++)
        if (is_about(i, setting) &&
            (!remedies[i].here || (!is_host && remedies[i].here())))
            return i;
    return -1;
}

void advice_write(FILE *out, const char *setting, int wanted, bool is_host)
{
    int here = find_here(setting, is_host);
    if (here < 0)
        return;
    write_one(out, here, setting, wanted);
    for (int i = 0; i < REMEDIES; i++)
        if (i != here && is_about(i, setting))
            write_one(out, i, setting, wanted);
    /* Linux: measured; the BSDs: solisten.  */
    fprintf(out, "  %-*s%s\n", INDENT - 2, "and then",
            "restart the program: the cap counts when it calls listen");
}
