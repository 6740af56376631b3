/* tamper.c - system calls that behave as on another kernel
   SPDX-License-Identifier: GPL-3.0-or-later

   To be preloaded.  TAMPER is the name of a row below, and the change of that
   row is in force.  Most names are ids of sockprobe: tests/planted.sh has the
   answer that each question must give then.  tests/tampered.sh has the others.
   TAMPER=NAME:N changes N of 1000 calls, by chance, TAMPER=NAME/N every Nth
   call of all processes together.  With listen.queue listen passes on 3n/2,
   with listen.synqueue n + 2: a kernel whose rule is another one, as far as its
   user can see.  */

/* With _FORTIFY_SOURCE the headers define some of these functions inline.  */
#undef SONDE_FORTIFY
#include <config.h>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifdef SO_ATTACH_REUSEPORT_CBPF
#include <linux/filter.h>
#endif
#ifdef HAVE_EPOLL
#include <sys/epoll.h>
#endif

enum call {
    ACCEPT,
    ACCEPT4,
    BIND,
    CLOSE,
    CONNECT,
    EPOLL_CTL,
    FCNTL,
    FOPEN,
    GETPEERNAME,
    GETSOCKOPT,
    LISTEN,
    POLL,
    RECV,
    SELECT,
    SEND,
    SENDTO,
    SETSOCKOPT,
    SHUTDOWN,
    SIGACTION,
    SIGNAL,
    SIGPROCMASK,
    SOCKET,
    WRITE,
};

/* Which calls are changed.  */
enum when {
    ALWAYS,
    WITH_ADDRESS, /* accept: the address of the client is asked for */
    NONBLOCKING,  /* the socket has O_NONBLOCK */
    AGAIN,        /* listen: the socket listens; connect: not the first call */
    UNBOUND,      /* the socket has no port */
    FIXED_PORT,   /* bind: to a port other than 0 */
    LONGER,       /* bind: the length is more than that of an IPv4 address */
    WILDCARD,     /* bind: to the wildcard address */
    ITSELF,       /* connect: to the socket's own port */
    SILENT,       /* connect: no reply within 30 ms */
    LARGE,        /* more than 9216 bytes */
    STREAM_END,   /* recv: the result is 0 */
    CLIENT_NOW,   /* poll: for POLLOUT alone, without a wait */
    ICMP,         /* write: a packet of ICMP over IPv4 */
};

/* What is done.  */
enum change {
    FAIL,   /* with ERROR; accept closes the connection */
    MAP,    /* errno, or a value of getsockopt, FROM becomes ERROR, which 0
               makes a success */
    IGNORE, /* without a call, 0 */
    CLEAR,
    ADD,       /* FLAGS of the argument */
    SET,       /* the option, on the socket; of accept the new one */
    SET_FLAGS, /* FLAGS of F_SETFL, on the accepted socket */
    SET_CLOEXEC,
    BACKLOG,   /* by the function */
    TAKE_ALL,  /* the listener before, with SO_REUSEPORT, is shut down */
    STEER,     /* the last socket with SO_REUSEPORT receives all */
    LOOPBACK,  /* the address is 127.0.0.1 */
    DISCARD,   /* the bytes that the accepted socket has received */
    REPEAT,    /* a call that failed with EINTR */
    BOTH_ENDS, /* shutdown of both ends before */
    REPLACE,   /* in the file: FROM_TEXT by TO_TEXT, of the same length */
};

struct row {
    const char *name;
    enum call call;
    enum when when;
    enum change change;
    int from, error, flags;
    /* SET: the option.  Else only calls with this OPTION, command, family, type
       or signal are changed; 0: any.  */
    int level, option;
    const void *value;
    socklen_t size;
    int (*backlog)(int);
    const char *path, *from_text, *to_text;
};

static int backlog_half(int backlog)
{
    return backlog < 1000000 ? backlog * 3 / 2 : backlog;
}

