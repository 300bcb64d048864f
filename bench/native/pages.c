/* The yardstick of the page policies: the same structures and the same steps as assembly/memory/replacement, in C with
 * pointers and no sandbox. A run of the core is compared with it in the same minute on the same machine.
 *   cc -O3 -march=native -o pages pages.c && ./pages requests.u64 10000 3 lru sieve
 * The file holds 64-bit requests as the core's window does. Prints one JSON line a policy: misses and the best rate.
 * Leaves out 2q, random and taiji, and write-backs are counted but not printed. */
#include "pages-opt.h"
#include "pages.h"

#define EACH for (; at < end; at++) { const u64 request = *at, page = request & PAGE_MASK, hash = hash_of(page); u32 n;
#define DONE }

static void replay_lru(Cache *cache, const u64 *at, const u64 *end) {
  Cache local = *cache, *c = &local; /* in registers: no store can change it */
  Record *r = c->records;
  EACH
    if ((n = find(c, page, hash, 1))) {
      c->hits++;
      if (request & DIRTY) r[n].word = request;
      if (n == c->newest) continue;
      unlink_record(r, n);
      put_after(r, c->newest, n);
      c->newest = n;
      continue;
    }
    if (c->used == c->capacity) {
      c->newest = n = r[c->newest].newer;
      gone(c, r[n].word);
      leave(c, n, 1);
    } else {
      n = ++c->used;
      if (c->newest) put_after(r, c->newest, n);
      else r[n].newer = r[n].older = n;
      c->newest = n;
    }
    r[n].word = request;
    enter(c, hash, n);
  DONE
  *cache = local;
}
static void replay_fifo(Cache *cache, const u64 *at, const u64 *end) {
  Cache local = *cache, *c = &local; /* in registers: no store can change it */
  EACH
    if ((n = find(c, page, hash, 0))) {
      c->hits++;
      if (request & DIRTY) c->words[n] = request;
      continue;
    }
    c->hand = c->hand == c->capacity ? 1 : c->hand + 1;
    if (c->used < c->capacity) c->used++;
    else {
      gone(c, c->words[c->hand]);
      leave(c, c->hand, 0);
    }
    c->words[c->hand] = request;
    enter(c, hash, c->hand);
  DONE
  *cache = local;
}

static void replay_clock(Cache *cache, const u64 *at, const u64 *end) {
  Cache local = *cache, *c = &local; /* in registers: no store can change it */
  EACH
    if ((n = find(c, page, hash, 0))) {
      c->hits++;
      u64 word = c->words[n], next = (word | (request & DIRTY)) + ((word & COUNTER_MASK) < c->ceiling ? ONE : 0);
      if (next != word) c->words[n] = next;
      continue;
    }
    u32 hand = c->hand == c->capacity ? 1 : c->hand + 1;
    if (c->used < c->capacity) c->used++;
    else {
      while (c->words[hand] & COUNTER_MASK) {
        c->words[hand] -= ONE;
        hand = hand == c->capacity ? 1 : hand + 1;
      }
      gone(c, c->words[hand]);
      leave(c, hand, 0);
    }
    c->hand = hand;
    c->words[hand] = request;
    enter(c, hash, hand);
  DONE
  *cache = local;
}

static void replay_sieve(Cache *cache, const u64 *at, const u64 *end) {
  Cache local = *cache, *c = &local; /* in registers: no store can change it */
  EACH
    if ((n = find(c, page, hash, 0))) {
      c->hits++;
      u64 word = c->words[n], next = word | ONE | (request & DIRTY);
      if (next != word) c->words[n] = next;
      continue;
    }
    if (c->used < c->capacity) n = ++c->used;
    else {
      n = c->links[c->behind];
      for (;;) {
        if (!n) { c->behind = 0; n = c->links[0]; }
        if (!(c->words[n] & ONE)) break;
        c->words[n] ^= ONE;
        c->behind = n;
        n = c->links[n];
      }
      gone(c, c->words[n]);
      leave(c, n, 0);
      u32 next = c->links[n];
      c->links[c->behind] = next;
      if (!next) { c->newest = c->behind; c->behind = 0; }
    }
    c->words[n] = request;
    c->links[c->newest] = n;
    c->links[n] = 0;
    c->newest = n;
    enter(c, hash, n);
  DONE
  *cache = local;
}

static u32 make_group(Cache *c, u32 count) {
  u32 g = c->free_group;
  if (g) c->free_group = c->groups[g].last;
  else g = ++c->groups_used;
  c->groups[g].frequency = count;
  return g;
}
static void free_group(Cache *c, u32 g) { c->groups[g].last = c->free_group; c->free_group = g; }
static void promote(Cache *c, u32 n) {
  Record *r = c->records;
  u32 g = c->group_of[n], count = c->groups[g].frequency + 1, end = c->groups[g].last, below = r[n].older;
  u32 above = c->group_of[r[end].newer];
  int alone = end == n && c->group_of[below] != g;
  if (above && c->groups[above].frequency == count) {
    if (alone) free_group(c, g);
    else if (end == n) c->groups[g].last = below;
    unlink_record(r, n);
    put_after(r, c->groups[above].last, n);
    c->groups[above].last = n;
    c->group_of[n] = above;
  } else if (alone) c->groups[g].frequency = count;
  else {
    u32 fresh = make_group(c, count);
    if (end == n) c->groups[g].last = below;
    else { unlink_record(r, n); put_after(r, end, n); }
    c->groups[fresh].last = n;
    c->group_of[n] = fresh;
  }
}

