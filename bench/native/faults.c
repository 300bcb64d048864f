// The C anchor of case "fault": tasks of four touches each on cores that take the next one at once (the ideal mechanism), pages of one
// VM that go to compressed memory and come back, workers that write and read them, background swap-out between two watermarks. The rules,
// the order of events and the draws are the core's (assembly/memory), as are its ways of doing less: touches of pages that are there take no
// event, a page is a byte of marks, a level a ring of page numbers. So its counts are those of the simulator, to the bit.
// Left out: everything else that a host has, and what this load never meets: direct reclaim, budgets, quotas, prefetching, devices, several
// VMs and sizes. Where it would be met the program ends with status 3.
#include "kernel.h"

static Histogram latency = {.min = UINT64_MAX}, delay = {.min = UINT64_MAX}, slowdown = {.min = UINT64_MAX}, stall = {.min = UINT64_MAX};

enum { END = 1, SERVE = 3, FAULT = 4, TOUCH = 6, ARRIVAL = 10, BACKGROUND = 13, RANKS = 5 };
enum { CORES = 4, WORKERS = 4, LEVELS = 4, TOUCHES = 4, NO_CORE = -1 };
enum { ARRIVAL_SLOT = 0, CORE_SLOT = 1, SCAN_SLOT = CORE_SLOT + CORES, EXIT_SLOT, WORKER_SLOT };
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
static u32 idle[CORES], idle_count;
static Task *tasks, *spare, *first, *last;
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
static int hole;
static Stream touch_stream, engine_stream;
static double read_mu, read_sigma;
static u64 count_faults, count_joined, count_rescued, count_outs, count_ins, count_touches, count_completed, count_scans;

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

// --- events: the top is taken and leaves a hole, into which the next one falls
static inline u64 key_of(u64 at, u64 rank) { return at << RANKS | rank; }
static inline void plan_at(u32 slot, u64 at, u64 rank, u64 place) {
  Entry e = {key_of(at, rank), place << 24 | slot};
  if (hole) {
    hole = 0;
    sift(e);
  } else insert(e);
}
static inline void plan(u32 slot, u64 at, u64 rank) { plan_at(slot, at, rank, rank <= FAULT ? sequence++ : 0); }
/** What is pending comes earlier. */
static void advance_event(u32 slot, u64 at, u64 rank) {
  u32 i = hole;
  while ((heap[i].key & 0xffffff) != slot) i++;
  Entry e = {key_of(at, rank), slot};
  u32 top = hole ? 4 : 0;
  for (; i > top && before(e, heap[(i - 1) >> 2]); i = (i - 1) >> 2) heap[i] = heap[(i - 1) >> 2];
  heap[i] = e;
}

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
  if (c->event == events && rank_now <= BACKGROUND) bound = now;
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
  if (left_of(c->task->touch) > 0 && c->touch_at <= c->ends) plan_at(slot, c->touch_at, TOUCH, 0);
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
        if (c->touch_at <= c->ends) advance_event((u32)(c - cores) + CORE_SLOT, c->touch_at, TOUCH);
        break;
      }
}