static int backlog_plus(int backlog)
{
    return backlog < 1000000 ? backlog + 2 : backlog;
}

static int backlog_deep(int backlog)
{
    return backlog < 1000000 ? backlog + 200 : backlog;
}

static int backlog_max(int backlog)
{
    return backlog < 100 ? backlog : 100;
}

static int backlog_natural(int backlog)
{
    return backlog < 0 ? 0 : backlog;
}

#define INT(n) .value = &(const int){n}, .size = sizeof(int)
#define STRUCT(type, ...)                                                      \
    .value = &(const struct type){__VA_ARGS__}, .size = sizeof(struct type)
#define FAILS(e)        .change = FAIL, .error = e
#define MAPS(e, to)     .change = MAP, .from = e, .error = to
#define SETS(l, o, ...) .change = SET, .level = l, .option = o, __VA_ARGS__
#define CLEARS(bits)    .change = CLEAR, .flags = (int)(bits)
#define ADDS(bits)      .change = ADD, .flags = (int)(bits)
#define IGNORES(o)      .change = IGNORE, .option = o
#define LISTENS(f)      .change = BACKLOG, .backlog = f
#define REPLACES(file, text, by)                                               \
    .change = REPLACE, .path = file, .from_text = text, .to_text = by

static const struct row rows[] = {
    {"accept.aborted", ACCEPT, WITH_ADDRESS, FAILS(ECONNABORTED)},
    {"accept.fdlimit", ACCEPT, NONBLOCKING, FAILS(EAGAIN)},
#ifdef SOCK_NONBLOCK
    {"accept.flags", ACCEPT4, CLEARS(SOCK_NONBLOCK | SOCK_CLOEXEC)},
#endif
#ifdef O_ASYNC
    {"accept.inherits.async", ACCEPT, .change = SET_FLAGS, .flags = O_ASYNC},
#endif
    {"accept.inherits.cloexec", ACCEPT, .change = SET_CLOEXEC},
    {"accept.inherits.keepalive", ACCEPT,
     SETS(SOL_SOCKET, SO_KEEPALIVE, INT(0))},
    {"accept.inherits.linger", ACCEPT,
     SETS(SOL_SOCKET, SO_LINGER, STRUCT(linger, 0))},
    {"accept.inherits.nodelay", ACCEPT, SETS(IPPROTO_TCP, TCP_NODELAY, INT(0))},
    {"accept.inherits.nonblock", ACCEPT, .change = SET_FLAGS,
     .flags = O_NONBLOCK},
    {"accept.inherits.oobinline", ACCEPT,
     SETS(SOL_SOCKET, SO_OOBINLINE, INT(0))},
    {"accept.inherits.rcvbuf", ACCEPT, SETS(SOL_SOCKET, SO_RCVBUF, INT(9000))},
    {"accept.inherits.rcvlowat", ACCEPT, SETS(SOL_SOCKET, SO_RCVLOWAT, INT(1))},
    {"accept.inherits.rcvtimeo", ACCEPT,
     SETS(SOL_SOCKET, SO_RCVTIMEO, STRUCT(timeval, 0))},
    {"accept.inherits.reuseaddr", ACCEPT,
     SETS(SOL_SOCKET, SO_REUSEADDR, INT(0))},
    {"accept.inherits.sndbuf", ACCEPT, SETS(SOL_SOCKET, SO_SNDBUF, INT(9000))},
    {"accept.inherits.sndtimeo", ACCEPT,
     SETS(SOL_SOCKET, SO_SNDTIMEO, STRUCT(timeval, 0))},
    {"accept.inherits.ttl", ACCEPT, SETS(IPPROTO_IP, IP_TTL, INT(64))},
    {"accept.policy", ACCEPT, NONBLOCKING, FAILS(EAGAIN)},
    {"address.length", BIND, LONGER, FAILS(EINVAL)},
    {"bind.choices", BIND, WILDCARD, .change = LOOPBACK},
#ifdef SO_REUSEPORT
#define SHARES SETS(SOL_SOCKET, SO_REUSEPORT, INT(1))
    {"bind.reuse.addr", BIND, SHARES},
    {"bind.reuse.addr-specific", BIND, SHARES},
    {"bind.reuse.addr-wildcard", BIND, SHARES},
    {"bind.reuse.none", BIND, SHARES},
    {"bind.reuse.port-second", BIND, SHARES},
    {"bind.reuse.port", SETSOCKOPT, IGNORES(SO_REUSEPORT)},
#endif
    {"bind.reuse.addr-idle", SETSOCKOPT, IGNORES(SO_REUSEADDR)},
    {"bind.reuse.timewait", BIND, SETS(SOL_SOCKET, SO_REUSEADDR, INT(1))},
    {"bind.reuse.timewait-addr", SETSOCKOPT, IGNORES(SO_REUSEADDR)},
    {"bind.reuse.timewait-new", BIND, SETS(SOL_SOCKET, SO_REUSEADDR, INT(1))},
    {"bind.v6only", SOCKET, SETS(IPPROTO_IPV6, IPV6_V6ONLY, INT(1))},
    {"close.linger", SETSOCKOPT, IGNORES(SO_LINGER)},
    {"close.linger-nonblock", CLOSE,
     SETS(SOL_SOCKET, SO_LINGER, STRUCT(linger, 0))},
    {"close.linger-time", CLOSE,
     SETS(SOL_SOCKET, SO_LINGER, STRUCT(linger, 1, 0))},
    {"close.refcount", CLOSE, .change = BOTH_ENDS},
    {"close.timewait", FOPEN,
     REPLACES("/proc/net/tcp", " 03:0000", " 03:0001")},
    {"connect.refused", CONNECT, MAPS(ECONNREFUSED, ETIMEDOUT)},
    {"connect.self", CONNECT, ITSELF, FAILS(ECONNREFUSED)},
    {"connect.timeout", GETSOCKOPT, MAPS(ETIMEDOUT, EHOSTUNREACH),
     .option = SO_ERROR},
    {"connect.endless", GETSOCKOPT, MAPS(ETIMEDOUT, 0), .option = SO_ERROR},
    {"connect.unreachable", GETSOCKOPT, MAPS(EHOSTUNREACH, ENETUNREACH),
     .option = SO_ERROR},
    {"exec.descriptors", FCNTL, IGNORES(F_SETFD)},
    {"exec.peer", GETPEERNAME, FAILS(ENOTCONN)},
#ifdef EPOLLEXCLUSIVE
    {"io.epoll", EPOLL_CTL, CLEARS(EPOLLEXCLUSIVE)},
#endif
    {"io.models", SELECT, IGNORES(0)},
    {"limit.connections", BIND, FIXED_PORT, FAILS(EADDRINUSE)},
    {"listen.again", LISTEN, AGAIN, IGNORES(0)},
    {"listen.cap", LISTEN, LISTENS(backlog_max)},
    {"listen.connected", LISTEN, MAPS(EINVAL, EOPNOTSUPP)},
    {"listen.deep", LISTEN, LISTENS(backlog_deep)},
    {"listen.early-data", ACCEPT, .change = DISCARD},
#ifdef TCP_SYNCNT
    {"listen.half-open", LISTEN, SETS(IPPROTO_TCP, TCP_SYNCNT, INT(1))},
#endif
    {"listen.negative", LISTEN, LISTENS(backlog_natural)},
    {"listen.overflow", CONNECT, SILENT, FAILS(ECONNREFUSED)},
    {"listen.queue", LISTEN, LISTENS(backlog_half)},
    {"listen.synqueue", LISTEN, LISTENS(backlog_plus)},
    {"listen.unbound", LISTEN, UNBOUND, FAILS(EDESTADDRREQ)},
    {"listen.ports", LISTEN, UNBOUND, FAILS(EADDRINUSE)},
    {"listen.zero", LISTEN, LISTENS(backlog_plus)},
    {"nonblock.errno", RECV, MAPS(EAGAIN, EIO)},
    {"option.defaults", GETSOCKOPT, FAILS(ENOPROTOOPT), .option = SO_BROADCAST},
    {"option.lowat", SETSOCKOPT, IGNORES(SO_RCVLOWAT)},
    {"poll.clients", POLL, CLIENT_NOW, FAILS(EIO)},
    {"path.mtu", WRITE, ICMP, IGNORES(0)},
    {"peer.crash", RECV, MAPS(EHOSTUNREACH, ENETUNREACH)},
    {"peer.fin", RECV, STREAM_END, FAILS(ECONNRESET)},
    {"peer.keepalive", RECV, MAPS(ETIMEDOUT, ECONNABORTED)},
    {"peer.reboot", RECV, MAPS(ECONNRESET, EPIPE)},
    {"peer.rst", RECV, MAPS(ECONNRESET, EPIPE)},
    {"reuseport.close", LISTEN, .change = TAKE_ALL},
    {"reuseport.spread", LISTEN, .change = TAKE_ALL},
    {"reuseport.udp", BIND, .change = STEER},
    {"reuseport.users", BIND, MAPS(EADDRINUSE, 0)},
    {"shutdown.listener", SHUTDOWN, IGNORES(0)},
    {"shutdown.how", RECV, STREAM_END, FAILS(ECONNRESET)},
    {"signal.connect-again", CONNECT, AGAIN, FAILS(EALREADY)},
    {"signal.flags", SIGACTION, CLEARS(SA_NODEFER)},
    {"signal.kill", SIGACTION, FAILS(EPERM), .option = SIGKILL},
    {"signal.numbers", SIGACTION, FAILS(EINVAL), .option = SIGUSR2},
    {"signal.queueing", SIGPROCMASK, IGNORES(0)},
    {"signal.reset", SIGNAL, ADDS(SA_RESETHAND | SA_NODEFER)},
    {"signal.restart.accept", SIGACTION, CLEARS(SA_RESTART)},
    {"signal.restart.connect", SIGACTION, CLEARS(SA_RESTART)},
    {"signal.restart.poll", POLL, .change = REPEAT},
    {"signal.restart.read", SIGACTION, CLEARS(SA_RESTART)},
    {"signal.restart.recv", SIGACTION, CLEARS(SA_RESTART)},
    {"signal.restart.select", SELECT, .change = REPEAT},
    {"signal.restart.send", SIGACTION, CLEARS(SA_RESTART)},
    {"signal.restart.write", SIGACTION, CLEARS(SA_RESTART)},
    {"signal.sigchld", SIGNAL, IGNORES(SIGCHLD)},
    {"signal.sigpipe", SEND, ADDS(MSG_NOSIGNAL)},
    {"socket.combinations", SOCKET, FAILS(EPROTONOSUPPORT),
     .option = SOCK_SEQPACKET},
    {"tcp.states", FOPEN, REPLACES("/proc/net/tcp", " 0B ", " 06 ")},
    {"udp.maxsize", SENDTO, LARGE, FAILS(EMSGSIZE)},
    {"udp.refused", RECV, MAPS(ECONNREFUSED, ENETUNREACH)},
    {"write.dontwait", SEND, CLEARS(MSG_DONTWAIT)},
    {"write.returns", SEND, NONBLOCKING, FAILS(EAGAIN)},
};

