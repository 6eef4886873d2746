#define _GNU_SOURCE
#include "cmallocs.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

static inline void *block_of(unsigned order) { return aligned_alloc(4096, (size_t)4096 << order); }

// Keeps the compiler from dropping an allocation that is freed at once.
static inline void *seen(void *block) {
    __asm__ volatile("" : "+r"(block) : : "memory");
    return block;
}

uint64_t mallocs_lifo(uint64_t pairs, unsigned order) {
    uint64_t done = 0;
    for (; done < pairs; done++) {
        void *block = seen(block_of(order));
        if (!block) break;
        free(block);
    }
    return done;
}

uint64_t mallocs_batch(uint64_t rounds, unsigned size, unsigned order) {
    uint64_t done = 0;
    void **blocks = malloc(size * sizeof *blocks);
    if (!blocks) return 0;
    for (uint64_t r = 0; r < rounds; r++) {
        for (unsigned i = 0; i < size; i++) blocks[i] = seen(block_of(order));
        for (unsigned i = 0; i < size; i++) {
            if (blocks[i]) done++;
            free(blocks[i]);
        }
    }
    free(blocks);
    return done;
}

uint64_t mallocs_pool(uint64_t pairs, unsigned size, uint64_t seed) {
    uint64_t done = 0;
    void **blocks = malloc(size * sizeof *blocks);
    if (!blocks) return 0;
    for (unsigned i = 0; i < size; i++) blocks[i] = seen(block_of(0));
    for (uint64_t p = 0; p < pairs; p++) {
        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        unsigned i = (seed >> 33) % size;
        free(blocks[i]);
        blocks[i] = seen(block_of(0));
        if (blocks[i]) done++;
    }
    for (unsigned i = 0; i < size; i++) free(blocks[i]);
    free(blocks);
    return done;
}

enum { PLACES = 256 };
struct handover {
    uint64_t blocks[PLACES];
    _Alignas(128) _Atomic uint64_t filled;
    _Alignas(128) _Atomic uint64_t emptied;
};

handover *handover_create(void) {
    handover *h = aligned_alloc(128, sizeof *h);
    if (h) {
        atomic_init(&h->filled, 0);
        atomic_init(&h->emptied, 0);
    }
    return h;
}

void handover_destroy(handover *h) { free(h); }

static inline void wait_a_little(int *looks) {
    if (++*looks < 4096) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    } else {
        sched_yield();
        *looks = 0;
    }
}

void handover_put(handover *h, uint64_t block) {
    uint64_t place = atomic_load_explicit(&h->filled, memory_order_relaxed);
    int looks = 0;
    while (place - atomic_load_explicit(&h->emptied, memory_order_acquire) >= PLACES) wait_a_little(&looks);
    h->blocks[place % PLACES] = block;
    atomic_store_explicit(&h->filled, place + 1, memory_order_release);
}

uint64_t handover_take(handover *h) {
    uint64_t place = atomic_load_explicit(&h->emptied, memory_order_relaxed);
    int looks = 0;
    while (place == atomic_load_explicit(&h->filled, memory_order_acquire)) wait_a_little(&looks);
    uint64_t block = h->blocks[place % PLACES];
    atomic_store_explicit(&h->emptied, place + 1, memory_order_release);
    return block;
}

uint64_t mallocs_give(handover *h, uint64_t blocks) {
    for (uint64_t i = 0; i < blocks; i++) handover_put(h, (uint64_t)(uintptr_t)seen(block_of(0)));
    return blocks;
}

uint64_t mallocs_take(handover *h, uint64_t blocks) {
    for (uint64_t i = 0; i < blocks; i++) free((void *)(uintptr_t)handover_take(h));
    return blocks;
}

int keep_on_cpu(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int allowed_cpus(int *cpus, int most) {
    cpu_set_t set;
    int found = 0;
    if (sched_getaffinity(0, sizeof set, &set)) return 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && found < most; cpu++)
        if (CPU_ISSET(cpu, &set)) cpus[found++] = cpu;
    return found;
}

enum { TURNS = 20000 };
typedef struct { _Alignas(128) _Atomic int turn; } line;

static void *answer(void *argument) {
    line *l = argument;
    for (int i = 0; i < TURNS; i++) {
        while (atomic_load_explicit(&l->turn, memory_order_acquire) != 2 * i + 1) {}
        atomic_store_explicit(&l->turn, 2 * i + 2, memory_order_release);
    }
    return 0;
}

double line_round_trip(int a, int b) {
    double best = 0;
    // From its start on the other CPU: on this one it would wait for the thread that waits for it.
    pthread_attr_t there;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(b, &set);
    if (keep_on_cpu(a) || pthread_attr_init(&there) || pthread_attr_setaffinity_np(&there, sizeof set, &set)) return 0;
    for (int round = 0; round < 5; round++) {
        line l = {0};
        pthread_t other;
        if (pthread_create(&other, &there, answer, &l)) return 0;
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (int i = 0; i < TURNS; i++) {
            atomic_store_explicit(&l.turn, 2 * i + 1, memory_order_release);
            while (atomic_load_explicit(&l.turn, memory_order_acquire) != 2 * i + 2) {}
        }
        clock_gettime(CLOCK_MONOTONIC, &to);
        pthread_join(other, 0);
        double ns = ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / TURNS;
        if (best == 0 || ns < best) best = ns;
    }
    pthread_attr_destroy(&there);
    return best;
}
