/* resolve.c - addresses for the names of a host and a service, within a timeout
   SPDX-License-Identifier: LGPL-2.1-or-later

   getaddrinfo has no deadline and cannot be stopped.  So a thread calls
   getaddrinfo, and then writes a byte to a pipe, for which the caller waits.
   Closing the pipe would not be enough: a child forked by another thread,
   without exec, keeps a copy of the pipe open.  The job shared by the two,
   including the write end of the pipe, is freed by the last owner.  After a
   timeout the thread ends silently when its resolver returns.  Otherwise the
   thread releases the job before the caller can see the result, so that the
   caller returns without a descriptor left open.

   Hints have no flags, and are never NULL: for NULL glibc adds AI_ADDRCONFIG,
   with which "localhost" has no address on a host with loopback alone, and
   AI_V4MAPPED, which is EAI_BADFLAGS on OpenBSD and FreeBSD to 10.1, and not
   defined by NetBSD.  */

#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "private.h"

#ifndef EAI_ADDRFAMILY /* not in POSIX */
#define EAI_ADDRFAMILY EAI_NONAME
#endif

/* One lookup, shared by the caller and the thread.  The lock guards OWNERS and
   all members below.  */
struct resolve_job {
    char host[1025], service[256]; /* empty: not looked up */
    int family, type;
    int ends[2]; /* of the pipe: the caller reads, the thread writes */
    pthread_mutex_t lock;
    int owners; /* caller and thread: 2, 1, or 0: to be destroyed */
    int done;   /* CODE, ERROR and FOUND are set */
    int code, error;
    struct addrinfo *found; /* NULL unless CODE is 0 */
};

/* Free JOB, which has no owner any more, with the addresses found, and close
   the write end of its pipe.  Keeps errno unless addresses were found.  */
static void resolve_destroy(struct resolve_job *job)
{
    pthread_mutex_destroy(&job->lock);
    sonde__close(job->ends[1]);
    if (job->found)
        sonde__sys.freeaddrinfo(job->found);
    sonde__free(job);
}

/* The thread: call getaddrinfo for the job ARGUMENT, wake the caller if still
   waiting, and release the job.  */
static void *resolve_run(void *argument)
{
    struct resolve_job *job = argument;
    struct addrinfo hints = {0};
    struct addrinfo *found = NULL;
    hints.ai_family = job->family;
    hints.ai_socktype = job->type;
    int code = sonde__sys.getaddrinfo(*job->host ? job->host : NULL,
                                      *job->service ? job->service : NULL,
                                      &hints, &found);
    int error = errno;
    pthread_mutex_lock(&job->lock);
    job->code = code;
    job->error = error;
    job->found = code == 0 ? found : NULL;
    job->done = 1;
    /* Write only while the caller waits, and closes the read end afterwards: so
       the write never raises SIGPIPE, which some systems send to the whole
       process.  */
    if (job->owners > 1) {
        ssize_t ignored = write(job->ends[1], "", 1);
        (void)ignored;
    }
    int last = --job->owners == 0;
    pthread_mutex_unlock(&job->lock);
    if (last)
        resolve_destroy(job);
    return NULL;
}

/* Start a detached thread, the second owner of JOB, with all signals blocked:
   signals belong to the program's threads.  Returns 0, or an errno: no thread
   was started, and JOB is unchanged.  */
