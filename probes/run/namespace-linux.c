/* namespace-linux.c - a new network namespace by unshare
   SPDX-License-Identifier: GPL-3.0-or-later

   A namespace may be denied by the kernel's build, settings, security modules
   and seccomp filters, most with EPERM: the reason is then searched for.  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/names.h"
#include "base/wait.h"
#include "probes/run/namespace.h"
#include "probes/run/proc.h"

/* Write the formatted reason to *TROUBLE, cut if too long.  Returns -1.  */
__attribute__((format(printf, 2, 3))) static int
trouble_set(struct namespace_trouble *trouble, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(trouble->text, sizeof trouble->text, format, arguments);
    va_end(arguments);
    return -1;
}

/* Write TEXT to the existing file PATH in one call, as files below /proc
   require.  Returns 0 with errno 0, or -1 with the errno of open or write.  A
   short length, when a kernel takes only the first of two numbers, is
   EINVAL.  */
static int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t length = (ssize_t)strlen(text);
    ssize_t took = write(fd, text, (size_t)length);
    int error = took == length ? 0 : took < 0 ? errno : EINVAL;
    close(fd);
    errno = error;
    return error ? -1 : 0;
}

/* Whether a seccomp filter applies to this process; false if not known.  */
static bool is_filtered(void)
{
    char line[128];
    bool filtered = false;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && !filtered && fgets(line, sizeof line, status))
        filtered = !strncmp(line, "Seccomp:", 8) && strstr(line, "2");
    if (status)
        fclose(status);
    return filtered;
}

/* Settings that forbid users a namespace, and what the value means.  */
static const struct {
    const char *setting;
    long value;
    const char *reason;
} obstacles[] = {
    {"user.max_user_namespaces", 0,
     "user.max_user_namespaces is 0 on this host"},
    {"user.max_net_namespaces", 0, "user.max_net_namespaces is 0 on this host"},
    {"kernel.unprivileged_userns_clone", 0,
     "kernel.unprivileged_userns_clone is 0 on this host"},
    {"kernel.apparmor_restrict_unprivileged_userns", 1,
     "AppArmor denies user namespaces to programs without a profile "
     "(kernel.apparmor_restrict_unprivileged_userns is 1)"},
};

/* WHAT failed with ERROR, an errno: write the reason to *TROUBLE.  For a denial
   (EPERM, EACCES, ENOSPC, EUSERS), a setting that forbids namespaces, if there
   is one.  Otherwise WHAT and the name of ERROR; with the likely cause of a
   denial, if found: too many namespaces, or a seccomp filter.  Returns -1.  */
static int namespace_linux_explain(struct namespace_trouble *trouble,
                                   const char *what, int error)
{
    const char *why = NULL;
    bool is_full = error == ENOSPC || error == EUSERS;
    if (is_full || error == EPERM || error == EACCES) {
        for (size_t i = 0; i < sizeof obstacles / sizeof *obstacles; i++)
            if (proc_number(obstacles[i].setting) == obstacles[i].value)
                return trouble_set(trouble, "%s", obstacles[i].reason);
        if (is_full)
            why = "there are too many namespaces already";
        else if (is_filtered())
            why = "a seccomp filter forbids it, as in a container";
    }
    return why ? trouble_set(trouble, "%s (%s: %s)", why, what,
                             errno_name(error))
               : trouble_set(trouble, "%s: %s", what, errno_name(error));
}

/* unshare failed with ERROR: write the reason to *TROUBLE.  EINVAL and ENOSYS
   are those of a kernel built without such namespaces.  Returns -1.  */
static int explain_unshare(struct namespace_trouble *trouble, int error)
{
    if (error != ENOSYS && error != EINVAL)
        return namespace_linux_explain(trouble, "unshare", error);
    return trouble_set(
        trouble,
        "this kernel has no user or no network namespaces (unshare: %s)",
        errno_name(error));
}

