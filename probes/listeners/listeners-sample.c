/* listeners-sample.c - a sample about a socket, for Prometheus
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "base/names.h"
#include "base/prometheus.h"
#include "probes/listeners/listeners-all.h"

void listeners_put_sample(FILE *out, const char *name,
                          const struct listener_row *row, const char *owner,
                          int64_t value)
{
    char index[16];
    char id[NETNS_ID];
    const struct netns *netns = row->part ? row->part->netns : NULL;
    if (netns)
        netns_print_id(netns, id);
    snprintf(index, sizeof index, "%d", row->index);
    const struct prometheus_label labels[] = {
        {"netns", netns ? id : NULL},
        {"unit", netns && *netns->place ? netns->place : NULL},
        {"family", family_key(row->listener.address.storage.ss_family)},
        {"local", row->local},
        {"index", index},
        {"name", owner},
        {NULL, NULL}};
    prometheus_sample(out, name, labels, value);
}