/* The row in force, or NULL; a change of each call, of PERMILLE of 1000, or of
   every EVERYth, counted in CALLS by all processes together.  */
static struct {
    const struct row *row;
    unsigned permille, every;
    atomic_uint *calls;
} plan;

/* The function of the C library.  ISO C knows no way from an object to a
   function pointer.  */
#define REAL(name)                                                             \
    static __typeof__(name) *real;                                             \
    if (!real) {                                                               \
        void *symbol = dlsym(RTLD_NEXT, #name);                                \
        memcpy(&real, &symbol, sizeof real);                                   \
    }

__attribute__((constructor)) static void plan_make(void)
{
    const char *name = getenv("TAMPER");
    size_t length = name ? strcspn(name, ":/") : 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (length > 0 && strlen(rows[i].name) == length &&
            !memcmp(rows[i].name, name, length))
            plan.row = &rows[i];
    if (!plan.row)
        return;
    if (name[length] == ':')
        plan.permille = (unsigned)atoi(name + length + 1);
    if (name[length] == '/')
        plan.every = (unsigned)atoi(name + length + 1);
    void *shared = mmap(NULL, sizeof *plan.calls, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    plan.calls = shared == MAP_FAILED ? NULL : shared;
}

/* A number below 1000 by chance: each process has another, and each call.  */
static unsigned by_chance(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    unsigned number = (unsigned)getpid() * 2654435761U;
    number = (number ^ (unsigned)now.tv_nsec) * 2246822519U;
    number = (number ^ number >> 15) * 3266489917U;
    return (number >> 8) % 1000;
}

/* Whether this call, which the row changes, is one of those to be changed.  */
static bool is_due(void)
{
    if (plan.permille)
        return by_chance() < plan.permille;
    if (plan.every && plan.calls)
        return (atomic_fetch_add(plan.calls, 1) + 1) % plan.every == 0;
    return true;
}

/* The row, if it changes CALL with OPTION.  */
static const struct row *row_for(enum call call, int option)
{
    const struct row *row = plan.row;
    bool any = row && (!row->option || row->change == SET);
    return row && row->call == call && (any || row->option == option) ? row
                                                                      : NULL;
}

static int fail(int error)
{
    errno = error;
    return -1;
}

/* RESULT, after a change of errno if ROW is one.  */
static int map_result(const struct row *row, int result)
{
    if (!row || row->change != MAP || result >= 0 || errno != row->from ||
        !is_due())
        return result;
    return row->error ? fail(row->error) : 0;
}

/* Set the option of ROW, if there is one, on FD.  Keeps errno.  */
static void set_option(const struct row *row, int fd)
{
    int error = errno;
    if (row && row->change == SET && is_due())
        setsockopt(fd, row->level, row->option, row->value, row->size);
    errno = error;
}

static bool is_nonblocking(int fd)
{
    return fcntl(fd, F_GETFL) & O_NONBLOCK;
}

/* The port of FD, in network byte order; 0 if there is none.  */
static in_port_t port_of(int fd)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) ||
        address.sin_family != AF_INET)
        return 0;
    return address.sin_port;
}

