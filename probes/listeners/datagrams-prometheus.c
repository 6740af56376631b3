/* datagrams-prometheus.c - datagram sockets for Prometheus
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <sys/socket.h>

#include "base/names.h"
#include "base/prometheus.h"
#include "probes/listeners/datagrams.h"

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

/* Write a sample of METRIC for ROW.  */
static void put_udp_sample(FILE *out, int metric,
                           const struct listener_row *row)
{
    char index[16];
    const struct sonde_queue *queue = &row->listener.queue;
    const long values[UDP_METRICS] = {queue->queued, queue->backlog,
                                      queue->drops};
    snprintf(index, sizeof index, "%d", row->index);
    const struct prometheus_label labels[] = {
        {"family", family_key(row->listener.address.storage.ss_family)},
        {"local", row->local},
        {"index", index},
        {NULL, NULL}};
    prometheus_sample(out, udp_metrics[metric].name, labels, values[metric]);
}

/* Write the counters of all UDP sockets.  */
static void put_udp_errors(FILE *out, const struct listeners *listeners)
{
    const struct sonde_datagram_totals *ipv4 = &listeners->datagrams[0],
                                       *ipv6 = &listeners->datagrams[1];
    const struct {
        const char *name, *help;
        int64_t values[2];
    } figures[] = {
        {"sonde_udp_errors_total",
         "UDP datagrams lost by all sockets, closed sockets included, for any "
         "reason.",
         {ipv4->errors, ipv6->errors}},
        {"sonde_udp_full_errors_total",
         "UDP datagrams lost because the receive buffer was full.",
         {ipv4->full, ipv6->full}},
        {"sonde_udp_memory_errors_total",
         "UDP datagrams lost for want of the memory of UDP.",
         {ipv4->memory, ipv6->memory}},
        {"sonde_udp_checksum_errors_total",
         "UDP datagrams lost because of a wrong checksum.",
         {ipv4->checksum, ipv6->checksum}},
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (figures[i].values[0] < 0 && figures[i].values[1] < 0)
            continue;
        prometheus_head(out, figures[i].name, "counter", figures[i].help);
        for (int k = 0; k < 2; k++) {
            const struct prometheus_label labels[] = {
                {"family", family_key(k ? AF_INET6 : AF_INET)}, {NULL, NULL}};
            prometheus_sample(out, figures[i].name, labels,
                              figures[i].values[k]);
        }
    }
}

void datagrams_prometheus(FILE *out, const struct listeners *listeners)
{
    for (int metric = 0; metric < UDP_METRICS; metric++) {
        prometheus_head(out, udp_metrics[metric].name, udp_metrics[metric].kind,
                        udp_metrics[metric].help);
        for (size_t i = 0; i < listeners->count; i++)
            if (listener_is_datagram(&listeners->rows[i].listener) &&
                !listener_is_unix(&listeners->rows[i].listener) &&
                !listeners->rows[i].peer)
                put_udp_sample(out, metric, &listeners->rows[i]);
    }
    put_udp_errors(out, listeners);
}
