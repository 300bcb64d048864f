/* The structures of assembly/memory/replacement in C: a cache, its page table (page-table.ts) and its lists (links.ts).
 * Used by pages.c only. */
#ifndef PAGES_H
#define PAGES_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint32_t u32;
typedef uint64_t u64;

#define WINDOW 32768
#define DIRTY (1ull << 52)
#define PAGE_MASK (DIRTY - 1)
#define QUEUE_SHIFT 53
#define QUEUE_MASK (3ull << QUEUE_SHIFT)
#define ONE (1ull << 55)
#define COUNTER_MASK (3ull << 55)

typedef struct { u64 word; u32 newer, older; } Record;

typedef struct {
  u32 capacity, used, index_mask;
  u64 slots;
  u32 *table, *chain;
  u64 *words;      /* records of one word */
  Record *records; /* records with links */
  u32 *links;
  u32 hand, behind, newest, free;
  u64 hits, evictions, writebacks, ceiling;
  u32 small, main_pages, ghost, main_limit, ghost_limit;
  u32 t1, t2, b1, b2;
  double target;
  u32 *group_of, groups_used, free_group;
  struct { u32 frequency, last; } *groups;
  /* opt */
  u32 *next, dead, top, position;
  u64 requests, *levels[8];
} Cache;

static void *zeroed(size_t bytes) {
  void *p = calloc(1, bytes);
  if (!p) { fprintf(stderr, "pages: out of memory\n"); exit(1); }
  return p;
}

static inline u64 hash_of(u64 page) { return page * 0x9e3779b97f4a7c15ull; }
#define MORE 0x80000000u
static inline u32 tag_of(u64 hash, u32 index_mask) {
  return (((u32)(hash >> 8) & ~index_mask) | (index_mask + 1)) & ~MORE;
}

static void make_table(Cache *c, u32 last) {
  c->slots = 3ull * last;
  c->index_mask = (u32)((1ull << (32 - __builtin_clz(last))) - 1);
  c->table = zeroed(4 * c->slots);
  c->chain = zeroed(4ull * (last + 1));
}

#define WORD(c, r, linked) ((linked) ? (c)->records[r].word : (c)->words[r])

static inline u32 *slot_of(const Cache *c, u64 hash) { return c->table + (((hash >> 32) * c->slots) >> 32); }

static inline __attribute__((always_inline)) u32 find(const Cache *c, u64 page, u64 hash, int linked) {
  u32 tag = tag_of(hash, c->index_mask), entry = *slot_of(c, hash);
  for (;;) {
    u32 record = (entry ^ tag) & ~MORE;
    if (record <= c->index_mask && (WORD(c, record, linked) & PAGE_MASK) == page) return record;
    if (!(entry & MORE)) return 0;
    entry = c->chain[entry & c->index_mask];
  }
}

static inline __attribute__((always_inline)) void enter(Cache *c, u64 hash, u32 record) {
  u32 *slot = slot_of(c, hash), first = *slot;
  c->chain[record] = first;
  *slot = tag_of(hash, c->index_mask) | record | (first ? MORE : 0);
}

static inline __attribute__((always_inline)) void leave(Cache *c, u32 record, int linked) {
  u32 *at = slot_of(c, hash_of(WORD(c, record, linked) & PAGE_MASK));
  while ((*at & c->index_mask) != record) at = c->chain + (*at & c->index_mask);
  *at = c->chain[record];
}

static inline void make_list(Record *r, u32 s) { r[s].newer = r[s].older = s; }
static inline void push_newest(Record *r, u32 s, u32 n) {
  u32 was = r[s].older;
  r[n].older = was;
  r[n].newer = s;
  r[was].newer = n;
  r[s].older = n;
}
static inline void put_after(Record *r, u32 place, u32 n) {
  u32 next = r[place].newer;
  r[n].older = place;
  r[n].newer = next;
  r[next].older = n;
  r[place].newer = n;
}
static inline void unlink_record(Record *r, u32 n) {
  u32 up = r[n].newer, down = r[n].older;
  r[up].older = down;
  r[down].newer = up;
}
static inline void gone(Cache *c, u64 word) {
  c->evictions++;
  c->writebacks += (word >> 52) & 1;
}

#endif
