/* byteorder.c - the byte order of this host
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "progs/options.h"
#include "progs/output.h"
#include "progs/status.h"
#include "sonde.h"

static const char *order_name(int order)
{
    return order == SONDE_BIG_ENDIAN      ? "big-endian"
           : order == SONDE_LITTLE_ENDIAN ? "little-endian"
                                          : "neither big- nor little-endian";
}

static void print_bytes(const void *value, size_t size, char *text)
{
    const unsigned char *byte = value;
    for (size_t i = 0; i < size; i++)
        text += sprintf(text, i ? " %02x" : "%02x", byte[i]);
}

static void byteorder_explain(int order)
{
    FILE *out = output_stream();
    uint16_t two = 0x0102;
    uint64_t eight = 0x0102030405060708;
    unsigned char wire[2];
    char text[32];
    print_bytes(&two, sizeof two, text);
    fprintf(out, "  0x0102              is stored as  %s\n", text);
    print_bytes(&eight, sizeof eight, text);
    fprintf(out, "  0x0102030405060708  is stored as  %s\n", text);
    sonde_store(wire, sizeof wire, SONDE_BIG_ENDIAN, two);
    print_bytes(wire, sizeof wire, text);
    fprintf(out,
            "  on the wire         network order is big-endian: %s is 0x%04x\n",
            text, (unsigned)sonde_load(wire, sizeof wire, SONDE_BIG_ENDIAN));
    fprintf(out, "  at build time       %s: %s\n", order_name(SONDE_BYTEORDER),
            order == SONDE_BYTEORDER ? "agrees" : "DISAGREES");
}

static void print_json(int order)
{
    struct json json = {.out = output_stream()};
    uint16_t two = 0x0102;
    uint64_t eight = 0x0102030405060708;
    char text[32];
    json_object(&json, NULL);
    json_number(&json, "schema_version", 1);
    json_text(&json, "host", SONDE_HOST);
    json_text(&json, "byteorder", order < 0 ? NULL : order_name(order));
    json_text(&json, "build_time", order_name(SONDE_BYTEORDER));
    json_bool(&json, "agree", order == SONDE_BYTEORDER);
    print_bytes(&two, sizeof two, text);
    json_text(&json, "two_bytes", text);
    print_bytes(&eight, sizeof eight, text);
    json_text(&json, "eight_bytes", text);
    json_object_end(&json);
}

static int byteorder_take_options(bool *with_bytes, bool *json, int argc,
                                  char **argv)
{
    const struct option_row rows[] = {
        {.letter = 'e',
         .word = "explain",
         .help = "show the bytes",
         .kind = OPTION_FLAG,
         .target = with_bytes},
        {.letter = 'j',
         .word = "json",
         .help = "report in JSON",
         .kind = OPTION_FLAG,
         .target = json},
        OPTIONS_COMMON,
    };
    const struct program program = {
        .name = "byteorder",
        .purpose = "Tell the byte order of this host, by looking at numbers in "
                   "memory.",
        .more = "Exit status: 0 told, 2 wrong usage or trouble, such as a byte "
                "order "
                "that\nis not the one this program was built for.\n",
        .options = rows,
        .count = sizeof rows / sizeof *rows,
    };
    int status = options_take(&program, argc, argv);
    if (status == OPTIONS_GO_ON && *with_bytes && *json) {
        complain("--explain and --json are two reports; choose one");
        return options_try_help(program.name);
    }
    return status;
}

int main(int argc, char **argv)
{
    bool with_bytes = false, json = false;
    if (!output_begin("byteorder"))
        return STATUS_TROUBLE;
    int status = byteorder_take_options(&with_bytes, &json, argc, argv);
    if (status != OPTIONS_GO_ON)
        return output_end(status);
    int order = sonde_byteorder();
    if (json) {
        print_json(order);
    } else {
        fprintf(output_stream(), "%s: %s\n", SONDE_HOST, order_name(order));
        if (with_bytes)
            byteorder_explain(order);
    }
    if (order != SONDE_BYTEORDER)
        complain("this process is %s, but was built as %s; the build is wrong",
                 order_name(order), order_name(SONDE_BYTEORDER));
    return output_end(order == SONDE_BYTEORDER ? STATUS_DONE : STATUS_TROUBLE);
}
