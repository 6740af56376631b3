/* netns-none.c - this system has no network namespaces
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>

#include "probes/run/netns.h"

int netns_list_read(struct netns_list *list, int timeout)
{
    list->here = -1;
    errno = ENOTSUP;
    return -1;
}

int netns_enter(const struct netns_list *list, const struct netns *netns)
{
    errno = ENOTSUP;
    return -1;
}

void netns_leave(const struct netns_list *list)
{
}

pid_t netns_process(const struct netns *netns)
{
    return 0;
}

void netns_print_id(const struct netns *netns, char text[NETNS_ID])
{
    text[0] = '\0';
}

void netns_list_free(struct netns_list *list)
{
}