static bool is_on(int fd, int option)
{
    int on = 0;
    socklen_t size = sizeof on;
    return !getsockopt(fd, SOL_SOCKET, option, &on, &size) && on;
}

#ifdef SO_REUSEPORT
/* Shut down the listener before FD if FD has SO_REUSEPORT.  */
static void take_all(int fd)
{
    static int last = -1;
    if (!is_on(fd, SO_REUSEPORT))
        return;
    if (last >= 0)
        shutdown(last, SHUT_RDWR);
    last = fd;
}
#endif

/* Let the last of the sockets with SO_REUSEPORT that were bound to the port of
   FD receive all datagrams.  */
static void steer(int fd)
{
#if defined SO_ATTACH_REUSEPORT_CBPF && defined SO_REUSEPORT
    static in_port_t last;
    static unsigned count;
    int error = errno;
    if (is_on(fd, SO_REUSEPORT)) {
        count = port_of(fd) == last ? count + 1 : 0;
        last = port_of(fd);
        struct sock_filter filter[] = {BPF_STMT(BPF_RET | BPF_K, count)};
        struct sock_fprog program = {1, filter};
        setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
                   sizeof program);
    }
    errno = error;
#endif
}

/* ---- the calls ---------------------------------------------------------- */

/* CLIENT, changed by ROW.  */
static int accepted(const struct row *row, int client)
{
    char bytes[4096];
    if (row->change == FAIL) {
        close(client);
        return fail(row->error);
    }
    if (row->change == SET_FLAGS)
        fcntl(client, F_SETFL, fcntl(client, F_GETFL) | row->flags);
    else if (row->change == SET_CLOEXEC)
        fcntl(client, F_SETFD, FD_CLOEXEC);
    else if (row->change == DISCARD)
        recv(client, bytes, sizeof bytes, MSG_DONTWAIT);
    else
        setsockopt(client, row->level, row->option, row->value, row->size);
    return client;
}

