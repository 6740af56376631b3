/* fuzz-resolve.c - hosts and services that nobody need be asked for
   SPDX-License-Identifier: GPL-3.0-or-later

   The input is up to three lines: the host, the service, and a family (4, 6,
   u).  A line that is missing, or "-", is NULL.  Whoever is asked all the same
   knows nothing, so every answer comes from the library's own reading.  */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#include "lib/private.h"
#include "tests/fuzz/fuzz.h"

enum { LIST = 4 };

/* Fails, in one of the ways there are.  */
static int knows_nothing(const char *host, const char *service,
                         const struct addrinfo *hints, struct addrinfo **list)
{
    static const int codes[] = {EAI_NONAME, EAI_AGAIN, EAI_FAIL, EAI_SYSTEM};
    size_t length = host ? strlen(host) : strlen(service);
    (void)list;
    MUST(hints->ai_flags == 0);
    MUST((host && *host) || (service && *service));
    errno = EIO;
    return codes[length % (sizeof codes / sizeof *codes)];
}

/* No thread: it is over before the caller waits for it.  */
static int run_at_once(pthread_t *thread, const pthread_attr_t *attributes,
                       void *(*run)(void *), void *argument)
{
    (void)thread;
    (void)attributes;
    run(argument);
    return 0;
}

/* The next of the lines at *TEXT, ended by a NUL; NULL if there is none.  */
static const char *take_line(char **text)
{
    char *line = *text;
    size_t length = strcspn(line, "\n");
    if (*line == '\0')
        return NULL;
    *text += length + (line[length] == '\n');
    line[length] = '\0';
    return strcmp(line, "-") ? line : NULL;
}

static int family_of(const char *text)
{
    if (!text)
        return AF_UNSPEC;
    return *text == '4'   ? AF_INET
           : *text == '6' ? AF_INET6
           : *text == 'u' ? AF_UNIX
                          : AF_UNSPEC;
}

static void check_answer(const struct sonde_target *target,
                         const struct sonde_address *list, size_t count)
{
    MUST(count >= 1 && count <= LIST);
    for (size_t i = 0; i < count; i++) {
        int family = list[i].storage.ss_family;
        MUST(target->family == AF_UNSPEC || target->family == family);
        MUST(list[i].length <= sizeof list[i].storage);
        for (size_t k = 0; k < i; k++)
            MUST(sonde_address_compare(&list[i], &list[k]) != 0);
        if (family == AF_UNIX)
            continue;
        long port = target->service ? strtol(target->service, NULL, 10) : 0;
        /* Known without the system's table.  */
        if (target->service && !strcmp(target->service, "echo"))
            port = 7;
        if (target->service && !strcmp(target->service, "daytime"))
            port = 13;
        MUST(sonde_address_port(&list[i]) == port);
    }
}

static void resolve(const struct sonde_target *target)
{
    struct sonde_address list[LIST];
    int code = 12345;
    errno = 33;
    ssize_t count = sonde_resolve(target, 0, list, LIST, &code);
    MUST(sonde_resolve_code_text(code));
    if (count >= 0) {
        MUST(code == 0 && errno == 33);
        check_answer(target, list, (size_t)count);
    } else {
        MUST(count == -1 && code != 0 && code != 12345);
        MUST(errno != 0 && errno != 33);
    }
}

/* The lowest descriptor that is free.  */
static int next_descriptor(void)
{
    int fd = fcntl(STDERR_FILENO, F_DUPFD, 0);
    MUST(fd >= 0 && !close(fd));
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int free_before = next_descriptor();
    char *text = fuzz_text(data, size);
    char *rest = text;
    sonde__sys.getaddrinfo = knows_nothing;
    sonde__sys.thread = run_at_once;
    struct sonde_target target = {.type = SOCK_STREAM};
    target.host = take_line(&rest);
    target.service = take_line(&rest);
    target.family = family_of(take_line(&rest));
    resolve(&target);
    MUST(next_descriptor() == free_before);
    free(text);
    return 0;
}
