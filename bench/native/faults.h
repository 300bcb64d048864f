// What both programs in C of case "fault" share: pages of one VM that go to compressed memory and come back, tasks of four touches each,
// workers that write and read pages, background swap-out between two watermarks. The rules, the order of events and the draws are the core's
// (assembly/memory), as are its ways of doing less: touches of pages that are there take no event, a page is a byte of marks, a level a ring
// of page numbers. So counts are those of the simulator, to the bit. Here: what there is, draws, events, touches; what pages do: swap.h.
// Left out: everything else that a host has, and what this load never meets: direct reclaim, budgets, quotas, prefetching, devices, several
// VMs and sizes. Where it would be met the program ends with status 3.
// Whoever includes this says how cores get tasks: SWITCH_NS, make_ready, proceed, on_core, on_look, begin_cores.
#include "kernel.h"

static Histogram latency = {.min = UINT64_MAX}, delay = {.min = UINT64_MAX}, slowdown = {.min = UINT64_MAX}, stall = {.min = UINT64_MAX};

// what happens first within a nanosecond
enum { END = 1, STEP = 2, SERVE = 3, FAULT = 4, TOUCH = 6, ARRIVAL = 10, BACKGROUND = 13, LOOK = 16, SAMPLE = 19, LAST = 31 };
enum { CORES = 4, WORKERS = 4, LEVELS = 4, TOUCHES = 4 };
enum { ARRIVAL_SLOT = 0, CORE_SLOT = 1, SCAN_SLOT = CORE_SLOT + CORES, EXIT_SLOT, WORKER_SLOT, LOOK_SLOT = WORKER_SLOT + WORKERS };
enum { RANK_BITS = 5, SLOT_BITS = 4, LEAVES = 1 << SLOT_BITS, NOBODY = LEAVES };
enum { RESIDENT, OUT, COMING, GOING, RESCUED, STATE = 7, AWAY = 3, ACCESSED = 8, DIRTY = 16 };
#define NEVER UINT64_MAX
#define PAGE_BYTES 4096
#define ENTRY 770
#define FINISH 600
#define UNMAP 300
#define WRITE 15500
#define SCAN_EVERY 1000000000u
#define WRITES 0.3
#define MEAN_READ 1708.0
#define CV_READ 0.357
#define KEPT (16 + (u32)(PAGE_BYTES / 2.63))

typedef struct Task {
  struct Task *next;
  u64 ready, remaining, service, arrived, touch; // touch: as the core has it, 51 bits that are drawn, and how many are left
  u32 started;
} Task;
typedef struct { u32 *pages, first, count; } Ring; // page numbers, in order
typedef struct { u64 at, touch; u32 page; } Planned;
typedef struct {
  Task *task;
  u64 started, ends, place, touch_at, busy_until, after, event;
  u32 from, count;
  Planned planned[TOUCHES];
} Core;
typedef struct { Task *task; u32 page, own; } Exit;

static Core cores[CORES];
static Task *tasks, *spare;
static uint8_t *marks; // of each page: state, accessed, dirty
static u32 *waiters;   // of each page that comes: the last task
static u32 page_count, hot; // touched: the first half of all
static Ring levels[LEVELS + 1], faults; // behind the levels: pages in use, on their way to level 0
static u32 serving[WORKERS], idle_workers = (1 << WORKERS) - 1, claimed;
static Exit exits[1 << 16];
static u32 exit_first, exit_count;
static int64_t free_bytes, leaving, high, low, least;
static u32 reclaiming, listed, touched_any, spared, scan_armed;
static u64 now, events, rank_now, slot_now, until;
static Stream touch_stream, engine_stream, dispatching, stealing;
static double read_mu, read_sigma;
static u64 count_faults, count_joined, count_rescued, count_outs, count_ins, count_touches, count_completed, count_scans;
static u64 count_attempts, count_steals, count_stolen; // of tasks, where cores look for them

static void make_ready(Task *t);
static void proceed(Core *c);
static void on_core(Core *c);
static void on_look(void);
static void begin_cores(void);

static void unmodelled(const char *what) {
  fprintf(stderr, "faults: %s, which is left out here\n", what);
  exit(3);
}

// --- normal draws: the same ziggurat of 256 layers as the core's
#define NORMAL_TAIL 3.654152885361009
#define NORMAL_AREA 0.0049286732339746554
static double NX[257], NY[257];
static double density(double x) { return own_exp(x * x / -2); }
static void prepare_normal(void) {
  NX[0] = NORMAL_AREA * own_exp(NORMAL_TAIL * NORMAL_TAIL / 2);
  NX[1] = NORMAL_TAIL;
  for (int i = 2; i < 256; i++) NX[i] = sqrt(-2 * own_log(NORMAL_AREA / NX[i - 1] + density(NX[i - 1])));
  NX[256] = 0;
  for (int i = 0; i <= 256; i++) NY[i] = density(NX[i]);
}
static double both_sides(u64 bits) { return (double)((int64_t)bits >> 11) * (1.0 / 4503599627370496.0); }
static double __attribute__((noinline)) normal_edge(Stream *s, u32 i, double x) {
  for (;;) {
    if (i == 0) {
      double far;
      do far = exponential(s) / NORMAL_TAIL;
      while (2 * exponential(s) <= far * far);
      return x < 0 ? -(NORMAL_TAIL + far) : NORMAL_TAIL + far;
    }
    if (NY[i] + unit(next(s)) * (NY[i + 1] - NY[i]) < density(x)) return x;
    u64 bits = next(s);
    i = bits & 255;
    x = both_sides(bits) * NX[i];
    if (fabs(x) < NX[i + 1]) return x;
  }
}
static inline double normal(Stream *s) {
  u64 bits = next(s);
  u32 layer = bits & 255;
  double x = both_sides(bits) * NX[layer];
  return fabs(x) < NX[layer + 1] ? x : normal_edge(s, layer, x);
}
static inline u64 rounded(double ns) { return (u64)(int64_t)(ns + 0.5); }