static int resolve_start(struct resolve_job *job)
{
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, old;
    int error = pthread_attr_init(&attributes);
    if (error)
        return error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    error = sonde__sys.thread(&thread, &attributes, resolve_run, job);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

/* Begin to look up HOST and SERVICE, which are copied, in a thread, for FAMILY
   and TYPE, and set *BEGUN; resolve_finish must follow.  An empty HOST or
   SERVICE is not looked up; not both are empty.  Returns 0, or an EAI code if
   nothing has begun, and *BEGUN is unchanged: EAI_NONAME: HOST or SERVICE is
   too long, without errno; EAI_MEMORY; EAI_SYSTEM, with errno: no pipe or
   thread.  */
static int resolve_begin(struct resolve_job **begun, const char *host,
                         const char *service, int family, int type)
{
    struct resolve_job *job = calloc(1, sizeof *job);
    if (!job)
        return EAI_MEMORY;
    int is_long = strlen(host) >= sizeof job->host ||
                  strlen(service) >= sizeof job->service;
    if (is_long || sonde__pipe(job->ends)) {
        sonde__free(job);
        return is_long ? EAI_NONAME : EAI_SYSTEM;
    }
    strcpy(job->host, host);
    strcpy(job->service, service);
    job->family = family;
    job->type = type;
    job->owners = 2;
    pthread_mutex_init(&job->lock, NULL);
    int error = resolve_start(job);
    if (error) {
        sonde__close(job->ends[0]);
        resolve_destroy(job);
        errno = error;
        return EAI_SYSTEM;
    }
    *begun = job;
    return 0;
}

/* Wait for JOB until DEADLINE.  Returns the EAI code of the lookup, 0 after
   success, with the errno of getaddrinfo, but EAGAIN with EAI_AGAIN.  Without a
   result at DEADLINE returns EAI_AGAIN with ETIMEDOUT.  If poll fails, returns
   EAI_SYSTEM with the errno of poll.  JOB is still to be released by
   resolve_finish.  */
static int resolve_wait_for(struct resolve_job *job, int64_t deadline)
{
    if (sonde__wait(job->ends[0], POLLIN, deadline) && errno != EAGAIN)
        return EAI_SYSTEM;
    pthread_mutex_lock(&job->lock);
    int code = job->done ? job->code : EAI_AGAIN;
    errno = !job->done ? ETIMEDOUT : code == EAI_AGAIN ? EAGAIN : job->error;
    pthread_mutex_unlock(&job->lock);
    return code;
}

/* Release JOB for the caller and close the read end of its pipe.  JOB is freed,
   with the addresses found; if the thread is still running, the thread frees
   JOB later.  Keeps errno unless addresses were found.  */
static void resolve_finish(struct resolve_job *job)
{
    int end = job->ends[0];
    pthread_mutex_lock(&job->lock);
    int last = --job->owners == 0; /* from now on the thread does not write */
    pthread_mutex_unlock(&job->lock);
    if (last)
        resolve_destroy(job);
    sonde__close(end);
}

/* The addresses found so far, without duplicates.  */
struct result {
    struct sonde_address *list;
    size_t size, count;
};

/* Append ADDRESS to RESULT, which must have room, unless already there.  */
static void resolve_put(struct result *result,
                        const struct sonde_address *address)
{
    for (size_t i = 0; i < result->count; i++)
        if (!sonde_address_compare(&result->list[i], address))
            return;
    result->list[result->count++] = *address;
}

/* Append to RESULT, which has room, the first address of FAMILY from *AT on
   that RESULT lacks, and set *AT to the entry after this address.  Returns 1;
   or 0 if there is none, and *AT is NULL then.  */
static int resolve_put_next(struct result *result, const struct addrinfo **at,
                            int family)
{
    size_t before = result->count;
    for (; *at && result->count == before; *at = (*at)->ai_next) {
        struct sonde_address address = {.length = (*at)->ai_addrlen};
        if ((*at)->ai_family != family ||
            address.length > sizeof address.storage)
            continue;
        memcpy(&address.storage, (*at)->ai_addr, address.length);
        resolve_put(result, &address);
    }
    return result->count > before;
}

/* The family of the first IPv4 or IPv6 address in FOUND, or AF_UNSPEC.  */
static int first_family(const struct addrinfo *found)
{
    while (found && found->ai_family != AF_INET && found->ai_family != AF_INET6)
        found = found->ai_next;
    return found ? found->ai_family : AF_UNSPEC;
}

/* Append the IPv4 and IPv6 addresses of FOUND to RESULT, without duplicates and
   as far as there is room.  The two families alternate as long as both have
   addresses, beginning with the family of the resolver's first address (RFC
   8305 section 4).  */
static void resolve_interleave(struct result *result,
                               const struct addrinfo *found)
{
    const struct addrinfo *at[2] = {found, found};
    int first = first_family(found);
    int families[2] = {first, first == AF_INET ? AF_INET6 : AF_INET};
    for (int turn = 0; result->count < result->size; turn = !turn)
        if (!resolve_put_next(result, &at[turn], families[turn]) &&
            !resolve_put_next(result, &at[!turn], families[!turn]))
            return;
}

/* Results of resolve_read_port other than a port.  */
enum { port_named = -1, port_wrong = -2 };

/* The port of a numeric SERVICE, 0 for NULL; port_named for a name, which has a
   letter (RFC 6335 5.1); else port_wrong, also for an empty SERVICE: not passed
   to getaddrinfo, since glibc takes "70000" for 4464 and "-1" for 65535.  */
static int resolve_read_port(const char *service)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint32_t port = 0;
    if (service && strpbrk(service, letters))
        return port_named;
    if (service &&
        sonde__read_number(service, strlen(service), UINT16_MAX, &port))
        return port_wrong;
    return (int)port;
}