int accept(int fd, struct sockaddr *restrict address,
           socklen_t *restrict length)
{
    REAL(accept)
    const struct row *row = row_for(ACCEPT, 0);
    int client = real(fd, address, length);
    if (client < 0 && errno == EINVAL && row_for(LISTEN, 0))
        errno = EAGAIN; /* of a listener that take_all has shut down */
    if (!row || client < 0 || (row->when == WITH_ADDRESS && !address) ||
        (row->when == NONBLOCKING && !is_nonblocking(fd)) || !is_due())
        return client;
    return accepted(row, client);
}

#ifdef HAVE_ACCEPT4
int accept4(int fd, struct sockaddr *restrict address,
            socklen_t *restrict length, int flags)
{
    REAL(accept4)
    const struct row *row = row_for(ACCEPT4, 0);
    return real(fd, address, length,
                row && is_due() ? flags & ~row->flags : flags);
}
#endif

/* Whether ROW changes a bind of FD to ADDRESS of LENGTH bytes.  */
static bool is_bind_due(const struct row *row, const struct sockaddr *address,
                        socklen_t length)
{
    struct sockaddr_in in = {0};
    memcpy(&in, address, length < sizeof in ? length : sizeof in);
    bool wanted =
        row->when == FIXED_PORT ? in.sin_port != 0
        : row->when == LONGER
            ? length > sizeof in
            : row->when == WILDCARD && in.sin_addr.s_addr == htonl(INADDR_ANY);
    return in.sin_family == AF_INET && wanted && is_due();
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
    REAL(bind)
    const struct row *row = row_for(BIND, 0);
    set_option(row, fd);
    if (row && is_bind_due(row, address, length)) {
        struct sockaddr_in in = {.sin_family = AF_INET};
        if (row->change == FAIL)
            return fail(row->error);
        in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return real(fd, (struct sockaddr *)&in, sizeof in);
    }
    int result = map_result(row, real(fd, address, length));
    if (row && row->change == STEER && result == 0)
        steer(fd);
    return result;
}

