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
  u32 capacity, used, index_mask, shift, slot_mask;
  u32 *table;
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
static inline u32 tag_of(u64 hash, u32 index_mask) { return (u32)(hash >> 8) & ~index_mask; }

static void make_table(Cache *c, u32 last) {
  u32 bits = 32 - (u32)__builtin_clz(2 * last - 1);
  c->shift = 64 - bits;
  c->slot_mask = (u32)((1ull << bits) - 1);
  c->index_mask = (u32)((1ull << (32 - __builtin_clz(last))) - 1);
  c->table = zeroed(4ull << bits);
}

#define WORD(c, r, linked) ((linked) ? (c)->records[r].word : (c)->words[r])

static inline __attribute__((always_inline)) u32 find(const Cache *c, u64 page, u64 hash, int linked) {
  u32 slot = (u32)(hash >> c->shift), tag = tag_of(hash, c->index_mask);
  for (;;) {
    u32 entry = c->table[slot];
    if (!entry) return 0;
    u32 record = entry ^ tag;
    if (record <= c->index_mask && (WORD(c, record, linked) & PAGE_MASK) == page) return record;
    slot = (slot + 1) & c->slot_mask;
  }
}

static inline __attribute__((always_inline)) void enter(Cache *c, u64 hash, u32 record) {
  u32 slot = (u32)(hash >> c->shift);
  while (c->table[slot]) slot = (slot + 1) & c->slot_mask;
  c->table[slot] = tag_of(hash, c->index_mask) | record;
}

static inline __attribute__((always_inline)) void leave(Cache *c, u32 record, int linked) {
  u64 hash = hash_of(WORD(c, record, linked) & PAGE_MASK);
  u32 wanted = tag_of(hash, c->index_mask) | record, hole = (u32)(hash >> c->shift);
  while (c->table[hole] != wanted) hole = (hole + 1) & c->slot_mask;
  for (u32 slot = hole;;) {
    slot = (slot + 1) & c->slot_mask;
    u32 entry = c->table[slot];
    if (!entry) break;
    u32 home = (u32)(hash_of(WORD(c, entry & c->index_mask, linked) & PAGE_MASK) >> c->shift);
    if (((slot - home) & c->slot_mask) >= ((slot - hole) & c->slot_mask)) {
      c->table[hole] = entry;
      hole = slot;
    }
  }
  c->table[hole] = 0;
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
