// The allocator's path in plain C, for comparison: the same structures and the same decisions as pgdat's, with an
// atomic exchange for the per-CPU list's lock. Written for this benchmark; nothing else uses it.
#pragma once
#include <stdint.h>

typedef struct twin twin;

/// One zone of `frames` frames (a multiple of 1024) and `cpus` CPUs, with these per-CPU limits. 0 if memory is short.
twin *twin_create(uint64_t frames, int cpus, long batch, long high_min, long high_max, long watermark);
void twin_destroy(twin *);

uint64_t twin_lifo(twin *, int cpu, uint64_t pairs, unsigned order, uint32_t gfp);
uint64_t twin_batch(twin *, int cpu, uint64_t rounds, unsigned size, unsigned order, uint32_t gfp);
uint64_t twin_pool(twin *, int cpu, uint64_t pairs, unsigned size, uint32_t gfp, uint64_t seed);

/// `blocks` frames allocated and sent down the line, or taken from it and freed.
struct handover;
uint64_t twin_give(twin *, int cpu, struct handover *, uint64_t blocks, uint32_t gfp);
uint64_t twin_take(twin *, int cpu, struct handover *, uint64_t blocks);

long twin_refills(twin *, int cpu);
