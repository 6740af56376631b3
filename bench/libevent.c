/* libevent.c - an echo server by libevent, for bench/servers.sh
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: libevent PORT

   A bufferevent for each client, as the manual of libevent has it: input is
   moved to the output.  Compiled by bench/servers.sh where libevent is found,
   and not part of the build.  */

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

static void client_read(struct bufferevent *client, void *data)
{
    bufferevent_write_buffer(client, bufferevent_get_input(client));
}

static void client_event(struct bufferevent *client, short what, void *data)
{
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        bufferevent_free(client);
}

static void client_accept(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *peer, int length, void *data)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct bufferevent *client =
        bufferevent_socket_new(data, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!client)
        exit(2);
    bufferevent_setcb(client, client_read, NULL, client_event, NULL);
    bufferevent_enable(client, EV_READ | EV_WRITE);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct event_base *base = event_base_new();
    if (argc != 2 || !base)
        return 2;
    address.sin_port = htons((unsigned short)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!evconnlistener_new_bind(base, client_accept, base,
                                 LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE,
                                 4096, (struct sockaddr *)&address,
                                 (int)sizeof address))
        return 2;
    return event_base_dispatch(base) ? 2 : 0;
}
