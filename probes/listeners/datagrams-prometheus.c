/* datagrams-prometheus.c - datagram sockets for Prometheus
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <sys/socket.h>

#include "base/names.h"
#include "base/prometheus.h"
#include "probes/listeners/datagrams.h"
#include "probes/listeners/listeners-all.h"

/* The figures of a UDP socket.  */
static const struct {
    const char *name, *kind, *help;
} udp_metrics[] = {
    {"sonde_udp_queued_bytes", "gauge",
     "Memory of the datagrams that wait, with the kernel's overhead."},
    {"sonde_udp_limit_bytes", "gauge",
     "The receive buffer in force, twice the value of SO_RCVBUF."},
    {"sonde_udp_drops_total", "counter",
     "Datagrams lost by the socket since it was made, for any reason; "
     "sonde_udp_errors_total and others have reasons."},
};

enum { UDP_METRICS = sizeof udp_metrics / sizeof *udp_metrics };

/* Write the head of METRIC, an index into udp_metrics, in each case, and a
   sample for each UDP socket that has no peer and a known figure.  */
static void put_udp_metric(FILE *out, const struct listeners *listeners,
                           int metric)
{
    const char *name = udp_metrics[metric].name;
    prometheus_head(out, name, udp_metrics[metric].kind,
                    udp_metrics[metric].help);
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_row *row = &listeners->rows[i];
        const struct sonde_queue *queue = &row->listener.queue;
        const long values[UDP_METRICS] = {queue->queued, queue->backlog,
                                          queue->drops};
        if (listener_is_datagram(&row->listener) &&
            !listener_is_unix(&row->listener) && !row->peer)
            listeners_put_sample(out, name, row, NULL, values[metric]);
    }
}

/* The counters of all UDP sockets.  */
static const struct {
    const char *name, *help;
} udp_counters[] = {
    {"sonde_udp_errors_total",
     "UDP datagrams lost by all sockets, closed sockets included, for any "
     "reason."},
    {"sonde_udp_full_errors_total",
     "UDP datagrams lost because the receive buffer was full."},
    {"sonde_udp_memory_errors_total",
     "UDP datagrams lost for want of the memory of UDP."},
    {"sonde_udp_checksum_errors_total",
     "UDP datagrams lost because of a wrong checksum."},
};

enum { UDP_COUNTERS = sizeof udp_counters / sizeof *udp_counters };

/* Write the counter COUNTER, an index of udp_counters, of LISTENERS, without
   parts: a sample for each of IPv4 and IPv6, unless unknown.  Count samples in
   *COUNT; before the first, the head.  */
static void put_udp_counter(FILE *out, const struct listeners *listeners,
                            int counter, int *count)
{
    char id[NETNS_ID];
    const struct netns *netns = listeners->netns;
    const char *name = udp_counters[counter].name;
    if (netns)
        netns_print_id(netns, id);
    for (int i = 0; i < 2; i++) {
        const struct sonde_datagram_totals *totals = &listeners->datagrams[i];
        const int64_t values[UDP_COUNTERS] = {totals->errors, totals->full,
                                              totals->memory, totals->checksum};
        const struct prometheus_label labels[] = {
            {"netns", netns ? id : NULL},
            {"unit", netns && *netns->place ? netns->place : NULL},
            {"family", family_key(i ? AF_INET6 : AF_INET)},
            {NULL, NULL}};
        if (values[counter] < 0)
            continue;
        if ((*count)++ == 0)
            prometheus_head(out, name, "counter", udp_counters[counter].help);
        prometheus_sample(out, name, labels, values[counter]);
    }
}

/* Write the UDP counters of each network namespace, except of parts that have
   ended.  */
static void put_udp_errors(FILE *out, const struct listeners *listeners)
{
    for (int counter = 0; counter < UDP_COUNTERS; counter++) {
        int count = 0;
        if (!listeners->parts)
            put_udp_counter(out, listeners, counter, &count);
        for (size_t i = 0; i < listeners->part_count; i++)
            if (listeners->parts[i].netns)
                put_udp_counter(out, &listeners->parts[i], counter, &count);
    }
}

void datagrams_prometheus(FILE *out, const struct listeners *listeners)
{
    for (int metric = 0; metric < UDP_METRICS; metric++)
        put_udp_metric(out, listeners, metric);
    put_udp_errors(out, listeners);
}
