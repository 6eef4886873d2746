#include "caccess.h"

typedef uint64_t words __attribute__((vector_size(16)));
typedef double numbers __attribute__((vector_size(16)));

void *caccess_chase(void *start, uint64_t count) {
    void **at = start;
    for (uint64_t i = 0; i < count; i += 8) {
        at = *at; at = *at; at = *at; at = *at;
        at = *at; at = *at; at = *at; at = *at;
    }
    return at;
}

uint64_t caccess_read(const void *a, uint64_t bytes) {
    const words *at = a, *end = at + bytes / sizeof(words);
    words x[8] = { { 0 } };
    for (; at < end; at += 8) {
        for (int i = 0; i < 8; i++) x[i] ^= at[i];
    }
    words sum = (x[0] ^ x[1]) ^ (x[2] ^ x[3]) ^ (x[4] ^ x[5]) ^ (x[6] ^ x[7]);
    return sum[0] + sum[1];
}

void caccess_write(void *a, uint64_t bytes, double value) {
    numbers *at = a, *end = at + bytes / sizeof(numbers), v = { value, value };
    for (; at < end; at += 4) at[0] = at[1] = at[2] = at[3] = v;
}

void caccess_write_streaming(void *a, uint64_t bytes, double value) {
    numbers *at = a, *end = at + bytes / sizeof(numbers), v = { value, value };
    for (; at < end; at += 4) {
        for (int i = 0; i < 4; i++) __builtin_nontemporal_store(v, at + i);
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void caccess_copy(void *a, const void *b, uint64_t bytes) {
    numbers *to = a;
    const numbers *from = b;
    for (uint64_t i = 0; i < bytes / sizeof(numbers); i += 4) {
        numbers v[4] = { from[i], from[i + 1], from[i + 2], from[i + 3] };
        for (int j = 0; j < 4; j++) to[i + j] = v[j];
    }
}

void caccess_copy_streaming(void *a, const void *b, uint64_t bytes) {
    numbers *to = a;
    const numbers *from = b;
    for (uint64_t i = 0; i < bytes / sizeof(numbers); i += 4) {
        for (int j = 0; j < 4; j++) __builtin_nontemporal_store(from[i + j], to + i + j);
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void caccess_triad(void *a, const void *b, const void *c, uint64_t bytes, double s) {
    numbers *x = a, scale = { s, s };
    const numbers *y = b, *z = c;
    for (uint64_t i = 0; i < bytes / sizeof(numbers); i += 4) {
        numbers v[4];
        for (int j = 0; j < 4; j++) v[j] = y[i + j] + scale * z[i + j];
        for (int j = 0; j < 4; j++) x[i + j] = v[j];
    }
}

void caccess_triad_streaming(void *a, const void *b, const void *c, uint64_t bytes, double s) {
    numbers *x = a, scale = { s, s };
    const numbers *y = b, *z = c;
    for (uint64_t i = 0; i < bytes / sizeof(numbers); i += 4) {
        for (int j = 0; j < 4; j++) __builtin_nontemporal_store(y[i + j] + scale * z[i + j], x + i + j);
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
