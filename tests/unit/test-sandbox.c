/* test-sandbox.c - what sandbox_enter denies and allows
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/sonde-unit.XXXXXX";

/* Whether the tries in a child with NEEDS are as expected: a file in KEPT can
   be removed, others cannot; bind succeeds if it is needed.  Exits with 0, 77
   if there is no sandbox, or the number of the try that failed.  */
static _Noreturn void sandbox_try(const struct sandbox_needs *needs)
{
    char text[SANDBOX_TEXT];
    struct sockaddr_in address = {.sin_family = AF_INET};
    const void *storage = &address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (sandbox_enter(needs, text))
        _exit(*text ? 1 : 77);
    if (!*text || strchr(text, '\n'))
        _exit(2);
    if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES)
        _exit(3);
    if (chdir(folder) || !unlink("denied") || errno != EACCES)
        _exit(4);
    if (unlink("kept/file") != (needs->folder_count ? 0 : -1))
        _exit(5);
    bool has_ports = strstr(text, "TCP ports") != NULL;
    if ((bind(fd, storage, sizeof address) == 0) == has_ports)
        _exit(6);
    if (needs->connects && has_ports)
        _exit(7);
    _exit(0);
}

static void sandbox_make(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void sandbox_check(const struct sandbox_needs *needs)
{
    int status = 0;
    sandbox_make("denied");
    sandbox_make("kept/file");
    pid_t child = fork();
    if (child == 0)
        sandbox_try(needs);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    if (WEXITSTATUS(status) != 77)
        ck_assert_int_eq(WEXITSTATUS(status), 0);
}

START_TEST(files_and_ports_are_denied)
{
    char kept[64], missing[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(kept, sizeof kept, "%s/kept", folder);
    snprintf(missing, sizeof missing, "%s/missing", folder);
    ck_assert_int_eq(mkdir(kept, 0700), 0);
    const char *const folders[] = {missing, kept};
    sandbox_check(&(struct sandbox_needs){.forks = true});
    sandbox_check(
        &(struct sandbox_needs){.folders = folders, .folder_count = 2});
    sandbox_check(&(struct sandbox_needs){.connects = true});
    sandbox_check(&(struct sandbox_needs){.answers_unix = true});
    unlink(strcat(strcpy(missing, kept), "/file"));
    rmdir(kept);
    snprintf(missing, sizeof missing, "%s/denied", folder);
    unlink(missing);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* Without a descriptor for the folder, its files could not be removed later: a
   descriptor for the rules alone is no sandbox.  */
static _Noreturn void sandbox_try_short(void)
{
    static const char *const folders[] = {"/tmp"};
    struct sandbox_needs needs = {.folders = folders, .folder_count = 1};
    char text[SANDBOX_TEXT];
    struct rlimit limit;
    int next = dup(STDOUT_FILENO);
    if (next < 0 || getrlimit(RLIMIT_NOFILE, &limit))
        _exit(1);
    close(next);
    limit.rlim_cur = (rlim_t)next + 1;
    if (setrlimit(RLIMIT_NOFILE, &limit))
        _exit(2);
    if (sandbox_enter(&needs, text) == 0)
        _exit(strstr(text, "Landlock") ? 3 : 77);
    _exit(errno == ENOTSUP || errno == EPERM || errno == EACCES ? 77
          : errno == EMFILE                                     ? 0
                                                                : 4);
}

START_TEST(a_folder_without_a_descriptor_is_not_skipped)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        sandbox_try_short();
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    if (WEXITSTATUS(status) != 77)
        ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* A lack that an administrator knows of is reported on request alone.  */
START_TEST(a_lack_is_reported_on_request)
{
    static const int quiet[] = {ENOTSUP, EPERM, EACCES};
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_null(sandbox_lack(quiet[i], false));
        ck_assert_ptr_nonnull(sandbox_lack(quiet[i], true));
    }
    ck_assert_str_eq(sandbox_lack(ENOMEM, false), strerror(ENOMEM));
    ck_assert_str_eq(sandbox_lack(E2BIG, true), strerror(E2BIG));
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, files_and_ports_are_denied);
    tcase_add_test(tests, a_folder_without_a_descriptor_is_not_skipped);
    tcase_add_test(tests, a_lack_is_reported_on_request);
}

int main(void)
{
    return unit_main("sandbox", add);
}
