/* listeners-prometheus.c - listeners for Prometheus
   SPDX-License-Identifier: GPL-3.0-or-later

   Listeners of the same address (SO_REUSEPORT) are distinguished by an index,
   which is stable, and not by their inodes, which would make new series at each
   start.  */

#include <config.h>

#include <string.h>

#include "base/mask.h"
#include "base/names.h"
#include "base/prometheus.h"
#include "probes/listeners/datagrams.h"
#include "probes/listeners/handshakes.h"
#include "probes/listeners/listeners-all.h"

/* The figures of a listener.  */
static const struct {
    const char *name, *kind, *help;
} metrics[] = {
    {"sonde_listener_queued", "gauge", "Connections that wait for accept."},
    {"sonde_listener_backlog", "gauge",
     "The backlog in force, after the kernel's cap."},
    {"sonde_listener_capacity", "gauge",
     "Connections that can wait for accept."},
    {"sonde_listener_drops_total", "counter",
     "Packets, not clients, discarded by the listener since listen, for "
     "any reason: also ACKs put off by TCP_DEFER_ACCEPT, handshakes that "
     "the client reset, scans. No sign of a full queue; "
     "sonde_listen_overflows_total is."},
};

enum { METRICS = sizeof metrics / sizeof *metrics };

/* Write the head of METRIC, an index of metrics, and a sample for each row but
   datagram sockets; unknown figures have no sample.  */
static void put_metric(FILE *out, const struct listeners *listeners, int metric)
{
    const char *name = metrics[metric].name;
    prometheus_head(out, name, metrics[metric].kind, metrics[metric].help);
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        const struct sonde_queue *queue = &row->listener.queue;
        if (listener_is_datagram(&row->listener))
            continue;
        const long values[METRICS] = {queue->queued, queue->backlog,
                                      row->listener.capacity, queue->drops};
        listeners_put_sample(out, name, row, NULL, values[metric]);
    }
}

/* Write a sample of METRIC for each name among the owners of ROW: the number of
   processes with this name.  Names are masked before they are compared: equal
   masked names must share a series, or Prometheus rejects the whole file.  */
static void metrics_put_owners(FILE *out, const char *metric,
                               const struct listener_row *row)
{
    char name[sizeof row->owners->name], other[sizeof name];
    for (size_t i = 0; i < row->owner_count; i++) {
        int64_t count = 0;
        bool is_first = true;
        strcpy(name, row->owners[i].name);
        mask_text(name);
        for (size_t k = 0; k < row->owner_count; k++) {
            strcpy(other, row->owners[k].name);
            mask_text(other);
            if (strcmp(name, other) != 0)
                continue;
            is_first = is_first && k >= i;
            count++;
        }
        if (is_first)
            listeners_put_sample(out, metric, row, name, count);
    }
}

/* The figures of a network namespace.  */
static const struct {
    const char *name, *kind, *help;
} host_metrics[] = {
    {"sonde_listen_cap", "gauge",
     "The largest backlog that listen puts in force."},
    {"sonde_listen_overflows_total", "counter",
     "Packets of handshakes dropped by all TCP listeners, their accept "
     "queue being full."},
    {"sonde_listen_drops_total", "counter",
     "Packets of handshakes dropped by all TCP listeners, their accept "
     "queue being full or for another reason."},
    {"sonde_listen_deferred_total", "counter",
     "Last ACKs of handshakes put off by TCP_DEFER_ACCEPT, which is no "
     "loss."},
    {"sonde_listen_resets_total", "counter",
     "Handshakes that the client reset."},
};

enum { HOST_METRICS = sizeof host_metrics / sizeof *host_metrics };

/* The figure METRIC, an index of host_metrics; -1 if unknown.  A cap without a
   setting counts as unknown.  */
static int64_t host_figure(const struct listeners *listeners, int metric)
{
    const struct sonde_listen_totals *totals = &listeners->totals;
    const struct sonde_backlog_cap *cap = &listeners->cap;
    const int64_t figures[HOST_METRICS] = {cap->setting[0] ? cap->value : -1,
                                           totals->overflows, totals->drops,
                                           totals->deferred, totals->resets};
    return figures[metric];
}

/* Write the figure METRIC of LISTENERS, without parts, unless it is unknown,
   and count it in *COUNT; before the first, when *COUNT is 0, the head.  */
