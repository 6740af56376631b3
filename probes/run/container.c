/* container.c - the container or unit of a process, by its cgroup
   SPDX-License-Identifier: GPL-3.0-or-later

   A line is NUMBER:CONTROLLERS:PATH.  Container engines put a number of 64
   hexadecimal digits into the path: as a folder by cgroupfs ("/docker/NUMBER"),
   or as a scope by systemd ("docker-NUMBER.scope").  With version 1 of cgroups
   the paths of the controllers differ: the line that tells most is taken.  */

#include <config.h>

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "probes/run/container.h"

enum {
    ID_DIGITS = 64, /* of a container's number */
    ID_SHOWN = 12,  /* the digits that docker ps shows, and podman ps */
    POD_SHOWN = 8,  /* the first group of a UUID */
    PART_SIZE = 256 /* NAME_MAX, and NUL */
};

/* What a part of the path is, the least telling first: a later one wins.  */
enum kind { KIND_NONE, KIND_UNIT, KIND_MACHINE, KIND_CONTAINER, KIND_POD };

/* Engines by the beginning of a scope; the rest is the number.  */
static const struct {
    const char *begin, *name;
} scopes[] = {
    {"docker-", "docker"},
    {"libpod-", "podman"},
    {"cri-containerd-", "containerd"},
    {"containerd-", "containerd"},
    {"nerdctl-", "containerd"},
    {"crio-", "cri-o"},
};

/* Engines by the name of the folder above that of the number.  */
static const struct {
    const char *folder, *name;
} folders[] = {
    {"docker", "docker"},
    {"libpod_parent", "podman"},
    {"containerd", "containerd"},
};

/* Whether TEXT is a container's number, 64 hex digits in lower case, followed
   by END and nothing more.  */
static bool container_is_id(const char *text, const char *end)
{
    size_t digits = strspn(text, "0123456789abcdef");
    return digits == ID_DIGITS && !strcmp(text + digits, end);
}

/* Write WORD and a blank, unless WORD is empty, and up to SIZE bytes of TEXT to
   NAME, cut if too long; bytes that are not printable become '?'.  */
static void container_set(char name[CONTAINER_NAME], const char *word,
                          const char *text, size_t size)
{
    snprintf(name, CONTAINER_NAME, "%s%s", word, *word ? " " : "");
    size_t room = CONTAINER_NAME - 1 - strlen(name);
    strncat(name, text, size < room ? size : room);
    for (char *c = name; *c; c++)
        if (!isprint((unsigned char)*c))
            *c = '?';
}

/* If PART names a pod, "podUUID" or "kubepods-CLASS-podUUID.slice" with '_' for
   '-', write "kubernetes pod" and the first 8 digits of UUID to NAME.  Returns
   whether so; otherwise NAME stays.  */
static bool container_read_pod(const char *part, char name[CONTAINER_NAME])
{
    const char *pod =
        !strncmp(part, "kubepods", 8) ? strstr(part, "-pod") : NULL;
    pod = pod ? pod + 4 : !strncmp(part, "pod", 3) ? part + 3 : NULL;
    if (!pod || strspn(pod, "0123456789abcdef") < POD_SHOWN)
        return false;
    container_set(name, "kubernetes pod", pod, POD_SHOWN);
    return true;
}

/* If PART, in the folder PARENT, names a container by number, write the engine
   ("container" if unknown) and the first 12 digits of the number to NAME.
   Returns whether so; otherwise NAME stays.  */
static bool container_read_container(const char *parent, const char *part,
                                     char name[CONTAINER_NAME])
{
    const char *engine = "container";
    if (container_is_id(part, "")) {
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
            if (!strcmp(parent, folders[i].folder))
                engine = folders[i].name;
        container_set(name, engine, part, ID_SHOWN);
        return true;
    }
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        size_t length = strlen(scopes[i].begin);
        if (strncmp(part, scopes[i].begin, length) != 0 ||
            (!container_is_id(part + length, ".scope") &&
             !container_is_id(part + length, "")))
            continue;
        container_set(name, scopes[i].name, part + length, ID_SHOWN);
        return true;
    }
    return false;
}

