#include "ctwin.h"
#include "cmallocs.h"
#include <limits.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ORDERS = 11, TYPES = 6, LISTS = 14, BLOCK_ORDER = 9, NONE = -1 };
#define NO_FRAME UINT64_MAX
#define BUDDY 0xf0000000u
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

typedef struct {
    _Atomic uint64_t flags;
    uint32_t next, previous, mapping;
    _Atomic uint32_t type;
    uint64_t claim;
} page;

typedef struct { uint32_t first, last; } list;

typedef struct {
    list lists[LISTS];
    long count, high, high_min, high_max, batch;
    int alloc_factor;
    bool previous_high_order, high_in_batches;
    long free_count, refills, drains, full_at, free_count_limit;
} pcp_lists;

typedef struct zone zone;

typedef struct {
    zone *zone;
    _Atomic long hit_local, hit_other, miss_local, miss_other, foreign, interleave;
    pcp_lists lists;
    _Atomic uint32_t lock;
    char padding[128];
} pageset;

struct zone {
    page *pages;
    _Atomic uint8_t *blocks;
    uint64_t first_pfn;
    uint32_t start, end;
    int number;
    _Atomic long min, low, high, reserve[6], threshold;
    _Atomic long free, free_highatomic, free_cma, boost, withheld, plenty_mark[6];
    _Atomic uint32_t flags, occupied[TYPES];
    _Atomic long *differences;
    char padding[128];
    list areas[ORDERS * TYPES];
    long counts[ORDERS];
    long splits, merges;
    _Atomic uint32_t lock;
    _Atomic long acquisitions, contentions;
};

typedef struct { zone *zone; int number, node, index; } zoneref;

typedef struct {
    int index, node;
    page *map;
    uint64_t first, end;
    pageset **pagesets;
    zoneref *zonelist;
    int zones, first_places[6];
    uint8_t highest[16];
    uint32_t huge_order;
    int scale_max;
    struct { pageset *set; zone *zone; int highest; } local[16];
    uint64_t home;
} cpu_state;

struct twin { zone *zone; cpu_state *cpus; int count; };

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)
#define BUMP(x, d) STORE(x, LOAD(x) + (d))

static inline uint64_t allocated(unsigned order) { return 1ull << 32 | order; }

static inline bool try_lock(_Atomic uint32_t *word) {
    return atomic_exchange_explicit(word, 1, memory_order_acquire) == 0;
}
static inline void unlock(_Atomic uint32_t *word) { atomic_store_explicit(word, 0, memory_order_release); }

static __attribute__((noinline)) void wait_lock(_Atomic uint32_t *word) {
    int looks = 0;
    do {
        while (LOAD(*word)) {
            if (++looks < 256) __builtin_ia32_pause();
            else { sched_yield(); looks = 0; }
        }
    } while (!try_lock(word));
}

static inline void zone_lock(zone *z) {
    if (!try_lock(&z->lock)) { wait_lock(&z->lock); BUMP(z->contentions, 1); }
    BUMP(z->acquisitions, 1);
}

/// `value`, expected to be `expected`: what is computed from the result does not wait for it.
static inline __attribute__((always_inline)) uint64_t predicted(uint64_t value, uint64_t expected) {
    uint64_t copy = expected;
    __asm__("" : "+r"(copy));
    if (unlikely(value != expected)) {
        __asm__("" : "+r"(value));
        return value;
    }
    return copy;
}

static inline void list_prepend(list *l, page *pages, uint32_t f) {
    pages[f].next = l->first;
    pages[f].previous = NONE;
    if (l->first == (uint32_t)NONE) l->last = f; else pages[l->first].previous = f;
    l->first = f;
}
static inline void list_append(list *l, page *pages, uint32_t f) {
    pages[f].next = NONE;
    pages[f].previous = l->last;
    if (l->last == (uint32_t)NONE) l->first = f; else pages[l->last].next = f;
    l->last = f;
}
static inline uint32_t list_take_first(list *l, page *pages) {
    uint32_t f = l->first;
    l->first = pages[f].next;
    if (l->first == (uint32_t)NONE) l->last = NONE; else pages[l->first].previous = NONE;
    return f;
}
static inline uint32_t list_take_last(list *l, page *pages) {
    uint32_t f = l->last;
    l->last = pages[f].previous;
    if (l->last == (uint32_t)NONE) l->first = NONE; else pages[l->last].next = NONE;
    return f;
}
static inline void list_remove(list *l, page *pages, uint32_t f) {
    uint32_t next = pages[f].next, previous = pages[f].previous;
    if (previous == (uint32_t)NONE) l->first = next; else pages[previous].next = next;
    if (next == (uint32_t)NONE) l->last = previous; else pages[next].previous = previous;
}
static inline bool list_empty(const list *l) { return l->first == (uint32_t)NONE; }

