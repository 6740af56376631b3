/* listen-again.c - what a second listen does to a queue
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "probes/listen-again.h"
#include "probes/names.h"
#include "probes/serial.h"

/* Where the findings of a family go.  */
struct again {
    FILE *out;
    const char *family;
};

static void put(const struct again *again, const char *key, const char *value,
                const char *reason)
{
    char whole[64];
    snprintf(whole, sizeof whole, "%s.%s", again->family, key);
    struct finding finding = {
        .id = "listen.again",
        .key = whole,
        .value = value,
        .reason = reason,
        .how = value ? HOW_MEASURED : HOW_NOT_TESTABLE,
        .stable = true,
    };
    finding_write(again->out, &finding);
}

/* How many connections there were before the queue was full.  */
static void put_count(const struct again *again, const char *key,
                      const struct serial *serial, long count)
{
    char text[24];
    snprintf(text, sizeof text, "%ld", count);
    put(again, key, serial->full ? text : NULL,
        serial->full ? NULL : "the queue holds more than 24");
}

/* A queue of BACKLOG, full; the client outside has gone: it would try again in
   a second.  Returns 0, or -1 having said why not, as KEY.  */
static int open_full(const struct again *again, struct serial *serial,
                     int family, int backlog, int wait, const char *key)
{
    char reason[64];
    if (serial_open(serial, family, backlog)) {
        snprintf(reason, sizeof reason, "%s: %s", serial->failed,
                 errno_name(errno));
        put(again, key, NULL, reason);
        return -1;
    }
    serial_fill(serial, wait);
    serial_give_up(serial);
    put_count(again, key, serial, (long)serial->count);
    return 0;
}

/* Fill SERIAL up, and count what accept returns, as KEY.  */
static void count_all(const struct again *again, struct serial *serial,
                      int wait, const char *key)
{
    serial_fill(serial, wait);
    serial_give_up(serial);
    put_count(again, key, serial, serial_accept(serial, SERIAL_CLIENTS));
}

static void grow(const struct again *again, int family, int wait)
{
    struct serial serial;
    if (!open_full(again, &serial, family, AGAIN_SMALL, wait, "grow.before")) {
        int error = listen(serial.listener, AGAIN_LARGE) ? errno : 0;
        put(again, "grow.error", error ? errno_name(error) : "none", NULL);
        count_all(again, &serial, wait, "grow.after");
    }
    serial_close(&serial);
}

static void shrink(const struct again *again, int family, int wait)
{
    struct serial serial;
    if (!open_full(again, &serial, family, AGAIN_LARGE, wait,
                   "shrink.before")) {
        int error = listen(serial.listener, AGAIN_LEAST) ? errno : 0;
        put(again, "shrink.error", error ? errno_name(error) : "none", NULL);
        put_count(again, "shrink.kept", &serial,
                  serial_accept(&serial, SERIAL_CLIENTS));
        count_all(again, &serial, wait, "shrink.after");
    }
    serial_close(&serial);
}

void listen_again(FILE *out, int family, const char *name, int wait)
{
    struct again again = {out, name};
    grow(&again, family, wait);
    shrink(&again, family, wait);
}
