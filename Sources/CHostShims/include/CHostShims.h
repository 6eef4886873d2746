// _GNU_SOURCE must come before any include: the affinity macros are behind it.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#pragma once
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CHostBuild.h"
#include "CHostLog.h"
#include "CHostLoops.h"

/// The CPU the calling thread is on, or -1.
int chost_current_cpu(void);

/// Pins the calling thread to `count` CPUs, without libnuma. Returns 0 or an errno value.
int chost_set_affinity(const uint32_t *cpus, size_t count);

/// Writes up to `capacity` CPUs the calling thread may use. Returns how many there are, or a negated errno value.
long chost_get_affinity(uint32_t *cpus, size_t capacity);

/// Names the calling thread, cut after 15 bytes, for `ps -L`.
void chost_name_thread(const char *name);

/// Context switches of the calling thread since it started. Returns 0 or an errno value.
int chost_thread_switches(long *voluntary, long *involuntary);

/// Takes note of SIGINT from now on. One that comes `milliseconds` after the first or later kills as if nobody
/// listened; any sooner counts as the same wish, which `timeout` and others send to the process and to its group.
/// Returns 0 or an errno value.
int chost_catch_interrupts(int milliseconds);

/// Whether a SIGINT came. Safe from any thread.
bool chost_was_interrupted(void);

/// Which calls `chost_forbid` takes away.
enum chost_forbidden {
    /// mbind, set_mempolicy, get_mempolicy, move_pages, migrate_pages
    CHOST_FORBID_MEMORY_POLICY = 1,
    /// sched_setaffinity
    CHOST_FORBID_AFFINITY = 2,
};

/// Makes calls fail with `error` in the calling thread and the threads it starts, for good, by a seccomp filter.
/// This is how a container's system call filter is imitated in tests. Returns 0 or an errno value.
int chost_forbid(int what, int error);

/// Writes the hypervisor's signature, as CPUID leaf 0x40000000 has it, and a zero; "" without a hypervisor.
void chost_hypervisor(char signature[13]);

/// Tells the core that the caller spins.
static inline void chost_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield");
#else
    __asm__ volatile("" ::: "memory");
#endif
}

/// Follows `count` pointers, each found where the one before it points. Returns the last.
/// Each load needs the one before it, so the time per pointer is the latency of a load.
void *chost_chase(void *start, uint64_t count);
