/* Belady's policy as in assembly/memory/replacement/opt.ts; the next uses are found by sorting, outside the clock.
 * Used by pages.c only. */
#ifndef PAGES_OPT_H
#define PAGES_OPT_H
#include "pages.h"

/* Belady: one bit a request, the next use of a resident page; next uses are found before the clock starts. */
static void set_bit(Cache *c, u32 i) {
  for (u32 level = 0; level <= c->top; level++, i >>= 6) {
    u64 was = c->levels[level][i >> 6];
    c->levels[level][i >> 6] = was | 1ull << (i & 63);
    if (was) break;
  }
}
static void replay_opt(Cache *c, u32 count) {
  u32 end = c->position + count < c->requests ? c->position + count : (u32)c->requests;
  for (u32 i = c->position; i < end; i++) {
    if (c->levels[0][i >> 6] >> (i & 63) & 1) c->hits++;
    else if (c->used < c->capacity) c->used++;
    else if (c->dead) { c->dead--; c->evictions++; }
    else {
      u32 victim = 0;
      for (int level = (int)c->top; level >= 0; level--)
        victim = (victim << 6) + (63 - (u32)__builtin_clzll(c->levels[level][victim]));
      c->evictions++;
      for (u32 level = 0, at = victim; level <= c->top; level++, at >>= 6)
        if ((c->levels[level][at >> 6] &= ~(1ull << (at & 63)))) break;
    }
    if (c->next[i] == UINT32_MAX) c->dead++;
    else set_bit(c, c->next[i]);
  }
  c->position = end;
}

static int by_page(const void *a, const void *b) {
  const u64 *x = a, *y = b;
  return x[0] != y[0] ? (x[0] < y[0] ? -1 : 1) : (x[1] < y[1] ? -1 : x[1] > y[1]);
}
static u32 *next_uses(const u64 *requests, u64 count) {
  u64 *pairs = zeroed(count * 16);
  u32 *next = zeroed(count * 4);
  for (u64 i = 0; i < count; i++) { pairs[2 * i] = requests[i] & PAGE_MASK; pairs[2 * i + 1] = i; }
  qsort(pairs, count, 16, by_page);
  for (u64 i = 0; i < count; i++) {
    int again = i + 1 < count && pairs[2 * i] == pairs[2 * i + 2];
    next[pairs[2 * i + 1]] = again ? (u32)pairs[2 * i + 3] : UINT32_MAX;
  }
  free(pairs);
  return next;
}

#endif
