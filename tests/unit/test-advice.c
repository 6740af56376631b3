/* test-advice.c - probes/verdict/advice.c
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "probes/listeners/listeners.h"
#include "probes/report/report.h"
#include "probes/verdict/advice.h"
#include "tests/unit/unit.h"

static char *advice_to(const char *setting, int wanted)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    advice_write(out, setting, wanted, false);
    fclose(out);
    return text;
}

static char *advice(const char *setting, bool is_host)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    advice_write(out, setting, 511, is_host);
    fclose(out);
    return text;
}

static const struct {
    const char *setting, *words;
} cases[] = {
    {"net.core.somaxconn", "docker run --sysctl net.core.somaxconn=511"},
    {"net.core.somaxconn", "net.core.somaxconn = \"511\""},
    {"net.core.somaxconn", "sysctl -w net.core.somaxconn=511"},
    {"net.core.somaxconn", "net.core.somaxconn=511 in /etc/sysctl.d/"},
    {"net.core.somaxconn", "Backlog=511"},
    {"net.core.somaxconn", "restart the program"},
    {"kern.ipc.soacceptqueue", "sysctl kern.ipc.soacceptqueue=511"},
    {"kern.ipc.soacceptqueue", "/etc/sysctl.conf"},
    {"kern.ipc.soacceptqueue", "restart the program"},
    {"kern.ipc.somaxconn", "sysctl -w kern.ipc.somaxconn=511"},
    {"kern.ipc.somaxconn", "32767"},
    {"kern.somaxconn", "sysctl -w kern.somaxconn=511"},
};

enum { CASES = sizeof cases / sizeof *cases };

START_TEST(each_system_has_its_own)
{
    char *text = advice(cases[_i].setting, false);
    ck_assert_msg(strstr(text, cases[_i].words), "%s: %s", cases[_i].words,
                  text);
    ck_assert(!strpbrk(text, "@%"));
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        ck_assert_uint_le(strcspn(line, "\n"), 80);
    free(text);
}
END_TEST

START_TEST(in_the_hosts_namespace_the_host_comes_first)
{
    ck_assert(!setenv("container", "docker", 1));
    char *host = advice("net.core.somaxconn", true);
    char *inside = advice("net.core.somaxconn", false);
    ck_assert(!strncmp(host, "  on this host", 14));
    ck_assert(!strncmp(inside, "  in ", 5));
    free(host);
    free(inside);
}
END_TEST

/* macOS and DragonFly: more than a short holds makes listeners deaf.  */
START_TEST(no_figure_that_does_harm)
{
    char *text = advice_to("kern.ipc.somaxconn", 65535);
    ck_assert_msg(strstr(text, "kern.ipc.somaxconn=32767\n"), "%s", text);
    ck_assert(!strstr(text, "65535"));
    free(text);
    text = advice_to("kern.somaxconn", 40000);
    ck_assert_msg(strstr(text, "kern.somaxconn=32767\n"), "%s", text);
    free(text);
    text = advice_to("kern.ipc.soacceptqueue", 65535);
    ck_assert_msg(strstr(text, "kern.ipc.soacceptqueue=65535\n"), "%s", text);
    free(text);
}
END_TEST

static bool told(const char *text, const char *words)
{
    char flat[2048];
    size_t used = 0;
    for (const char *c = text; *c && used < sizeof flat - 1; c++)
        if ((*c != ' ' && *c != '\n') || (used && flat[used - 1] != ' '))
            flat[used++] = (char)(*c == '\n' ? ' ' : *c);
    flat[used] = '\0';
    return strstr(flat, words) != NULL;
}

/* macOS: so_qlimit is 0 or below.  */
START_TEST(a_deaf_listener_is_called_deaf)
{
    char local[] = "127.0.0.1:80";
    struct listener_row row = {.percent = 100, .local = local};
    struct listeners listeners = {.rows = &row, .count = 1};
    char *text;
    size_t size;
    sonde_address_loopback(&row.listener.address, AF_INET, 80);
    FILE *out = open_memstream(&text, &size);
    listeners_explain(out, &listeners);
    listeners_text(out, &listeners);
    fclose(out);
    ck_assert_msg(told(text, "no client is ever queued: let the program "
                             "request at most 32767"),
                  "%s", text);
    ck_assert_msg(told(text, "deaf: 1, with a backlog of 0"), "%s", text);
    free(text);
}
END_TEST

/* The same by --require, which gets what listen gives.  */
START_TEST(a_backlog_that_makes_deaf_is_named)
{
    struct report report = {
        .need = {.asked = 40000,
                 .grant = GRANT_TRUNCATED,
                 .effective = -1,
                 .queued = 0,
                 .measured = true},
        .table.cap = {.setting = "kern.ipc.somaxconn", .value = 65535}};
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    report_require(out, &report);
    fclose(out);
    ck_assert_msg(told(text, "a backlog above 32767 makes a listener deaf"),
                  "%s", text);
    free(text);
}
END_TEST

START_TEST(what_is_not_known_has_none)
{
    char *text = advice("_conn_req_max_q", false);
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, each_system_has_its_own, 0, CASES);
    tcase_add_test(tests, in_the_hosts_namespace_the_host_comes_first);
    tcase_add_test(tests, a_deaf_listener_is_called_deaf);
    tcase_add_test(tests, a_backlog_that_makes_deaf_is_named);
    tcase_add_test(tests, no_figure_that_does_harm);
    tcase_add_test(tests, what_is_not_known_has_none);
}

int main(void)
{
    return unit_main("advice", add);
}
