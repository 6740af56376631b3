/* settings.c - measure with other settings
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "probes/finding/prefix.h"
#include "probes/run/namespace.h"
#include "probes/run/settings.h"

enum { NAME_SIZE = 256 };

/* Split TEXT, "NAME=VALUE", at the first "=".  Copies the name to NAME, of
   NAME_SIZE bytes; a longer name is cut, since no setting has so long a name.
   Returns the value, which points into TEXT.  Returns NULL, with NAME
   unchanged, if TEXT has no "=", or if the name or the value is empty.  */
static const char *settings_split(const char *text, char *name)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return NULL;
    snprintf(name, NAME_SIZE, "%.*s", (int)(equals - text), text);
    return equals + 1;
}

/* Whether one of the first COUNT settings is the same text as
   SETTINGS[COUNT].  */
static bool is_repeated(const char *const *settings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(settings[i], settings[count]))
            return true;
    return false;
}

/* Whether one of the first COUNT settings sets NAME, the name in
   SETTINGS[COUNT], to another value than SETTINGS[COUNT].  */
static bool has_other_value(const char *const *settings, size_t count,
                            const char *name)
{
    size_t length = strlen(name) + 1;
    for (size_t i = 0; i < count; i++)
        if (!strncmp(settings[i], settings[count], length) &&
            strcmp(settings[i], settings[count]))
            return true;
    return false;
}

int settings_check(const char *const *settings, size_t count, char *problem,
                   size_t size)
{
    struct namespace_trouble trouble;
    char name[NAME_SIZE];
    for (size_t i = 0; i < count; i++) {
        if (!settings_split(settings[i], name))
            snprintf(problem, size,
                     "\"%.60s\" is not of the form SETTING=VALUE", settings[i]);
        else if (has_other_value(settings, i, name))
            snprintf(problem, size, "%s is given two values", name);
        else if (!namespace_knows(name, &trouble))
            snprintf(problem, size, "%s", trouble.text);
        else
            continue;
        return -1;
    }
    return 0;
}

/* Write the finding KEY: VALUE under the id "with" to OUT, unless OUT is NULL.
   Without VALUE the finding is not testable, for REASON.  */
static void settings_put(FILE *out, const char *key, const char *value,
                         const char *reason)
{
    if (out)
        prefix_put_text(&(struct prefix){out, "with", NULL}, key, value,
                        HOW_READ, reason);
}

int settings_apply(FILE *out, const char *const *settings, size_t count)
{
    struct namespace_trouble trouble;
    char name[NAME_SIZE];
    if (namespace_enter(&trouble)) {
        settings_put(out, "namespace", NULL, trouble.text);
        return -1;
    }
    settings_put(out, "namespace", "own", NULL);
    for (size_t i = 0; i < count; i++) {
        const char *value = settings_split(settings[i], name);
        if (is_repeated(settings, i))
            continue;
        if (namespace_set(name, value, &trouble)) {
            settings_put(out, name, NULL, trouble.text);
            return -1;
        }
        settings_put(out, name, value, NULL);
    }
    return 0;
}

const char *settings_failure(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        if (!strcmp(finding->id, "with") && !finding->value)
            return finding->reason ? finding->reason : "no reason given";
    }
    return NULL;
}
