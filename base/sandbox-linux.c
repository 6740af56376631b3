/* sandbox-linux.c - no_new_privs and Landlock
   SPDX-License-Identifier: GPL-3.0-or-later

   By system calls: no C library has functions for them.  The header may be
   older than the kernel, so rights beyond ABI 1 stand here by their numbers
   (include/uapi/linux/landlock.h of Linux 7.1).  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sandbox.h"

/* struct landlock_ruleset_attr of ABI 6.  An older kernel accepts the size if
   the members beyond its own are 0.  */
struct sandbox_rules {
    uint64_t files, ports, scopes;
};

/* Rights by the ABI from which a kernel has them.  */
static const uint64_t files_abi_1 = (UINT64_C(1) << 13) - 1;
static const uint64_t files_refer = UINT64_C(1) << 13;
static const uint64_t files_truncate = UINT64_C(1) << 14;
static const uint64_t files_ioctl = UINT64_C(1) << 15;
static const uint64_t files_unix = UINT64_C(1) << 16;
static const uint64_t ports_tcp = 3; /* bind and connect */
static const uint64_t scope_abstract = 1, scope_signal = 2;

/* The rights of Landlock's ABI to give up, but not those that CONNECTS and
   ANSWERS_UNIX of NEEDS keep.  The folders of NEEDS have no effect here.  */
static struct sandbox_rules
sandbox_find_rules(const struct sandbox_needs *needs, long abi)
{
    struct sandbox_rules rules = {.files = files_abi_1};
    bool meets_unix = needs->connects || needs->answers_unix;
    rules.files |= abi >= 2 ? files_refer : 0;
    rules.files |= abi >= 3 ? files_truncate : 0;
    rules.files |= abi >= 5 ? files_ioctl : 0;
    rules.files |= abi >= 9 && !meets_unix ? files_unix : 0;
    rules.ports = abi >= 4 && !needs->connects ? ports_tcp : 0;
    rules.scopes = abi >= 6 ? scope_signal : 0;
    rules.scopes |= abi >= 6 && !meets_unix ? scope_abstract : 0;
    return rules;
}

/* Allow RULESET to remove files in FOLDER.  A folder that cannot be opened is
   skipped, since no file could be removed there, but not for a lack of
   descriptors or memory.  Returns 0, or -1 with errno.  */
static int sandbox_allow(int ruleset, const char *folder)
{
    struct landlock_path_beneath_attr rule = {
        .allowed_access = LANDLOCK_ACCESS_FS_REMOVE_FILE};
    rule.parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -1 : 0;
    long result = syscall(SYS_landlock_add_rule, ruleset,
                          LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    int error = errno;
    close(rule.parent_fd);
    errno = error;
    return result ? -1 : 0;
}

/* Take the rights of RULES from the calling thread for good; as an exception,
   removing files in the folders of NEEDS stays allowed.  no_new_privs must be
   set before.  Returns 0; or -1 with errno, and no right is taken.  */
static int sandbox_restrict(const struct sandbox_needs *needs,
                            const struct sandbox_rules *rules)
{
    long result = 0;
    int ruleset =
        (int)syscall(SYS_landlock_create_ruleset, rules, sizeof *rules, 0);
    if (ruleset < 0)
        return -1;
    for (size_t i = 0; i < needs->folder_count && result == 0; i++)
        result = sandbox_allow(ruleset, needs->folders[i]);
    if (result == 0)
        result = syscall(SYS_landlock_restrict_self, ruleset, 0);
    int error = errno;
    close(ruleset);
    errno = error;
    return result ? -1 : 0;
}

int sandbox_enter(const struct sandbox_needs *needs, char text[SANDBOX_TEXT])
{
    *text = '\0';
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return -1;
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
                       LANDLOCK_CREATE_RULESET_VERSION);
    if (abi == 0 || (abi < 0 && (errno == ENOSYS || errno == EOPNOTSUPP))) {
        errno = ENOTSUP;
        return -1;
    }
    if (abi < 0)
        return -1;
    struct sandbox_rules rules = sandbox_find_rules(needs, abi);
    if (sandbox_restrict(needs, &rules))
        return -1;
    snprintf(text, SANDBOX_TEXT, "Landlock ABI %ld: files%s%s%s", abi,
             rules.ports ? ", TCP ports" : "", rules.scopes ? ", signals" : "",
             rules.files & files_unix        ? ", UNIX sockets"
             : rules.scopes & scope_abstract ? ", abstract sockets"
                                             : "");
    return 0;
}
