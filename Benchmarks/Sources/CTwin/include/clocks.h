// The algorithms of PhysicalMemory/Locks in plain C, to be measured beside them.
#pragma once

/// A lock and the count that it guards.
typedef struct clocks clocks;

/// The lock of this name, as `--lock` takes it; 0 if there is none.
clocks *clocks_create(const char *name);
void clocks_destroy(clocks *c);

/// Takes the lock `times` times as a thread of this node, and adds one to the count each time.
void clocks_run(clocks *c, long times, int node);
long clocks_count(const clocks *c);

/// Keeps the calling thread on one CPU. Returns whether it could.
int clocks_pin(int cpu);

/// One of two threads that pass a word back and forth `times` times; `side` is 0 or 1. Returns nanoseconds a round trip.
double clocks_ping(volatile int *word, int side, long times);

double clocks_now(void);

/// Waits until `count` threads have come to `gate`, which starts at 0.
void clocks_meet(int *gate, int count);
