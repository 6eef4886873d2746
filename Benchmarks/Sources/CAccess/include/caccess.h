// Loops that move memory or wait for it, in plain C: what AccessCosts' Swift ones are held against. Written for this
// benchmark; nothing else uses it.
#pragma once
#include <stdint.h>

/// Follows `count` pointers, a multiple of 8, each found where the one before it points. Returns the last.
void *caccess_chase(void *start, uint64_t count);

/// Loads `bytes`, a multiple of 128. Returns something that depends on all of it.
uint64_t caccess_read(const void *a, uint64_t bytes);
void caccess_write(void *a, uint64_t bytes, double value);
/// a = b
void caccess_copy(void *a, const void *b, uint64_t bytes);
/// a = b + s * c
void caccess_triad(void *a, const void *b, const void *c, uint64_t bytes, double s);

/// The same with stores around the caches.
void caccess_write_streaming(void *a, uint64_t bytes, double value);
void caccess_copy_streaming(void *a, const void *b, uint64_t bytes);
void caccess_triad_streaming(void *a, const void *b, const void *c, uint64_t bytes, double s);
