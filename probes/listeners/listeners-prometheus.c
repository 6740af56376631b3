/* listeners-prometheus.c - listeners for Prometheus
   SPDX-License-Identifier: GPL-3.0-or-later

   Listeners of the same address (SO_REUSEPORT) are distinguished by an index,
   which is stable, and not by their inodes, which would make new series at each
   start.  */

#include <config.h>

#include <string.h>

#include "base/mask.h"
#include "base/prometheus.h"
#include "probes/listeners/listeners.h"

static long listeners_prometheus_queued(const struct listener_row *row)
{
    return row->listener.queue.queued;
}

static long listeners_prometheus_backlog(const struct listener_row *row)
{
    return row->listener.queue.backlog;
}

static long listeners_prometheus_capacity(const struct listener_row *row)
{
    return row->listener.capacity;
}

static long listeners_prometheus_drops(const struct listener_row *row)
{
    return row->listener.queue.drops;
}

static const struct {
    const char *name, *kind, *help;
    long (*value)(const struct listener_row *);
} metrics[] = {
    {"sonde_listener_queued", "gauge", "Connections that wait for accept.",
     listeners_prometheus_queued},
    {"sonde_listener_backlog", "gauge",
     "The backlog in force, after the kernel's cap.",
     listeners_prometheus_backlog},
    {"sonde_listener_capacity", "gauge",
     "Connections that can wait for accept.", listeners_prometheus_capacity},
    {"sonde_listener_drops_total", "counter",
     "Packets, not clients, that it discarded since it began to listen, for "
     "whatever reason: also ACKs put off by TCP_DEFER_ACCEPT, handshakes that "
     "the client reset, scans. No sign of a full queue; "
     "sonde_listen_overflows_total is.",
     listeners_prometheus_drops},
};

/* The labels common to all samples of a row, an optional label, and the end. */
enum { LABELS = 5 };

/* Set all LABELS elements of LABEL: the common labels of ROW, the rest empty.
   INDEX, of SIZE bytes, is the memory of a label's value: INDEX and ROW must
   outlive the labels.  */
static void set_labels(struct prometheus_label *labels,
                       const struct listener_row *row, char *index, size_t size)
{
    snprintf(index, size, "%d", row->index);
    labels[0] =
        (struct prometheus_label){"family", listener_family(&row->listener)};
    labels[1] = (struct prometheus_label){"local", row->local};
    labels[2] = (struct prometheus_label){"index", index};
    labels[3] = labels[4] = (struct prometheus_label){NULL, NULL};
}

/* Write NAME to TEXT, which has room for a name of struct sonde_owner, masked
   (base/mask.h): processes with equal masked names must share a series, or
   Prometheus rejects the whole file.  */
static void print_name(const char *name, char *text)
{
    strcpy(text, name);
    mask_text(text);
}

/* Whether the owners with the numbers A and B have the same masked name.  */
static int same_name(const struct listener_row *row, size_t a, size_t b)
{
    char x[sizeof row->owners->name], y[sizeof row->owners->name];
    print_name(row->owners[a].name, x);
    print_name(row->owners[b].name, y);
    return !strcmp(x, y);
}

/* Write a sample for each name among the owners of ROW: the number of processes
   with this name.  */
static void listeners_prometheus_put_owners(FILE *out,
                                            const struct listener_row *row)
{
    struct prometheus_label labels[LABELS];
    char index[16], name[sizeof row->owners->name];
    set_labels(labels, row, index, sizeof index);
    for (size_t i = 0; i < row->owner_count; i++) {
        int64_t count = 0;
        size_t first = 0;
        while (!same_name(row, first, i))
            first++;
        if (first < i)
            continue;
        for (size_t k = i; k < row->owner_count; k++)
            count += same_name(row, k, i);
        print_name(row->owners[i].name, name);
        labels[3] = (struct prometheus_label){"name", name};
        prometheus_sample(out, "sonde_listener_owners", labels, count);
    }
}

static int64_t
listeners_prometheus_overflows(const struct sonde_listen_totals *totals)
{
    return totals->overflows;
}

static int64_t all_drops(const struct sonde_listen_totals *totals)
{
    return totals->drops;
}

static int64_t
listeners_prometheus_deferred(const struct sonde_listen_totals *totals)
{
    return totals->deferred;
}

static int64_t
listeners_prometheus_resets(const struct sonde_listen_totals *totals)
{
    return totals->resets;
}

/* The counters of all TCP listeners together.  */
static const struct {
    const char *name, *help;
    int64_t (*value)(const struct sonde_listen_totals *);
} totals[] = {
    {"sonde_listen_overflows_total",
     "Packets of handshakes dropped by all TCP listeners, their accept queue "
     "being full.",
     listeners_prometheus_overflows},
    {"sonde_listen_drops_total",
     "Packets of handshakes dropped by all TCP listeners, their accept queue "
     "being full or for another reason.",
     all_drops},
    {"sonde_listen_deferred_total",
     "Last ACKs of handshakes put off by TCP_DEFER_ACCEPT, which is no loss.",
     listeners_prometheus_deferred},
    {"sonde_listen_resets_total", "Handshakes that the client reset.",
     listeners_prometheus_resets},
};

/* Write the cap and the counters of all TCP listeners; unknown figures are left
   out, with their heads.  */
static void listeners_prometheus_put_host(FILE *out,
                                          const struct listeners *listeners)
{
    struct prometheus_label labels[] = {{"setting", listeners->cap.setting},
                                        {NULL, NULL}};
    if (listeners->cap.setting[0] && listeners->cap.value >= 0) {
        prometheus_head(out, "sonde_listen_cap", "gauge",
                        "The largest backlog that listen puts in force.");
        prometheus_sample(out, "sonde_listen_cap", labels,
                          listeners->cap.value);
    }
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        int64_t value = totals[i].value(&listeners->totals);
        if (value < 0)
            continue;
        prometheus_head(out, totals[i].name, "counter", totals[i].help);
        prometheus_sample(out, totals[i].name, NULL, value);
    }
}

void listeners_prometheus(FILE *out, const struct listeners *listeners)
{
    struct prometheus_label labels[LABELS];
    char index[16];
    for (size_t m = 0; m < sizeof metrics / sizeof *metrics; m++) {
        prometheus_head(out, metrics[m].name, metrics[m].kind, metrics[m].help);
        for (size_t i = 0; i < listeners->count; i++) {
            set_labels(labels, &listeners->rows[i], index, sizeof index);
            prometheus_sample(out, metrics[m].name, labels,
                              metrics[m].value(&listeners->rows[i]));
        }
    }
    prometheus_head(out, "sonde_listener_owners", "gauge",
                    "Processes that have it, by their name.");
    for (size_t i = 0; i < listeners->count; i++)
        listeners_prometheus_put_owners(out, &listeners->rows[i]);
    listeners_prometheus_put_host(out, listeners);
}
