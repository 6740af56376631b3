/* syn-queue-tun.c - the SYN queue, by half-open handshakes
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/descriptors.h"
#include "base/monotonic.h"
#include "base/names.h"
#include "base/queue-client.h"
#include "base/wait.h"
#include "probes/finding/prefix.h"
#include "probes/peer/packet.h"
#include "probes/peer/tun.h"
#include "probes/queue/syn-queue-tun.h"
#include "probes/run/namespace.h"
#include "probes/run/settings.h"

enum {
    BACKLOG_MAX = 1024,
    MORE = 16, /* SYNs beyond the expected queue length */
    FIRST_PORT = 2000,
    FILL_TIMEOUT = 800,   /* milliseconds: the kernel retransmits after 1000 */
    RETRANSMITTED = 1600, /* after this, and a silence of QUIET, */
    QUIET = 300,          /*   all retransmissions have been sent */
    LATEST = 6000,
    PACKETS = 20000, /* maximum to read between two looks at the clock */
    CLOSED_PORT = 9  /* a port without a listener in a new namespace */
};

/* A listener and its SYNs, one from each port from FIRST_PORT on.  */
struct target {
    int backlog, listener;
    uint16_t port;
    size_t sent;
    unsigned char *answers; /* number of SYN-ACKs, by SYN; up to 2 */
    int error;              /* of a call that opens the target, or 0 */
};

struct half_open {
    struct prefix prefix;
    int tun, watch;
    struct target *targets;
    size_t count;
    int64_t received; /* when the last SYN-ACK arrived */
    bool carries;     /* an RST arrived: the interface carries packets */
};

/* Send a SYN through the interface of RUN, from SOURCE_PORT of the played host
   to PORT of this host.  Does not wait.  Returns whether the SYN was sent.  */
static bool send_from(const struct half_open *run, uint16_t source_port,
                      uint16_t port)
{
    uint8_t packet[PACKET_MAX];
    struct segment segment = {
        .source = ntohl(inet_addr(TUN_PEER)),
        .destination = ntohl(inet_addr(TUN_HERE)),
        .source_port = source_port,
        .destination_port = port,
        .sequence = 100000 + 1000 * (uint32_t)source_port,
        .flags = SEGMENT_SYN,
        .window = 65535,
        .mss = 1460,
    };
    size_t size = packet_tcp(packet, &segment);
    return size > 0 && write(run->tun, packet, size) == (ssize_t)size;
}

/* The target that listens at PORT, or NULL.  */
static struct target *find_target(const struct half_open *run, uint16_t port)
{
    for (size_t i = 0; i < run->count; i++)
        if (run->targets[i].port == port)
            return &run->targets[i];
    return NULL;
}

/* Read the packets that the kernel sent, without waiting and up to PACKETS.
   Count in ANSWERS the SYN-ACKs to SYNs that were sent, with the time of the
   last in RECEIVED; after an RST set CARRIES.  Other packets are ignored.  */
static void read_packets(struct half_open *run)
{
    uint8_t packet[PACKET_MAX];
    struct segment segment;
    for (int i = 0; i < PACKETS; i++) {
        ssize_t size = read(run->tun, packet, sizeof packet);
        if (size <= 0)
            return;
        if (!packet_read(packet, (size_t)size, &segment))
            continue;
        run->carries = run->carries || segment.flags & SEGMENT_RST;
        if (segment.flags != (SEGMENT_SYN | SEGMENT_ACK))
            continue;
        struct target *target = find_target(run, segment.source_port);
        size_t which = (size_t)(segment.destination_port - FIRST_PORT);
        if (!target || which >= target->sent)
            continue;
        run->received = monotonic_ms();
        if (target->answers[which] < 2)
            target->answers[which]++;
    }
}

/* Wait until the interface carries packets of the kernel: just after it was
   brought up, Linux drops them.  SYNs to a closed port, sent again and again,
   are answered with RST.  Returns 0; or -1 if no RST has come after LATEST
   milliseconds.  */
static int await_interface(struct half_open *run)
{
    struct pollfd poll_fd = {.fd = run->tun, .events = POLLIN};
    int64_t end = monotonic_ms() + LATEST;
    while (!run->carries && monotonic_ms() < end) {
        send_from(run, FIRST_PORT - 1, CLOSED_PORT);
        wait_poll(&poll_fd, 1, 10);
        read_packets(run);
    }
    return run->carries ? 0 : -1;
}

/* Send the next SYN to TARGET, and count the SYN in SENT unless sending failed;
   then read the packets of the kernel (read_packets).  ANSWERS must have room
   for the SYN.  */
