/* sandbox-openbsd.c - pledge and unveil
   SPDX-License-Identifier: GPL-3.0-or-later

   Compiled and linked only, never run: so the promise "error" is made, and a
   call that was forgotten here fails with ENOSYS instead of killing the
   process.  */

#include <config.h>

#include <stdio.h>
#include <unistd.h>

#include "base/sandbox.h"

/* Hide files outside of NEEDS->folders, where reading, making and removing
   files stay allowed; without folders hide all files; with answers_unix or
   connects hide nothing.  Returns 0; or -1 with the errno of unveil, and files
   may already be hidden.  */
static int sandbox_hide_files(const struct sandbox_needs *needs)
{
    /* An answer finds its client's socket by a path, anywhere.  */
    if (needs->answers_unix || needs->connects)
        return 0;
    if (needs->folder_count == 0 && unveil("/", ""))
        return -1;
    for (size_t i = 0; i < needs->folder_count; i++)
        if (unveil(needs->folders[i], "rc"))
            return -1;
    return unveil(NULL, NULL);
}

int sandbox_enter(const struct sandbox_needs *needs, char text[SANDBOX_TEXT])
{
    char promises[64];
    *text = '\0';
    snprintf(promises, sizeof promises, "error stdio inet unix%s%s",
             needs->folder_count > 0 ? " rpath cpath" : "",
             needs->forks ? " proc" : "");
    if (sandbox_hide_files(needs) || pledge(promises, NULL))
        return -1;
    snprintf(text, SANDBOX_TEXT, "pledge \"%s\"", promises);
    return 0;
}
