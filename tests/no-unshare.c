/* no-unshare.c - run a program that may have no namespaces, as in a container
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: no-unshare [--accept] PROGRAM [ARGUMENT]...

   A seccomp filter answers unshare with EPERM, which is what container engines
   do; with --accept it answers accept and accept4 so.  Exit status 77 if there
   are no filters here.  */

#include <config.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {
        .len = sizeof code / sizeof *code,
        .filter = code,
    };
#ifdef SYS_accept
    if (argc > 1 && !strcmp(argv[1], "--accept")) {
        code[1].k = SYS_accept;
        code[2].k = SYS_accept4;
        argv++;
        argc--;
    }
#endif
    if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        return 77;
    execvp(argv[1], &argv[1]);
    perror(argv[1]);
    return 77;
}
