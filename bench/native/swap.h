// What pages do in both programs of case "fault": levels and victims, workers, faults; behind that the loop of events and the program.
#include "faults.h"

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
}
static void on_touch(Core *c) {
  Task *t = c->task;
  end_touches(c);
  count_touches++;
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
/** The task that runs has come to a page that is missing, or to its end. */
static inline void on_running(Core *c) {
  if (left_of(c->task->touch) > 0 && now == c->touch_at) on_touch(c);
  else on_end(c);
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
  begin_events();
  dispatching = seeded(seed, entity, 3);
  stealing = seeded(seed, entity, 4);
  begin_cores();

  struct timespec cpu_from, cpu_to;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_from);
  double gap = gap_mean * exponential(&arrivals);
  double carry = gap - (double)(int64_t)gap;
  plan(ARRIVAL_SLOT, (u64)(int64_t)gap, ARRIVAL);
  for (;;) {
    if (happening != NOBODY) replay(happening, no_key(happening));
    u64 key = keys[1];
    now = key >> (RANK_BITS + SLOT_BITS);
    if (now > until) break;
    rank_now = key >> SLOT_BITS & ((1 << RANK_BITS) - 1);
    slot_now = happening = slot_of(key);
    events++;
    if (slot_now == ARRIVAL_SLOT) {
      u64 service = rounded(mean * exponential(&services));
      gap = gap_mean * exponential(&arrivals) + carry;
      carry = gap - (double)(int64_t)gap;
      plan(ARRIVAL_SLOT, now + (u64)(int64_t)gap, ARRIVAL);
      arrive(service);
    } else if (slot_now < SCAN_SLOT) {
      on_core(&cores[slot_now - CORE_SLOT]);
    } else if (slot_now == SCAN_SLOT) {
      scan();
      pump();
    } else if (slot_now == EXIT_SLOT) on_exit_done();
    else if (slot_now < LOOK_SLOT) on_worker((u32)slot_now - WORKER_SLOT);
    else on_look();
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_to);
  now = until;
  rank_now = LAST;
  make_all_touches(); // all of the last instant's
  printf("{\"cpu\":%.9f,\"events\":%" PRIu64 ",\"faults\":%" PRIu64 ",\"joined\":%" PRIu64 ",\"rescued\":%" PRIu64 ",\"swapIns\":%" PRIu64
         ",\"swapOuts\":%" PRIu64 ",\"touches\":%" PRIu64 ",\"completed\":%" PRIu64 ",\"scans\":%" PRIu64 ",\"freeBytes\":%" PRId64 ",\"stealAttempts\":%" PRIu64
         ",\"steals\":%" PRIu64 ",\"tasksStolen\":%" PRIu64 ",",
         between(cpu_from, cpu_to), events, count_faults, count_joined, count_rescued, count_ins, count_outs, count_touches, count_completed,
         count_scans, free_bytes, count_attempts, count_steals, count_stolen);
  print("latencyNs", &latency);
  putchar(',');
  print("stallNs", &stall);
  puts("}");
  return 0;
}
