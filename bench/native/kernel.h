// What the programs in C have from the core: its draws (xoroshiro128++ streams seeded by SplitMix64, 256-layer exponential ziggurat), its
// log-linear histograms, and pending events in a 4-ary heap.
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint64_t u64;
typedef uint32_t u32;

// --- random numbers
#define GOLDEN 0x9e3779b97f4a7c15u
typedef struct { u64 s0, s1; } Stream;

static u64 mix(u64 z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static Stream seeded(u64 seed, u64 entity, u64 purpose) {
  u64 key = mix(mix(mix(seed + GOLDEN) ^ entity) + purpose * GOLDEN + GOLDEN);
  Stream s = {mix(key + GOLDEN), mix(key + 2 * GOLDEN)};
  return s;
}
static inline u64 rotl(u64 x, int k) { return (x << k) | (x >> (64 - k)); }
static inline u64 next(Stream *s) {
  u64 s0 = s->s0, s1 = s->s1, result = rotl(s0 + s1, 17) + s0;
  s1 ^= s0;
  s->s0 = rotl(s0, 49) ^ s1 ^ (s1 << 21);
  s->s1 = rotl(s1, 28);
  return result;
}
static inline double unit(u64 bits) { return (double)(int64_t)(bits >> 11) * 0x1p-53; }

// exp and log as assembly/kernel/math.ts has them: libm's differ in last bits, and the totals are to be equal
static double own_exp(double x) {
  double k = floor(x * 1.4426950408889634 + 0.5);
  double r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10, square = r * r, fourth = square * square;
  double from2 = 0.5 + r * 0.16666666666666666, from4 = 0.041666666666666664 + r * 0.008333333333333333;
  double from6 = 0.001388888888888889 + r * 0.0001984126984126984;
  double from8 = 2.48015873015873e-5 + r * 2.7557319223985893e-6;
  double from10 = 2.755731922398589e-7 + r * 2.505210838544172e-8;
  double from12 = 2.08767569878681e-9 + r * 1.6059043836821613e-10;
  double sum = from2 + square * from4 + fourth * (from6 + square * from8 + fourth * (from10 + square * from12));
  u64 scale = (u64)((int64_t)k + 1023) << 52;
  double power;
  memcpy(&power, &scale, sizeof power);
  return (1 + (r + square * sum)) * power;
}
static double own_log(double x) {
  int e;
  double m = frexp(x, &e);
  if (m < 0.7071067811865476) m *= 2, e--;
  double s = (m - 1) / (m + 1), square = s * s, sum = 0;
  for (double n = 23; n > 0; n -= 2) sum = 1 / n + square * sum;
  return e * 0.6931471803691238 + (2 * s * sum + e * 1.9082149292705877e-10);
}

#define TAIL 7.69711747013104972
#define AREA 0.0039496598225815571993
static double X[257], Y[257];

static void prepare_tables(void) {
  X[0] = AREA * own_exp(TAIL);
  X[1] = TAIL;
  for (int i = 2; i < 256; i++) X[i] = -own_log(AREA / X[i - 1] + own_exp(-X[i - 1]));
  X[256] = 0;
  for (int i = 0; i <= 256; i++) Y[i] = own_exp(-X[i]);
}
static double __attribute__((noinline)) edge(Stream *s, u32 i, double x) {
  double base = 0;
  for (;;) {
    if (i == 0) base += TAIL;
    else if (Y[i] + unit(next(s)) * (Y[i + 1] - Y[i]) < own_exp(-x)) return base + x;
    u64 bits = next(s);
    i = bits & 255;
    x = unit(bits) * X[i];
    if (x < X[i + 1]) return base + x;
  }
}
static inline double exponential(Stream *s) {
  u64 bits = next(s);
  u32 layer = bits & 255;
  double x = unit(bits) * X[layer];
  return x < X[layer + 1] ? x : edge(s, layer, x);
}

// --- histograms: 2^BITS buckets an octave, as the core's default precision of 0.001 asks for
#define BITS 10
#define BUCKETS ((54 - BITS) << BITS)
typedef struct {
  u64 sum, min, max;
  unsigned __int128 squares;
  u64 counts[BUCKETS];
} Histogram;
static inline void record(Histogram *h, u64 value) {
  h->sum += value;
  h->squares += (unsigned __int128)value * value;
  if (value < h->min) h->min = value;
  if (value > h->max) h->max = value;
  int octave = 63 - BITS - __builtin_clzll(value | (1ull << BITS));
  h->counts[((u64)octave << BITS) + (value >> octave)]++;
}

// --- pending events: a 4-ary heap of (time, sequence << 24 | slot)
typedef struct { u64 time, key; } Entry;
static Entry *heap;
static u32 size;
static u64 sequence;

static inline int before(Entry a, Entry b) { return a.time < b.time || (a.time == b.time && a.key < b.key); }
static void insert(Entry e) {
  u32 i = size++;
  while (i > 0 && before(e, heap[(i - 1) >> 2])) {
    heap[i] = heap[(i - 1) >> 2];
    i = (i - 1) >> 2;
  }
  heap[i] = e;
}
static inline void sift(Entry e) {
  u32 i = 0;
  for (;;) {
    u32 first = 4 * i + 1;
    if (first >= size) break;
    u32 least = first, end = first + 4 < size ? first + 4 : size;
    for (u32 c = first + 1; c < end; c++)
      if (before(heap[c], heap[least])) least = c;
    if (!before(heap[least], e)) break;
    heap[i] = heap[least];
    i = least;
  }
  heap[i] = e;
}
static inline void push(u64 time, u32 slot) { insert((Entry){time, sequence++ << 24 | slot}); }
/** The top happens and schedules one event: one sift instead of two. */
static inline void replace_top(u64 time, u32 slot) { sift((Entry){time, sequence++ << 24 | slot}); }
static inline void pop(void) {
  Entry last = heap[--size];
  if (size > 0) sift(last);
}

// --- results
static void print(const char *name, const Histogram *h) {
  u64 count = 0, hash = 0;
  for (int i = 0; i < BUCKETS; i++) {
    count += h->counts[i];
    hash = mix(hash ^ (h->counts[i] + (u64)i));
  }
  printf("\"%s\":{\"count\":%" PRIu64 ",\"sum\":\"%" PRIu64 "\",\"squaresLow\":\"%" PRIu64 "\",\"min\":%" PRIu64 ",\"max\":%" PRIu64 ",\"hash\":\"%016" PRIx64 "\"}",
         name, count, h->sum, (u64)h->squares, h->min, h->max, hash);
}

static double between(struct timespec from, struct timespec to) {
  return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
}
