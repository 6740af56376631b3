/* halfopen.c - SYNs whose SYN-ACK nobody answers
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: halfopen PORT COUNT

   Sends COUNT SYNs to PORT of 127.0.0.1, from 192.0.2.1 and the ports from
   1024 on.  To be run in a network namespace of its own, with a route from
   which no answer comes: ip route add 192.0.2.0/24 dev lo.  */

#include <config.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/peer/packet.h"
#include "sonde.h"

int main(int argc, char **argv)
{
    uint8_t packet[PACKET_MAX];
    struct sonde_address address;
    int count = argc == 3 ? atoi(argv[2]) : 0;
    if (count < 1 || count > 60000)
        return 2;
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (fd < 0 || sonde_address_parse(&address, "127.0.0.1", 0)) {
        perror("raw socket");
        return 1;
    }
    for (int i = 0; i < count; i++) {
        struct segment segment = {.source = 0xc0000201,
                                  .destination = INADDR_LOOPBACK,
                                  .source_port = (uint16_t)(1024 + i),
                                  .destination_port = (uint16_t)atoi(argv[1]),
                                  .sequence = 1000,
                                  .flags = SEGMENT_SYN,
                                  .window = 65535,
                                  .mss = 1460};
        size_t size = packet_tcp(packet, &segment);
        if (sendto(fd, packet, size, 0, (struct sockaddr *)&address.storage,
                   address.length) != (ssize_t)size) {
            perror("send");
            return 1;
        }
    }
    return 0;
}
