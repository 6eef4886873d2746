#include "CHostShims.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

// The greatest CPU number + 1 that a mask here can hold; Linux itself stops at 8192.
enum { MASK_CPUS = 8192 };

int chost_current_cpu(void) { return sched_getcpu(); }

int chost_set_affinity(const uint32_t *cpus, size_t count) {
    cpu_set_t *mask = CPU_ALLOC(MASK_CPUS);
    if (mask == NULL) return ENOMEM;
    size_t size = CPU_ALLOC_SIZE(MASK_CPUS);
    CPU_ZERO_S(size, mask);
    for (size_t i = 0; i < count; i++) {
        if (cpus[i] < MASK_CPUS) CPU_SET_S(cpus[i], size, mask);
    }
    int error = sched_setaffinity(0, size, mask) == 0 ? 0 : errno;
    CPU_FREE(mask);
    return error;
}

long chost_get_affinity(uint32_t *cpus, size_t capacity) {
    cpu_set_t *mask = CPU_ALLOC(MASK_CPUS);
    if (mask == NULL) return -ENOMEM;
    size_t size = CPU_ALLOC_SIZE(MASK_CPUS);
    CPU_ZERO_S(size, mask);
    long result = 0;
    if (sched_getaffinity(0, size, mask) != 0) {
        result = -errno;
    } else {
        for (uint32_t cpu = 0; cpu < MASK_CPUS; cpu++) {
            if (!CPU_ISSET_S(cpu, size, mask)) continue;
            if ((size_t)result < capacity) cpus[result] = cpu;
            result++;
        }
    }
    CPU_FREE(mask);
    return result;
}

void chost_name_thread(const char *name) {
    char cut[16];
    snprintf(cut, sizeof cut, "%s", name);
    pthread_setname_np(pthread_self(), cut);
}

int chost_thread_switches(long *voluntary, long *involuntary) {
    struct rusage usage;
    if (getrusage(RUSAGE_THREAD, &usage) != 0) return errno;
    *voluntary = usage.ru_nvcsw;
    *involuntary = usage.ru_nivcsw;
    return 0;
}

void chost_hypervisor(char signature[13]) {
    memset(signature, 0, 13);
#if defined(__x86_64__) || defined(__i386__)
    unsigned a, b, c, d;
    // Bit 31 of ECX in leaf 1 is never set by a processor itself.
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c >> 31) == 0) return;
    __cpuid(0x40000000, a, b, c, d);
    memcpy(signature, &b, 4);
    memcpy(signature + 4, &c, 4);
    memcpy(signature + 8, &d, 4);
#endif
}

// When the first SIGINT came, in milliseconds; 0: none came.
static atomic_llong first_interrupt;
static atomic_int same_press_milliseconds;

// Only async-signal-safe calls here: lock-free atomics, clock_gettime, signal and raise.
static void on_interrupt(int number) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long at = now.tv_sec * 1000LL + now.tv_nsec / 1000000 + 1, first = 0;
    if (atomic_compare_exchange_strong(&first_interrupt, &first, at)) return;
    if (at - first < atomic_load_explicit(&same_press_milliseconds, memory_order_relaxed)) return;
    signal(number, SIG_DFL);
    raise(number);
}

int chost_catch_interrupts(int milliseconds) {
    atomic_store_explicit(&same_press_milliseconds, milliseconds, memory_order_relaxed);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_interrupt;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGINT, &action, NULL) == 0 ? 0 : errno;
}

bool chost_was_interrupted(void) { return atomic_load_explicit(&first_interrupt, memory_order_relaxed) != 0; }

static const int memory_policy_calls[] = {
    SYS_mbind, SYS_set_mempolicy, SYS_get_mempolicy, SYS_move_pages, SYS_migrate_pages,
};
static const int affinity_calls[] = { SYS_sched_setaffinity };

static size_t forbid_calls(struct sock_filter *filter, const int *calls, size_t count, int error) {
    for (size_t i = 0; i < count; i++) {
        filter[2 * i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1);
        filter[2 * i + 1] = (struct sock_filter)BPF_STMT(
            BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((uint32_t)error & SECCOMP_RET_DATA));
    }
    return 2 * count;
}

int chost_forbid(int what, int error) {
    struct sock_filter filter[16];
    size_t length = 0;
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    if (what & CHOST_FORBID_MEMORY_POLICY) {
        length += forbid_calls(
            filter + length, memory_policy_calls, sizeof memory_policy_calls / sizeof *memory_policy_calls, error);
    }
    if (what & CHOST_FORBID_AFFINITY) {
        length += forbid_calls(filter + length, affinity_calls, sizeof affinity_calls / sizeof *affinity_calls, error);
    }
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = { .len = (unsigned short)length, .filter = filter };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
}

// The loads are instructions: a debug build must measure the memory, not the compiler's traffic with the stack.
void *chost_chase(void *start, uint64_t count) {
    register void *at = start;
    uint64_t eights = count / 8;
    for (uint64_t i = 0; i < eights; i++) {
#if defined(__x86_64__)
        __asm__ volatile(
            "mov (%0), %0\n\tmov (%0), %0\n\tmov (%0), %0\n\tmov (%0), %0\n\t"
            "mov (%0), %0\n\tmov (%0), %0\n\tmov (%0), %0\n\tmov (%0), %0"
            : "+r"(at) : : "memory");
#elif defined(__aarch64__)
        __asm__ volatile(
            "ldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]\n\t"
            "ldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]"
            : "+r"(at) : : "memory");
#else
        for (int j = 0; j < 8; j++) at = *(void *volatile *)at;
#endif
    }
    for (uint64_t i = eights * 8; i < count; i++) at = *(void *volatile *)at;
    return at;
}