/* The number of calls of connect for each descriptor.  */
static unsigned char connects[1024];

int close(int fd)
{
    REAL(close)
    const struct row *row = row_for(CLOSE, 0);
    int error = errno;
    set_option(row, fd);
    if (row && row->change == BOTH_ENDS && is_due())
        shutdown(fd, SHUT_RDWR);
    if (fd >= 0 && fd < (int)sizeof connects)
        connects[fd] = 0;
    errno = error;
    return real(fd);
}

/* Whether the connect of ROW, which returned RESULT, meets no reply.  */
static bool is_silent(const struct row *row, int fd, int result)
{
    if (row->when != SILENT || result == 0 || errno != EINPROGRESS)
        return false;
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    bool silent = poll(&poll_fd, 1, 30) == 0;
    errno = EINPROGRESS;
    return silent && is_due();
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    REAL(connect)
    const struct row *row = row_for(CONNECT, 0);
    bool again = fd >= 0 && fd < (int)sizeof connects && connects[fd]++ > 0;
    struct sockaddr_in in = {0};
    memcpy(&in, address, length < sizeof in ? length : sizeof in);
    set_option(row, fd);
    if (row &&
        ((row->when == AGAIN && again) ||
         (row->when == ITSELF && in.sin_family == AF_INET &&
          in.sin_port == port_of(fd))) &&
        is_due())
        return fail(row->error);
    int result = real(fd, address, length);
    if (row && is_silent(row, fd, result))
        return fail(row->error);
    return map_result(row, result);
}

