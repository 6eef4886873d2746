// The benchmark's patterns over whatever allocator the process was started with: page-aligned blocks by aligned_alloc.
#pragma once
#include <stdint.h>

uint64_t mallocs_lifo(uint64_t pairs, unsigned order);
uint64_t mallocs_batch(uint64_t rounds, unsigned size, unsigned order);
uint64_t mallocs_pool(uint64_t pairs, unsigned size, uint64_t seed);

/// A line of blocks from one thread to another: 256 places, neither side waits for long without giving its CPU away.
typedef struct handover handover;
handover *handover_create(void);
void handover_destroy(handover *);
void handover_put(handover *, uint64_t block);
uint64_t handover_take(handover *);

uint64_t mallocs_give(handover *, uint64_t blocks);
uint64_t mallocs_take(handover *, uint64_t blocks);

/// Keeps the calling thread on one CPU. Returns 0, or an errno.
int keep_on_cpu(int cpu);

/// The first CPUs that this process may use, `most` at most. Returns their number.
int allowed_cpus(int *cpus, int most);

/// Nanoseconds that a cache line takes from CPU `a` to CPU `b` and back; the least of several tries. 0 if it cannot be told.
double line_round_trip(int a, int b);