static void send_syn(struct half_open *run, struct target *target)
{
    uint16_t port = (uint16_t)(FIRST_PORT + target->sent);
    target->sent += send_from(run, port, target->port);
    read_packets(run);
}

/* Listen with TARGET's backlog at an ephemeral port of TUN_HERE, set PORT, and
   allocate ANSWERS, all zero.  Returns the number of SYNs that certainly fills
   the queue, for which ANSWERS has room: the backlog in force, or the requested
   one if that is unknown, plus MORE; or -1 with errno.  Before, TARGET has
   nothing open; the caller calls close_target in each case.  */
static int open_target(struct target *target)
{
    struct sonde_address address;
    struct sonde_queue queue;
    if (sonde_address_parse(&address, TUN_HERE, 0))
        return -1;
    target->listener = queue_client_socket(AF_INET);
    if (target->listener < 0 || queue_client_bind(target->listener, &address) ||
        listen(target->listener, target->backlog) ||
        sonde_address_local(target->listener, &address))
        return -1;
    target->port = (uint16_t)sonde_address_port(&address);
    size_t backlog = sonde_queue(target->listener, &queue)
                         ? (size_t)target->backlog
                         : (size_t)queue.backlog;
    target->answers = calloc(backlog + MORE, 1);
    return target->answers ? (int)(backlog + MORE) : -1;
}

/* Write, as BACKLOG.half-open, the number of handshakes in the SYN queue of
   TARGET: the SYNs with at least two SYN-ACKs.  Not testable if TARGET has an
   ERROR, with its name; if no SYN was sent; or if each SYN sent has two
   SYN-ACKs: the queue was then not full.  */
static void put_target(const struct half_open *run, const struct target *target)
{
    char key[40];
    long kept = 0;
    for (size_t i = 0; i < target->sent; i++)
        kept += target->answers[i] > 1;
    bool ended = !target->error && (size_t)kept < target->sent;
    snprintf(key, sizeof key, "%d.half-open", target->backlog);
    prefix_put_figure(&run->prefix, key, ended ? kept : -1, HOW_MEASURED,
                      target->error       ? errno_name(target->error)
                      : target->sent == 0 ? "no SYN could be sent"
                                          : "the queue was not full");
}

/* Count SYN-ACKs until all retransmissions have been sent: until RETRANSMITTED
   milliseconds after START, by monotonic_ms, have passed and QUIET milliseconds
   without a SYN-ACK, but LATEST milliseconds after START at most.  The clock is
   read before the packets: so a late process counts every packet.  Returns
   true; or false if the reader of the findings is gone (WATCH).  */
static bool wait_for_retransmissions(struct half_open *run, int64_t start)
{
    int64_t now;
    struct pollfd poll_fds[] = {{.fd = run->tun, .events = POLLIN},
                                {.fd = run->watch, .events = POLLIN}};
    do {
        wait_poll(poll_fds, 2, 50);
        if (poll_fds[1].revents)
            return false;
        now = monotonic_ms();
        read_packets(run);
    } while (now < start + LATEST &&
             (now < start + RETRANSMITTED || now < run->received + QUIET));
    return true;
}

/* Close the listener of TARGET, if open, free ANSWERS, and set SENT to 0.  The
   other members stay.  */
static void close_target(struct target *target)
{
    free(target->answers);
    target->answers = NULL;
    target->sent = 0;
    descriptor_close(&target->listener);
}

/* Open TARGET, and send the number of SYNs that fills its queue.  If that took
   longer than FILL_TIMEOUT, the kernel may have retransmitted or dropped the
   first handshakes: begin anew, five tries in all.  Sets ERROR of TARGET: the
   errno if TARGET cannot be opened, with ANSWERS perhaps NULL; ETIMEDOUT after
   five late tries; or 0.  In each case the caller calls close_target.  */
static void fill_target(struct half_open *run, struct target *target)
{
    bool is_late;
    int tries = 0;
    do {
        close_target(target);
        int64_t start = monotonic_ms();
        int wanted = open_target(target);
        target->error = wanted < 0 ? errno : 0;
        for (int k = 0; k < wanted; k++)
            send_syn(run, target);
        is_late = monotonic_ms() - start > FILL_TIMEOUT;
    } while (is_late && ++tries < 5);
    if (is_late && !target->error)
        target->error = ETIMEDOUT;
}

/* Fill the queues of all targets, wait for the retransmissions, write a finding
   for each queue (put_target), and close all queues.  Returns true; or false,
   without findings, if the reader is gone.  */
