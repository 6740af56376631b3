/* libuv.c - an echo server by libuv, for bench/servers.sh
   SPDX-License-Identifier: GPL-3.0-or-later

   usage: libuv PORT

   One buffer serves all reads.  uv_try_write sends the answer at once; what is
   left, if any, is copied and written later.  Compiled by bench/servers.sh
   where libuv is found, and not part of the build.  */

#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct rest {
    uv_write_t request;
    char bytes[];
};

static void buffer_get(uv_handle_t *client, size_t wanted, uv_buf_t *buffer)
{
    static char bytes[65536];
    *buffer = uv_buf_init(bytes, sizeof bytes);
}

static void client_closed(uv_handle_t *client)
{
    free(client);
}

static void rest_written(uv_write_t *request, int status)
{
    free(request);
}

static void client_read(uv_stream_t *client, ssize_t got,
                        const uv_buf_t *buffer)
{
    if (got < 0) {
        uv_close((uv_handle_t *)client, client_closed);
        return;
    }
    uv_buf_t output = uv_buf_init(buffer->base, (unsigned)got);
    int sent = got > 0 ? uv_try_write(client, &output, 1) : 0;
    sent = sent < 0 ? 0 : sent;
    if (sent == got)
        return;
    struct rest *rest = malloc(sizeof *rest + (size_t)(got - sent));
    if (!rest)
        exit(2);
    memcpy(rest->bytes, buffer->base + sent, (size_t)(got - sent));
    output = uv_buf_init(rest->bytes, (unsigned)(got - sent));
    uv_write(&rest->request, client, &output, 1, rest_written);
}

static void client_accept(uv_stream_t *listener, int status)
{
    uv_tcp_t *client = malloc(sizeof *client);
    if (status < 0 || !client || uv_tcp_init(listener->loop, client) ||
        uv_accept(listener, (uv_stream_t *)client) ||
        uv_read_start((uv_stream_t *)client, buffer_get, client_read))
        exit(2);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address;
    uv_tcp_t listener;
    uv_loop_t *loop = uv_default_loop();
    if (argc != 2 || uv_ip4_addr("127.0.0.1", atoi(argv[1]), &address) ||
        uv_tcp_init(loop, &listener) ||
        uv_tcp_bind(&listener, (struct sockaddr *)&address, 0) ||
        uv_listen((uv_stream_t *)&listener, 4096, client_accept))
        return 2;
    return uv_run(loop, UV_RUN_DEFAULT);
}
