/* model.c - the list of concurrency models
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include "servers/server.h"

const struct model *const models[MODELS] = {
    &model_iterative, &model_fork, &model_prefork, &model_thread, &model_event,
};
