/* The yardstick of the page policies: the same structures and the same steps as assembly/memory/replacement, in C and without
 * a sandbox. A run of the core is compared with it in the same minute on the same machine.
 *   cc -O3 -o pages pages.c && echo lru sieve lru | ./pages requests.u64 10000
 * The bench takes the better of this and of -march=native, with which gcc 12 keeps half of the loop in vector registers.
 * The file holds 64-bit requests as the core's window does. Replays them once for each policy named on its input, so that turns with the
 * core are as short as one replay, and answers one JSON line: misses, and the processor time.
 * Leaves out 2q, random and taiji, and write-backs are counted but not printed. */
#include "pages-opt.h"
#include "pages.h"

#define EACH for (; at < end; at++) { \
    const u64 request = *at | THERE, key = request & KEY_MASK; const u32 slot = slot_of(c, key); u32 n;
#define DONE }
/* `n`, and whether it is the one looked for: without a branch that cannot be foreseen (page-table.ts). */
#define PROBE \
    n = AT32(slot); \
    u32 hit = (WORD(n) & KEY_MASK) == key; \
    if (CHAIN(n) & (hit - 1)) { n = find(slot, key); hit = n != 0; }

static void replay_lru(Cache *cache, const u64 *at, const u64 *end) {
  Cache local = *cache, *c = &local; /* in registers: no store can change it */
  for (; at < end && c->used < c->capacity; at++) {
    const u64 request = *at | THERE, key = request & KEY_MASK;
    const u32 slot = slot_of(c, key);
    u32 n = find(slot, key);
    if (n) {
      c->hits++;
      if (request & DIRTY) WORD(n) = request;
      if (n == c->newest) continue;
      unlink_record(n);
    } else {
      n = c->records + ++c->used * LRU_BYTES;
      WORD(n) = request;
      enter_held(slot, n, LRU_HOLDER);
    }
    if (c->newest) put_after(c->newest, n);
    else NEWER(n) = OLDER(n) = n;
    c->newest = n;
  }
  u32 oldest = NEWER(c->newest), newest = c->newest;
  EACH
    PROBE
    n = CHOOSE(u32, hit, n, oldest);
    const u64 dirty = WORD(n) >> 52 & 1, stays = dirty & hit;
    c->hits += hit;
    c->writebacks += dirty ^ stays;
    WORD(n) = request | stays << 52;
    move_held(slot, n, LRU_HOLDER);
    if (n == newest) continue;
    const u32 up = NEWER(n), down = OLDER(n);
    OLDER(up) = down;
    NEWER(down) = up;
    oldest = CHOOSE(u32, n == oldest, up, oldest);
    OLDER(n) = newest;
    NEWER(n) = oldest;
    OLDER(oldest) = n;
    NEWER(newest) = n;
    newest = n;
  DONE
  c->newest = newest;
  *cache = local;
}
static void fill_ring(Cache *c, const u64 **at, const u64 *end, u32 start, u32 stop) {
  for (; *at < end && c->used < c->capacity; ++*at) {
    const u64 request = **at | THERE, key = request & KEY_MASK;
    const u32 slot = slot_of(c, key), n = find(slot, key);
    if (n) {
      u64 word = WORD(n);
      c->hits++;
      WORD(n) = (word | (request & DIRTY)) + ((word & COUNTER_MASK) < c->ceiling ? ONE : 0);
      continue;
    }
    c->used++;
    WORD(c->hand) = request;
    enter_held(slot, c->hand, HOLDER);
    if ((c->hand += HELD_BYTES) == stop) c->hand = start;
  }
}
#define RING const u32 start = c->records + HELD_BYTES, stop = start + c->capacity * HELD_BYTES;
static void replay_fifo(Cache *cache, const u64 *at, const u64 *end) {
  Cache local = *cache, *c = &local; /* in registers: no store can change it */
  RING
  fill_ring(c, &at, end, start, stop);
  u32 hand = c->hand;
  EACH
    PROBE
    n = CHOOSE(u32, hit, n, hand);
    hand += HELD_BYTES & (hit - 1);
    if (hand == stop) hand = start;
    const u64 dirty = WORD(n) >> 52 & 1, stays = dirty & hit;
    c->hits += hit;
    c->writebacks += dirty ^ stays;
    WORD(n) = request | stays << 52;
    move_held(slot, n, HOLDER);
  DONE
  c->hand = hand;
  *cache = local;
}

