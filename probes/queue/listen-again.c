/* listen-again.c - what a second listen does to a queue
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "probes/queue/listen-again.h"
#include "base/names.h"
#include "probes/finding/place.h"
#include "probes/queue/serial.h"

/* How many connections there were before the queue was full.  */
static void put_count(const struct place *place, const char *key,
                      const struct serial *serial, long count)
{
    if (serial->ours)
        put_failure(place, key, serial->failed, serial->ours);
    else
        put_figure(place, key, serial->full ? count : -1, HOW_MEASURED,
                   serial_why_not_full(serial));
}

/* A queue of BACKLOG, full; the client outside has gone: it would try again in
   a second.  Returns 0, or -1 having said why not, as KEY.  */
static int open_full(const struct place *place, struct serial *serial,
                     int family, int backlog, int wait, const char *key)
{
    if (serial_open(serial, family, backlog)) {
        put_failure(place, key, serial->failed, errno);
        return -1;
    }
    serial_fill(serial, wait);
    serial_give_up(serial);
    put_count(place, key, serial, (long)serial->count);
    return 0;
}

/* Listen again with BACKLOG, and say as KEY what came of it.  */
static void listen_anew(const struct place *place, const struct serial *serial,
                        int backlog, const char *key)
{
    int error = listen(serial->listener, backlog) ? errno : 0;
    put_text(place, key, error ? errno_name(error) : "none", HOW_MEASURED,
             NULL);
}

/* Fill SERIAL up, and count what accept returns, as KEY.  */
static void count_all(const struct place *place, struct serial *serial,
                      int wait, const char *key)
{
    serial_fill(serial, wait);
    serial_give_up(serial);
    put_count(place, key, serial, serial_accept(serial, SERIAL_CLIENTS));
}

static void grow(const struct place *place, int family, int wait)
{
    struct serial serial;
    if (!open_full(place, &serial, family, AGAIN_SMALL, wait, "grow.before")) {
        listen_anew(place, &serial, AGAIN_LARGE, "grow.error");
        count_all(place, &serial, wait, "grow.after");
    }
    serial_close(&serial);
}

static void shrink(const struct place *place, int family, int wait)
{
    struct serial serial;
    if (!open_full(place, &serial, family, AGAIN_LARGE, wait,
                   "shrink.before")) {
        listen_anew(place, &serial, AGAIN_LEAST, "shrink.error");
        put_count(place, "shrink.kept", &serial,
                  serial_accept(&serial, SERIAL_CLIENTS));
        count_all(place, &serial, wait, "shrink.after");
    }
    serial_close(&serial);
}

void listen_again(FILE *out, int family, const char *name, int wait)
{
    const struct place place = {out, "listen.again", name};
    grow(&place, family, wait);
    shrink(&place, family, wait);
}