/* Map USER and GROUP into the new user namespace of the process, so that files
   made by the process have an owner; setgroups is forbidden from then on.
   Returns 0, or -1 with *TROUBLE filled in.  */
static int keep_identity(uid_t user, gid_t group,
                         struct namespace_trouble *trouble)
{
    char text[64];
    snprintf(text, sizeof text, "%lu %lu 1", (unsigned long)user,
             (unsigned long)user);
    if (write_file("/proc/self/uid_map", text))
        return namespace_linux_explain(trouble, "writing uid_map", errno);
    /* The kernel requires this before gid_map; before 3.19 the file does not
       exist, and is not needed.  */
    if (write_file("/proc/self/setgroups", "deny") && errno != ENOENT)
        return namespace_linux_explain(trouble, "writing setgroups", errno);
    snprintf(text, sizeof text, "%lu %lu 1", (unsigned long)group,
             (unsigned long)group);
    if (write_file("/proc/self/gid_map", text))
        return namespace_linux_explain(trouble, "writing gid_map", errno);
    return 0;
}

/* The loopback interface of a new namespace is down: bring it up.  Returns 0,
   or -1 with errno.  */
static int bring_up_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int failed = fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request);
    request.ifr_flags |= IFF_UP;
    failed = failed || ioctl(fd, SIOCSIFFLAGS, &request);
    descriptor_close(&fd);
    return failed ? -1 : 0;
}

/* The argument of SIOCSIFADDR for IPv6, as in linux/ipv6.h, which conflicts
   with netinet/in.h in some C libraries.  */
struct inet6_request {
    struct in6_addr address;
    uint32_t prefix_length;
    int interface;
};

/* Wait until ADDRESS is usable, a moment after it was added, by bind at an
   ephemeral port: EADDRNOTAVAIL is retried for about a second.  Returns 0, or
   -1 with errno: EADDRNOTAVAIL after the timeout, another errno at once.  */
static int await_address(const struct in6_addr *address)
{
    enum { TIMEOUT = 1000 };
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = *address};
    const void *storage = &in6;
    int status, fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    for (int i = 0; (status = bind(fd, storage, sizeof in6)) &&
                    errno == EADDRNOTAVAIL && i < TIMEOUT;
         i++)
        wait_pause(1);
    descriptor_close(&fd);
    return status;
}

int namespace_add_inet6(void)
{
    /* Sanitizers take the argument for a whole ifreq.  */
    union {
        struct ifreq all;
        struct inet6_request inet6;
    } request = {.all = {.ifr_name = ""}};
    request.inet6.prefix_length = 128;
    request.inet6.interface = (int)if_nametoindex("lo");
    inet_pton(AF_INET6, NAMESPACE_INET6, &request.inet6.address);
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int failed =
        fd < 0 || (ioctl(fd, SIOCSIFADDR, &request) && errno != EEXIST);
    descriptor_close(&fd);
    if (failed)
        return -1;
    return await_address(&request.inet6.address);
}

int namespace_enter(struct namespace_trouble *trouble)
{
    uid_t user = geteuid();
    gid_t group = getegid();
    /* Without a user namespace the kernel hides no settings.  */
    if (unshare(CLONE_NEWNET)) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
            return explain_unshare(trouble, errno);
        if (keep_identity(user, group, trouble))
            return -1;
    }
    if (bring_up_loopback())
        return namespace_linux_explain(
            trouble, "bringing up the loopback interface", errno);
    return 0;
}

/* Whether PATH has an empty or ".." component.  */
static bool path_is_odd(const char *path)
{
    for (const char *part = path;; part++) {
        size_t length = strcspn(part, "/");
        if (length == 0 || (length == 2 && !strncmp(part, "..", 2)))
            return true;
        part += length;
        if (!*part)
            return false;
    }
}

/* Write the file name of SETTING to PATH.  Only settings below net can belong
   to a network namespace; all others are the host's.  Returns 0; or -1 with
   *TROUBLE filled in and PATH undefined, if SETTING is too long, not below net,
   or has an empty or ".." component.  Whether the file exists is not
   checked.  */