static void replay_clock(Cache *cache, const u64 *at, const u64 *end) {
  Cache local = *cache, *c = &local; /* in registers: no store can change it */
  RING
  fill_ring(c, &at, end, start, stop);
  u32 hand = c->hand;
  EACH
    PROBE
    u64 was = WORD(hand);
    while (was & COUNTER_MASK & ((u64)hit - 1)) {
      WORD(hand) = was - ONE;
      if ((hand += HELD_BYTES) == stop) hand = start;
      was = WORD(hand);
    }
    n = CHOOSE(u32, hit, n, hand);
    hand += HELD_BYTES & (hit - 1);
    if (hand == stop) hand = start;
    was = WORD(n);
    c->hits += hit;
    c->writebacks += was >> 52 & (hit ^ 1);
    const u64 counted = (was | request) + ((was & COUNTER_MASK) < c->ceiling ? ONE : 0);
    WORD(n) = CHOOSE(u64, hit, counted, request);
    move_held(slot, n, HOLDER);
  DONE
  c->hand = hand;
  *cache = local;
}

static void replay_sieve(Cache *cache, const u64 *at, const u64 *end) {
  Cache local = *cache, *c = &local; /* in registers: no store can change it */
  const u32 list = c->records;
  EACH
    if ((n = find(slot, key))) {
      c->hits++;
      u64 word = WORD(n), now = word | ONE | (request & DIRTY);
      if (now != word) WORD(n) = now;
      continue;
    }
    if (c->used < c->capacity) n = list + ++c->used * LINK_BYTES;
    else {
      n = NEXT(c->behind);
      for (;;) {
        if (n == list) { c->behind = list; n = NEXT(list); }
        if (!(WORD(n) & ONE)) break;
        WORD(n) ^= ONE;
        c->behind = n;
        n = NEXT(n);
      }
      gone(c, WORD(n));
      leave(slot_of(c, WORD(n) & KEY_MASK), n);
      u32 next = NEXT(n);
      NEXT(c->behind) = next;
      if (next == list) { c->newest = c->behind; c->behind = list; }
    }
    WORD(n) = request;
    NEXT(c->newest) = n;
    NEXT(n) = list;
    c->newest = n;
    enter(slot, n);
  DONE
  *cache = local;
}

static u32 make_group(Cache *c, u32 count) {
  u32 g = c->free_group;
  c->free_group = LAST(g);
  FREQUENCY(g) = count;
  return g;
}
static void free_group(Cache *c, u32 g) { LAST(g) = c->free_group; c->free_group = g; }
static void promote(Cache *c, u32 n) {
  u32 g = GROUP(n), count = FREQUENCY(g) + 1, end = LAST(g), below = OLDER(n), above = GROUP(NEWER(end));
  int alone = end == n && GROUP(below) != g;
  if (above && FREQUENCY(above) == count) {
    if (alone) free_group(c, g);
    else if (end == n) LAST(g) = below;
    unlink_record(n);
    put_after(LAST(above), n);
    LAST(above) = n;
    GROUP(n) = above;
  } else if (alone) FREQUENCY(g) = count;
  else {
    u32 fresh = make_group(c, count);
    if (end == n) LAST(g) = below;
    else { unlink_record(n); put_after(end, n); }
    LAST(fresh) = n;
    GROUP(n) = fresh;
  }
}

static void replay_lfu(Cache *c, const u64 *at, const u64 *end) {
  const u32 list = c->records;
  EACH
    if ((n = find(slot, key))) {
      c->hits++;
      if (request & DIRTY) WORD(n) = request;
      promote(c, n);
      continue;
    }
    if (c->used < c->capacity) n = list + ++c->used * LFU_BYTES;
    else {
      n = NEWER(list);
      gone(c, WORD(n));
      leave(slot_of(c, WORD(n) & KEY_MASK), n);
      u32 g = GROUP(n);
      if (LAST(g) == n) free_group(c, g);
      unlink_record(n);
    }
    WORD(n) = request;
    u32 place = list, g = GROUP(NEWER(list));
    if (g && FREQUENCY(g) == 1) place = LAST(g);
    else g = make_group(c, 1);
    put_after(place, n);
    LAST(g) = n;
    GROUP(n) = g;
    enter(slot, n);
  DONE
}

static void forget(Cache *c, u32 n) {
  leave(slot_of(c, WORD(n) & KEY_MASK), n);
  NEWER(n) = c->free;
  c->free = n;
}
static u32 fresh_record(Cache *c) {
  u32 n = c->free;
  if (n) c->free = NEWER(n);
  else n = c->records + ++c->used * LINKED_BYTES;
  return n;
}
#define QUEUE(c, q) ((c)->records + (q) * LINKED_BYTES)

