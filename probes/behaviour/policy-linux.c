/* policy-linux.c - by a seccomp filter
   SPDX-License-Identifier: GPL-3.0-or-later

   No privilege is needed with PR_SET_NO_NEW_PRIVS (seccomp(2)).  The filter
   does not look at the architecture: it protects nothing, and the program has
   one.  Where accept goes by socketcall (32-bit x86), its calls of accept are
   numbers 5 and 18 (linux/net.h).  */

#include <config.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "probes/behaviour/policy.h"

enum { CALL_ACCEPT = 5, CALL_ACCEPT4 = 18 };

#ifdef SYS_socketcall
#define SOCKETCALL SYS_socketcall
#else
#define SOCKETCALL -1
#endif
#ifdef SYS_accept
#define ACCEPT SYS_accept
#else
#define ACCEPT -1
#endif

/* The lower half of the first argument of a call.  */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FIRST_ARGUMENT (offsetof(struct seccomp_data, args) + 4)
#else
#define FIRST_ARGUMENT offsetof(struct seccomp_data, args)
#endif

int policy_refuse_accept(int error)
{
    /* The last two numbers of BPF_JUMP: how many lines to leave out if the
       value is K, and if not.  */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)ACCEPT, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_accept4, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)SOCKETCALL, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIRST_ARGUMENT),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALL_ACCEPT, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALL_ACCEPT4, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {
        .len = sizeof code / sizeof *code,
        .filter = code,
    };
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
               ? -1
               : prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