static inline void area_insert(zone *z, uint32_t f, int order, int type, bool tail) {
    list *l = &z->areas[order * TYPES + type];
    if (tail) list_append(l, z->pages, f); else list_prepend(l, z->pages, f);
    z->counts[order]++;
    STORE(z->occupied[type], LOAD(z->occupied[type]) | 1u << order);
    z->pages[f].claim = order;
    atomic_store_explicit(&z->pages[f].type, BUDDY, memory_order_release);
}
static inline void area_removed(zone *z, uint32_t f, int order, int type) {
    z->counts[order]--;
    atomic_store_explicit(&z->pages[f].type, 0, memory_order_release);
    if (list_empty(&z->areas[order * TYPES + type]))
        STORE(z->occupied[type], LOAD(z->occupied[type]) & ~(1u << order));
}
static inline void account(zone *z, int cpu, long delta, int type) {
    if (unlikely(type > 2)) return;
    long d = LOAD(z->differences[cpu]) + delta, t = LOAD(z->threshold);
    if (d > t || d < -t) { BUMP(z->free, d); d = 0; }
    STORE(z->differences[cpu], d);
}
static inline bool is_free(zone *z, uint32_t f, int order) {
    page *p = &z->pages[f];
    return atomic_load_explicit(&p->type, memory_order_acquire) == BUDDY
        && (int)(LOAD(p->flags) >> 48) == z->number && (uint32_t)p->claim == (uint32_t)order;
}
static void put(zone *z, int cpu, uint32_t f, int order, int type) {
    account(z, cpu, 1l << order, type);
    while (order < ORDERS - 1) {
        uint32_t buddy = f ^ (1u << order);
        if (!is_free(z, buddy, order)) break;
        int other = type;
        if (order >= BLOCK_ORDER) {
            other = LOAD(z->blocks[buddy >> BLOCK_ORDER]);
            if (other != type && (other > 2 || type > 2)) break;
        }
        list_remove(&z->areas[order * TYPES + other], z->pages, buddy);
        area_removed(z, buddy, order, other);
        if (other != type) STORE(z->blocks[buddy >> BLOCK_ORDER], type);
        f &= buddy;
        order++;
        z->merges++;
    }
    bool tail = false;
    if (order < ORDERS - 2) {
        uint32_t parent = f & ~(1u << order);
        tail = is_free(z, parent ^ (2u << order), order + 1);
    }
    area_insert(z, f, order, type, tail);
}
static inline uint32_t take_smallest(zone *z, int cpu, int order, int type) {
    uint32_t orders = LOAD(z->occupied[type]) >> order;
    if (!orders) return NONE;
    int found = order + __builtin_ctz(orders);
    uint32_t f = list_take_first(&z->areas[found * TYPES + type], z->pages);
    area_removed(z, f, found, type);
    while (found > order) {
        found--;
        area_insert(z, f + (1u << found), found, type, false);
        z->splits++;
    }
    account(z, cpu, -(1l << order), type);
    return f;
}

static void note_bounds(pcp_lists *l, int scale_max) {
    l->full_at = l->high >= l->high_min && l->high <= l->high_max ? l->high : LONG_MIN;
    l->free_count_limit = l->batch << scale_max;
}

static inline long clamp(long v, long lo, long hi) { v = v > lo ? v : lo; return v < hi ? v : hi; }
static inline int pindex(unsigned order, int type) { return order <= 3 ? (int)order * 3 + type : type == 1 ? 13 : 12; }