enum { SMALL, MAIN, GHOST };
static void evict_s3fifo(Cache *c) {
  if (c->main_pages > c->main_limit || !c->small) {
    for (;;) {
      u32 n = NEWER(QUEUE(c, MAIN));
      unlink_record(n);
      if (!(WORD(n) & COUNTER_MASK)) { gone(c, WORD(n)); forget(c, n); c->main_pages--; return; }
      WORD(n) -= ONE;
      push_newest(QUEUE(c, MAIN), n);
    }
  }
  while (c->small) {
    u32 n = NEWER(QUEUE(c, SMALL));
    u64 was = WORD(n);
    unlink_record(n);
    c->small--;
    if ((was & COUNTER_MASK) < 2 * ONE) {
      gone(c, was);
      if (!c->ghost_limit) { forget(c, n); return; }
      if (c->ghost == c->ghost_limit) {
        u32 old = NEWER(QUEUE(c, GHOST));
        unlink_record(old);
        forget(c, old);
      } else c->ghost++;
      WORD(n) = (was & KEY_MASK) | ((u64)GHOST << QUEUE_SHIFT);
      push_newest(QUEUE(c, GHOST), n);
      return;
    }
    WORD(n) = (was & (KEY_MASK | DIRTY)) | ((u64)MAIN << QUEUE_SHIFT);
    push_newest(QUEUE(c, MAIN), n);
    c->main_pages++;
  }
}

static void replay_s3fifo(Cache *c, const u64 *at, const u64 *end) {
  EACH
    int remembered = 0;
    if ((n = find(slot, key))) {
      u64 was = WORD(n);
      if ((was & QUEUE_MASK) != (u64)GHOST << QUEUE_SHIFT) {
        c->hits++;
        u64 next = (was | (request & DIRTY)) + ((was & COUNTER_MASK) < COUNTER_MASK ? ONE : 0);
        if (next != was) WORD(n) = next;
        continue;
      }
      remembered = 1;
      unlink_record(n);
      c->ghost--;
    }
    while (c->small + c->main_pages == c->capacity) evict_s3fifo(c);
    if (remembered) {
      c->main_pages++;
      WORD(n) = request | ((u64)MAIN << QUEUE_SHIFT);
      push_newest(QUEUE(c, MAIN), n);
      continue;
    }
    n = fresh_record(c);
    c->small++;
    WORD(n) = request;
    push_newest(QUEUE(c, SMALL), n);
    enter(slot, n);
  DONE
}

enum { T1, T2, B1, B2 };
static void drop(Cache *c, u32 queue) {
  u32 n = NEWER(QUEUE(c, queue));
  unlink_record(n);
  forget(c, n);
}
static void replace(Cache *c, int in_b2) {
  int from_t1 = c->t1 && (c->t1 > c->target || (in_b2 && c->t1 == c->target));
  u32 n = NEWER(QUEUE(c, from_t1 ? T1 : T2)), to = from_t1 ? B1 : B2;
  u64 was = WORD(n);
  gone(c, was);
  unlink_record(n);
  if (from_t1) { c->t1--; c->b1++; } else { c->t2--; c->b2++; }
  WORD(n) = (was & KEY_MASK) | ((u64)to << QUEUE_SHIFT);
  push_newest(QUEUE(c, to), n);
}

static void replay_arc(Cache *c, const u64 *at, const u64 *end) {
  EACH
    if ((n = find(slot, key))) {
      u64 was = WORD(n);
      u32 queue = (u32)((was & QUEUE_MASK) >> QUEUE_SHIFT);
      if (queue > T2) {
        double step = queue == B1 ? (double)c->b2 / c->b1 : (double)c->b1 / c->b2;
        if (step < 1) step = 1;
        c->target += queue == B1 ? step : -step;
        if (c->target > c->capacity) c->target = c->capacity;
        if (c->target < 0) c->target = 0;
        unlink_record(n);
        if (queue == B1) c->b1--; else c->b2--;
        replace(c, queue == B2);
        c->t2++;
        WORD(n) = request | ((u64)T2 << QUEUE_SHIFT);
        push_newest(QUEUE(c, T2), n);
        continue;
      }
      c->hits++;
      if (queue == T1) {
        c->t1--;
        c->t2++;
        WORD(n) = (was & (KEY_MASK | DIRTY)) | (request & DIRTY) | ((u64)T2 << QUEUE_SHIFT);
      } else {
        if (request & DIRTY) WORD(n) = was | DIRTY;
        if (NEWER(n) == QUEUE(c, T2)) continue;
      }
      unlink_record(n);
      push_newest(QUEUE(c, T2), n);
      continue;
    }
    u32 total = c->t1 + c->t2 + c->b1 + c->b2;
    if (c->t1 + c->b1 == c->capacity) {
      if (c->t1 < c->capacity) { drop(c, B1); c->b1--; replace(c, 0); }
      else { gone(c, WORD(NEWER(QUEUE(c, T1)))); drop(c, T1); c->t1--; }
    } else if (total >= c->capacity) {
      if (total == 2 * c->capacity) { drop(c, B2); c->b2--; }
      replace(c, 0);
    }
    n = fresh_record(c);
    c->t1++;
    WORD(n) = request;
    push_newest(QUEUE(c, T1), n);
    enter(slot, n);
  DONE
}