static void put_host_figure(FILE *out, const struct listeners *listeners,
                            int metric, int *count)
{
    char id[NETNS_ID];
    const char *name = host_metrics[metric].name;
    const struct netns *netns = listeners->netns;
    int64_t value = host_figure(listeners, metric);
    if (value < 0)
        return;
    if (netns)
        netns_print_id(netns, id);
    const struct prometheus_label labels[] = {
        {"netns", netns ? id : NULL},
        {"unit", netns && *netns->place ? netns->place : NULL},
        {"setting", metric == 0 ? listeners->cap.setting : NULL},
        {NULL, NULL}};
    if ((*count)++ == 0)
        prometheus_head(out, name, host_metrics[metric].kind,
                        host_metrics[metric].help);
    prometheus_sample(out, name, labels, value);
}

/* Write, for each network namespace except those that have ended, the cap if it
   has a setting, and the counters of all its TCP listeners together.  */
static void metrics_put_host(FILE *out, const struct listeners *listeners)
{
    for (int metric = 0; metric < HOST_METRICS; metric++) {
        int count = 0;
        if (!listeners->parts)
            put_host_figure(out, listeners, metric, &count);
        for (size_t i = 0; i < listeners->part_count; i++)
            if (listeners->parts[i].netns)
                put_host_figure(out, &listeners->parts[i], metric, &count);
    }
}

/* Write for each family of LISTENERS whether it could not be read, and for each
   type whether a list is reduced: then the file has no figures of sockets, or
   no backlogs, and an alert on them would be silent.  With the type as a label
   two files, of streams and of datagrams, have no series in common.  */
static void metrics_put_missing(FILE *out, const struct listeners *listeners)
{
    static const char name[] = "sonde_listeners_not_reported";
    static const char reduced[] = "sonde_listeners_reduced";
    const struct prometheus_label stream[] = {{"type", "stream"}, {NULL, NULL}};
    const struct prometheus_label dgram[] = {{"type", "dgram"}, {NULL, NULL}};
    prometheus_head(out, name, "gauge",
                    "1 if the sockets of the family could not be read: their "
                    "metrics are missing.");
    for (int i = 0; i < LISTENERS_FAMILIES; i++) {
        const struct prometheus_label labels[] = {
            {"family", listeners_family(i)},
            1U << i & LISTENERS_DATAGRAMS ? dgram[0] : stream[0],
            {NULL, NULL}};
        if (1U << i & listeners->wanted)
            prometheus_sample(out, name, labels, listeners->errors[i] != 0);
    }
    prometheus_head(out, reduced, "gauge",
                    "1 if a list is from /proc/net, without backlogs.");
    if (listeners->wanted & ~(unsigned)LISTENERS_DATAGRAMS)
        prometheus_sample(out, reduced, stream, listeners->reduced != 0);
    if (listeners->wanted & LISTENERS_DATAGRAMS)
        prometheus_sample(out, reduced, dgram,
                          listeners->datagrams_reduced != 0);
}

/* Write the metrics of the listeners without datagram sockets, the number of
   their owners by name, and the figures of the network namespaces.  */
static void put_listeners(FILE *out, const struct listeners *listeners)
{
    for (int metric = 0; metric < METRICS; metric++)
        put_metric(out, listeners, metric);
    prometheus_head(out, "sonde_listener_owners", "gauge",
                    "Processes that have it, by their name.");
    for (size_t i = 0; i < listeners->count; i++)
        if (!listener_is_datagram(&listeners->rows[i].listener))
            metrics_put_owners(out, "sonde_listener_owners",
                               &listeners->rows[i]);
    metrics_put_host(out, listeners);
}

/* Write the figures of the UDP sockets without a peer, and the UDP counters of
   each network namespace (datagrams_prometheus); then the number of owners by
   name of each datagram socket without a peer, UNIX sockets included.  */
static void metrics_put_datagrams(FILE *out, const struct listeners *listeners)
{
    datagrams_prometheus(out, listeners);
    prometheus_head(out, "sonde_datagram_owners", "gauge",
                    "Processes that have it, by their name.");
    for (size_t i = 0; i < listeners->count; i++)
        if (listener_is_datagram(&listeners->rows[i].listener) &&
            !listeners->rows[i].peer)
            metrics_put_owners(out, "sonde_datagram_owners",
                               &listeners->rows[i]);
}

void listeners_prometheus(FILE *out, struct listeners *listeners)
{
    bool has_datagrams = listeners->wanted & LISTENERS_DATAGRAMS;
    metrics_put_missing(out, listeners);
    if (!has_datagrams || listeners->wanted & LISTENERS_ALL) {
        put_listeners(out, listeners);
        handshakes_prometheus(out, listeners);
    }
    if (has_datagrams)
        metrics_put_datagrams(out, listeners);
}
