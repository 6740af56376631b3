/* tun-linux.c - a TUN interface by /dev/net/tun
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/names.h"
#include "probes/peer/tun.h"

/* From linux/if_tun.h, which some C libraries lack.  */
#ifndef TUNSETIFF
#define TUNSETIFF _IOW('T', 202, int)
#endif
#ifndef IFF_TUN
#define IFF_TUN   0x0001
#define IFF_NO_PI 0x1000
#endif

static const char name[] = "sonde0";

/* WHAT failed with errno: write both to *TROUBLE.  Returns -1.  */
static int tun_linux_fail(struct namespace_trouble *trouble, const char *what)
{
    snprintf(trouble->text, sizeof trouble->text, "%s: %s", what,
             errno_name(errno));
    return -1;
}

/* The IPv4 address TEXT as a socket address, with port 0.  */
static struct sockaddr_in address_of(const char *text)
{
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    inet_pton(AF_INET, text, &address.sin_addr);
    return address;
}

/* An ioctl request about the interface, with the IPv4 address TEXT.  */
static struct ifreq request_with(const char *text)
{
    struct ifreq request;
    struct sockaddr_in address = address_of(text);
    memset(&request, 0, sizeof request);
    memcpy(request.ifr_name, name, sizeof name);
    memcpy(&request.ifr_addr, &address, sizeof address);
    return request;
}

/* Packets of the kernel are queued until they are read.  The default of 500 is
   too short when a thousand timers expire together.  */
enum { QUEUE_LENGTH = 10000 };

/* Constants of linux/rtnetlink.h.  */
enum {
    NEW_LINK = 16,    /* RTM_NEWLINK */
    LINK_QUEUE = 13,  /* IFLA_TXQLEN */
    IS_REQUEST = 1,   /* NLM_F_REQUEST */
    WANTS_ANSWER = 4, /* NLM_F_ACK */
    IS_ERROR = 2      /* NLMSG_ERROR; with error 0, an ACK */
};

/* Set the interface's queue length to QUEUE_LENGTH by netlink, which needs
   privilege in this namespace only; SIOCSIFTXQLEN needs privilege in the
   initial user namespace.  Returns 0; or -1 with the errno of socket, send or
   recv or of the kernel's answer, EPROTO for an unexpected answer.  */
static int set_queue_length(void)
{
    struct {
        uint32_t length;
        uint16_t type, flags;
        uint32_t sequence, port;
        uint8_t family, unused;
        uint16_t kind;
        int32_t index;
        uint32_t link_flags, changes;
        uint16_t attribute_length, attribute;
        uint32_t value;
    } request = {
        .length = sizeof request,
        .type = NEW_LINK,
        .flags = IS_REQUEST | WANTS_ANSWER,
        .index = (int32_t)if_nametoindex(name),
        .attribute_length = 8,
        .attribute = LINK_QUEUE,
        .value = QUEUE_LENGTH,
    };
    struct {
        uint32_t length;
        uint16_t type, flags;
        uint32_t sequence, port;
        int32_t error;
        char rest[256];
    } answer = {.error = -EPROTO};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (send(fd, &request, sizeof request, 0) < 0 ||
        recv(fd, &answer, sizeof answer, MSG_DONTWAIT) < 0)
        answer.error = -errno;
    else if (answer.type != IS_ERROR)
        answer.error = -EPROTO;
    close(fd);
    errno = -answer.error;
    return answer.error ? -1 : 0;
}

/* Set the queue length, address and network mask of the interface and bring it
   up, through FD, an IPv4 socket.  Returns 0, or -1 with errno.  */
static int tun_linux_configure(int fd)
{
    struct ifreq queue = request_with(TUN_HERE);
    queue.ifr_qlen = QUEUE_LENGTH;
    if (ioctl(fd, SIOCSIFTXQLEN, &queue) && set_queue_length())
        return -1;
    struct ifreq address = request_with(TUN_HERE);
    struct ifreq mask = request_with("255.255.255.0");
    struct ifreq flags = request_with(TUN_HERE);
    if (ioctl(fd, SIOCSIFADDR, &address) || ioctl(fd, SIOCSIFNETMASK, &mask) ||
        ioctl(fd, SIOCGIFFLAGS, &flags))
        return -1;
    flags.ifr_flags |= IFF_UP | IFF_RUNNING;
    return ioctl(fd, SIOCSIFFLAGS, &flags);
}

int tun_open(struct namespace_trouble *trouble)
{
    struct ifreq request = request_with("0.0.0.0");
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (tun < 0)
        return tun_linux_fail(trouble, "/dev/net/tun");
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(tun, TUNSETIFF, &request) || tun_linux_configure(fd)) {
        tun_linux_fail(trouble, "setting up the TUN interface");
        close(tun);
        tun = -1;
    }
    descriptor_close(&fd);
    return tun;
}

int tun_route(struct namespace_trouble *trouble)
{
    struct rtentry route;
    struct sockaddr_in any = address_of("0.0.0.0");
    struct sockaddr_in gateway = address_of(TUN_PEER);
    memset(&route, 0, sizeof route);
    memcpy(&route.rt_dst, &any, sizeof any);
    memcpy(&route.rt_genmask, &any, sizeof any);
    memcpy(&route.rt_gateway, &gateway, sizeof gateway);
    route.rt_flags = RTF_UP | RTF_GATEWAY;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int failed = fd < 0 || ioctl(fd, SIOCADDRT, &route);
    if (failed)
        tun_linux_fail(trouble, "setting the route");
    descriptor_close(&fd);
    return failed ? -1 : 0;
}