/* processor time, as the bench takes of the core: on a machine that others use wall time measures them */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef void Replay(Cache *, const u64 *, const u64 *);
static const struct { const char *name; Replay *replay; u32 sentinels, known_tenths, record_bytes, slots_each; } POLICIES[] = {
  {"lru", replay_lru, 0, 10, LRU_BYTES, 2},       {"fifo", replay_fifo, 0, 10, HELD_BYTES, 3},
  {"clock", replay_clock, 0, 10, HELD_BYTES, 3},  {"sieve", replay_sieve, 0, 10, LINK_BYTES, 3},
  {"lfu", replay_lfu, 1, 10, LFU_BYTES, 1},       {"s3fifo", replay_s3fifo, 3, 19, LINKED_BYTES, 3},
  {"arc", replay_arc, 4, 20, LINKED_BYTES, 3},    {"opt", NULL, 0, 0, 0, 0},
};

static Cache *make(u32 p, u32 capacity, u32 *next, u64 requests) {
  Cache *c = zeroed(sizeof *c);
  c->capacity = capacity;
  if (!POLICIES[p].replay) {
    c->next = next;
    c->requests = requests;
    u64 words = requests / 64 + 1;
    for (c->top = 0;; c->top++, words = (words + 63) / 64) {
      c->levels[c->top] = zeroed(words * 8);
      if (words == 1) break;
    }
    return c;
  }
  u32 last = (u32)((u64)capacity * POLICIES[p].known_tenths / 10) + POLICIES[p].sentinels;
  c->slots = POLICIES[p].slots_each * (u64)last;
  c->table = take(4 * c->slots);
  c->records = take((last + 1ull) * POLICIES[p].record_bytes);
  c->hand = c->behind = c->records;
  if (POLICIES[p].replay == replay_sieve) NEXT(c->records) = c->newest = c->records;
  if (POLICIES[p].replay == replay_fifo || POLICIES[p].replay == replay_clock) c->hand += HELD_BYTES;
  if (POLICIES[p].replay == replay_clock) c->ceiling = ONE;
  if (POLICIES[p].replay == replay_lfu)
    for (u32 i = 0, groups = take(8ull * capacity); i < capacity; i++) free_group(c, groups + 8 * i);
  c->main_limit = capacity - capacity / 10;
  c->ghost_limit = (u32)((u64)capacity * 9 / 10);
  for (u32 s = 0; s < POLICIES[p].sentinels; s++) make_list(QUEUE(c, s));
  if (POLICIES[p].sentinels > 1) c->used = POLICIES[p].sentinels - 1;
  return c;
}

/* One replay in fresh memory, which is never freed: some thousands of them fit. Prints its line. */
static void run(u32 p, u32 capacity, const u64 *requests, u64 count, u32 *next) {
  static u64 window[WINDOW];
  Cache *c = make(p, capacity, next, count);
  double spent = 0;
  for (u64 i = 0; i < count; i += WINDOW) {
    u64 some = count - i < WINDOW ? count - i : WINDOW;
    memcpy(window, requests + i, some * 8); /* the core's window is filled outside the clock as well */
    double before = now();
    if (POLICIES[p].replay) POLICIES[p].replay(c, window, window + some);
    else replay_opt(c, (u32)some);
    spent += now() - before;
  }
  printf("{\"misses\":%llu,\"seconds\":%.9f}\n", (unsigned long long)(count - c->hits), spent);
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc != 3) { fprintf(stderr, "usage: pages REQUESTS CAPACITY\n"); return 2; }
  FILE *file = fopen(argv[1], "rb");
  if (!file) { perror(argv[1]); return 2; }
  fseek(file, 0, SEEK_END);
  u64 count = (u64)ftell(file) / 8;
  rewind(file);
  u64 *requests = zeroed(count * 8);
  if (fread(requests, 8, count, file) != count) { fprintf(stderr, "pages: short read\n"); return 2; }
  fclose(file);
  u32 *next = NULL;
  char name[32];
  while (scanf("%31s", name) == 1) {
    u32 p = 0;
    while (p < sizeof POLICIES / sizeof *POLICIES && strcmp(POLICIES[p].name, name)) p++;
    if (p == sizeof POLICIES / sizeof *POLICIES) { fprintf(stderr, "pages: no policy %s\n", name); return 2; }
    if (!POLICIES[p].replay && !next) next = next_uses(requests, count);
    run(p, (u32)atoi(argv[2]), requests, count, next);
  }
  return 0;
}
