/* namespace-none.c - this system has no network namespaces
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <errno.h>
#include <stdio.h>

#include "probes/run/namespace.h"

/* Write to *TROUBLE that this system has no network namespaces.  Returns
   -1.  */
static int trouble_set_none(struct namespace_trouble *trouble)
{
    snprintf(trouble->text, sizeof trouble->text,
             "this system has no network namespaces");
    return -1;
}

int namespace_enter(struct namespace_trouble *trouble)
{
    return trouble_set_none(trouble);
}

pid_t namespace_process(const char *name)
{
    return 0;
}

int namespace_join(const char *name, struct namespace_trouble *trouble)
{
    namespace_enter(trouble);
    errno = ENOTSUP;
    return -1;
}

bool namespace_shows_settings(void)
{
    return false;
}

bool namespace_knows(const char *setting, struct namespace_trouble *trouble)
{
    return trouble_set_none(trouble) == 0;
}

int namespace_set(const char *setting, const char *value,
                  struct namespace_trouble *trouble)
{
    return trouble_set_none(trouble);
}

int namespace_add_inet6(void)
{
    errno = ENOTSUP;
    return -1;
}

long namespace_read(const char *setting)
{
    errno = ENOENT;
    return -1;
}

enum namespace_place namespace_place(const char *setting, long *value)
{
    *value = -1;
    return NAMESPACE_UNKNOWN;
}