/* Whether TEXT, a host, ends in a port: one colon, or "]:", as in "[::1]:80".
   A host name has no colon.  */
static int resolve_has_port(const char *text)
{
    const char *colon = strchr(text, ':');
    return colon && (!strchr(colon + 1, ':') || strstr(text, "]:"));
}

/* Whether the last part of HOST, between its dots, is empty or a number,
   decimal or hexadecimal; a dot at the end, of the root, does not count.  No
   name ends so: no top-level domain is all digits (RFC 3696 section 2).
   getaddrinfo would take "9877" for 0.0.38.149 and "0x7f.1" for 127.0.0.1, and
   look up "127.0.0.300".  */
static int ends_in_number(const char *host)
{
    static const char digits[] = "0123456789";
    size_t end = strlen(host), length = 0;
    if (end > 0 && host[end - 1] == '.') /* the root */
        end--;
    while (length < end && host[end - length - 1] != '.')
        length++;
    const char *last = host + end - length;
    if (length > 2 && last[0] == '0' && (last[1] == 'x' || last[1] == 'X'))
        return 2 + strspn(last + 2, "0123456789abcdefABCDEF") >= length;
    return strspn(last, digits) >= length;
}

/* Whether an address of FAMILY is WANTED, AF_UNSPEC for all families.  */
static int resolve_fits(int wanted, int family)
{
    return wanted == AF_UNSPEC || wanted == family;
}

/* Whether HOST is "localhost" or a name that ends in ".localhost" after a
   label, as in "a.localhost"; with or without the dot of the root, in any case.
   Such names are loopback addresses, and are not to be sent to a name server
   (RFC 6761 section 6.3).  */
static int is_localhost(const char *host)
{
    static const char name[] = "localhost";
    size_t end = strlen(host), size = sizeof name - 1;
    if (end > 0 && host[end - 1] == '.')
        end--;
    return end >= size && !strncasecmp(host + end - size, name, size) &&
           (end == size || (end > size + 1 && host[end - size - 1] == '.' &&
                            host[end - size - 2] != '.'));
}

/* Append to RESULT, empty but with room, the addresses of HOST, of FAMILY, that
   need no lookup, with the port 0: loopback for NULL and localhost, a UNIX
   path, or an address as text.  Returns 0, without an address if HOST is a name
   to look up; or an EAI code, with errno: EAI_FAMILY, no loopback address of
   FAMILY (errno not set); EAI_ADDRFAMILY, an address of another family;
   EAI_NONAME, a malformed HOST (ENAMETOOLONG: the path is too long) or an
   unknown interface (ENXIO); EAI_SYSTEM, no resources.  */
static int put_numeric(struct result *result, const char *host, int family)
{
    struct sonde_address address;
    static const int families[] = {AF_INET6, AF_INET};
    int is_loopback = !host || is_localhost(host);
    for (size_t i = 0; is_loopback && i < 2 && result->count < result->size;
         i++)
        if (resolve_fits(family, families[i]) &&
            !sonde_address_loopback(&address, families[i], 0))
            resolve_put(result, &address);
    if (is_loopback)
        return result->count ? 0 : EAI_FAMILY;
    errno = ENOENT;
    /* Text after white space: inet_aton of some systems would ignore it.  */
    if (*host == '\0' || (!strchr(host, '/') && (resolve_has_port(host) ||
                                                 strpbrk(host, " \t\n\v\f\r"))))
        return EAI_NONAME;
    if (sonde_address_parse(&address, host, 0)) {
        if (errno == EINVAL && !strchr(host, ':') && !ends_in_number(host))
            return 0;
        /* Not a name, but a malformed address, scope or path; or no descriptor
           for the lookup of the scope.  */
        return errno == EINVAL || errno == ENXIO || errno == ENAMETOOLONG
                   ? EAI_NONAME
                   : EAI_SYSTEM;
    }
    errno = ENOENT;
    if (!resolve_fits(family, address.storage.ss_family))
        return EAI_ADDRFAMILY;
    resolve_put(result, &address);
    return 0;
}

/* The port of SERVICE by its RFC: "echo" 7, "daytime" 13, otherwise -1.  */
static int service_known(const char *service)
{
    static const struct {
        const char *name;
        int port;
    } known[] = {{"echo", 7}, {"daytime", 13}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(service, known[i].name))
            return known[i].port;
    return -1;
}

