/* listeners-freebsd.c - every listening socket of FreeBSD
   SPDX-License-Identifier: LGPL-2.1-or-later

   A list is a header, a structure for each socket, and the header again; each
   begins with its length.  "netstat -La" reads the same.  Compiled, not
   run.  */

#include <config.h>

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* In this order: each header needs the headers before.  */
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/un.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet/tcp_fsm.h>
#include <netinet/tcp_var.h>

#include <sys/unpcb.h>

#include "private.h"

/* Set type, queue, capacity, inode and uid of LISTENER from FROM; v6only and
   the drops of the queue are -1 (not known).  The kernel accepts connections up
   to 3/2 of the limit, plus 1: the capacity.  */
static void listeners_freebsd_read_socket(struct sonde_listener *listener,
                                          const struct xsocket *from)
{
    listener->type = from->so_type;
    listener->queue = (struct sonde_queue){
        (long)from->so_qlen, (long)from->so_qlimit, (long)from->so_incqlen, -1};
    listener->capacity = listener->queue.backlog * 3 / 2 + 1;
    listener->inode = (uint64_t)from->xso_so;
    listener->uid = (long)from->so_uid;
    listener->v6only = -1;
}

/* Set the address of LISTENER from FROM, and v6only if IPv6.  */
static void listeners_freebsd_read_address(struct sonde_listener *listener,
                                           const struct xinpcb *from)
{
    int is_inet6 = from->inp_vflag & INP_IPV6;
    const void *host4 = &from->inp_inc.inc_laddr;
    const void *host6 = &from->inp_inc.inc6_laddr;
    sonde__address_set_kame(&listener->address, is_inet6 ? AF_INET6 : AF_INET,
                            is_inet6 ? host6 : host4,
                            ntohs(from->inp_inc.inc_lport));
    if (is_inet6)
        listener->v6only = !(from->inp_vflag & INP_IPV4);
}

/* Read RECORD, of LENGTH bytes, about a TCP socket into LISTENER, all zero
   before.  Returns 1 if RECORD is a listener of FAMILY, otherwise 0, and
   LISTENER may be changed; 0 also for the header at the end of the list, which
   is shorter than a socket.  */
static int read_tcp(struct sonde_listener *listener, const void *record,
                    size_t length, int family)
{
    struct xtcpcb tcp;
    if (length < sizeof tcp)
        return 0;
    memcpy(&tcp, record, sizeof tcp);
    if (tcp.t_state != TCPS_LISTEN)
        return 0;
    listeners_freebsd_read_socket(listener, &tcp.xt_inp.xi_socket);
    listeners_freebsd_read_address(listener, &tcp.xt_inp);
    return listener->address.storage.ss_family == family;
}

/* Read RECORD, of LENGTH bytes, about a UNIX socket into LISTENER, all zero
   before.  Returns 1 if RECORD is a listener, and not too short, otherwise 0.
   FAMILY is ignored.  A path too long for struct sockaddr_un is cut.  */
static int listeners_freebsd_read_unix(struct sonde_listener *listener,
                                       const void *record, size_t length,
                                       int family)
{
    struct xunpcb local;
    if (length < sizeof local)
        return 0;
    memcpy(&local, record, sizeof local);
    if (!(local.xu_socket.so_options & SO_ACCEPTCONN))
        return 0;
    listeners_freebsd_read_socket(listener, &local.xu_socket);
    socklen_t size = local.xu_addr.sun_len;
    if (size > sizeof local.xu_addr)
        size = sizeof local.xu_addr;
    if (size < offsetof(struct sockaddr_un, sun_path))
        size = offsetof(struct sockaddr_un, sun_path);
    local.xu_addr.sun_family = AF_UNIX;
    memcpy(&listener->address.storage, &local.xu_addr, size);
    listener->address.length = size;
    return 1;
}

/* One of the two functions above.  */
typedef int reader(struct sonde_listener *, const void *, size_t, int);

/* Call EACH with DATA for the listeners of FAMILY in the value of the sysctl
   NAME, each read by READ_ONE.  Records that READ_ONE finds too short are
   skipped.  Returns 0 with errno kept, or -1: ECANCELED: EACH stopped the list;
   EPROTO: a record has an impossible length; ENOTSUP: no such sysctl; ENOMEM,
   as sonde__sysctl_list; or the errno of sysctl.  EACH may have been called
   before a failure.  */
static int listeners_freebsd_list(const char *name, int family,
                                  reader *read_one, sonde_listener_each *each,
                                  void *data)
{
    int saved = errno;
    size_t size = 0;
    ksize_t length = 0;
    unsigned char *list = sonde__sysctl_list(name, &size);
    if (!list)
        return -1;
    int error = 0;
    for (size_t at = 0; !error && size - at >= sizeof length;
         at += (size_t)length) {
        struct sonde_listener listener;
        memset(&listener, 0, sizeof listener);
        memcpy(&length, list + at, sizeof length);
        if (length < sizeof length || length > size - at)
            error = EPROTO;
        else if (at > 0 &&
                 read_one(&listener, list + at, (size_t)length, family) &&
                 each(&listener, data))
            error = ECANCELED;
    }
    free(list);
    errno = error ? error : saved;
    return error ? -1 : 0;
}

int sonde_listeners(int family, int timeout, sonde_listener_each *each,
                    void *data)
{
    if (family == AF_INET || family == AF_INET6)
        return listeners_freebsd_list("net.inet.tcp.pcblist", family, read_tcp,
                                      each, data);
    if (family != AF_UNIX)
        return sonde__fail(EAFNOSUPPORT);
    if (listeners_freebsd_list("net.local.stream.pcblist", family,
                               listeners_freebsd_read_unix, each, data))
        return -1;
    return listeners_freebsd_list("net.local.seqpacket.pcblist", family,
                                  listeners_freebsd_read_unix, each, data);
}
