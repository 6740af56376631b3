/* control.c - connections to a listener that has room
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "base/wait.h"
#include "probes/client.h"
#include "probes/control.h"
#include "probes/runner.h"

/* One connection at a time waits there.  */
enum { room = 64 };

int control_open(struct control *control, int family, const char **failed)
{
    struct sonde_address loopback;
    *control = (struct control){.family = family, .listener = -1, .client = -1};
    *failed = "listening";
    if (sonde_address_loopback(&loopback, family, 0))
        return -1;
    control->listener =
        sonde_listen(&loopback, room, SONDE_NONBLOCK | SONDE_CLOEXEC, NULL);
    if (control->listener < 0)
        return -1;
    *failed = "socket";
    control->client = resetting_socket(family);
    if (control->client < 0) {
        int error = errno;
        control_close(control);
        errno = error;
        return -1;
    }
    return 0;
}

/* End the connection and take it out of the listener's queue; the descriptor
   that becomes free serves for both, and then for the next client.  */
static int end_connection(struct control *control)
{
    control->begun = false;
    close(control->client);
    int accepted = sonde_accept(control->listener, NULL, SONDE_CLOEXEC);
    if (accepted >= 0)
        close(accepted);
    control->client = resetting_socket(control->family);
    return control->client < 0 ? -1 : 0;
}

void control_begin(struct control *control)
{
    struct sonde_address address;
    if (control->begun)
        return;
    control->begun = true;
    control->since = monotonic_ms();
    control->error = 0;
    control->failed = "connect";
    if (sonde_address_local(control->listener, &address) ||
        client_connect(control->client, &address) == CLIENT_FAILED)
        control->error = errno;
}

int control_check(struct control *control)
{
    if (!control->begun)
        return -1;
    enum client_state state =
        control->error ? CLIENT_FAILED : client_check(control->client);
    if (state == CLIENT_UNKNOWN)
        control->failed = "poll";
    if ((state == CLIENT_FAILED || state == CLIENT_UNKNOWN) && !control->error)
        control->error = errno;
    if (state == CLIENT_PENDING) {
        if (monotonic_ms() - control->since < CONTROL_PATIENCE)
            return 0;
        control->error = ETIMEDOUT;
    }
    if (end_connection(control)) {
        if (!control->error)
            control->error = errno;
        return -1;
    }
    return state == CLIENT_CONNECTED ? 1 : -1;
}

void control_close(struct control *control)
{
    if (control->client >= 0)
        close(control->client);
    if (control->listener >= 0)
        close(control->listener);
    control->client = control->listener = -1;
}

int control_try(int family, const char **failed)
{
    struct control control;
    int through;
    if (control_open(&control, family, failed))
        return -1;
    control_begin(&control);
    while ((through = control_check(&control)) == 0) {
        struct pollfd poll_fd = {.fd = control.client, .events = POLLOUT};
        wait_poll(&poll_fd, 1, CONTROL_PATIENCE);
    }
    control_close(&control);
    *failed = control.failed;
    errno = control.error;
    return through > 0 ? 0 : -1;
}
