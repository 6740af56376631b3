/* reference.c - reference connections, to a listener with room
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/monotonic.h"
#include "base/queue-client.h"
#include "base/wait.h"
#include "probes/queue/reference.h"

/* One connection at a time waits in the queue.  */
enum { REFERENCE_BACKLOG = 64 };

int reference_open(struct reference *reference, int family, const char **failed)
{
    *reference =
        (struct reference){.family = family, .listener = -1, .client = -1};
    reference->listener = queue_listener(family, REFERENCE_BACKLOG, failed);
    if (reference->listener < 0)
        return -1;
    reference->client = queue_client_socket(family);
    if (reference->client >= 0)
        return 0;
    *failed = "socket";
    descriptor_close(&reference->listener);
    return -1;
}

/* Make a socket for the next client, and store it in CLIENT of REFERENCE, which
   is -1.  Returns 0; or -1 with errno, and then CLIENT is -1 and FAILED is
   "socket".  */
static int reference_renew(struct reference *reference)
{
    reference->client = queue_client_socket(reference->family);
    if (reference->client >= 0)
        return 0;
    reference->failed = "socket";
    return -1;
}

/* End the connection and clear BEGUN; remove the connection from the listener's
   queue, where a failure of accept is ignored; and make the socket of the next
   client, not yet connected.  One descriptor is enough: the client's, then
   accept's, then the next client's.  Returns 0; or -1 with errno if that socket
   cannot be made (reference_renew).  */
static int reference_end(struct reference *reference)
{
    const char *failed;
    reference->begun = false;
    descriptor_close(&reference->client);
    queue_accept(reference->listener, 1, &failed);
    return reference_renew(reference);
}

void reference_begin(struct reference *reference)
{
    struct sonde_address address;
    if (reference->begun)
        return;
    reference->begun = true;
    reference->since = monotonic_ms();
    reference->error = 0;
    reference->failed = "connect";
    /* The last end may have left none.  */
    if (reference->client < 0 && reference_renew(reference)) {
        reference->error = errno;
        return;
    }
    if (sonde_address_local(reference->listener, &address)) {
        reference->error = errno;
        reference->failed = "getsockname";
    } else if (queue_client_connect(reference->client, &address) ==
               CLIENT_FAILED) {
        reference->error = errno;
    }
}

int reference_check(struct reference *reference)
{
    if (!reference->begun)
        return -1;
    enum client_state state = reference->error
                                  ? CLIENT_FAILED
                                  : queue_client_check(reference->client);
    if (state == CLIENT_UNKNOWN)
        reference->failed = QUEUE_CLIENT_CALLS;
    if (state == CLIENT_PENDING) {
        if (monotonic_ms() - reference->since < REFERENCE_TIMEOUT)
            return 0;
        errno = ETIMEDOUT;
    }
    if (state != CLIENT_CONNECTED && !reference->error)
        reference->error = errno;
    const char *failed = reference->failed;
    if (reference_end(reference) && !reference->error)
        reference->error = errno;
    else
        reference->failed = failed;
    return reference->error ? -1 : 1;
}

void reference_close(struct reference *reference)
{
    descriptor_close(&reference->client);
    descriptor_close(&reference->listener);
}

int reference_try(int family, const char **failed)
{
    int64_t deadline = sonde_deadline(REFERENCE_TIMEOUT);
    struct reference reference;
    int through;
    if (reference_open(&reference, family, failed))
        return -1;
    reference_begin(&reference);
    while ((through = reference_check(&reference)) == 0) {
        struct pollfd poll_fd = {.fd = reference.client, .events = POLLOUT};
        wait_poll(&poll_fd, 1, sonde_deadline_left(deadline));
    }
    reference_close(&reference);
    *failed = reference.failed;
    errno = reference.error;
    return through > 0 ? 0 : -1;
}