#ifdef EPOLLEXCLUSIVE
int epoll_ctl(int instance, int operation, int fd, struct epoll_event *event)
{
    REAL(epoll_ctl)
    const struct row *row = row_for(EPOLL_CTL, 0);
    struct epoll_event changed;
    if (!row || !event || !is_due())
        return real(instance, operation, fd, event);
    changed = *event;
    changed.events &= ~(unsigned)row->flags;
    return real(instance, operation, fd, &changed);
}
#endif

int fcntl(int fd, int command, ...)
{
    REAL(fcntl)
    va_list list;
    va_start(list, command);
    void *argument = va_arg(list, void *);
    va_end(list);
    if (row_for(FCNTL, command) && is_due())
        return 0;
    return real(fd, command, argument);
}

/* A copy of FILE, which is closed, with the text of ROW replaced.  */
static FILE *file_replaced(const struct row *row, FILE *file)
{
    char line[512];
    FILE *copy = tmpfile();
    while (copy && fgets(line, sizeof line, file)) {
        char *at = strstr(line, row->from_text);
        if (at)
            memcpy(at, row->to_text, strlen(row->to_text));
        fputs(line, copy);
    }
    fclose(file);
    if (copy)
        rewind(copy);
    return copy;
}

FILE *fopen(const char *restrict path, const char *restrict mode)
{
    REAL(fopen)
    const struct row *row = row_for(FOPEN, 0);
    FILE *file = real(path, mode);
    return file && row && !strcmp(path, row->path) && is_due()
               ? file_replaced(row, file)
               : file;
}

int getpeername(int fd, struct sockaddr *restrict address,
                socklen_t *restrict length)
{
    REAL(getpeername)
    const struct row *row = row_for(GETPEERNAME, 0);
    if (row && is_due())
        return fail(row->error);
    return real(fd, address, length);
}

int getsockopt(int fd, int level, int option, void *restrict value,
               socklen_t *restrict size)
{
    REAL(getsockopt)
    const struct row *row = row_for(GETSOCKOPT, option);
    int result = real(fd, level, option, value, size);
    int read = 0;
    if (!row || level != SOL_SOCKET)
        return result;
    if (row->change == FAIL && is_due())
        return fail(row->error);
    if (result == 0 && *size == sizeof read)
        memcpy(&read, value, sizeof read);
    if (row->change == MAP && read == row->from && is_due())
        memcpy(value, &row->error, sizeof read);
    return result;
}

int listen(int fd, int backlog)
{
    REAL(listen)
    const struct row *row = row_for(LISTEN, 0);
    set_option(row, fd);
    if (row && row->when == AGAIN && is_on(fd, SO_ACCEPTCONN) && is_due())
        return 0;
    if (row && row->when == UNBOUND && !port_of(fd) && is_due())
        return fail(row->error);
#ifdef SO_REUSEPORT
    if (row && row->change == TAKE_ALL && is_due())
        take_all(fd);
#endif
    if (row && row->change == BACKLOG && is_due())
        backlog = row->backlog(backlog);
    return map_result(row, real(fd, backlog));
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    REAL(poll)
    const struct row *row = row_for(POLL, 0);
    int result, tries = 0;
    if (row && row->when == CLIENT_NOW && timeout == 0 && count == 1 &&
        fds->events == POLLOUT && is_due())
        return fail(row->error);
    do
        result = real(fds, count, timeout);
    while (result < 0 && errno == EINTR && ++tries < 100 && row && is_due());
    return result;
}

ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
    REAL(recv)
    const struct row *row = row_for(RECV, 0);
    ssize_t result = real(fd, buffer, size, flags);
    if (row && row->when == STREAM_END && result == 0 && is_due())
        return fail(row->error);
    return result < 0 ? map_result(row, -1) : result;
}

