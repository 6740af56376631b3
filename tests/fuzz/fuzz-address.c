/* fuzz-address.c - addresses as text, there and back
   SPDX-License-Identifier: GPL-3.0-or-later

   The input is the text.  */

#include <config.h>

#include <errno.h>
#include <string.h>

#include "sonde.h"
#include "tests/fuzz/fuzz.h"

/* Whether PATH is one that sonde_address_print must change.  */
static int is_escaped(const char *path)
{
    for (; *path; path++)
        if (*path <= ' ' || *path > '~' || *path == '\\')
            return 1;
    return 0;
}

/* ADDRESS, made of TEXT, prints into just the room it needs, and reads back.
   A port of 0 is left out, and 0 must stand for it.  */
static void print_and_parse(const struct sonde_address *address,
                            const char *text)
{
    char printed[SONDE_ADDRESS_TEXT], tight[SONDE_ADDRESS_TEXT];
    struct sonde_address again;
    int length = sonde_address_print(address, printed, sizeof printed);
    MUST(length > 0 && (size_t)length == strlen(printed));
    MUST(sonde_address_print(address, tight, (size_t)length + 1) == length);
    MUST(!strcmp(tight, printed));
    MUST(sonde_address_print(address, tight, (size_t)length) == -1);
    MUST(errno == ENOSPC && *tight == '\0');
    if (address->storage.ss_family == AF_UNIX && is_escaped(text))
        return;
    MUST(sonde_address_parse(&again, printed, 0) == 0);
    MUST(again.length == address->length);
    MUST(sonde_address_compare(&again, address) == 0);
    MUST(sonde_address_compare(address, &again) == 0);
    MUST(sonde_address_port(&again) == sonde_address_port(address));
}

static void parse(const char *text, uint16_t port)
{
    struct sonde_address address, before;
    memset(&address, 0x5a, sizeof address);
    before = address;
    errno = 33;
    if (sonde_address_parse(&address, text, port)) {
        MUST(errno == EINVAL || errno == ENXIO || errno == ENAMETOOLONG);
        MUST(!memcmp(&address, &before, sizeof address));
        return;
    }
    MUST(errno == 33);
    MUST(address.length > 0 && address.length <= sizeof address.storage);
    print_and_parse(&address, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    parse(text, 0);
    parse(text, 65535);
    free(text);
    return 0;
}
