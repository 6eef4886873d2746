// What the measuring loops need and Swift has no words for: stores around the caches, and a fence for the compiler.
#pragma once
#include <stdint.h>

#if defined(__clang__)
typedef double chost_vector __attribute__((ext_vector_type(2)));

/// Stores 16 bytes around the caches, where the processor can. `to` is a multiple of 16.
static inline __attribute__((always_inline)) void chost_stream(void *to, chost_vector value) {
    __builtin_nontemporal_store(value, (chost_vector *)to);
}
#endif

/// Waits until streaming stores are seen by all.
static inline __attribute__((always_inline)) void chost_stream_end(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_sfence();
#elif defined(__aarch64__)
    __asm__ volatile("dmb ishst" ::: "memory");
#endif
}

/// The compiler keeps no value of memory across this: a loop that is run twice is run twice.
static inline __attribute__((always_inline)) void chost_forget(void) { __asm__ volatile("" ::: "memory"); }