static int path_of(const char *setting, char path[PROC_PATH],
                   struct namespace_trouble *trouble)
{
    const char *name = path + strlen("/proc/sys/");
    if (strlen(setting) > PROC_PATH - sizeof "/proc/sys/")
        return trouble_set(trouble, "\"%.40s...\" is too long for a setting",
                           setting);
    proc_path(setting, path);
    if (path_is_odd(name))
        return trouble_set(
            trouble,
            "\"%s\" is no setting: a part of the name is empty or "
            "\"..\"",
            setting);
    if (strncmp(name, "net/", 4) != 0)
        return trouble_set(
            trouble,
            "\"%s\" is not a setting of a network namespace: those begin "
            "with net.",
            setting);
    return 0;
}

pid_t namespace_process(const char *name)
{
    char *end;
    errno = 0;
    long number = strtol(name, &end, 10);
    return *name >= '0' && *name <= '9' && !*end && !errno && number > 0 &&
                   number <= INT_MAX
               ? (pid_t)number
               : 0;
}

int namespace_join(const char *name, struct namespace_trouble *trouble)
{
    char path[256];
    pid_t pid = namespace_process(name);
    int length =
        pid ? snprintf(path, sizeof path, "/proc/%ld/ns/net", (long)pid)
        : strchr(name, '/')
            ? snprintf(path, sizeof path, "%s", name)
            : snprintf(path, sizeof path, "/run/netns/%s", name);
    if (!*name || length >= (int)sizeof path) {
        trouble_set(trouble,
                    *name ? "the name is too long" : "the name is empty");
        errno = *name ? ENAMETOOLONG : ENOENT;
        return -1;
    }
    /* A FIFO would wait for a writer.  */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int error = fd < 0 || setns(fd, CLONE_NEWNET) ? errno : 0;
    if (fd < 0)
        trouble_set(trouble, "cannot open %s: %s", path, strerror(error));
    else if (error == EINVAL)
        trouble_set(trouble, "%s is no network namespace", path);
    else if (error)
        trouble_set(trouble, "cannot enter %s: %s%s", path, strerror(error),
                    error == EPERM ? " (this needs CAP_SYS_ADMIN)" : "");
    descriptor_close(&fd);
    errno = error;
    return error ? -1 : 0;
}

bool namespace_shows_settings(void)
{
    return access("/proc/sys", F_OK) == 0;
}

bool namespace_knows(const char *setting, struct namespace_trouble *trouble)
{
    char path[PROC_PATH];
    struct stat file;
    if (path_of(setting, path, trouble))
        return false;
    errno = 0;
    if (!stat(path, &file) && S_ISREG(file.st_mode))
        return true;
    if (errno != ENOENT && errno != ENOTDIR && errno != 0)
        trouble_set(trouble, "cannot find out whether this host has %s: %s",
                    setting, errno_name(errno));
    else if (namespace_shows_settings())
        trouble_set(trouble, "this host has no setting %s", setting);
    else
        trouble_set(trouble, "%s cannot be found without /proc", setting);
    return false;
}

/* Write to *TROUBLE why writing VALUE to SETTING failed with ERROR: missing or
   hidden (ENOENT), read-only /proc/sys (EROFS), VALUE refused (EINVAL, ERANGE),
   a setting of the host (EACCES, EPERM), or another errno by name.  Returns -1.
 */
