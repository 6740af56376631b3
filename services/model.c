/* model.c - the models there are
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "services/server.h"

const struct model *const models[] = {
    &model_iterative, &model_fork,  &model_prefork,
    &model_thread,    &model_event, NULL,
};

const struct model *model_find(const char *name)
{
    for (size_t i = 0; models[i]; i++)
        if (!strcmp(models[i]->name, name))
            return models[i];
    return NULL;
}
