/* fuzz-proc.c - files below /proc, as another kernel may write them
   SPDX-License-Identifier: GPL-3.0-or-later

   The first byte of the input chooses the file: 0 to 2 the lines of net/tcp,
   tcp6 and unix, 3 to 5 those of net/udp, udp6 and unix, 6 net/netstat, 7
   net/snmp, 8 net/snmp6, 9 self/cgroup and, behind a form feed,
   self/mountinfo.  */

#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "lib/private.h"
#include "lib/proc-net.h"
#include "tests/fuzz/fuzz.h"

static char root[64];

static void remove_root(void)
{
    static const char *const names[] = {"/proc/1/net/netstat",
                                        "/proc/1/net/snmp",
                                        "/proc/1/net/snmp6",
                                        "/proc/1/net",
                                        "/proc/1",
                                        "/proc/self/cgroup",
                                        "/proc/self/mountinfo",
                                        "/proc/self",
                                        "/proc",
                                        ""};
    char path[100];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s%s", root, names[i]);
        remove(path);
    }
}

static void make_root(void)
{
    static const char *const folders[] = {"/proc", "/proc/1", "/proc/1/net",
                                          "/proc/self"};
    char path[100];
    const char *temporary = getenv("TMPDIR");
    if (*root)
        return;
    snprintf(root, sizeof root, "%.40s/fuzz-proc.XXXXXX",
             temporary ? temporary : "/tmp");
    MUST(mkdtemp(root));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s%s", root, folders[i]);
        MUST(!mkdir(path, 0700));
    }
    atexit(remove_root);
}

static void fill_file(const char *name, const char *text, size_t size)
{
    char path[100];
    snprintf(path, sizeof path, "%s%s", root, name);
    FILE *file = fopen(path, "w");
    MUST(file);
    MUST(fwrite(text, 1, size, file) == size);
    MUST(!fclose(file));
}

static void read_lines(int kind, const char *text)
{
    static const int families[] = {AF_INET, AF_INET6, AF_UNIX};
    char line[4096], printed[SONDE_ADDRESS_TEXT];
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        struct sonde_listener listener = {.type = 0};
        struct sonde_address peer = {.length = 0};
        snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
        int read =
            kind < 3 ? sonde__proc_net_read(&listener, families[kind], line)
                     : sonde__proc_net_read_datagram(&listener, &peer,
                                                     families[kind - 3], line);
        MUST(read >= -1 && read <= 1);
        if (read == 1) {
            MUST(listener.address.length <= sizeof listener.address.storage);
            MUST(sonde_address_print(&listener.address, printed,
                                     sizeof printed) >= 0);
        }
    }
}

static void read_counters(int kind, const char *text, size_t size)
{
    static const char *const names[] = {"netstat", "snmp", "snmp6"};
    struct sonde_listen_totals totals;
    struct sonde_datagram_totals datagrams;
    char name[40];
    snprintf(name, sizeof name, "/proc/1/net/%s", names[kind - 6]);
    fill_file(name, text, size);
    if (kind == 6)
        sonde_listen_totals_proc(1, &totals);
    else
        sonde_datagram_totals_proc(1, kind == 7 ? AF_INET : AF_INET6,
                                   &datagrams);
}

static void read_groups(const char *text, size_t size)
{
    struct cgroups groups;
    size_t first = strcspn(text, "\f");
    fill_file("/proc/self/cgroup", text, first);
    first += first < size;
    fill_file("/proc/self/mountinfo", text + first, size - first);
    if (cgroups_find(&groups, root))
        return;
    MUST(groups.count <= CGROUPS_MAX);
    for (size_t i = 0; i < groups.count; i++)
        MUST(!strncmp(groups.list[i].folder, root, strlen(root)));
    cgroups_oom_kills(&groups);
    cgroups_free(&groups);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char proc[80];
    const char *saved = sonde__sys.proc;
    if (size == 0)
        return 0;
    make_root();
    char *text = fuzz_text(data + 1, size - 1);
    size = strlen(text);
    snprintf(proc, sizeof proc, "%s/proc", root);
    sonde__sys.proc = proc;
    int kind = *data % 10;
    if (kind < 6)
        read_lines(kind, text);
    else if (kind < 9)
        read_counters(kind, text, size);
    else
        read_groups(text, size);
    sonde__sys.proc = saved;
    free(text);
    return 0;
}