static int explain_set(struct namespace_trouble *trouble, const char *setting,
                       const char *value, int error)
{
    switch (error) {
    case ENOENT:
        if (strstr(setting, ".conf.") || strstr(setting, ".neigh."))
            return trouble_set(trouble,
                               "the new namespace has no %s: it has no "
                               "interface but lo",
                               setting);
        return trouble_set(
            trouble,
            "this kernel hides %s in a namespace of an ordinary user "
            "(Linux before 6.3 does); root can read it",
            setting);
    case EROFS:
        return trouble_set(
            trouble,
            "/proc/sys is mounted read-only here, as in a container, "
            "so %s cannot be set",
            setting);
    case EINVAL:
    case ERANGE:
        return trouble_set(trouble, "the kernel does not take \"%s\" for %s",
                           value, setting);
    case EACCES:
    case EPERM:
        return trouble_set(trouble,
                           "%s does not belong to a network namespace (%s)",
                           setting, errno_name(error));
    default:
        return trouble_set(trouble, "setting %s: %s", setting,
                           errno_name(error));
    }
}

/* Whether SETTING reads back as VALUE: the same number first, where VALUE is
   decimal, hexadecimal with 0x or octal with 0, as for the kernel; or, if VALUE
   is more than a number, a text that begins with VALUE.  True if VALUE does not
   begin with a number.  */
static bool reads_back(const char *setting, const char *value)
{
    char *end, text[PROC_PATH];
    long wanted = strtol(value, &end, 0);
    if (end == value || proc_number(setting) == wanted)
        return true;
    if (*end == '\0')
        return false;
    return !proc_setting(setting, text, sizeof text) &&
           !strncmp(text, value, strlen(value));
}

int namespace_set(const char *setting, const char *value,
                  struct namespace_trouble *trouble)
{
    char path[PROC_PATH];
    if (path_of(setting, path, trouble))
        return -1;
    if (write_file(path, value))
        return explain_set(trouble, setting, value, errno);
    if (!reads_back(setting, value))
        return trouble_set(trouble, "%s took \"%s\", but reads %ld", setting,
                           value, proc_number(setting));
    return 0;
}

long namespace_read(const char *setting)
{
    char path[PROC_PATH];
    struct namespace_trouble trouble;
    if (path_of(setting, path, &trouble)) {
        errno = ENOENT;
        return -1;
    }
    return proc_number(setting);
}

/* The number of the namespace at PATH, such as "/proc/self/ns/net", the inode
   (namespaces(7)); 0 if not visible.  */
static ino_t namespace_linux_number_of(const char *path)
{
    struct stat file;
    return stat(path, &file) ? 0 : file.st_ino;
}

/* Read SETTING in the network namespace at PATH, and enter the current one
   again.  Returns the number; or -1 without privilege or descriptors, or if
   SETTING is not readable there.  Aborts the process if the current namespace
   cannot be entered again.  */
static long read_elsewhere(const char *path, const char *setting)
{
    long value = -1;
    int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int there = open(path, O_RDONLY | O_CLOEXEC);
    if (here >= 0 && there >= 0 && !setns(there, CLONE_NEWNET)) {
        value = namespace_read(setting);
        if (setns(here, CLONE_NEWNET))
            abort(); /* the rest would be measured in the wrong namespace */
    }
    descriptor_close(&here);
    descriptor_close(&there);
    return value;
}

/* Since 6.17 the initial namespaces have fixed numbers (linux/nsfs.h).  Before,
   only the initial PID namespace has a fixed number; there, process 1 is in the
   initial network namespace, if its links are readable.  */
enum namespace_place namespace_place(const char *setting, long *value)
{
    static const ino_t first_net = 0xEFFFFFF9, first_pid = 0xEFFFFFFC;
    static const char path[] = "/proc/1/ns/net";
    ino_t here = namespace_linux_number_of("/proc/self/ns/net"), first = 0;
    if (here == first_net)
        first = here;
    else if (namespace_linux_number_of("/proc/self/ns/pid") == first_pid)
        first = namespace_linux_number_of(path);
    *value = -1;
    if (here == 0 || first == 0)
        return NAMESPACE_UNKNOWN;
    *value =
        here == first ? namespace_read(setting) : read_elsewhere(path, setting);
    return here == first ? NAMESPACE_INITIAL : NAMESPACE_OTHER;
}