/* If PART, in the folder PARENT, is a container of LXC (in the folder "lxc", or
   "lxc.payload.NAME") or a machine of systemd ("machine-NAME.scope"), write
   "lxc" or "machine", a blank and the name to NAME.  Returns whether so;
   otherwise NAME stays.  */
static bool container_read_machine(const char *parent, const char *part,
                                   char name[CONTAINER_NAME])
{
    static const char payload[] = "lxc.payload.", machine[] = "machine-";
    const char *end = strstr(part, ".scope");
    if (!strncmp(part, payload, sizeof payload - 1))
        container_set(name, "lxc", part + sizeof payload - 1, PART_SIZE);
    else if (!strcmp(parent, "lxc"))
        container_set(name, "lxc", part, PART_SIZE);
    else if (!strncmp(part, machine, sizeof machine - 1) && end)
        container_set(name, "machine", part + sizeof machine - 1,
                      (size_t)(end - part) - (sizeof machine - 1));
    else
        return false;
    return true;
}

/* Whether PART ends as the units of systemd that have processes.  */
static bool container_is_unit(const char *part)
{
    static const char *const ends[] = {".service", ".scope", ".socket",
                                       ".mount", ".swap"};
    size_t length = strlen(part);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        if (length > end && !strcmp(part + length - end, ends[i]))
            return true;
    }
    return false;
}

/* Write the pod, container, machine or unit that PART, in the folder PARENT,
   names to NAME.  Returns its kind; with KIND_NONE, NAME stays.  */
static enum kind container_read_part(const char *parent, const char *part,
                                     char name[CONTAINER_NAME])
{
    if (container_read_pod(part, name))
        return KIND_POD;
    if (container_read_container(parent, part, name))
        return KIND_CONTAINER;
    if (container_read_machine(parent, part, name))
        return KIND_MACHINE;
    if (!container_is_unit(part))
        return KIND_NONE;
    container_set(name, "", part, PART_SIZE);
    return KIND_UNIT;
}

/* Look for a pod, container, machine or unit in each part of the LENGTH bytes
   of PATH, and write the most telling to NAME.  KIND is the kind of NAME so
   far: NAME stays if PATH has only less telling kinds.  Of parts of the same
   kind the last wins, the deepest, since a container may run others.  Returns
   the kind of NAME.  */
static enum kind container_read_path(const char *path, size_t length,
                                     enum kind kind, char name[CONTAINER_NAME])
{
    char parent[PART_SIZE] = "", part[PART_SIZE], found[CONTAINER_NAME];
    for (size_t at = 0; at < length; at++) {
        size_t size = strcspn(path + at, "/\n");
        if (size > length - at)
            size = length - at;
        snprintf(part, sizeof part, "%.*s", (int)size, path + at);
        enum kind next = container_read_part(parent, part, found);
        if (next != KIND_NONE && next >= kind) {
            kind = next;
            memcpy(name, found, CONTAINER_NAME);
        }
        memcpy(parent, part, sizeof parent);
        at += size;
    }
    return kind;
}

void container_name(const char *text, char name[CONTAINER_NAME])
{
    enum kind kind = KIND_NONE;
    name[0] = '\0';
    while (*text) {
        size_t length = strcspn(text, "\n");
        const char *colon = memchr(text, ':', length);
        size_t left = colon ? length - (size_t)(colon + 1 - text) : 0;
        colon = left > 0 ? memchr(colon + 1, ':', left) : NULL;
        if (colon)
            kind = container_read_path(
                colon + 1, length - (size_t)(colon + 1 - text), kind, name);
        text += length + (text[length] == '\n');
    }
}