int select(int count, fd_set *restrict in, fd_set *restrict out,
           fd_set *restrict other, struct timeval *restrict time)
{
    REAL(select)
    const struct row *row = row_for(SELECT, 0);
    fd_set wanted;
    int result, tries = 0;
    if (row && row->change == IGNORE && is_due())
        return 0;
    if (in)
        wanted = *in;
    do {
        if (in)
            *in = wanted;
        result = real(count, in, out, other, time);
    } while (result < 0 && errno == EINTR && ++tries < 100 && row && is_due());
    return result;
}

ssize_t send(int fd, const void *buffer, size_t size, int flags)
{
    REAL(send)
    const struct row *row = row_for(SEND, 0);
    if (row && row->change == FAIL && is_nonblocking(fd) && is_due())
        return fail(row->error);
    if (row && row->change == CLEAR && is_due())
        flags &= ~row->flags;
    if (row && row->change == ADD && is_due())
        flags |= row->flags;
    return real(fd, buffer, size, flags);
}

ssize_t sendto(int fd, const void *buffer, size_t size, int flags,
               const struct sockaddr *address, socklen_t length)
{
    REAL(sendto)
    const struct row *row = row_for(SENDTO, 0);
    if (row && size > 9216 && is_due())
        return fail(row->error);
    return real(fd, buffer, size, flags, address, length);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
    REAL(setsockopt)
    const struct row *row = row_for(SETSOCKOPT, option);
    if (row && level == SOL_SOCKET && is_due())
        return 0;
    return real(fd, level, option, value, size);
}

/* Of listeners alone.  */
int shutdown(int fd, int how)
{
    REAL(shutdown)
    if (row_for(SHUTDOWN, 0) && is_on(fd, SO_ACCEPTCONN) && is_due())
        return 0;
    return real(fd, how);
}

int sigaction(int number, const struct sigaction *restrict action,
              struct sigaction *restrict old)
{
    REAL(sigaction)
    const struct row *row = row_for(SIGACTION, number);
    struct sigaction changed;
    if (row && row->change == FAIL && is_due())
        return fail(row->error);
    if (!row || !action || !is_due())
        return real(number, action, old);
    changed = *action;
    changed.sa_flags &= ~row->flags;
    return real(number, &changed, old);
}

void (*signal(int number, void (*handler)(int)))(int)
{
    REAL(signal)
    const struct row *row = row_for(SIGNAL, number);
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct sigaction old;
    if (!row && !row_for(SIGACTION, number))
        return real(number, handler);
    sigemptyset(&action.sa_mask);
    if (row && row->change == IGNORE && handler == SIG_IGN && is_due())
        action.sa_handler = SIG_DFL;
    if (row && row->change == ADD && is_due())
        action.sa_flags |= row->flags;
    return sigaction(number, &action, &old) ? SIG_ERR : old.sa_handler;
}

int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
    REAL(sigprocmask)
    if (row_for(SIGPROCMASK, 0) && is_due())
        return 0;
    return real(how, set, old);
}

int socket(int family, int type, int protocol)
{
    REAL(socket)
    const struct row *row = row_for(SOCKET, type);
    if (row && row->change == FAIL && is_due())
        return fail(row->error);
    int fd = real(family, type, protocol);
    if (family == AF_INET6)
        set_option(row, fd);
    return fd;
}

ssize_t write(int fd, const void *buffer, size_t size)
{
    REAL(write)
    const unsigned char *packet = buffer;
    if (row_for(WRITE, 0) && size >= 20 && packet[0] == 0x45 &&
        packet[9] == IPPROTO_ICMP && is_due())
        return (ssize_t)size;
    return real(fd, buffer, size);
}