static __attribute__((noinline)) bool refill(cpu_state *c, pageset *s, int index, unsigned order, int type) {
    pcp_lists *l = &s->lists;
    zone *z = s->zone;
    l->high = clamp(l->high, l->high_min, l->high_max);
    long blocks = 1;
    if (l->high >= l->batch) {
        blocks = order ? l->batch : l->batch << l->alloc_factor;
        if (l->high_min != l->high_max && !(LOAD(z->flags) & 4))
            l->high = l->high + blocks < l->high_max ? l->high + blocks : l->high_max;
        if (!order) {
            long most = l->high - l->count - l->batch;
            if (most < l->batch) most = l->batch;
            if (blocks <= most && l->alloc_factor < c->scale_max) l->alloc_factor++;
            if (blocks > most) blocks = most;
        }
        if (blocks > 1) { blocks >>= order; if (blocks < 2) blocks = 2; }
    }
    note_bounds(l, c->scale_max);
    l->refills++;
    long taken = 0;
    zone_lock(z);
    for (; taken < blocks; taken++) {
        uint32_t f = take_smallest(z, c->index, (int)order, type);
        if (f == (uint32_t)NONE) break;
        z->pages[f].claim = (uint32_t)index;
        list_append(&l->lists[index], z->pages, f);
        l->count += 1l << order;
    }
    unlock(&z->lock);
    return taken > 0;
}

static __attribute__((noinline)) void drain(cpu_state *c, pageset *s, long pages, int index) {
    pcp_lists *l = &s->lists;
    zone *z = s->zone;
    if (pages > l->count) pages = l->count;
    l->drains++;
    zone_lock(z);
    while (pages > 0) {
        while (list_empty(&l->lists[index])) index = index == LISTS - 1 ? 0 : index + 1;
        int order = index < 12 ? index / 3 : BLOCK_ORDER;
        do {
            uint32_t f = list_take_last(&l->lists[index], z->pages);
            l->count -= 1l << order;
            pages -= 1l << order;
            put(z, c->index, f, order, LOAD(z->blocks[f >> BLOCK_ORDER]));
        } while (pages > 0 && !list_empty(&l->lists[index]));
        index = index == LISTS - 1 ? 0 : index + 1;
    }
    unlock(&z->lock);
}

static __attribute__((noinline)) uint64_t allocate_slowly(cpu_state *c, unsigned order, uint32_t gfp) {
    zoneref *ref = &c->zonelist[c->first_places[c->highest[gfp & 15]]];
    zone *z = ref->zone;
    pageset *s = c->pagesets[ref->number];
    int type = gfp >> 3 & 3;
    uint32_t f = NONE;
    if (LOAD(z->free) <= LOAD(z->low) + LOAD(z->boost)) return NO_FRAME;
    if (try_lock(&s->lock)) {
        int index = pindex(order, type);
        s->lists.free_count >>= 1;
        if (!list_empty(&s->lists.lists[index]) || refill(c, s, index, order, type)) {
            f = list_take_first(&s->lists.lists[index], z->pages);
            s->lists.count -= 1l << order;
        }
        unlock(&s->lock);
    }
    if (f == (uint32_t)NONE) {
        zone_lock(z);
        f = take_smallest(z, c->index, (int)order, type);
        unlock(&z->lock);
    }
    if (f == (uint32_t)NONE) return NO_FRAME;
    BUMP(s->hit_local, 1);
    z->pages[f].claim = allocated(order);
    return z->first_pfn + f;
}

static inline bool plentiful(zone *z, unsigned order, int highest) {
    long mark = LOAD(z->plenty_mark[highest]) + LOAD(z->withheld);
    return LOAD(z->flags) == 0 && LOAD(z->free) - (1l << order) + 1 > mark
        && (order == 0 || (LOAD(z->occupied[0]) | LOAD(z->occupied[1]) | LOAD(z->occupied[2])) >> order);
}

static inline __attribute__((always_inline)) uint64_t allocate(cpu_state *c, unsigned order, uint32_t gfp) {
    pageset *s = c->local[gfp & 15].set;
    if (unlikely(!s || !(order <= 3 || order == c->huge_order))) return allocate_slowly(c, order, gfp);
    zone *z = c->local[gfp & 15].zone;
    if (unlikely(!plentiful(z, order, c->local[gfp & 15].highest) || !try_lock(&s->lock)))
        return allocate_slowly(c, order, gfp);
    int index = pindex(order, gfp >> 3 & 3);
    if (unlikely(list_empty(&s->lists.lists[index]))) { unlock(&s->lock); return allocate_slowly(c, order, gfp); }
    s->lists.free_count >>= 1;
    uint32_t f = list_take_first(&s->lists.lists[index], z->pages);
    s->lists.count -= 1l << order;
    BUMP(s->hit_local, 1);
    z->pages[f].claim = allocated(order);
    unlock(&s->lock);
    return z->first_pfn + f;
}