static void replay_lfu(Cache *c, const u64 *at, const u64 *end) {
  Record *r = c->records;
  EACH
    if ((n = find(c, page, hash, 1))) {
      c->hits++;
      if (request & DIRTY) r[n].word = request;
      promote(c, n);
      continue;
    }
    if (c->used < c->capacity) n = ++c->used;
    else {
      n = r[0].newer;
      gone(c, r[n].word);
      leave(c, n, 1);
      u32 g = c->group_of[n];
      if (c->groups[g].last == n) free_group(c, g);
      unlink_record(r, n);
    }
    r[n].word = request;
    u32 place = 0, g = c->group_of[r[0].newer];
    if (g && c->groups[g].frequency == 1) place = c->groups[g].last;
    else g = make_group(c, 1);
    put_after(r, place, n);
    c->groups[g].last = n;
    c->group_of[n] = g;
    enter(c, hash, n);
  DONE
}

static void forget(Cache *c, u32 n) {
  leave(c, n, 1);
  c->records[n].newer = c->free;
  c->free = n;
}
static u32 fresh_record(Cache *c) {
  u32 n = c->free;
  if (n) c->free = c->records[n].newer;
  else n = ++c->used;
  return n;
}

enum { SMALL, MAIN, GHOST };
static void evict_s3fifo(Cache *c) {
  Record *r = c->records;
  if (c->main_pages > c->main_limit || !c->small) {
    for (;;) {
      u32 n = r[MAIN].newer;
      unlink_record(r, n);
      if (!(r[n].word & COUNTER_MASK)) { gone(c, r[n].word); forget(c, n); c->main_pages--; return; }
      r[n].word -= ONE;
      push_newest(r, MAIN, n);
    }
  }
  while (c->small) {
    u32 n = r[SMALL].newer;
    u64 was = r[n].word;
    unlink_record(r, n);
    c->small--;
    if ((was & COUNTER_MASK) < 2 * ONE) {
      gone(c, was);
      if (!c->ghost_limit) { forget(c, n); return; }
      if (c->ghost == c->ghost_limit) {
        u32 old = r[GHOST].newer;
        unlink_record(r, old);
        forget(c, old);
      } else c->ghost++;
      r[n].word = (was & PAGE_MASK) | ((u64)GHOST << QUEUE_SHIFT);
      push_newest(r, GHOST, n);
      return;
    }
    r[n].word = (was & (PAGE_MASK | DIRTY)) | ((u64)MAIN << QUEUE_SHIFT);
    push_newest(r, MAIN, n);
    c->main_pages++;
  }
}

static void replay_s3fifo(Cache *c, const u64 *at, const u64 *end) {
  Record *r = c->records;
  EACH
    int remembered = 0;
    if ((n = find(c, page, hash, 1))) {
      u64 was = r[n].word;
      if ((was & QUEUE_MASK) != (u64)GHOST << QUEUE_SHIFT) {
        c->hits++;
        u64 next = (was | (request & DIRTY)) + ((was & COUNTER_MASK) < COUNTER_MASK ? ONE : 0);
        if (next != was) r[n].word = next;
        continue;
      }
      remembered = 1;
      unlink_record(r, n);
      c->ghost--;
    }
    while (c->small + c->main_pages == c->capacity) evict_s3fifo(c);
    if (remembered) {
      c->main_pages++;
      r[n].word = request | ((u64)MAIN << QUEUE_SHIFT);
      push_newest(r, MAIN, n);
      continue;
    }
    n = fresh_record(c);
    c->small++;
    r[n].word = request;
    push_newest(r, SMALL, n);
    enter(c, hash, n);
  DONE
}

enum { T1, T2, B1, B2 };
static void drop(Cache *c, u32 queue) {
  u32 n = c->records[queue].newer;
  unlink_record(c->records, n);
  forget(c, n);
}
static void replace(Cache *c, int in_b2) {
  Record *r = c->records;
  int from_t1 = c->t1 && (c->t1 > c->target || (in_b2 && c->t1 == c->target));
  u32 n = r[from_t1 ? T1 : T2].newer, to = from_t1 ? B1 : B2;
  u64 was = r[n].word;
  gone(c, was);
  unlink_record(r, n);
  if (from_t1) { c->t1--; c->b1++; } else { c->t2--; c->b2++; }
  r[n].word = (was & PAGE_MASK) | ((u64)to << QUEUE_SHIFT);
  push_newest(r, to, n);
}

