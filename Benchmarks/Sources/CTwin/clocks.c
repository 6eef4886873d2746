#define _GNU_SOURCE
#include "clocks.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define RELAXED memory_order_relaxed
#define ACQUIRE memory_order_acquire
#define RELEASE memory_order_release
#define LINE __attribute__((aligned(128)))

static inline void pause_cpu(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

enum { LOOKS = 256 };

// As SpinWait: pauses, then gives the CPU away at each look.
static inline void wait_a_little(int *looks) {
    if (*looks < LOOKS) { ++*looks; pause_cpu(); } else sched_yield();
}

// Nodes of the thread's own, four of them, as ThreadMemory has them.

typedef struct node {
    _Atomic(struct node *) next;
    _Atomic uintptr_t grant;
    _Atomic int number;
    _Atomic(struct node *) aside_tail;
    char padding[32];
} node;

static _Thread_local struct { uint64_t used; char padding[120]; node nodes[4]; } LINE mine
    __attribute__((tls_model("initial-exec")));

static inline node *claim(void) {
    int place = __builtin_ctzll(~mine.used);
    if (place >= 4) abort();
    mine.used |= 1ull << place;
    node *n = &mine.nodes[place];
    atomic_store_explicit(&n->next, NULL, RELAXED);
    atomic_store_explicit(&n->grant, 0, RELAXED);
    return n;
}

static inline void give_back(node *n) { mine.used &= ~(1ull << (n - mine.nodes)); }

static inline node *wait_for_next(node *n) {
    node *next;
    for (int looks = 0; !(next = atomic_load_explicit(&n->next, ACQUIRE));) wait_a_little(&looks);
    return next;
}

static inline uintptr_t wait_for_grant(node *n) {
    uintptr_t grant;
    for (int looks = 0; !(grant = atomic_load_explicit(&n->grant, ACQUIRE));) wait_a_little(&looks);
    return grant;
}

// Test and set.

typedef struct { _Atomic uint32_t word; } tas;

static inline bool tas_try(tas *l) { return !atomic_exchange_explicit(&l->word, 1, ACQUIRE); }
static inline void tas_lock(tas *l, int number) {
    (void)number;
    for (int looks = 0; !tas_try(l);) wait_a_little(&looks);
}
static inline void tas_unlock(tas *l) { atomic_store_explicit(&l->word, 0, RELEASE); }

// Test and test and set.

typedef tas ttas;

static __attribute__((noinline)) void ttas_wait(ttas *l) {
    for (int looks = 0, back_off = 1;;) {
        while (atomic_load_explicit(&l->word, RELAXED)) {
            if (++looks < LOOKS) pause_cpu();
            else { sched_yield(); looks = 0; }
        }
        if (tas_try(l)) return;
        for (int i = 0; i < back_off; ++i) pause_cpu();
        if (back_off < 64) back_off *= 2;
    }
}
static inline void ttas_lock(ttas *l, int number) {
    (void)number;
    if (!tas_try(l)) ttas_wait(l);
}
static inline void ttas_unlock(ttas *l) { tas_unlock(l); }

// Ticket.

typedef struct { _Atomic uint32_t next, serving; } ticket;

static __attribute__((noinline)) void ticket_wait(ticket *l, uint32_t mine_is) {
    int looks = 0;
    do wait_a_little(&looks); while (atomic_load_explicit(&l->serving, ACQUIRE) != mine_is);
}
static inline void ticket_lock(ticket *l, int number) {
    (void)number;
    uint32_t drawn = atomic_fetch_add_explicit(&l->next, 1, RELAXED);
    if (atomic_load_explicit(&l->serving, ACQUIRE) != drawn) ticket_wait(l, drawn);
}
static inline void ticket_unlock(ticket *l) {
    atomic_store_explicit(&l->serving, atomic_load_explicit(&l->serving, RELAXED) + 1, RELEASE);
}

// MCS.

typedef struct { _Atomic(node *) tail, holder; } mcs;

static __attribute__((noinline)) void mcs_wait(node *n, node *before) {
    atomic_store_explicit(&before->next, n, RELEASE);
    wait_for_grant(n);
}
static inline void mcs_lock(mcs *l, int number) {
    (void)number;
    node *n = claim();
    node *before = atomic_exchange_explicit(&l->tail, n, memory_order_acq_rel);
    if (before) mcs_wait(n, before);
    atomic_store_explicit(&l->holder, n, RELAXED);
}
static inline void mcs_unlock(mcs *l) {
    node *n = atomic_load_explicit(&l->holder, RELAXED);
    node *next = atomic_load_explicit(&n->next, ACQUIRE);
    if (!next) {
        node *expected = n;
        if (atomic_compare_exchange_strong_explicit(&l->tail, &expected, NULL, RELEASE, RELAXED)) {
            give_back(n);
            return;
        }
        next = wait_for_next(n);
    }
    atomic_store_explicit(&next->grant, 1, RELEASE);
    give_back(n);
}

// One word: locked, pending, tail.

typedef struct { uint64_t word; } queued;

enum { LOCKED = 1, PENDING = 256 };

static __attribute__((noinline)) void queued_queue(queued *l) {
    node *n = claim();
    uint64_t tail = (uint64_t)(uintptr_t)n >> 6 << 16;
    uint64_t value = __atomic_load_n(&l->word, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(
        &l->word, &value, (value & 0xffff) | tail, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {}
    node *before = (node *)(uintptr_t)(value >> 16 << 6);
    if (before) mcs_wait(n, before);
    int looks = 0;
    while ((value = __atomic_load_n(&l->word, __ATOMIC_ACQUIRE)) & (LOCKED | PENDING)) wait_a_little(&looks);
    if (!(value == tail
          && __atomic_compare_exchange_n(&l->word, &value, LOCKED, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))) {
        __atomic_fetch_add(&l->word, LOCKED, __ATOMIC_RELAXED);
        atomic_store_explicit(&wait_for_next(n)->grant, 1, RELEASE);
    }
    give_back(n);
}
static __attribute__((noinline)) void queued_wait(queued *l, uint64_t found) {
    if (found & ~(uint64_t)LOCKED) return queued_queue(l);
    uint64_t seen = __atomic_fetch_or(&l->word, PENDING, __ATOMIC_ACQUIRE);
    if (seen & ~(uint64_t)LOCKED) {
        if (!(seen & PENDING)) __atomic_fetch_and(&l->word, ~(uint64_t)PENDING, __ATOMIC_RELAXED);
        return queued_queue(l);
    }
    int looks = 0;
    while (__atomic_load_n(&l->word, __ATOMIC_ACQUIRE) & LOCKED) wait_a_little(&looks);
    __atomic_fetch_sub(&l->word, PENDING - LOCKED, __ATOMIC_RELAXED);
}
static inline void queued_lock(queued *l, int number) {
    (void)number;
    uint64_t found = 0;
    if (!__atomic_compare_exchange_n(&l->word, &found, LOCKED, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
        queued_wait(l, found);
}
static inline void queued_unlock(queued *l) { __atomic_fetch_sub(&l->word, LOCKED, __ATOMIC_RELEASE); }

// A queue that hands on within a node.

typedef struct { _Atomic(node *) tail, holder; _Atomic long passes; long limit; } numa;

static __attribute__((noinline)) void numa_wait(numa *l, node *n, node *before) {
    atomic_store_explicit(&before->next, n, RELEASE);
    uintptr_t grant = wait_for_grant(n);
    atomic_store_explicit(&n->grant, grant, RELAXED);
    atomic_store_explicit(&l->holder, n, RELAXED);
}
static inline void numa_lock(numa *l, int number) {
    node *n = claim();
    atomic_store_explicit(&n->number, number, RELAXED);
    node *before = atomic_exchange_explicit(&l->tail, n, memory_order_acq_rel);
    if (before) return numa_wait(l, n, before);
    atomic_store_explicit(&n->grant, 1, RELAXED);
    atomic_store_explicit(&l->holder, n, RELAXED);
}
static node *first_local(node *n, node *first, node **aside) {
    int number = atomic_load_explicit(&n->number, RELAXED);
    node *waiter = first, *last = NULL;
    while (atomic_load_explicit(&waiter->number, RELAXED) != number) {
        last = waiter;
        if (!(waiter = atomic_load_explicit(&waiter->next, ACQUIRE))) return NULL;
    }
    if (!last) return waiter;
    atomic_store_explicit(&last->next, NULL, RELAXED);
    if (*aside)
        atomic_store_explicit(&atomic_load_explicit(&(*aside)->aside_tail, RELAXED)->next, first, RELAXED);
    else
        *aside = first;
    atomic_store_explicit(&(*aside)->aside_tail, last, RELAXED);
    return waiter;
}
static __attribute__((noinline)) void numa_hand_over(numa *l, node *n) {
    uintptr_t grant = atomic_load_explicit(&n->grant, RELAXED);
    node *aside = grant == 1 ? NULL : (node *)grant;
    node *next = atomic_load_explicit(&n->next, ACQUIRE);
    if (!next) {
        node *expected = n;
        node *tail = aside ? atomic_load_explicit(&aside->aside_tail, RELAXED) : NULL;
        if (atomic_compare_exchange_strong_explicit(&l->tail, &expected, tail, memory_order_acq_rel, RELAXED)) {
            if (aside) {
                atomic_store_explicit(&l->passes, 0, RELAXED);
                atomic_store_explicit(&aside->grant, 1, RELEASE);
            }
            give_back(n);
            return;
        }
        next = wait_for_next(n);
    }
    long passed = atomic_load_explicit(&l->passes, RELAXED);
    node *local = passed < l->limit ? first_local(n, next, &aside) : NULL;
    atomic_store_explicit(&l->passes, local && aside ? passed + 1 : 0, RELAXED);
    if (local) {
        atomic_store_explicit(&local->grant, aside ? (uintptr_t)aside : 1, RELEASE);
    } else if (aside) {
        atomic_store_explicit(&atomic_load_explicit(&aside->aside_tail, RELAXED)->next, next, RELAXED);
        atomic_store_explicit(&aside->grant, 1, RELEASE);
    } else {
        atomic_store_explicit(&next->grant, 1, RELEASE);
    }
    give_back(n);
}
static inline void numa_unlock(numa *l) {
    node *n = atomic_load_explicit(&l->holder, RELAXED), *expected = n;
    if (atomic_load_explicit(&n->grant, RELAXED) == 1 && !atomic_load_explicit(&n->next, RELAXED)
        && atomic_compare_exchange_strong_explicit(&l->tail, &expected, NULL, RELEASE, RELAXED))
        return give_back(n);
    numa_hand_over(l, n);
}

// The C library's spinlock, tried so that a wait can yield.

typedef struct { pthread_spinlock_t word; } pthread;

static inline void pthread_lock(pthread *l, int number) {
    (void)number;
    for (int looks = 0; pthread_spin_trylock(&l->word) != 0;) wait_a_little(&looks);
}
static inline void pthread_unlock(pthread *l) { pthread_spin_unlock(&l->word); }

// A futex with priority inheritance: the owner's thread number, handed on by the kernel where somebody sleeps.

typedef struct { _Atomic uint32_t word; } mutex;

static _Thread_local uint32_t thread_number;

static inline bool mutex_try(mutex *l) {
    uint32_t expected = 0;
    if (!thread_number) thread_number = (uint32_t)syscall(SYS_gettid);
    return atomic_compare_exchange_strong_explicit(&l->word, &expected, thread_number, ACQUIRE, RELAXED);
}
static __attribute__((noinline)) void mutex_wait(mutex *l) {
    for (int tries = 0; tries < 1000; ++tries) {
        if (!atomic_load_explicit(&l->word, RELAXED) && mutex_try(l)) return;
        pause_cpu();
    }
    while (syscall(SYS_futex, &l->word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0) != 0) {}
}
static inline void mutex_lock(mutex *l, int number) {
    (void)number;
    if (!mutex_try(l)) mutex_wait(l);
}
static inline void mutex_unlock(mutex *l) {
    uint32_t expected = thread_number;
    if (!atomic_compare_exchange_strong_explicit(&l->word, &expected, 0, RELEASE, RELAXED))
        while (syscall(SYS_futex, &l->word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0) != 0) {}
}

// What is measured.

struct clocks {
    LINE void (*run)(clocks *, long, int);
    LINE long count;
    // The count lies beside its lock, as a Guarded's value does.
    union {
        tas tas; ttas ttas; ticket ticket; mcs mcs; queued queued; numa numa; pthread pthread; mutex mutex;
    } lock;
    LINE char end;
};

#define RUN(name)                                                                                                   \
    static void run_##name(clocks *c, long times, int number) {                                                     \
        for (long i = 0; i < times; ++i) {                                                                          \
            name##_lock(&c->lock.name, number);                                                                     \
            ++c->count;                                                                                             \
            name##_unlock(&c->lock.name);                                                                           \
        }                                                                                                           \
    }
RUN(tas) RUN(ttas) RUN(ticket) RUN(mcs) RUN(queued) RUN(numa) RUN(pthread) RUN(mutex)

clocks *clocks_create(const char *name) {
    static const struct { const char *name; void (*run)(clocks *, long, int); } all[] = {
        { "tas", run_tas }, { "ttas", run_ttas }, { "ticket", run_ticket }, { "mcs", run_mcs },
        { "queued", run_queued }, { "numa", run_numa }, { "pthread", run_pthread }, { "mutex", run_mutex },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; ++i) {
        if (strcmp(all[i].name, name) != 0) continue;
        clocks *c = aligned_alloc(128, sizeof *c);
        if (!c) return NULL;
        memset(c, 0, sizeof *c);
        c->run = all[i].run;
        if (c->run == run_numa) c->lock.numa.limit = 128;
        if (c->run == run_pthread) pthread_spin_init(&c->lock.pthread.word, PTHREAD_PROCESS_PRIVATE);
        return c;
    }
    return NULL;
}

void clocks_destroy(clocks *c) { free(c); }
void clocks_run(clocks *c, long times, int number) { c->run(c, times, number); }
long clocks_count(const clocks *c) { return c->count; }

int clocks_pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

double clocks_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

double clocks_ping(volatile int *word, int side, long times) {
    double start = clocks_now();
    for (long i = 0; i < times; ++i) {
        while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != side) {}
        __atomic_store_n(word, 1 - side, __ATOMIC_RELEASE);
    }
    return (clocks_now() - start) / times;
}

void clocks_meet(int *gate, int count) {
    __atomic_fetch_add(gate, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(gate, __ATOMIC_ACQUIRE) < count) pause_cpu();
}
