/* fuzz-port.c - ports, wherever one is read
   SPDX-License-Identifier: GPL-3.0-or-later

   The input is the port, alone.  Behind an address, and as the service of a
   target, it means the same number or is refused.  */

#include <config.h>

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "lib/private.h"
#include "tests/fuzz/fuzz.h"

/* The number that TEXT is, by a way of its own: leading zeros away, then at
   most five digits; -1 if it is no port.  */
static long port_of(const char *text)
{
    size_t length = strspn(text, "0123456789");
    if (length == 0 || text[length] != '\0')
        return -1;
    text += strspn(text, "0");
    if (strlen(text) > 5)
        return -1;
    long port = *text ? strtol(text, NULL, 10) : 0;
    return port <= 65535 ? port : -1;
}

/* FORMAT with TEXT in it, as an address.  */
static void parse(const char *before, const char *text, long expected)
{
    struct sonde_address address;
    size_t length = strlen(before) + strlen(text);
    char *whole = malloc(length + 1);
    MUST(whole);
    memcpy(whole, before, strlen(before));
    memcpy(whole + strlen(before), text, strlen(text) + 1);
    int result = sonde_address_parse(&address, whole, 7);
    free(whole);
    if (expected < 0) {
        MUST(result == -1 && errno == EINVAL);
        return;
    }
    MUST(result == 0 && sonde_address_port(&address) == expected);
    MUST(sonde_address_set_port(&address, (uint16_t)(expected ^ 1)) == 0);
    MUST(sonde_address_port(&address) == (expected ^ 1));
}

/* Nobody knows the name of a service, and it must be a name.  */
static int knows_nothing(const char *host, const char *service,
                         const struct addrinfo *hints, struct addrinfo **list)
{
    (void)list;
    MUST(!host && service && hints->ai_flags == 0);
    MUST(port_of(service) < 0);
    return EAI_NONAME;
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

/* EXPECTED is as by port_of, but two names are known.  */
static void resolve(const char *host, const char *text, long expected)
{
    struct sonde_target target = {host, text, AF_UNSPEC, SOCK_STREAM};
    struct sonde_address list[2];
    if (!strcmp(text, "echo"))
        expected = 7;
    if (!strcmp(text, "daytime"))
        expected = 13;
    ssize_t count = sonde_resolve(&target, 0, list, 2, NULL);
    MUST((count > 0) == (expected >= 0));
    for (ssize_t i = 0; i < count; i++)
        MUST(sonde_address_port(&list[i]) == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    long expected = port_of(text);
    sonde__sys.getaddrinfo = knows_nothing;
    sonde__sys.thread = run_at_once;
    /* A slash makes a path of it, a colon an address of another shape.  */
    if (!strpbrk(text, "/:")) {
        parse("127.0.0.1:", text, expected);
        parse("[::1]:", text, expected);
    }
    resolve("127.0.0.1", text, expected);
    resolve("[::1]", text, expected);
    resolve(NULL, text, expected);
    free(text);
    return 0;
}