static void replay_arc(Cache *c, const u64 *at, const u64 *end) {
  Record *r = c->records;
  EACH
    if ((n = find(c, page, hash, 1))) {
      u64 was = r[n].word;
      u32 queue = (u32)((was & QUEUE_MASK) >> QUEUE_SHIFT);
      if (queue > T2) {
        double step = queue == B1 ? (double)c->b2 / c->b1 : (double)c->b1 / c->b2;
        if (step < 1) step = 1;
        c->target += queue == B1 ? step : -step;
        if (c->target > c->capacity) c->target = c->capacity;
        if (c->target < 0) c->target = 0;
        unlink_record(r, n);
        if (queue == B1) c->b1--; else c->b2--;
        replace(c, queue == B2);
        c->t2++;
        r[n].word = request | ((u64)T2 << QUEUE_SHIFT);
        push_newest(r, T2, n);
        continue;
      }
      c->hits++;
      if (queue == T1) {
        c->t1--;
        c->t2++;
        r[n].word = (was & (PAGE_MASK | DIRTY)) | (request & DIRTY) | ((u64)T2 << QUEUE_SHIFT);
      } else {
        if (request & DIRTY) r[n].word = was | DIRTY;
        if (r[n].newer == T2) continue;
      }
      unlink_record(r, n);
      push_newest(r, T2, n);
      continue;
    }
    u32 total = c->t1 + c->t2 + c->b1 + c->b2;
    if (c->t1 + c->b1 == c->capacity) {
      if (c->t1 < c->capacity) { drop(c, B1); c->b1--; replace(c, 0); }
      else { gone(c, r[r[T1].newer].word); drop(c, T1); c->t1--; }
    } else if (total >= c->capacity) {
      if (total == 2 * c->capacity) { drop(c, B2); c->b2--; }
      replace(c, 0);
    }
    n = fresh_record(c);
    c->t1++;
    r[n].word = request;
    push_newest(r, T1, n);
    enter(c, hash, n);
  DONE
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef void Replay(Cache *, const u64 *, const u64 *);
static const struct { const char *name; Replay *replay; u32 sentinels, known_tenths; } POLICIES[] = {
  {"lru", replay_lru, 1, 10},   {"fifo", replay_fifo, 0, 10},   {"clock", replay_clock, 0, 10}, {"sieve", replay_sieve, 0, 10},
  {"lfu", replay_lfu, 1, 10},   {"s3fifo", replay_s3fifo, 3, 19}, {"arc", replay_arc, 4, 20},     {"opt", NULL, 0, 0},
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
  make_table(c, last);
  if (POLICIES[p].sentinels) c->records = zeroed(16ull * (last + 1));
  else c->words = zeroed(8ull * (last + 1));
  c->links = zeroed(4ull * (last + 1));
  c->group_of = zeroed(4ull * (last + 1));
  c->groups = zeroed(8ull * (last + 1));
  c->ceiling = ONE;
  c->main_limit = capacity - capacity / 10;
  c->ghost_limit = (u32)((u64)capacity * 9 / 10);
  for (u32 s = 0; s < POLICIES[p].sentinels; s++) make_list(c->records, s);
  if (POLICIES[p].sentinels > 1) c->used = POLICIES[p].sentinels - 1;
  return c;
}

int main(int argc, char **argv) {
  if (argc < 5) { fprintf(stderr, "usage: pages REQUESTS CAPACITY REPEATS POLICY...\n"); return 2; }
  FILE *file = fopen(argv[1], "rb");
  if (!file) { perror(argv[1]); return 2; }
  fseek(file, 0, SEEK_END);
  u64 count = (u64)ftell(file) / 8;
  rewind(file);
  u64 *requests = zeroed(count * 8), *window = zeroed(WINDOW * 8);
  if (fread(requests, 8, count, file) != count) { fprintf(stderr, "pages: short read\n"); return 2; }
  fclose(file);
  u32 *next = NULL;
  for (int a = 4; a < argc; a++) {
    u32 p = 0;
    while (p < sizeof POLICIES / sizeof *POLICIES && strcmp(POLICIES[p].name, argv[a])) p++;
    if (p == sizeof POLICIES / sizeof *POLICIES) { fprintf(stderr, "pages: no policy %s\n", argv[a]); return 2; }
    if (!POLICIES[p].replay && !next) next = next_uses(requests, count);
    double best = 1e300;
    u64 misses = 0;
    for (int repeat = 0; repeat < atoi(argv[3]); repeat++) {
      Cache *c = make(p, (u32)atoi(argv[2]), next, count); /* never freed: a handful of them, and the process ends */
      double spent = 0;
      for (u64 i = 0; i < count; i += WINDOW) {
        u64 some = count - i < WINDOW ? count - i : WINDOW;
        memcpy(window, requests + i, some * 8); /* the core's window is filled outside the clock as well */
        double before = now();
        if (POLICIES[p].replay) POLICIES[p].replay(c, window, window + some);
        else replay_opt(c, (u32)some);
        spent += now() - before;
      }
      if (spent < best) best = spent;
      misses = count - c->hits;
    }
    printf("{\"policy\":\"%s\",\"misses\":%llu,\"requestsPerSecond\":%.0f}\n", argv[a], (unsigned long long)misses, (double)count / best);
    fflush(stdout);
  }
  return 0;
}
