/* aio-posix.c - whether a socket can be read by aio_read
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

/* <sys/types.h> must precede macOS' aio.h.  */
#include <sys/types.h>

#include <aio.h>
#include <errno.h>
#include <time.h>

#include "probes/behaviour/aio.h"
#include "probes/behaviour/loopback.h"

/* Static: the system may write to the buffers until the request has ended,
   which may be after aio_report returns.  */
static struct aiocb block;
static char byte;

/* Read a byte by aio_read.  Returns the outcome as text (see aio_report); the
   question is skipped if the connection or its data fails, or aio_read with
   EAGAIN.  The sockets stay open.  */
static const char *aio_try(struct probe *probe)
{
    struct pair pair = tcp_pair(probe);
    const struct aiocb *list[] = {&block};
    struct timespec timeout = {.tv_sec = LOOPBACK_TIMEOUT / 1000};
    block.aio_fildes = pair.server;
    block.aio_buf = &byte;
    block.aio_nbytes = 1;
    int result = aio_read(&block);
    if (result < 0 && errno != EAGAIN)
        return result_text(result);
    probe_check(probe, result, "aio_read"); /* no thread to be had */
    probe_check(probe, (int)send(pair.client, "x", 1, 0), "send");
    if (aio_suspend(list, 1, &timeout))
        return result_text(-1);
    int error = aio_error(&block);
    if (error)
        return error_text(error);
    return aio_return(&block) == 1 && byte == 'x' ? "works" : "reads no data";
}

const char *aio_report(struct probe *probe)
{
    const char *outcome = aio_try(probe);
    probe_report(probe, "aio", "%s", outcome);
    return outcome;
}