// --- events
#define REPLAY inline
#include "tree.h"
static inline void plan(u32 slot, u64 at, u64 rank) { plan_at(slot, at, rank, rank <= FAULT ? sequence++ : slot); }

// --- touches
static inline u32 left_of(u64 touch) { return touch & 0xfff; }
static inline u32 page_of(u64 touch) { return 1 + (u32)(((mix(touch >> 13) & 0xffffffff) * hot) >> 32); }
static inline u64 touch_after(u64 touch) { return (mix(touch + GOLDEN) & ~(u64)0x1fff) | ((touch & 0xfff) - 1); }
static inline u32 written(u32 word, u64 touch) {
  return unit(mix((touch >> 13) ^ GOLDEN)) < WRITES ? word | DIRTY : word;
}
static inline void arm_scan(void) {
  if (scan_armed) return;
  scan_armed = 1;
  u64 from = (now > 1 ? now : 1) + (now != 0 && rank_now >= BACKGROUND ? SCAN_EVERY : SCAN_EVERY - 1);
  plan(SCAN_SLOT, from - from % SCAN_EVERY, BACKGROUND);
}
static inline void use(u32 page, u64 touch) {
  u32 word = marks[page] | ACCESSED;
  marks[page] = (uint8_t)(word & DIRTY ? word : written(word, touch));
}
static inline void set_state(u32 page, u32 state) { marks[page] = (uint8_t)((marks[page] & ~STATE) | state); }

/** Touches of what runs on `c` that come before what happens now are made. */
static void make_touches(Core *c) {
  u32 index = (u32)(c - cores) + CORE_SLOT;
  u64 bound = now + (rank_now > TOUCH || (rank_now == TOUCH && index <= slot_now));
  if (c->event == events && rank_now <= SAMPLE) bound = now;
  u32 i = c->from;
  for (; i < c->count && c->planned[i].at < bound; i++) use(c->planned[i].page, c->planned[i].touch);
  if (i == c->from) return;
  count_touches += i - c->from;
  c->task->touch = i < c->count ? c->planned[i].touch : c->after;
  c->from = i;
  touched_any = 1;
}
static void make_all_touches(void) {
  for (Core *c = cores; c < cores + CORES; c++)
    if (c->from < c->count) make_touches(c);
}
static void end_touches(Core *c) {
  if (c->from == c->count) return;
  make_touches(c);
  c->from = c->count = 0;
}
static inline u64 instant_of(const Core *c, u64 position, u64 done) {
  return (int64_t)(position - done) <= 0 ? c->started : c->started + (position - done);
}
/** Notes what the task on `c` will touch, up to the first page that is not there. */
static void plan_touches(Core *c) {
  Task *t = c->task;
  if (c->from < c->count) make_touches(c);
  u64 done = t->service - t->remaining, touch = t->touch, at = NEVER;
  u64 step = t->service / TOUCHES, rest = t->service % TOUCHES;
  u32 i = 0;
  for (; left_of(touch) > 0; touch = touch_after(touch)) {
    u64 k = TOUCHES - left_of(touch);
    at = instant_of(c, step * k + rest * k / TOUCHES, done);
    if (t->service == 0) break;
    u32 page = page_of(touch);
    if ((marks[page] & AWAY) != 0) break;
    c->planned[i++] = (Planned){at, touch, page};
    at = NEVER;
  }
  c->from = 0;
  c->count = i;
  c->event = events;
  c->after = touch;
  c->touch_at = at;
  if (i != 0) arm_scan();
}
static inline void plan_core(Core *c) {
  u32 slot = (u32)(c - cores) + CORE_SLOT;
  if (left_of(c->task->touch) > 0 && c->touch_at <= c->ends) plan_at(slot, c->touch_at, TOUCH, slot);
  else plan_at(slot, c->ends, END, c->place);
}
/** `page` leaves: who was going to touch it comes to a page that is missing. */
static inline void forget(u32 page) {
  for (Core *c = cores; c < cores + CORES; c++)
    for (u32 i = c->from; i < c->count; i++)
      if (c->planned[i].page == page) {
        c->count = i;
        c->after = c->planned[i].touch;
        c->touch_at = c->planned[i].at;
        if (c->touch_at <= c->ends) plan((u32)(c - cores) + CORE_SLOT, c->touch_at, TOUCH);
        break;
      }
}

/** `t` runs on `c` from now on, or from when the exit of a fault is over there. */
static inline void run(Core *c, Task *t) {
  u64 start = (now > c->busy_until ? now : c->busy_until) + SWITCH_NS;
  c->task = t;
  c->started = start;
  c->ends = start + t->remaining;
  c->place = sequence++;
  if (t->started == 0) {
    t->started = 1;
    record(&delay, start - t->ready);
  }
  if (left_of(t->touch) > 0) plan_touches(c);
  plan_core(c);
}