static __attribute__((noinline)) long overflow(cpu_state *c, pcp_lists *l, uint32_t flags, bool free_high) {
    long limit, recent = l->free_count > l->batch ? l->free_count : l->batch;
    l->high = clamp(l->high, l->high_min, l->high_max);
    limit = l->high;
    if (limit == 0) limit = 0;
    else if (free_high) { l->high = clamp(limit - (l->batch << c->scale_max), l->high_min, limit); limit = 0; }
    else if (flags & 2) {
        l->high = clamp(limit - recent, l->high_min, limit);
        limit = l->batch << 2 < l->high ? l->batch << 2 : l->high;
    } else if (l->high_min == l->high_max) {
    } else if (flags & 4) {
        l->high = clamp(limit - recent, l->high_min, limit);
        limit = l->count > l->high_min ? l->count : l->high_min;
    } else if (l->count >= limit && limit < l->free_count + l->batch)
        l->high = clamp(l->free_count + l->batch, l->high_min, l->high_max);
    note_bounds(l, c->scale_max);
    if (l->count < limit) return 0;
    if (free_high) return l->count < l->batch << c->scale_max ? l->count : l->batch << c->scale_max;
    if (limit < l->batch) return 1;
    return clamp(l->free_count, l->batch, limit - l->batch);
}

static inline __attribute__((always_inline)) bool release(cpu_state *c, uint64_t pfn, unsigned order) {
    if (unlikely(pfn < c->first || pfn >= c->end)) return false;
    page *p = &c->map[pfn - c->first];
    if (unlikely(p->claim != allocated(order))) return false;
    uint64_t flags = LOAD(p->flags);
    pageset *s = c->pagesets[predicted(flags >> 48, c->home)];
    zone *z = s->zone;
    uint32_t f = (uint32_t)(pfn - z->first_pfn);
    int type = (int)predicted(LOAD(z->blocks[f >> BLOCK_ORDER]), 1);
    if (unlikely(flags & 6 || type > 2 || !(order <= 3 || order == c->huge_order))) return false;
    if (unlikely(!try_lock(&s->lock))) {
        p->claim = 0;
        zone_lock(z);
        put(z, c->index, f, (int)order, type);
        unlock(&z->lock);
        return true;
    }
    pcp_lists *l = &s->lists;
    int index = pindex(order, type);
    l->alloc_factor >>= 1;
    p->claim = (uint32_t)index;
    list_prepend(&l->lists[index], z->pages, f);
    l->count += 1l << order;
    bool free_high = false;
    if (order - 1 < 3) {
        free_high = l->free_count >= l->batch && l->previous_high_order && (!l->high_in_batches || l->count >= l->batch);
        l->previous_high_order = true;
    } else if (l->previous_high_order) l->previous_high_order = false;
    if (l->free_count < l->free_count_limit) l->free_count += 1l << order;
    uint32_t zone_flags = LOAD(z->flags);
    if (unlikely(free_high || l->count >= l->full_at || zone_flags & 6)) {
        long surplus = overflow(c, l, zone_flags, free_high);
        if (surplus > 0) drain(c, s, surplus, index);
    }
    unlock(&s->lock);
    return true;
}

uint64_t twin_lifo(twin *t, int cpu, uint64_t pairs, unsigned order, uint32_t gfp) {
    cpu_state *c = &t->cpus[cpu];
    uint64_t done = 0;
    for (; done < pairs; done++) {
        uint64_t pfn = allocate(c, order, gfp);
        if (pfn == NO_FRAME || !release(c, pfn, order)) break;
    }
    return done;
}

uint64_t twin_batch(twin *t, int cpu, uint64_t rounds, unsigned size, unsigned order, uint32_t gfp) {
    cpu_state *c = &t->cpus[cpu];
    uint64_t done = 0, *frames = malloc(size * sizeof *frames);
    for (uint64_t r = 0; r < rounds; r++) {
        for (unsigned i = 0; i < size; i++) frames[i] = allocate(c, order, gfp);
        for (unsigned i = 0; i < size; i++) if (frames[i] != NO_FRAME && release(c, frames[i], order)) done++;
    }
    free(frames);
    return done;
}

uint64_t twin_pool(twin *t, int cpu, uint64_t pairs, unsigned size, uint32_t gfp, uint64_t seed) {
    cpu_state *c = &t->cpus[cpu];
    uint64_t done = 0, *frames = malloc(size * sizeof *frames);
    for (unsigned i = 0; i < size; i++) frames[i] = allocate(c, 0, gfp);
    for (uint64_t p = 0; p < pairs; p++) {
        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        unsigned i = (seed >> 33) % size;
        if (release(c, frames[i], 0)) done++;
        frames[i] = allocate(c, 0, gfp);
    }
    for (unsigned i = 0; i < size; i++) release(c, frames[i], 0);
    free(frames);
    return done;
}

