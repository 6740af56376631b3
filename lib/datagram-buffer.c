/* datagram-buffer.c - a receive buffer for many datagrams
   SPDX-License-Identifier: LGPL-2.1-or-later

   The kernels count more than the bytes of a datagram, and give the sum no
   name: see "Datagrams" in doc/portability.md.  */

#include <config.h>

#include <errno.h>

#include "private.h"

/* The setting that limits SO_RCVBUF; "" where the limit is a constant.  */
#if defined __linux__
#define SETTING "net.core.rmem_max"
#elif defined __FreeBSD__ || defined __DragonFly__ || defined __APPLE__
#define SETTING "kern.ipc.maxsockbuf"
#elif defined __NetBSD__
#define SETTING "kern.sbmax"
#elif defined __sun
#define SETTING "max_buf of udp (ipadm)"
#else
#define SETTING ""
#endif

/* Bytes of overhead assumed for each datagram; the size in bytes of the buffer
   of buffer_probe, and the largest of a buffer and of a datagram.  */
enum {
    overhead = 1024,
    probe_size = 4096,
    max_buffer = 1 << 29,
    max_size = 1 << 28
};

/* The receive buffer, in bytes, to request for COUNT datagrams of SIZE bytes,
   at most max_size, with their overhead; or for as many of these datagrams as
   fit in max_buffer.  The buffer is a third larger than the datagrams need:
   while other datagrams wait, Linux returns the room of datagrams that were
   read only when this room is a quarter of the buffer.  */
static int buffer_size(size_t count, size_t size)
{
    uint64_t one = ((uint64_t)size + overhead) * 4 / 3;
    uint64_t most = (uint64_t)max_buffer / one;
    return (int)(one * (count < most ? count : most));
}

/* Request a receive buffer of SIZE bytes for FD, or a quarter less as often as
   the system refuses with ENOBUFS or EINVAL (the BSDs do, where Linux takes as
   much as is allowed).  A request of at most probe_size bytes is the last.  A
   buffer that was larger becomes smaller.  Returns the size in force, on Linux
   twice the size taken, or -1 with the errno of the last call.  */
static int buffer_request(int fd, int size)
{
    int result = 0;
    while (sonde__set_option(fd, SOL_SOCKET, SO_RCVBUF, size)) {
        if ((errno != ENOBUFS && errno != EINVAL) || size <= probe_size)
            return -1;
        size -= size / 4;
    }
    return sonde__get_option(fd, SOL_SOCKET, SO_RCVBUF, &result) ? -1 : result;
}

/* Request a receive buffer of probe_size, then one of SIZE, on another datagram
   socket of the family of FD, which is closed again; write the sizes in force
   to *PROBE and *GIVEN.  A request that is refused is repeated for less, as by
   buffer_request.  *PROBE is more than probe_size on Linux alone, which reports
   twice the size: even of a probe cut to net.core.rmem_max, which is at least
   2304 (sysctl_net_core.c).
   Returns 0, or -1 with errno; *PROBE and *GIVEN are undefined then.  */
static int buffer_probe(int fd, int size, int *given, int *probe)
{
    int family = sonde_address_family(fd);
    int other =
        family < 0 ? -1 : sonde_socket(family, SOCK_DGRAM, SONDE_CLOEXEC);
    if (other < 0)
        return -1;
    *probe = buffer_request(other, probe_size);
    *given = *probe < 0 ? -1 : buffer_request(other, size);
    int error = errno;
    sonde__close(other);
    return *given < 0 ? sonde__fail(error) : 0;
}

int sonde_datagram_buffer(int fd, size_t count, size_t size,
                          struct sonde_datagram_buffer *buffer)
{
    int saved = errno, given, probe, bytes = 0;
    if (size > max_size)
        return sonde__fail(EINVAL);
    if (count == 0)
        count = 1;
    int wanted = buffer_size(count, size);
    if (sonde__get_option(fd, SOL_SOCKET, SO_RCVBUF, &bytes) ||
        buffer_probe(fd, wanted, &given, &probe))
        return -1;
    if (given > bytes)
        bytes = buffer_request(fd, wanted);
    if (bytes < 0)
        return -1;
    uint64_t factor = probe > probe_size ? 2 : 1;
    uint64_t one = (uint64_t)buffer_size(1, size) * factor;
    uint64_t fits = (uint64_t)bytes / one;
    /* If all was given that was requested, the limit is max_buffer.  */
    int is_own = (uint64_t)bytes >= (uint64_t)wanted * factor;
    *buffer = (struct sonde_datagram_buffer){
        .bytes = bytes,
        .count = fits < count ? (size_t)fits : count,
        .setting = fits >= count ? NULL
                   : is_own      ? ""
                                 : SETTING};
    errno = saved;
    return 0;
}
