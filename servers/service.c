/* service.c - the list of services
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "servers/service.h"

static const struct service *const services[] = {
    &service_echo,
    &service_daytime,
};

const struct service *service_find(const char *name)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (!strcmp(services[i]->name, name))
            return services[i];
    return NULL;
}
