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
#define THERE (1ull << 63)
#define KEY_MASK (THERE | PAGE_MASK)
#define QUEUE_SHIFT 53
#define QUEUE_MASK (3ull << QUEUE_SHIFT)
#define ONE (1ull << 55)
#define COUNTER_MASK (3ull << 55)

/* A record's address is its distance from `memory`, 32 bits as in the core; nothing but zeros stands at 0. */
static char *memory;
static u32 memory_used = 64;
#define FIELD(type, a, offset) (*(type *)(memory + (size_t)(a) + (offset)))
#define AT32(a) FIELD(u32, a, 0)
#define WORD(a) FIELD(u64, a, 0)
#define CHAIN(a) FIELD(u32, a, 8)
#define NEWER(a) FIELD(u32, a, 12)
#define OLDER(a) FIELD(u32, a, 16)
#define NEXT(a) FIELD(u32, a, 12) /* records with one link */
#define GROUP(a) FIELD(u32, a, 20)
#define FREQUENCY(g) AT32(g)
#define LAST(g) FIELD(u32, g, 4)
/* A choice by a mask that gcc cannot see through: else it makes the very branch that is to be avoided. */
#define CHOOSE(type, yes, a, b) \
  ({ \
    type mask = -(type)(yes); \
    __asm__("" : "+r"(mask)); \
    (type)((((a) ^ (b)) & mask) ^ (b)); \
  })
enum { LINK_BYTES = 16, HELD_BYTES = 16, LINKED_BYTES = 20, LFU_BYTES = 24, LRU_BYTES = 24 };
enum { HOLDER = 12, LRU_HOLDER = 20 }; /* where a record keeps the address of what holds its own (held.ts) */

typedef struct {
  u32 capacity, used, table, records;
  u64 slots;
  u32 hand, behind, newest, free;
  u64 hits, evictions, writebacks, ceiling;
  u32 small, main_pages, ghost, main_limit, ghost_limit;
  u32 t1, t2, b1, b2;
  double target;
  u32 free_group;
  /* opt */
  u32 *next, dead, top, position;
  u64 requests, *levels[8];
} Cache;

static void *zeroed(size_t bytes) {
  void *p = calloc(1, bytes);
  if (!p) { fprintf(stderr, "pages: out of memory\n"); exit(1); }
  return p;
}
static u32 take(u64 bytes) {
  if (!memory) memory = zeroed(1ull << 32);
  u32 at = memory_used;
  if ((at + bytes) >> 32) { fprintf(stderr, "pages: out of memory\n"); exit(1); }
  memory_used += (u32)(bytes + 63) & ~63u;
  return at;
}

static inline u64 hash_of(u64 page) { return page * 0x9e3779b97f4a7c15ull; }
static inline u32 slot_of(const Cache *c, u64 key) { return c->table + 4 * (u32)(((hash_of(key) >> 32) * c->slots) >> 32); }

static inline __attribute__((always_inline)) u32 find(u32 slot, u64 key) {
  u32 n = AT32(slot);
  while ((WORD(n) & KEY_MASK) != key && (n = CHAIN(n))) {}
  return n;
}
static inline __attribute__((always_inline)) void enter(u32 slot, u32 n) {
  CHAIN(n) = AT32(slot);
  AT32(slot) = n;
}
static inline __attribute__((always_inline)) void leave(u32 slot, u32 n) {
  u32 at = slot;
  while (AT32(at) != n) at = AT32(at) + 8;
  AT32(at) = CHAIN(n);
}
static inline __attribute__((always_inline)) void enter_held(u32 slot, u32 n, u32 holder) {
  const u32 next = AT32(slot);
  CHAIN(n) = next;
  FIELD(u32, n, holder) = slot;
  FIELD(u32, next, holder) = n + 8;
  AT32(slot) = n;
}
static inline __attribute__((always_inline)) void move_held(u32 slot, u32 n, u32 holder) {
  const u32 held = FIELD(u32, n, holder), next = CHAIN(n);
  AT32(held) = next;
  FIELD(u32, next, holder) = held;
  enter_held(slot, n, holder);
}

static inline void make_list(u32 s) { NEWER(s) = OLDER(s) = s; }
static inline void push_newest(u32 s, u32 n) {
  u32 was = OLDER(s);
  OLDER(n) = was;
  NEWER(n) = s;
  NEWER(was) = n;
  OLDER(s) = n;
}
static inline void put_after(u32 place, u32 n) {
  u32 next = NEWER(place);
  OLDER(n) = place;
  NEWER(n) = next;
  OLDER(next) = n;
  NEWER(place) = n;
}
static inline void unlink_record(u32 n) {
  u32 up = NEWER(n), down = OLDER(n);
  OLDER(up) = down;
  NEWER(down) = up;
}
static inline void gone(Cache *c, u64 word) {
  c->evictions++;
  c->writebacks += (word >> 52) & 1;
}

#endif