// --- cores
static void run(Core *c, Task *t) {
  u64 start = now > c->busy_until ? now : c->busy_until;
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
static void make_ready(Task *t) {
  t->ready = now;
  if (first == NULL && idle_count > 0) {
    run(&cores[idle[--idle_count]], t);
    return;
  }
  t->next = NULL;
  if (first == NULL) first = t;
  else last->next = t;
  last = t;
}
static inline void proceed(Core *c) {
  c->task = NULL;
  if (first != NULL) {
    Task *t = first;
    first = t->next;
    run(c, t);
  } else {
    c->busy_until = 0;
    idle[idle_count++] = (u32)(c - cores);
  }
}

// --- pages
static inline void push_page(Ring *q, u32 page) {
  u32 at = q->first + q->count++;
  q->pages[at < page_count ? at : at - page_count] = page;
}
static inline u32 pop_page(Ring *q) {
  u32 page = q->pages[q->first++];
  if (q->first == page_count) q->first = 0;
  q->count--;
  return page;
}
static void append(Ring *to, Ring *from) {
  while (from->count != 0) push_page(to, pop_page(from));
}
static inline void give(int64_t bytes) {
  free_bytes += bytes;
  reclaiming = (reclaiming | (free_bytes < low)) & (free_bytes < high);
}
static u32 untouched(Ring *q) {
  while (q->count != 0) {
    u32 page = pop_page(q);
    if ((marks[page] & ACCESSED) == 0) return page;
    marks[page] &= (uint8_t)~ACCESSED;
    push_page(&levels[LEVELS], page);
    spared = 1;
  }
  return 0;
}
static u32 take_victim(void) {
  make_all_touches();
  u32 page = 0;
  for (int level = LEVELS - 1; level >= 0 && page == 0; level--) page = untouched(&levels[level]);
  if (spared) {
    spared = 0;
    append(&levels[0], &levels[LEVELS]);
    if (page == 0) page = untouched(&levels[0]);
  }
  if (page != 0) listed--;
  return page;
}
static void scan(void) {
  make_all_touches();
  scan_armed = 0;
  if (touched_any) {
    touched_any = 0;
    count_scans++;
    for (int level = LEVELS - 1; level >= 0; level--) {
      for (u32 left = levels[level].count; left != 0; left--) {
        u32 page = pop_page(&levels[level]);
        if (marks[page] & ACCESSED) {
          marks[page] &= (uint8_t)~ACCESSED;
          push_page(&levels[LEVELS], page);
        } else push_page(&levels[level + 1 < LEVELS ? level + 1 : LEVELS - 1], page);
      }
    }
    append(&levels[0], &levels[LEVELS]);
  }
  for (Core *c = cores; c < cores + CORES && !scan_armed; c++)
    if (c->from < c->count) {
      scan_armed = 1;
      plan(SCAN_SLOT, now + SCAN_EVERY, BACKGROUND);
    }
}

// --- workers
static void begin(u32 page, u64 at) {
  u32 worker = (u32)__builtin_ctz(idle_workers);
  idle_workers &= idle_workers - 1;
  serving[worker] = page;
  plan(WORKER_SLOT + worker, at, SERVE);
}
static int begin_out(void) {
  if (!reclaiming || free_bytes + leaving >= high || listed == 0) return 0;
  u32 page = take_victim();
  if (page == 0) return 0;
  set_state(page, GOING);
  forget(page);
  leaving += PAGE_BYTES - (int64_t)KEPT;
  begin(page, now + UNMAP + WRITE);
  return 1;
}
static void pump(void) {
  while (idle_workers != 0) {
    if (faults.count != 0) {
      u32 page = pop_page(&faults);
      begin(page, now + rounded(own_exp(read_mu + read_sigma * normal(&engine_stream))) + FINISH);
    } else if ((u32)__builtin_popcount(idle_workers) <= claimed || !begin_out()) return;
  }
}
static void end_fault(u32 page, Task *t) {
  record(&stall, now - t->ready);
  marks[page] = (uint8_t)written(marks[page], t->touch);
  t->touch = touch_after(t->touch);
  count_touches++;
  make_ready(t);
}
static void need(u32 page) {
  set_state(page, COMING);
  if (free_bytes - PAGE_BYTES < least) unmodelled("a fault finds little free");
  give(-PAGE_BYTES);
}
static void stay(u32 page) {
  leaving -= PAGE_BYTES - (int64_t)KEPT;
  set_state(page, RESIDENT);
  listed++;
  push_page(&levels[0], page);
}
static void on_worker(u32 worker) {
  u32 page = serving[worker];
  idle_workers |= 1u << worker;
  u32 state = marks[page] & STATE;
  if (state == RESCUED) stay(page);
  else if (state == GOING) {
    leaving -= PAGE_BYTES - (int64_t)KEPT;
    marks[page] = (uint8_t)((marks[page] & ~(STATE | DIRTY)) | OUT);
    give(PAGE_BYTES - (int64_t)KEPT);
    count_outs++;
  } else {
    give(KEPT);
    set_state(page, RESIDENT);
    count_ins++;
    Task *t = waiters[page] ? &tasks[waiters[page]] : NULL, *ordered = NULL;
    waiters[page] = 0;
    while (t != NULL) {
      Task *following = t->next;
      t->next = ordered;
      ordered = t;
      t = following;
    }
    listed++;
    push_page(&levels[LEVELS - 1], page);
    while (ordered != NULL) {
      t = ordered;
      ordered = t->next;
      end_fault(page, t);
    }
  }
  pump();
}

// --- faults
static void touch_now(u32 page, Task *t) {
  arm_scan();
  touched_any = 1;
  use(page, t->touch);
  t->touch = touch_after(t->touch);
  count_touches++;
}
static void on_touch(Core *c) {
  Task *t = c->task;
  end_touches(c);
  u32 page = page_of(t->touch);
  if ((marks[page] & AWAY) == 0) {
    touch_now(page, t);
    plan_touches(c);
    plan_core(c);
    return;
  }
  t->remaining -= now - c->started;
  count_faults++;
  arm_scan();
  touched_any = 1;
  if ((marks[page] & STATE) == GOING) {
    count_rescued++;
    set_state(page, RESCUED);
    touch_now(page, t);
    c->started = c->busy_until = now + ENTRY;
    c->ends = c->started + t->remaining;
    c->place = sequence++;
    plan_touches(c);
    plan_core(c);
    return;
  }
  t->ready = now;
  c->busy_until = now + ENTRY;
  u32 own = (marks[page] & STATE) == OUT;
  if (own) need(page);
  if (exit_count == 1 << 16) unmodelled("so many faults leave the guest at once");
  exits[(exit_first + exit_count) & 0xffff] = (Exit){t, page, own};
  if (exit_count++ == 0) plan(EXIT_SLOT, now + ENTRY, FAULT);
  if (own && reclaiming) {
    claimed = 1;
    pump();
    claimed = 0;
  }
  proceed(c);
}
static void on_exit_done(void) {
  Exit e = exits[exit_first];
  exit_first = (exit_first + 1) & 0xffff;
  if (--exit_count != 0) plan(EXIT_SLOT, exits[exit_first].task->ready + ENTRY, FAULT);
  u32 state = marks[e.page] & STATE;
  if (state == RESIDENT || state == RESCUED) {
    count_joined++;
    end_fault(e.page, e.task);
  } else if (state == GOING) {
    count_rescued++;
    set_state(e.page, RESCUED);
    touch_now(e.page, e.task);
    make_ready(e.task);
  } else {
    if (!e.own) count_joined += state == COMING;
    e.task->next = waiters[e.page] ? &tasks[waiters[e.page]] : NULL;
    waiters[e.page] = (u32)(e.task - tasks);
    if (state == OUT) need(e.page);
    if (e.own || state == OUT) push_page(&faults, e.page);
  }
  pump();
}
static void on_end(Core *c) {
  Task *t = c->task;
  end_touches(c);
  u64 spent = now - t->arrived, ideal = t->service ? t->service : 1;
  record(&latency, spent);
  record(&slowdown, (u64)(int64_t)((double)(int64_t)(spent ? spent : 1) * 1024.0 / (double)(int64_t)ideal));
  count_completed++;
  t->next = spare;
  spare = t;
  proceed(c);
}
static void arrive(u64 service) {
  Task *t = spare;
  if (t == NULL) unmodelled("so many tasks at once");
  spare = t->next;
  *t = (Task){.arrived = now, .service = service, .remaining = service, .touch = next(&touch_stream) << 13 | TOUCHES};
  make_ready(t);
}

int main(int argc, char **argv) {
  if (argc != 11) {
    fprintf(stderr, "faults: given %d arguments, expected RATE MEAN_NS UNTIL_NS SEED ENTITY PAGES CAPACITY HIGH LOW LEAST\n", argc - 1);
    return 2;
  }
  double gap_mean = 1e9 / strtod(argv[1], NULL), mean = strtod(argv[2], NULL);
  until = strtoull(argv[3], NULL, 10);
  u64 seed = strtoull(argv[4], NULL, 10), entity = strtoull(argv[5], NULL, 10);
  page_count = (u32)strtoul(argv[6], NULL, 10);
  hot = page_count / 2;
  int64_t capacity = strtoll(argv[7], NULL, 10);
  high = strtoll(argv[8], NULL, 10);
  low = strtoll(argv[9], NULL, 10);
  least = strtoll(argv[10], NULL, 10);
  prepare_tables();
  prepare_normal();
  double variance = own_log(1 + CV_READ * CV_READ);
  read_mu = own_log(MEAN_READ) - variance / 2;
  read_sigma = sqrt(variance);
  Stream arrivals = seeded(seed, entity, 1), services = seeded(seed, entity, 2);
  engine_stream = seeded(seed, 0, 10);
  touch_stream = seeded(seed, entity, 11);
  heap = aligned_alloc(64, 64 * 16);
  heap += 3;
  enum { TASKS = 1 << 16 };
  tasks = calloc(TASKS, sizeof *tasks);
  for (u32 i = TASKS - 1; i > 0; i--) tasks[i].next = spare, spare = &tasks[i];
  marks = calloc(page_count + 1, 1);
  waiters = calloc(page_count + 1, sizeof *waiters);
  for (Ring *q = levels; q <= &levels[LEVELS]; q++) q->pages = calloc(page_count, sizeof *q->pages);
  faults.pages = calloc(page_count, sizeof *faults.pages);
  free_bytes = capacity - (int64_t)page_count * PAGE_BYTES;
  u32 out = page_count;
  int64_t target = high > WORKERS * PAGE_BYTES ? high : WORKERS * PAGE_BYTES;
  for (; free_bytes < target; out--) {
    marks[out] = OUT;
    free_bytes += PAGE_BYTES - KEPT;
  }
  for (u32 page = out; page > 0; page--) listed++, push_page(&levels[LEVELS - 1], page);
  for (u32 k = CORES; k > 0; k--) idle[idle_count++] = k - 1;

  struct timespec cpu_from, cpu_to;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_from);
  double gap = gap_mean * exponential(&arrivals);
  double carry = gap - (double)(int64_t)gap;
  plan(ARRIVAL_SLOT, (u64)(int64_t)gap, ARRIVAL);
  for (;;) {
    if (hole) {
      hole = 0;
      pop();
    }
    now = heap[0].time >> RANKS;
    if (now > until) break;
    rank_now = heap[0].time & 31;
    slot_now = heap[0].key & 0xffffff;
    hole = 1;
    events++;
    if (slot_now == ARRIVAL_SLOT) {
      u64 service = rounded(mean * exponential(&services));
      gap = gap_mean * exponential(&arrivals) + carry;
      carry = gap - (double)(int64_t)gap;
      plan(ARRIVAL_SLOT, now + (u64)(int64_t)gap, ARRIVAL);
      arrive(service);
    } else if (slot_now < SCAN_SLOT) {
      Core *c = &cores[slot_now - CORE_SLOT];
      if (left_of(c->task->touch) > 0 && now == c->touch_at) on_touch(c);
      else on_end(c);
    } else if (slot_now == SCAN_SLOT) {
      scan();
      pump();
    } else if (slot_now == EXIT_SLOT) on_exit_done();
    else on_worker((u32)slot_now - WORKER_SLOT);
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_to);
  now = until;
  rank_now = (1 << RANKS) - 1;
  make_all_touches(); // all of the last instant's
  printf("{\"cpu\":%.9f,\"events\":%" PRIu64 ",\"faults\":%" PRIu64 ",\"joined\":%" PRIu64 ",\"rescued\":%" PRIu64 ",\"swapIns\":%" PRIu64
         ",\"swapOuts\":%" PRIu64 ",\"touches\":%" PRIu64 ",\"completed\":%" PRIu64 ",\"scans\":%" PRIu64 ",\"freeBytes\":%" PRId64 ",",
         between(cpu_from, cpu_to), events, count_faults, count_joined, count_rescued, count_ins, count_outs, count_touches, count_completed,
         count_scans, free_bytes);
  print("latencyNs", &latency);
  putchar(',');
  print("stallNs", &stall);
  puts("}");
  return 0;
}
