/* lines.c - lines a second: sonde_line and fgets
   SPDX-License-Identifier: GPL-3.0-or-later

   A child writes the lines to a socket pair in pieces of 64 KiB; the parent
   reads with each reader in turn, so that load on the host affects all readers
   alike.  Prints medians, and the median ratio to fgets within a round.

   usage: lines [rounds [lines [length]]]  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sonde.h"

enum { max_rounds = 99, piece = 1 << 16 };

static long count = 200000;
static size_t length = 64;

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

/* Write the lines to FD, in pieces that do not end where a line does.  A piece
   that takes more than 10 s ends the process with status 2.  */
static void write_lines(int fd)
{
    static char buffer[2 * piece];
    size_t left = (size_t)count * length, at = 0;
    for (size_t i = 0; i < sizeof buffer; i++)
        buffer[i] = i % length == length - 1 ? '\n' : 'x';
    while (left > 0) {
        size_t size = left < piece ? left : piece, done;
        if (sonde_write_all(fd, buffer + at, size, 10000, &done))
            fail("write");
        at = (at + size) % length;
        left -= size;
    }
}

/* Read FD to its end.  Each reader returns the number of lines.  */
static long read_by_fgets(int fd)
{
    char line[256];
    long lines = 0;
    FILE *stream = fdopen(dup(fd), "r");
    if (!stream)
        fail("fdopen");
    while (fgets(line, sizeof line, stream))
        lines += line[length - 1] == '\n';
    fclose(stream);
    return lines;
}

static long read_by_sonde(int fd, size_t size)
{
    struct sonde_lines reader;
    char *line;
    long lines = 0;
    ssize_t got;
    if (sonde_lines_open(&reader, fd, NULL, size))
        fail("sonde_lines_open");
    while ((got = sonde_line(&reader, &line, -1)) > 0)
        lines += line[length - 1] == '\n';
    if (got < 0)
        fail("sonde_line");
    sonde_lines_close(&reader);
    return lines;
}

static long read_by_sonde_4k(int fd)
{
    return read_by_sonde(fd, 4096);
}

static long read_by_sonde_16k(int fd)
{
    return read_by_sonde(fd, 16384);
}

static long read_by_sonde_64k(int fd)
{
    return read_by_sonde(fd, 65536);
}

static const struct {
    const char *name;
    long (*read)(int);
} readers[] = {
    {"fgets", read_by_fgets},
    {"sonde_line, 4 KiB", read_by_sonde_4k},
    {"sonde_line, 16 KiB", read_by_sonde_16k},
    {"sonde_line, 64 KiB", read_by_sonde_64k},
};

enum { reader_count = sizeof readers / sizeof *readers };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Lines a second by READER, an index of readers, once.  A wrong number of lines
   ends the program with status 1.  */
static double measure(size_t reader)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
        fail("socketpair");
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        close(pair[0]);
        write_lines(pair[1]);
        _exit(0);
    }
    close(pair[1]);
    double start = seconds();
    long lines = readers[reader].read(pair[0]);
    double rate = (double)lines / (seconds() - start);
    close(pair[0]);
    waitpid(child, NULL, 0);
    if (lines != count) {
        fprintf(stderr, "%s: %ld lines of %ld\n", readers[reader].name, lines,
                count);
        exit(1);
    }
    return rate;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of the SIZE VALUES, which are sorted in place.  */
static double median(double *values, int size)
{
    qsort(values, (size_t)size, sizeof *values, compare);
    return size % 2 ? values[size / 2]
                    : (values[size / 2 - 1] + values[size / 2]) / 2;
}

int main(int argc, char **argv)
{
    static double rates[reader_count][max_rounds];
    static double ratios[reader_count][max_rounds];
    int rounds = argc > 1 ? atoi(argv[1]) : 9;
    if (argc > 2)
        count = atol(argv[2]);
    if (argc > 3)
        length = (size_t)atol(argv[3]);
    if (rounds < 1 || rounds > max_rounds || count < 1 || length < 1 ||
        length > 255) {
        fprintf(stderr, "usage: lines [rounds [lines [length]]]\n");
        return 2;
    }
    for (int round = 0; round < rounds; round++)
        for (size_t reader = 0; reader < reader_count; reader++) {
            rates[reader][round] = measure(reader);
            ratios[reader][round] = rates[reader][round] / rates[0][round];
        }
    printf("%ld lines of %zu bytes, socket pair, %d rounds\n", count, length,
           rounds);
    for (size_t reader = 0; reader < reader_count; reader++)
        printf("%-20s %12.0f lines/s  %5.2f of fgets\n", readers[reader].name,
               median(rates[reader], rounds), median(ratios[reader], rounds));
    return 0;
}
