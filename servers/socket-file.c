/* socket-file.c - the file of a UNIX socket
   SPDX-License-Identifier: GPL-3.0-or-later

   bind makes the file, and the kernel never removes the file.  getsockname
   returns the path given to bind, so a file cannot be replaced by binding to
   another path and renaming.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/monotonic.h"
#include "servers/log.h"
#include "servers/socket-file.h"

enum {
    LOCK_MS = 5000,   /* the timeout for the lock */
    LOCK_STEP = 10,   /* between two tries */
    SECOND_LOOK = 200 /* pause for a program between bind and listen */
};

const char *socket_file_path(const struct sonde_address *address)
{
    return (const char *)&address->storage +
           offsetof(struct sockaddr_un, sun_path);
}

void socket_file_folder(const struct sonde_address *address,
                        char folder[SOCKET_FOLDER])
{
    const char *path = socket_file_path(address);
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) + 1 : 0;
    memcpy(folder, path, length);
    folder[length] = '.';
    folder[length + 1] = '\0';
}

int socket_file_lock(const struct sonde_address *address)
{
    char folder[SOCKET_FOLDER];
    socket_file_folder(address, folder);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int64_t end = monotonic_ms() + LOCK_MS;
    while (flock(fd, LOCK_EX | LOCK_NB)) {
        bool is_held = errno == EWOULDBLOCK || errno == EINTR;
        if (!is_held || monotonic_ms() >= end) {
            errno = is_held ? EAGAIN : errno;
            descriptor_close(&fd);
            return -1;
        }
        poll(NULL, 0, LOCK_STEP);
    }
    return fd;
}

/* Connect to ADDRESS, a socket of TYPE, and close the connection.  Returns true
   only if the connection is refused: no socket listens, and the file is left
   over; false after any other error, too.  */
static bool socket_file_try_connect(const struct sonde_address *address,
                                    int type)
{
    int fd = sonde_socket(AF_UNIX, type, SONDE_CLOEXEC | SONDE_NONBLOCK);
    if (fd < 0)
        return false;
    bool refused =
        connect(fd, (const void *)&address->storage, address->length) &&
        errno == ECONNREFUSED;
    close(fd);
    return refused;
}

int socket_file_remove_stale(const struct sonde_address *address, int type)
{
    struct stat found, now;
    const char *path = socket_file_path(address);
    /* A program that takes no lock may be between bind and listen: look twice,
       at the same file.  */
    bool is_stale = !lstat(path, &found) && S_ISSOCK(found.st_mode) &&
                    socket_file_try_connect(address, type);
    if (is_stale && type != SOCK_DGRAM)
        poll(NULL, 0, SECOND_LOOK);
    if (!is_stale || !socket_file_try_connect(address, type) ||
        lstat(path, &now) || found.st_ino != now.st_ino ||
        found.st_dev != now.st_dev || found.st_ctime != now.st_ctime) {
        errno = EADDRINUSE;
        return -1;
    }
    return unlink(path);
}

/* Set *ID to the number TEXT, or to the result of LOOK_UP for the name TEXT.
   Returns 0; -1, and *ID undefined: there is no such name, or the number is not
   from 0 to (uid_t)-2.  */
static int id_read(const char *text, int64_t (*look_up)(const char *),
                   int64_t *id)
{
    char *end;
    errno = 0;
    *id = strtoimax(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno || *id < 0)
        *id = look_up(text);
    /* chown takes (uid_t)-1 as "no change", and cuts larger numbers.  */
    return *id < 0 || *id >= (uid_t)-1 ? -1 : 0;
}

/* The number of the user NAME; -1 if there is none.  */
static int64_t socket_file_find_user(const char *name)
{
    const struct passwd *found = getpwnam(name);
    return found ? (int64_t)found->pw_uid : -1;
}

/* The number of the group NAME; -1 if there is none.  */
static int64_t socket_file_find_group(const char *name)
{
    const struct group *found = getgrnam(name);
    return found ? (int64_t)found->gr_gid : -1;
}

/* Read OWNER (USER, USER:GROUP or :GROUP) into ACCESS's user and group; a part
   that is missing in OWNER stays, but a group must follow a colon.  Returns 0;
   or -1 with the reason in the log, and the user may be set.  */
static int socket_access_read_owner(struct socket_access *access,
                                    const char *owner)
{
    char user[128];
    int64_t id;
    const char *colon = owner + strcspn(owner, ":");
    snprintf(user, sizeof user, "%.*s", (int)(colon - owner), owner);
    if (!*owner)
        return log_line("--unix-owner requires USER, USER:GROUP or :GROUP");
    if (*user && id_read(user, socket_file_find_user, &id))
        return log_line("--unix-owner: no such user: '%.100s'", user);
    if (*user)
        access->user = (uid_t)id;
    if (*colon && id_read(colon + 1, socket_file_find_group, &id))
        return log_line("--unix-owner: no such group: '%.100s'", colon + 1);
    if (*colon)
        access->group = (gid_t)id;
    return 0;
}

int socket_access_read(struct socket_access *access, const char *mode,
                       const char *owner)
{
    *access = (struct socket_access){.user = (uid_t)-1, .group = (gid_t)-1};
    if (mode) {
        char *end;
        unsigned long number = strtoul(mode, &end, 8);
        if (*mode < '0' || *mode > '7' || *end != '\0' || number > 0777)
            return log_line("--unix-mode: '%.100s' is not an octal mode up to "
                            "777",
                            mode);
        access->has_mode = true;
        access->mode = (mode_t)number;
    }
    return owner ? socket_access_read_owner(access, owner) : 0;
}

mode_t socket_access_umask(const struct socket_access *access)
{
    mode_t prev = umask(0777);
    umask(access->has_mode ? 0777 & ~access->mode : prev);
    return prev;
}

int socket_access_give(const struct socket_access *access,
                       const struct sonde_address *address)
{
    struct stat file;
    if (access->user == (uid_t)-1 && access->group == (gid_t)-1)
        return 0;
    /* Another user of the folder may have put another file in its place.  */
    if (lstat(socket_file_path(address), &file))
        return -1;
    if (!S_ISSOCK(file.st_mode)) {
        errno = ENOTSOCK;
        return -1;
    }
    return lchown(socket_file_path(address), access->user, access->group);
}

/* Removing takes no read permission: so the folder is not opened.  */
bool socket_file_is_removable(const struct sonde_address *address)
{
    char path[SOCKET_FOLDER];
    struct stat folder, file;
    int saved = errno;
    socket_file_folder(address, path);
    bool may = !faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS);
    if (may && !stat(path, &folder) && folder.st_mode & S_ISVTX &&
        !lstat(socket_file_path(address), &file))
        may = geteuid() == 0 || geteuid() == file.st_uid ||
              geteuid() == folder.st_uid;
    errno = saved;
    return may;
}