static bool run_targets(struct half_open *run)
{
    for (size_t i = 0; i < run->count; i++)
        fill_target(run, &run->targets[i]);
    bool whole = wait_for_retransmissions(run, monotonic_ms());
    for (size_t i = 0; i < run->count; i++) {
        if (whole)
            put_target(run, &run->targets[i]);
        close_target(&run->targets[i]);
    }
    return whole;
}

/* Enter a new network namespace with the settings of the first method: those of
   PLAN alone; or if PLAN has none, the current values of the settings of the
   queues, as far as readable.  Returns 0; or -1 with *TROUBLE filled in, but
   unchanged if PLAN has settings.  The process may then be in the
   namespace.  */
static int syn_queue_tun_enter(const struct queue_plan *plan,
                               struct namespace_trouble *trouble)
{
    static const char *const same[] = {"net.core.somaxconn",
                                       "net.ipv4.tcp_syncookies",
                                       "net.ipv4.tcp_max_syn_backlog"};
    enum { SAME = sizeof same / sizeof *same };
    long values[SAME];
    for (int i = 0; i < SAME; i++)
        values[i] = namespace_read(same[i]);
    if (plan->setting_count > 0)
        return settings_apply(NULL, plan->settings, plan->setting_count);
    if (namespace_enter(trouble))
        return -1;
    for (int i = 0; i < SAME; i++) {
        char text[24];
        snprintf(text, sizeof text, "%ld", values[i]);
        if (values[i] >= 0 && namespace_set(same[i], text, trouble))
            return -1;
    }
    return 0;
}

/* Set the targets of RUN, which has none: one, not open, for each backlog of
   PLAN that this method can measure, 0 to BACKLOG_MAX.  Returns NULL, or why
   there are none.  The caller frees TARGETS in each case.  */
static const char *choose_targets(struct half_open *run,
                                  const struct queue_plan *plan)
{
    run->targets = calloc(plan->count + 1, sizeof *run->targets);
    if (!run->targets)
        return "out of memory";
    for (size_t i = 0; i < plan->count; i++)
        if (plan->backlogs[i] >= 0 && plan->backlogs[i] <= BACKLOG_MAX)
            run->targets[run->count++] =
                (struct target){.backlog = plan->backlogs[i], .listener = -1};
    return run->count > 0 ? NULL : "needs a backlog from 0 to 1024";
}

/* Whether half of the memory left is enough for all targets, which are filled
   together: a request takes less than half a KiB of kernel memory, the
   namespace at most 1 MiB (measured, Linux 6.18); 2 KiB and 2 MiB are assumed.
   Returns true; or false with the reason in *TROUBLE.  */
static bool can_afford(const struct half_open *run,
                       struct namespace_trouble *trouble)
{
    enum { REQUEST = 1024, NAMESPACE = 2 << 20, OTHERS = 8 };
    struct budget budget = budget_now();
    int64_t need = NAMESPACE;
    for (size_t i = 0; i < run->count; i++)
        need += 2 * REQUEST * (int64_t)(run->targets[i].backlog + OTHERS);
    if (need <= budget_share(&budget.memory))
        return true;
    budget_explain(trouble->text, sizeof trouble->text, &budget.memory, "this",
                   need);
    return false;
}

/* Choose the targets of RUN by PLAN, check the memory, enter the namespace,
   make its interface, and wait until the interface carries packets.  Returns
   NULL; or why that failed, a constant or the text of *TROUBLE, which must have
   a text before.  In each case the caller frees the targets and closes TUN.  */
static const char *make_ready(struct half_open *run,
                              const struct queue_plan *plan,
                              struct namespace_trouble *trouble)
{
    const char *reason = choose_targets(run, plan);
    if (reason)
        return reason;
    if (!can_afford(run, trouble) || syn_queue_tun_enter(plan, trouble) ||
        (run->tun = tun_open(trouble)) < 0)
        return trouble->text;
    return await_interface(run) ? "the TUN interface carries no packets" : NULL;
}

bool measure_half_open(FILE *out, int watch, const void *data)
{
    struct namespace_trouble trouble = {"the settings could not be made"};
    struct half_open run = {
        .prefix = {out, "listen.queue", "inet"}, .watch = watch, .tun = -1};
    descriptors_raise(LONG_MAX); /* a listener for each backlog */
    const char *reason = make_ready(&run, data, &trouble);
    prefix_put_text(&run.prefix, "half-open", reason ? NULL : "yes",
                    HOW_MEASURED, reason);
    bool whole = reason || run_targets(&run);
    free(run.targets);
    descriptor_close(&run.tun);
    return whole;
}
