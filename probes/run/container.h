/* container.h - the container or unit of a process, by its cgroup
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_RUN_CONTAINER_H
#define PROBES_RUN_CONTAINER_H 1

/* Bytes of a name, with NUL.  */
enum { CONTAINER_NAME = 64 };

/* Write to NAME the container or unit in TEXT, the content of a file
   /proc/PID/cgroup: "docker 0123456789ab", with the first 12 digits of a
   container's number; likewise podman, containerd, cri-o, or "container" where
   the engine is not named; "kubernetes pod" with the first 8 digits of the
   pod's number, since the containers of a pod share a network namespace; "lxc
   NAME"; "machine NAME", of systemd; or a unit such as "nginx.service".  Empty:
   none of these.  Bytes that are not printable ASCII become '?'; a long name is
   cut.  A pod comes before a container, then a machine, then a unit; of several
   the last.  The name proves nothing: a process with the privilege to make
   cgroups can choose any.  */
void container_name(const char *text, char name[CONTAINER_NAME]);

#endif /* PROBES_RUN_CONTAINER_H */
