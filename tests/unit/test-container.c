/* test-container.c - probes/run/container.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/run/container.h"
#include "tests/unit/unit.h"

#define ID    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define POD   "8f7d0c1e_1111_2222_3333_444455556666"

/* Paths as the engines make them, with cgroupfs and with systemd.  */
static const struct {
    const char *text, *name;
} cases[] = {
    {"", ""},
    {"0::/\n", ""},
    {"0::/init.scope\n", "init.scope"},
    {"0::/system.slice/nginx.service\n", "nginx.service"},
    {"0::/system.slice/nginx.service/workers\n", "nginx.service"},
    {"0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.service\n",
     "a.service"},
    {"0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope"},
    {"0::/user.slice\n", ""},
    {"0::/docker/" ID "\n", "docker 0123456789ab"},
    {"0::/system.slice/docker-" ID ".scope\n", "docker 0123456789ab"},
    {"0::/system.slice/docker-" ID ".scope/init.scope\n",
     "docker 0123456789ab"},
    {"0::/machine.slice/libpod-" ID ".scope/container\n",
     "podman 0123456789ab"},
    {"0::/libpod_parent/libpod-" ID "\n", "podman 0123456789ab"},
    {"0::/system.slice/containerd-" ID ".scope\n", "containerd 0123456789ab"},
    {"0::/default/" ID "\n", "container 0123456789ab"},
    {"0::/system.slice/crio-" ID ".scope\n", "cri-o 0123456789ab"},
    {"0::/docker/" ID "/docker/" OTHER "\n", "docker fedcba987654"},
    {"0::/kubepods/burstable/pod8f7d0c1e-1111-2222-3333-444455556666/" ID "\n",
     "kubernetes pod 8f7d0c1e"},
    {"0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" POD
     ".slice/cri-containerd-" ID ".scope\n",
     "kubernetes pod 8f7d0c1e"},
    {"0::/lxc/web/init.scope\n", "lxc web"},
    {"0::/lxc.payload.web\n", "lxc web"},
    {"0::/machine.slice/machine-deb.scope/payload\n", "machine deb"},
    /* Version 1: the controllers differ.  */
    {"9:name=systemd:/\n4:memory:/docker/" ID "\n0::/\n",
     "docker 0123456789ab"},
    {"3:cpu,cpuacct:/system.slice/a.service\n1:name=systemd:/docker/" ID "\n",
     "docker 0123456789ab"},
    /* From within a cgroup namespace.  */
    {"0::/../../docker-" ID ".scope\n", "docker 0123456789ab"},
    /* No numbers of containers.  */
    {"0::/docker/short\n", ""},
    {"0::/docker-" ID "0.scope\n", "docker-0123456789abcdef0123456789abcdef"
                                   "0123456789abcdef01234567"},
    {"0::/podman.slice\n", ""},
    {"0::/podcast.service\n", "podcast.service"},
    {"0::/a\033[31m.service\n", "a?[31m.service"},
    {"no colon\n0:one\n0::", ""},
};

START_TEST(containers_and_units)
{
    char name[CONTAINER_NAME];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        container_name(cases[i].text, name);
        ck_assert_str_eq(name, cases[i].name);
    }
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, containers_and_units);
}

int main(void)
{
    return unit_main("container", add);
}
