// What Swift cannot say on its own: header-only, without a system header, so that it compiles anywhere.
#pragma once

/// Tells the core that the caller spins.
static inline __attribute__((always_inline)) void cprim_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield");
#else
    __asm__ volatile("" ::: "memory");
#endif
}

/// Asks for the cache line at `address`, to be written.
static inline __attribute__((always_inline)) void cprim_prefetch_for_write(const void *address) {
#if defined(__x86_64__)
    // The compiler, which may assume the oldest of processors, would ask for a line to be read, and a write would have to
    // ask the other CPU again. All but the first with 64 bits know this or pass over it.
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)address));
#else
    __builtin_prefetch(address, 1, 3);
#endif
}

/// Asks for the cache line at `address`, to be read.
static inline __attribute__((always_inline)) void cprim_prefetch_for_read(const void *address) {
    __builtin_prefetch(address, 0, 3);
}

/// `value`, which the caller expects to be `expected`. Whatever is computed from the result does not wait for `value`:
/// the core goes on with `expected` and starts again where that was wrong, as after any branch.
static inline __attribute__((always_inline)) unsigned long long
cprim_predicted(unsigned long long value, unsigned long long expected) {
    // Copies that the compiler knows nothing of: it would see that both are equal, and use the one that is late.
    unsigned long long copy = expected;
    __asm__("" : "+r"(copy));
    if (__builtin_expect(value != expected, 0)) {
        __asm__("" : "+r"(value));
        return value;
    }
    return copy;
}

/// A counter that rises at a constant rate, in units of its own; 0 where there is none.
static inline __attribute__((always_inline)) unsigned long long cprim_cycles(void) {
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    unsigned long long value;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
    return value;
#else
    return 0;
#endif
}

/// Keeps the compiler from moving memory accesses across. The core may still do so.
static inline __attribute__((always_inline)) void cprim_compiler_barrier(void) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

// The numbers of the system call membarrier, and of two of its commands, from its manual page and the headers of each
// architecture.
#if defined(__linux__) && defined(__x86_64__)
#define CPRIM_MEMBARRIER 324
#elif defined(__linux__) && (defined(__aarch64__) || defined(__riscv))
#define CPRIM_MEMBARRIER 283
#endif

#ifdef CPRIM_MEMBARRIER
extern long syscall(long, ...);
/// Asks that `cprim_barrier_everywhere` may be used. Returns 0 where it may not.
static inline int cprim_barrier_register(void) { return syscall(CPRIM_MEMBARRIER, 1 << 4, 0, 0) == 0; }
/// Returns when every thread of the process has passed a full memory barrier since the call. Returns 0 if it failed.
static inline int cprim_barrier_everywhere(void) { return syscall(CPRIM_MEMBARRIER, 1 << 3, 0, 0) == 0; }
#else
static inline int cprim_barrier_register(void) { return 0; }
static inline int cprim_barrier_everywhere(void) { return 0; }
#endif

extern int sched_yield(void);

/// Gives the CPU to another thread: for a spin whose lock holder may have lost its own CPU.
static inline void cprim_yield(void) { (void)sched_yield(); }

/// `count` zero bytes, untouched until they are used; 0 if there are not as many.
static inline void *cprim_zeroed(unsigned long long count) { return __builtin_calloc(1, count); }

static inline void cprim_release(void *memory) { __builtin_free(memory); }

/// Memory that each thread has of its own, zero at first and at the same address as long as the thread lives.
struct cprim_thread_memory { unsigned char bytes[384]; } __attribute__((aligned(128)));
extern _Thread_local struct cprim_thread_memory cprim_thread_memory __attribute__((tls_model("initial-exec")));

static inline __attribute__((always_inline)) void *cprim_thread_address(void) { return &cprim_thread_memory; }

// The C library's spinlock, declared rather than included, as sched_yield is: where there is one, pthread_spinlock_t is
// a volatile int, free at 1 or at 0 as the library likes. Elsewhere an exchange takes its place.
#if defined(__linux__)
extern int pthread_spin_init(volatile int *, int);
extern int pthread_spin_trylock(volatile int *);
extern int pthread_spin_unlock(volatile int *);
static inline void cprim_spin_init(volatile int *lock) { (void)pthread_spin_init(lock, 0); }
static inline int cprim_spin_try(volatile int *lock) { return pthread_spin_trylock(lock) == 0; }
static inline void cprim_spin_unlock(volatile int *lock) { (void)pthread_spin_unlock(lock); }
#else
static inline void cprim_spin_init(volatile int *lock) { *lock = 0; }
static inline int cprim_spin_try(volatile int *lock) { return !__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE); }
static inline void cprim_spin_unlock(volatile int *lock) { __atomic_store_n(lock, 0, __ATOMIC_RELEASE); }
#endif
