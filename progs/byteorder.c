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

/* ORDER in words; "neither big- nor little-endian" if ORDER is no order.  */
static const char *order_name(int order)
{
    return order == SONDE_BIG_ENDIAN      ? "big-endian"
           : order == SONDE_LITTLE_ENDIAN ? "little-endian"
                                          : "neither big- nor little-endian";
}

static const uint16_t two = 0x0102;
static const uint64_t eight = 0x0102030405060708;

/* Write the SIZE bytes VALUE, at most 8, in the order in memory, to TEXT in
   hexadecimal, separated by blanks.  Returns TEXT.  */
static const char *print_bytes(const void *value, size_t size, char text[32])
{
    const unsigned char *byte = value;
    char *end = text;
    for (size_t i = 0; i < size; i++)
        end += sprintf(end, i ? " %02x" : "%02x", byte[i]);
    return text;
}

/* Print numbers as stored and on the wire, the order of the build, and whether
   ORDER, that of the process, is the same.  */
static void byteorder_explain(int order)
{
    FILE *out = output_stream();
    unsigned char wire[2];
    char text[32];
    fprintf(out, "  0x0102              is stored as  %s\n",
            print_bytes(&two, sizeof two, text));
    fprintf(out, "  0x0102030405060708  is stored as  %s\n",
            print_bytes(&eight, sizeof eight, text));
    sonde_store(wire, sizeof wire, SONDE_BIG_ENDIAN, two);
    fprintf(out,
            "  on the wire         network order is big-endian: %s is 0x%04x\n",
            print_bytes(wire, sizeof wire, text),
            (unsigned)sonde_load(wire, sizeof wire, SONDE_BIG_ENDIAN));
    fprintf(out, "  at build time       %s: %s\n", order_name(SONDE_BYTEORDER),
            order == SONDE_BYTEORDER ? "agrees" : "DISAGREES");
}

/* Print the report in JSON.  ORDER, that of the process, is negative if
   unknown: then "byteorder" is null.  */
static void print_json(int order)
{
    struct json out = {.out = output_stream()};
    char text[32];
    json_object(&out, NULL);
    json_number(&out, "schema_version", 1);
    json_text(&out, "host", SONDE_HOST);
    json_text(&out, "byteorder", order < 0 ? NULL : order_name(order));
    json_text(&out, "build_time", order_name(SONDE_BYTEORDER));
    json_bool(&out, "agree", order == SONDE_BYTEORDER);
    json_text(&out, "two_bytes", print_bytes(&two, sizeof two, text));
    json_text(&out, "eight_bytes", print_bytes(&eight, sizeof eight, text));
    json_object_end(&out);
}

static bool explain, json;

static const struct option_row rows[] = {
    ROW_FLAG("explain", 'e', &explain,
             "show the bytes, in memory and on the wire"),
    ROW_FLAG("json", 'j', &json, "report in JSON"),
    {0},
};

/* The usage error if options contradict each other, or NULL.  */
static const char *byteorder_conflict(void)
{
    return explain && json ? "--explain and --json are two reports; choose one"
                           : NULL;
}

/* Print the byte order, in JSON or in a line, after which --explain has more.
   Returns the exit status: STATUS_DONE; or STATUS_TROUBLE after a message if
   the order is not that of the build.  */
static int byteorder_run(void)
{
    int order = sonde_byteorder();
    if (json)
        print_json(order);
    else
        fprintf(output_stream(), "%s: %s\n", SONDE_HOST, order_name(order));
    if (explain)
        byteorder_explain(order);
    if (order == SONDE_BYTEORDER)
        return STATUS_DONE;
    return complain("this process is %s, but the program was built as %s; "
                    "build it again for this host",
                    order_name(order), order_name(SONDE_BYTEORDER));
}

int main(int argc, char **argv)
{
    static const struct program program = {
        .name = "byteorder",
        .purpose = "Print the byte order of this host, measured in memory.",
        .rows = rows,
        .statuses = "0 success, 2 usage error, or the byte order differs from "
                    "that of the build.",
        .conflict = byteorder_conflict,
        .run = byteorder_run,
    };
    return program_main(&program, argc, argv);
}