/* Look up, in a thread, until DEADLINE, the missing part of RESULT, which has
   room.  If RESULT is empty: the addresses of the host of TARGET, with the port
   of the service of TARGET if *PORT is port_named, else with the port 0; *PORT
   is unchanged.  Otherwise, with *PORT port_named: the port of the service,
   into *PORT; RESULT is unchanged.  Returns 0, with at least one address in
   RESULT, or an EAI code, with errno; at DEADLINE EAI_AGAIN with ETIMEDOUT.  */
static int resolve_ask(struct result *result, const struct sonde_target *target,
                       int *port, int64_t deadline)
{
    struct resolve_job *job;
    struct sonde_address any;
    struct result service = {&any, 1, 0};
    int known = result->count > 0;
    struct result *missing = known ? &service : result;
    int code = resolve_begin(&job, known ? "" : target->host,
                             *port < 0 ? target->service : "",
                             known ? AF_UNSPEC : target->family, target->type);
    if (code)
        return code;
    code = resolve_wait_for(job, deadline);
    if (code == 0)
        resolve_interleave(missing, job->found);
    resolve_finish(job);
    if (code == 0 && missing->count == 0) {
        errno = ENOENT;
        return EAI_NONAME;
    }
    if (code == 0 && known)
        *port = sonde_address_port(&any);
    return code;
}

/* As resolve_ask; but if the system does not know the service "echo" or
   "daytime", as without /etc/services, *PORT is set to the port of the RFC, and
   missing addresses are looked up again, without the service, until DEADLINE.
   An unknown service is EAI_SERVICE, on macOS EAI_NONAME.  EAI_NONAME may also
   mean an unknown host: then the second lookup fails, too.  Returns 0, or an
   EAI code with errno.  */
static int resolve_ask_twice(struct result *result,
                             const struct sonde_target *target, int *port,
                             int64_t deadline)
{
    int asked = *port < 0;
    int code = resolve_ask(result, target, port, deadline);
    if (!asked || (code != EAI_SERVICE && code != EAI_NONAME))
        return code;
    int error = errno, known = service_known(target->service);
    if (known >= 0)
        *port = known;
    if (known >= 0 && result->count > 0)
        return 0;
    errno = error;
    return known < 0 ? code : resolve_ask(result, target, port, deadline);
}

/* Fill RESULT, empty, with the addresses of TARGET and their ports, with a
   lookup only if needed, within TIMEOUT milliseconds.  For a UNIX path the
   service is ignored.  Returns 0, with at least one address; or an EAI code,
   with errno, and RESULT may have addresses; EAI_SYSTEM with EINVAL: RESULT has
   no room.  */
static int resolve_resolve(struct result *result,
                           const struct sonde_target *target, int timeout)
{
    int64_t deadline = sonde_deadline(timeout);
    int port = resolve_read_port(target->service);
    if (result->size == 0) {
        errno = EINVAL;
        return EAI_SYSTEM;
    }
    int code = put_numeric(result, target->host, target->family);
    if (code)
        return code;
    if (result->count && result->list[0].storage.ss_family == AF_UNIX)
        return 0;
    if (port == port_wrong)
        return EAI_SERVICE;
    if (result->count == 0 || port == port_named)
        code = resolve_ask_twice(result, target, &port, deadline);
    for (size_t i = 0; port >= 0 && i < result->count; i++)
        sonde_address_set_port(&result->list[i], (uint16_t)port);
    return code;
}

/* The errno of sonde_resolve for CODE, an EAI code, and ERROR, errno after the
   lookup: ERROR if more specific, ETIMEDOUT with EAI_AGAIN, ENXIO or
   ENAMETOOLONG with EAI_NONAME; otherwise as sonde__resolve_error.  */
static int error_of(int code, int error)
{
    if ((code == EAI_AGAIN && error == ETIMEDOUT) ||
        (code == EAI_NONAME && (error == ENXIO || error == ENAMETOOLONG)))
        return error;
    return sonde__resolve_error(code, error);
}

ssize_t sonde_resolve(const struct sonde_target *target, int timeout,
                      struct sonde_address *list, size_t size, int *code)
{
    int saved = errno;
    struct result result = {list, size, 0};
    errno = 0;
    int answer = resolve_resolve(&result, target, timeout);
    if (code)
        *code = answer;
    if (answer)
        return sonde__fail(error_of(answer, errno));
    errno = saved;
    return (ssize_t)result.count;
}
