/* failing.c - the n-th allocation, or the n-th close, fails
   SPDX-License-Identifier: GPL-3.0-or-later

   To be preloaded by sweep.py, for faults that strace cannot inject: strace
   replaces a call, so that a close which "fails" leaves the descriptor open;
   and an allocation is not always a system call.

   FAILING_STATE is a file of zeros, shared by all processes of a run: the
   counters.  FAILING_ALLOC=N lets the allocation N of the run fail, N+ each
   from the allocation N on.  FAILING_CLOSE=N,ERRNO or N+,ERRNO does the same
   to close, which closes the descriptor nevertheless, as on Linux.

   A call access (FAILING_MARK, F_OK) shows in a trace where the loader's calls
   end and those of the program begin.  */

/* With _FORTIFY_SOURCE the headers define some of these functions inline.  */
#undef SONDE_FORTIFY
#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The calls so far, and the faults injected.  */
struct counter {
    atomic_long calls, faults;
};

struct state {
    struct counter allocations, closes;
};

/* Calls FIRST to LAST fail; 0: none.  */
struct range {
    long first, last;
};

static struct state *state; /* NULL: nothing fails */
static struct range allocations, closes;
static int close_error;
static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);
static int (*real_memalign)(void **, size_t, size_t);
static int (*real_close)(int);

/* What dlsym allocates before the functions are known; never freed.  */
static _Alignas(max_align_t) char early[16384];
static size_t early_used;

static void *early_allocate(size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (size > sizeof early - early_used)
        return NULL;
    void *memory = early + early_used;
    early_used += size;
    return memory;
}

static bool is_early(const void *memory)
{
    uintptr_t address = (uintptr_t)memory, begin = (uintptr_t)early;
    return address >= begin && address < begin + sizeof early;
}

/* ISO C knows no way from an object to a function pointer.  */
static void find(const char *name, void *function)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    memcpy(function, &symbol, sizeof symbol);
}

static void find_all(void)
{
    static bool finding;
    if (finding)
        return;
    finding = true;
    find("calloc", &real_calloc);
    find("realloc", &real_realloc);
    find("free", &real_free);
    find("posix_memalign", &real_memalign);
    find("close", &real_close);
    find("malloc", &real_malloc);
    finding = false;
}

/* Read "N" or "N+" into *RANGE.  Returns the text after it.  */
static const char *read_range(const char *text, struct range *range)
{
    char *end;
    range->first = range->last = strtol(text, &end, 10);
    if (*end != '+')
        return end;
    range->last = INT32_MAX;
    return end + 1;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAILING_STATE");
    const char *which = getenv("FAILING_ALLOC");
    const char *closing = getenv("FAILING_CLOSE");
    find_all();
    if (which)
        read_range(which, &allocations);
    if (closing) {
        closing = read_range(closing, &closes);
        close_error = *closing == ',' ? atoi(closing + 1) : EIO;
    }
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd >= 0) {
        void *shared = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE,
                            MAP_SHARED, fd, 0);
        real_close(fd);
        if (shared != MAP_FAILED)
            state = shared;
    }
    (void)!access("FAILING_MARK", F_OK);
}

/* Count a call.  Returns whether it is to fail.  */
static bool is_failing(struct counter *counter, const struct range *range)
{
    long number = atomic_fetch_add(&counter->calls, 1) + 1;
    if (range->first == 0 || number < range->first || number > range->last)
        return false;
    atomic_fetch_add(&counter->faults, 1);
    return true;
}

static bool allocation_fails(void)
{
    if (!state || !is_failing(&state->allocations, &allocations))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    if (!real_malloc)
        find_all();
    if (!real_malloc)
        return early_allocate(size);
    return allocation_fails() ? NULL : real_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (!real_malloc)
        find_all();
    if (!real_malloc)
        return early_allocate(count * size);
    return allocation_fails() ? NULL : real_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    if (!real_malloc)
        find_all();
    if (!real_malloc || is_early(memory)) {
        void *moved = malloc(size);
        size_t room =
            (size_t)((uintptr_t)early + sizeof early - (uintptr_t)memory);
        if (moved && memory)
            memcpy(moved, memory, size < room ? size : room);
        return moved;
    }
    return allocation_fails() ? NULL : real_realloc(memory, size);
}

void free(void *memory)
{
    if (!is_early(memory) && real_free)
        real_free(memory);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (!real_malloc)
        find_all();
    return allocation_fails() ? ENOMEM : real_memalign(memory, alignment, size);
}

int close(int fd)
{
    if (!real_close)
        find_all();
    int result = real_close(fd);
    if (!state || !is_failing(&state->closes, &closes))
        return result;
    errno = close_error;
    return -1;
}