uint64_t twin_give(twin *t, int cpu, handover *line, uint64_t blocks, uint32_t gfp) {
    for (uint64_t i = 0; i < blocks; i++) handover_put(line, allocate(&t->cpus[cpu], 0, gfp));
    return blocks;
}

uint64_t twin_take(twin *t, int cpu, handover *line, uint64_t blocks) {
    uint64_t done = 0;
    for (uint64_t i = 0; i < blocks; i++) {
        uint64_t pfn = handover_take(line);
        if (pfn != NO_FRAME && release(&t->cpus[cpu], pfn, 0)) done++;
    }
    return done;
}

long twin_refills(twin *t, int cpu) { return t->cpus[cpu].pagesets[0]->lists.refills; }

twin *twin_create(uint64_t frames, int cpus, long batch, long high_min, long high_max, long watermark) {
    twin *t = calloc(1, sizeof *t);
    zone *z = aligned_alloc(128, (sizeof *z + 127) & ~127ul);
    if (!t || !z) return 0;
    memset(z, 0, sizeof *z);
    z->pages = aligned_alloc(4096, frames * sizeof(page));
    z->blocks = calloc(frames >> BLOCK_ORDER, 1);
    z->differences = calloc(cpus, sizeof *z->differences);
    if (!z->pages || !z->blocks || !z->differences) return 0;
    memset(z->pages, 0, frames * sizeof(page));
    z->first_pfn = 1 << 20;
    z->end = (uint32_t)frames;
    z->high = watermark;
    z->low = watermark;
    for (int h = 0; h < 6; h++) z->plenty_mark[h] = watermark;
    z->threshold = 64;
    z->free = (long)frames;
    for (int i = 0; i < ORDERS * TYPES; i++) z->areas[i] = (list){NONE, NONE};
    for (uint64_t f = 0; f < frames; f++) z->pages[f].flags = 1;
    for (uint64_t b = 0; b < frames >> BLOCK_ORDER; b++) z->blocks[b] = 1;
    for (uint64_t f = 0; f < frames; f += 1024) area_insert(z, (uint32_t)f, 10, 1, true);
    t->zone = z;
    t->count = cpus;
    t->cpus = aligned_alloc(128, (cpus * sizeof(cpu_state) + 127) & ~127ul);
    if (!t->cpus) return 0;
    memset(t->cpus, 0, cpus * sizeof(cpu_state));
    for (int i = 0; i < cpus; i++) {
        cpu_state *c = &t->cpus[i];
        pageset *s = aligned_alloc(128, (sizeof *s + 127) & ~127ul);
        c->pagesets = malloc(sizeof *c->pagesets);
        c->zonelist = malloc(sizeof *c->zonelist);
        if (!s || !c->pagesets || !c->zonelist) return 0;
        memset(s, 0, sizeof *s);
        s->zone = z;
        s->lists.batch = batch;
        s->lists.high_min = high_min;
        s->lists.high_max = high_max;
        s->lists.high_in_batches = true;
        for (int l = 0; l < LISTS; l++) s->lists.lists[l] = (list){NONE, NONE};
        c->index = i;
        c->map = z->pages;
        c->first = z->first_pfn;
        c->end = z->first_pfn + frames;
        c->pagesets[0] = s;
        c->zonelist[0] = (zoneref){z, 0, 0, 2};
        c->zones = 1;
        for (int g = 0; g < 16; g++) c->highest[g] = 2;
        c->huge_order = BLOCK_ORDER;
        c->scale_max = 5;
        for (int g = 0; g < 16; g++) {
            c->local[g].set = s;
            c->local[g].zone = z;
            c->local[g].highest = 2;
        }
        note_bounds(&s->lists, c->scale_max);
    }
    return t;
}

void twin_destroy(twin *t) {
    for (int i = 0; i < t->count; i++) {
        free(t->cpus[i].pagesets[0]);
        free(t->cpus[i].pagesets);
        free(t->cpus[i].zonelist);
    }
    free(t->cpus);
    free((void *)t->zone->differences);
    free((void *)t->zone->blocks);
    free(t->zone->pages);
    free(t->zone);
    free(t);
}
