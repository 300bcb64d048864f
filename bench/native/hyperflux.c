// The C anchor of case "hyperflux": 80 latency-critical VMs and 20 that saturate on 64 cores, between which an arbiter on a polling core
// moves them. The rules, the order of events within a nanosecond and the draws are the core's (docs/model), so its counts are those of the
// simulator, to the bit: events, moves, steals, three histograms of each group of VMs.
// Left out: every other account of a host (where core time went, how long each step took, series, fingerprint), and all that this scenario
// never meets: other mechanisms and signals, guaranteed cores, locks, pages, quanta, orders, stages, forks. Every round is held.
#include "kernel.h"

enum { API = 80, BATCH = 20, VMS = API + BATCH, API_VCPUS = 8, BATCH_VCPUS = 16, CORES = 64, SATURATING = 16 };
enum { VCPUS = API * API_VCPUS + BATCH * BATCH_VCPUS, TASKS = 1 << 16 };
#define API_GAP (1e9 / 45000)
#define API_MEAN 10000.0
#define BATCH_MEAN 100000.0
// what things take, and the arbiter's knobs, in ns
enum { LOOK_NS = 120, STEAL_NS = 120, SWITCH_NS = 50, SEARCH_NS = 2000, YIELD_NS = 2000, ISSUE_NS = 100, READ_NS = 55 * VMS };
enum { NOTIFY_NS = 1000, PREEMPT_NS = 2000, SUSPEND_NS = 2000, DESCHEDULE_NS = 3000, WAKE_NS = 3000, DISPATCH_NS = 2000 };
enum { INTERVAL_NS = 10000, THRESHOLD_NS = 10000, STEAL_MOST = 32, NEAR_IDLE = 8 };
#define NEVER UINT64_MAX

// what happens first within a nanosecond; of END and STEP then the order of scheduling, of the others that of VMs and their vCPUs
enum { END = 1, STEP = 2, ARRIVAL = 10, ROUND = 14, LOOK = 16, GIVE_UP = 17, RANK_BITS = 5, SLOT_BITS = 9 };
// what may be pending: of each core what its vCPU comes to, and behind it a step of its move
enum { ARRIVAL_SLOT = 2 * CORES, LOOK_SLOT = ARRIVAL_SLOT + API, ROUND_SLOT = LOOK_SLOT + VMS, LEAVES = 1 << SLOT_BITS, NOBODY = LEAVES };
enum { DORMANT, WAKING, ENTERING, RUNNING, SEARCHING, STEALING, YIELDING, PARKING };
enum { NO_STEP, NOTIFY, PREEMPT, SUSPEND, DESCHEDULE, WAKE, ENTER };

typedef struct Task Task;
typedef struct Vcpu Vcpu;
typedef struct Vm Vm;
typedef struct Core Core;
struct Task {
  Task *next;
  u64 ready, remaining, service, arrived;
  u32 begun;
};
typedef struct {
  Task *head, *tail;
  u32 length;
  u32 put_back; // the head was preempted here, and may be younger than those behind it
} Queue;
struct Vcpu {
  Vm *vm;
  Core *core;
  u32 index, number, slot, state, place; // place: among those to which tasks are dispatched, + 1
  Task *task;
  Queue queue;
  u64 since; // of its task's first instruction; of its search
  Vcpu *next, *prior, *victim; // in the order in which they began to search; whom it steals from
  u32 start; // how far behind its neighbour its search began
};
struct Vm {
  // what a round reads
  u32 queued, held, coming, promised, index, max;
  u64 ready_sum, backlog_since;
  Vm *next, *prior; // of those of its class in which tasks wait: who has waited longest first
  u32 critical, active_count;
  // its vCPUs
  u32 dormant, occupied; // one bit each: without a core; with tasks in its queue
  Vcpu *vcpus, *searching, *searching_last;
  Queue ingress;
  u64 look_at;
  Vcpu *looker, *look_victim;
  double carry;
  Stream arrivals, services, dispatching, stealing;
  u64 takeable[2], takeable_in; // its cores that may be taken, in that round: those that run, those that search
  u64 arrived, completed, steals, steal_attempts, tasks_stolen, preemptions, yields, grants, revocations;
  unsigned char active[BATCH_VCPUS];
};
struct Core {
  Vcpu *vcpu;
  Vm *target, *last;
  u64 decided_at;
  u32 index, step;
};

static Histogram latency[2], delay[2], slowdown[2]; // of each class
static Vm vms[VMS];
static Vcpu vcpus[VCPUS];
static Core cores[CORES];
static Core *idle[CORES]; // who became so last is the last
static u32 idle_count;
static Task tasks[TASKS], *spare;
static Vm *waiting_first[2], *waiting_last[2];
static u64 now, busy_until, rounds, denied;

static void unmodelled(const char *what) {
  fprintf(stderr, "hyperflux: %s, which is left out here\n", what);
  exit(3);
}

// --- pending events
#define REPLAY __attribute__((noinline)) // inlined it takes more of the whole, 1.02
#include "tree.h"
/** END and STEP: in the order of scheduling. */
static inline void plan(u32 slot, u64 at, u64 rank) { plan_at(slot, at, rank, sequence++); }

// --- queues
static inline u32 below(Stream *s, u32 n) { return (u32)((next(s) >> 32) * n >> 32); }
static inline void push_tail(Queue *q, Task *t) {
  t->next = NULL;
  if (q->length++ == 0) q->head = t;
  else q->tail->next = t;
  q->tail = t;
}
static inline void push_head(Queue *q, Task *t) {
  t->next = q->head;
  if (q->length++ == 0) {
    t->next = NULL;
    q->tail = t;
  }
  q->head = t;
  q->put_back = 1;
}
static inline Task *pop_head(Queue *q) {
  Task *t = q->head;
  q->head = t->next;
  q->length--;
  q->put_back = 0;
  return t;
}
/** The task that has been ready longest: the head, or who stands behind one that was put back. */
static Task *pop_oldest(Queue *q) {
  Task *t = q->head->next;
  if (!q->put_back || q->length == 1 || t->ready >= q->head->ready) return pop_head(q);
  q->head->next = t->next;
  if (q->tail == t) q->tail = q->head;
  q->length--;
  return t;
}
/** The `n` oldest go over, in the order in which they were ready; of equals, who was there comes first. */
static void move_oldest(Queue *from, Queue *to, u32 n) {
  Task **at = &to->head;
  if (to->length == 0) to->head = NULL;
  for (; n > 0; n--) {
    Task *t = pop_oldest(from);
    while (*at != NULL && (*at)->ready <= t->ready) at = &(*at)->next;
    t->next = *at;
    *at = t;
    if (t->next == NULL) to->tail = t;
    at = &t->next;
    to->length++;
  }
}
static inline void wait_begins(Vm *vm, Task *t) {
  vm->ready_sum += t->ready;
  if (vm->queued++ != 0) return;
  vm->backlog_since = now;
  Vm *before = waiting_last[vm->critical];
  while (before != NULL && before->backlog_since == now && before->index > vm->index) before = before->prior;
  Vm **to = before ? &before->next : &waiting_first[vm->critical];
  vm->prior = before;
  vm->next = *to;
  *(vm->next ? &vm->next->prior : &waiting_last[vm->critical]) = vm;
  *to = vm;
}
static inline void wait_ends(Vm *vm, Task *t) {
  vm->ready_sum -= t->ready;
  if (--vm->queued != 0) return;
  *(vm->prior ? &vm->prior->next : &waiting_first[vm->critical]) = vm->next;
  *(vm->next ? &vm->next->prior : &waiting_last[vm->critical]) = vm->prior;
}

// --- searching: when a searcher looks into which queue is known, so what is planned is the VM's first look that finds something
static inline u64 next_look(const Vcpu *v, const Vcpu *victim) {
  u32 max = v->vm->max, others = max - 1;
  u32 place = ((victim->index - v->index - 1) & (max - 1)) + others - v->start;
  if (place >= others) place -= others;
  u64 first = v->since + (place + 1) * LOOK_NS, round = (u64)others * LOOK_NS;
  return first >= now ? first : first + (now - first + round - 1) / round * round;
}
static int began_before(const Vcpu *a, const Vcpu *b) {
  if (a->since != b->since) return a->since < b->since;
  for (const Vcpu *v = a->next; v != NULL && v->since == a->since; v = v->next)
    if (v == b) return 1;
  return 0;
}
static inline void plan_look_at(Vm *vm, u64 at) {
  if (at == vm->look_at) return;
  vm->look_at = at;
  plan_at(LOOK_SLOT + vm->index, at, LOOK, vm->index);
}
/** Tasks have come into the queue of `victim`. */
static inline void offer_look(Vm *vm, Vcpu *victim) {
  u64 best = vm->look_at;
  for (Vcpu *v = vm->searching; v != NULL; v = v->next) {
    if (v == victim) continue;
    u64 at = next_look(v, victim);
    if (at < best || (at == best && began_before(v, vm->looker))) {
      best = at;
      vm->looker = v;
      vm->look_victim = victim;
    }
  }
  plan_look_at(vm, best);
}
static inline void join_look(Vm *vm, Vcpu *v) {
  u64 best = vm->look_at;
  for (u32 bits = vm->occupied & ~(1u << v->index); bits != 0; bits &= bits - 1) {
    Vcpu *victim = &vm->vcpus[__builtin_ctz(bits)];
    u64 at = next_look(v, victim);
    if (at < best) {
      best = at;
      vm->looker = v;
      vm->look_victim = victim;
    }
  }
  plan_look_at(vm, best);
}
static void plan_look(Vm *vm) {
  vm->look_at = NEVER;
  if (vm->occupied != 0)
    for (Vcpu *v = vm->searching; v != NULL; v = v->next) join_look(vm, v);
  if (vm->look_at == NEVER) cancel(LOOK_SLOT + vm->index);
}
static inline void begin_search(Vcpu *v) {
  Vm *vm = v->vm;
  v->state = SEARCHING;
  v->since = now;
  v->next = NULL;
  v->prior = vm->searching_last;
  *(v->prior ? &v->prior->next : &vm->searching) = v;
  vm->searching_last = v;
  v->start = below(&vm->stealing, vm->max - 1);
  if (vm->occupied != 0) join_look(vm, v);
  plan_at(v->slot, now + SEARCH_NS, GIVE_UP, v->number);
}
static inline void end_search(Vcpu *v) {
  Vm *vm = v->vm;
  *(v->prior ? &v->prior->next : &vm->searching) = v->next;
  *(v->next ? &v->next->prior : &vm->searching_last) = v->prior;
  if (vm->look_at != NEVER && vm->looker == v) plan_look(vm);
}
static void steal_from(Vcpu *v, Vcpu *victim) {
  Vm *vm = v->vm;
  u32 there = victim->queue.length, own = v->queue.length;
  if (there <= own) return;
  u32 n = (there - own + 1) / 2;
  if (n > STEAL_MOST) n = STEAL_MOST;
  move_oldest(&victim->queue, &v->queue, n);
  if (victim->queue.length == 0) vm->occupied &= ~(1u << victim->index);
  vm->occupied |= 1u << v->index;
  if (v->queue.length > 1) offer_look(vm, v); // one it runs at once
  vm->steals++;
  vm->tasks_stolen += n;
}

// --- the guest's scheduler
static inline void run(Vcpu *v, Task *t) {
  v->state = RUNNING;
  v->task = t;
  v->since = now + SWITCH_NS;
  plan(v->slot, v->since + t->remaining, END);
}
static inline void proceed(Vcpu *v) {
  Vm *vm = v->vm;
  Queue *q = &v->queue;
  if (q->length != 0 && (vm->ingress.length == 0 || q->put_back || q->head->ready <= vm->ingress.head->ready)) {
    Task *t = pop_head(q);
    if (q->length == 0) vm->occupied &= ~(1u << v->index);
    wait_ends(vm, t);
    run(v, t);
  } else if (vm->ingress.length != 0) {
    Task *t = pop_head(&vm->ingress);
    wait_ends(vm, t);
    run(v, t);
  } else begin_search(v);
}
/** The first in the circle that holds anything, in no time: part of `dispatch`. */
static inline void steal_at_once(Vcpu *v) {
  Vm *vm = v->vm;
  if (vm->occupied == 0) return;
  u32 first = (v->index + 1 + below(&vm->stealing, vm->max - 1)) & (vm->max - 1);
  u32 behind = vm->occupied >> first << first;
  vm->steal_attempts++;
  steal_from(v, &vm->vcpus[__builtin_ctz(behind != 0 ? behind : vm->occupied)]);
}
static inline void make_ready(Vm *vm, Task *t) {
  u32 n = vm->active_count;
  t->ready = now;
  if (n == 0) {
    wait_begins(vm, t);
    push_tail(&vm->ingress, t);
    return;
  }
  Vcpu *v = &vm->vcpus[vm->active[n == 1 ? 0 : below(&vm->dispatching, n)]];
  if (v->state == SEARCHING) {
    end_search(v);
    run(v, t);
    return;
  }
  wait_begins(vm, t);
  push_tail(&v->queue, t);
  vm->occupied |= 1u << v->index;
  offer_look(vm, v);
}
static inline void activate(Vcpu *v) {
  Vm *vm = v->vm;
  vm->active[vm->active_count] = (unsigned char)v->index;
  v->place = ++vm->active_count;
}
static inline void deactivate(Vcpu *v) {
  Vm *vm = v->vm;
  u32 last = vm->active[--vm->active_count];
  vm->active[v->place - 1] = (unsigned char)last;
  vm->vcpus[last].place = v->place;
}

// --- requests
static inline u64 rounded(double ns) { return (u64)(int64_t)(ns + 0.5); }
static inline void arrive(Vm *vm) {
  Task *t = spare;
  if (t == NULL) unmodelled("so many tasks at once");
  spare = t->next;
  vm->arrived++;
  u64 service = rounded((vm->critical ? API_MEAN : BATCH_MEAN) * exponential(&vm->services));
  t->arrived = now;
  t->service = service;
  t->remaining = service;
  t->begun = 0;
  make_ready(vm, t);
}
static inline void plan_arrival(Vm *vm) {
  double gap = API_GAP * exponential(&vm->arrivals) + vm->carry;
  int64_t whole = (int64_t)gap;
  vm->carry = gap - (double)whole;
  plan_at(ARRIVAL_SLOT + vm->index, now + (u64)whole, ARRIVAL, vm->index);
}
static inline void begins(Vcpu *v, Task *t) {
  if (!t->begun) record(&delay[v->vm->critical], v->since - t->ready);
  t->begun = 1;
}
static inline void on_end(Vcpu *v) {
  Vm *vm = v->vm;
  Task *t = v->task;
  begins(v, t);
  u64 spent = now - t->arrived, ideal = t->service ? t->service : 1;
  record(&latency[vm->critical], spent);
  record(&slowdown[vm->critical], (u64)(int64_t)((double)(int64_t)(spent ? spent : 1) * 1024.0 / (double)(int64_t)ideal));
  vm->completed++;
  t->next = spare;
  spare = t;
  if (!vm->critical) arrive(vm); // one that is done brings the next
  proceed(v);
}

// --- how a core moves
static inline void step(Core *c, u32 which, u64 after) {
  c->step = which;
  plan(2 * c->index + 1, now + after, STEP);
}
/** The core, which is nobody's, goes to the VM that it was promised to. */
static void start_wake(Core *c, u64 delay_ns) {
  Vm *vm = c->target;
  u32 stranded = vm->dormant & vm->occupied;
  Vcpu *v = &vm->vcpus[__builtin_ctz(stranded ? stranded : vm->dormant)];
  c->target = NULL;
  vm->promised--;
  vm->dormant &= ~(1u << v->index);
  c->vcpu = v;
  c->last = vm;
  v->core = c;
  v->slot = 2 * c->index;
  v->state = WAKING;
  step(c, WAKE, delay_ns + WAKE_NS);
}
static inline void detach(Core *c) {
  Vcpu *v = c->vcpu;
  v->state = DORMANT;
  v->core = NULL;
  v->vm->dormant |= 1u << v->index;
  c->vcpu = NULL;
}
/** The vCPU has been told to leave, and stops what it does. */
static void on_notice(Core *c) {
  Vcpu *v = c->vcpu;
  if (v->state == YIELDING) return; // it leaves by itself
  Task *t = NULL;
  if (v->state == RUNNING) {
    t = v->task;
    if (now >= v->since) t->remaining -= now - v->since;
    if (now > v->since) begins(v, t);
    v->vm->preemptions++;
  } else if (v->state == SEARCHING) end_search(v);
  cancel(v->slot);
  deactivate(v);
  v->state = PARKING;
  v->task = t;
  if (t != NULL) step(c, PREEMPT, PREEMPT_NS);
  else step(c, SUSPEND, SUSPEND_NS);
}
/** The task that was stopped waits, where it can be stolen. */
static void put_back(Vcpu *v, Task *t) {
  Vm *vm = v->vm;
  if (t->begun) t->ready = now;
  wait_begins(vm, t);
  push_head(&v->queue, t);
  vm->occupied |= 1u << v->index;
  offer_look(vm, v);
}
static void on_core(Core *c) {
  Vcpu *v = c->vcpu;
  switch (c->step) {
    case NOTIFY: on_notice(c); return;
    case PREEMPT:
      put_back(v, v->task);
      step(c, SUSPEND, SUSPEND_NS);
      return;
    case SUSPEND: step(c, DESCHEDULE, DESCHEDULE_NS); return;
    case DESCHEDULE:
      c->step = NO_STEP;
      detach(c);
      start_wake(c, 0);
      return;
    case WAKE:
      v->state = ENTERING;
      step(c, ENTER, DISPATCH_NS);
      return;
    default:
      c->step = NO_STEP;
      v->vm->coming--;
      v->vm->grants++;
      activate(v);
      if (v->queue.length == 0 && v->vm->ingress.length == 0) steal_at_once(v);
      proceed(v);
  }
}
static inline void give_up(Vcpu *v) {
  end_search(v);
  deactivate(v);
  v->vm->yields++;
  v->state = YIELDING;
  plan(v->slot, now + YIELD_NS, STEP);
}
static inline void yielded(Vcpu *v) {
  Core *c = v->core;
  detach(c);
  if (c->target != NULL) { // promised meanwhile; not before its move is issued
    cancel(2 * c->index + 1);
    start_wake(c, c->decided_at > now ? c->decided_at - now : 0);
    return;
  }
  v->vm->held--;
  idle[idle_count++] = c;
}
static void on_look(Vm *vm) {
  Vcpu *v = vm->looker, *victim = vm->look_victim;
  vm->look_at = NEVER;
  if (victim->queue.length != 0) { // else what was there is gone
    end_search(v);
    vm->steal_attempts++;
    v->state = STEALING;
    v->victim = victim;
    plan(v->slot, now + STEAL_NS, STEP);
  }
  plan_look(vm);
}
static inline void on_stolen(Vcpu *v) {
  if (v->victim->queue.length != 0) steal_from(v, v->victim);
  proceed(v);
}

// --- the arbiter. Whose core is taken is asked some fifteen times in a round and never between: so the cores that may be are laid out by
// class, cores that their VM holds, and whether they search, when a round first asks, and kept up to date until it is over
static u64 takeable[2][BATCH_VCPUS + 1][2], laid_out;
static u32 filled[2][2]; // which of these rows hold any
static inline void lay(Vm *vm, u32 which, u64 bits) {
  takeable[vm->critical][vm->held][which] |= bits;
  filled[vm->critical][which] |= (u32)(bits != 0) << vm->held;
}
static inline void lift(Vm *vm, u32 which, u64 bits) {
  if ((takeable[vm->critical][vm->held][which] &= ~bits) == 0) filled[vm->critical][which] &= ~(1u << vm->held);
}
static void lay_out(void) {
  memset(takeable, 0, sizeof takeable);
  memset(filled, 0, sizeof filled);
  laid_out = rounds;
  for (Core *c = cores; c < cores + CORES; c++) {
    Vcpu *v = c->vcpu;
    if (v == NULL || c->target != NULL || c->step != NO_STEP || v->state < RUNNING || v->state > STEALING) continue;
    Vm *vm = v->vm;
    if (vm->takeable_in != rounds) {
      vm->takeable_in = rounds;
      vm->takeable[0] = vm->takeable[1] = 0;
    }
    u32 which = v->state == SEARCHING;
    vm->takeable[which] |= 1ull << c->index;
    lay(vm, which, 1ull << c->index);
  }
}
static void hold(Vm *vm, u32 by) {
  if (laid_out != rounds || vm->takeable_in != rounds) {
    vm->held += by;
    return;
  }
  for (u32 which = 0; which < 2; which++) lift(vm, which, vm->takeable[which]);
  vm->held += by;
  for (u32 which = 0; which < 2; which++) lay(vm, which, vm->takeable[which]);
}
/** Of a lower class, or of who holds two more; rather one that searches, then of who holds most, then the first. */
static Core *choose_victim(const Vm *vm) {
  if (laid_out != rounds) lay_out();
  u32 critical = (filled[0][0] | filled[0][1]) == 0, least = 1;
  if (critical && !vm->critical) return NULL;
  if (critical == vm->critical) least = vm->held + 2;
  if (least > BATCH_VCPUS) return NULL;
  for (u32 which = 2; which-- > 0;) {
    u32 rows = filled[critical][which] >> least << least;
    if (rows != 0) return &cores[__builtin_ctzll(takeable[critical][31 - __builtin_clz(rows)][which])];
  }
  return NULL;
}
static Core *take_idle(const Vm *vm) {
  u32 i = idle_count - 1;
  for (u32 k = idle_count; k > 0 && k + NEAR_IDLE > idle_count; k--)
    if (idle[k - 1]->last == vm) {
      i = k - 1;
      break;
    }
  Core *c = idle[i];
  for (idle_count--; i < idle_count; i++) idle[i] = idle[i + 1];
  return c;
}
static int grant(Vm *vm) {
  if (vm->held == vm->max || vm->promised >= (u32)__builtin_popcount(vm->dormant)) return 0;
  Core *c = idle_count != 0 ? take_idle(vm) : choose_victim(vm);
  if (c == NULL) return 0;
  busy_until += ISSUE_NS;
  hold(vm, 1);
  vm->promised++;
  vm->coming++;
  c->target = vm;
  c->decided_at = busy_until;
  if (c->vcpu == NULL) {
    start_wake(c, busy_until - now);
    return 1;
  }
  Vm *from = c->vcpu->vm;
  u32 which = c->vcpu->state == SEARCHING;
  lift(from, which, 1ull << c->index);
  from->takeable[which] &= ~(1ull << c->index);
  hold(from, -1u);
  from->revocations++;
  step(c, NOTIFY, busy_until - now + NOTIFY_NS);
  return 1;
}
static void serve(Vm *vm) {
  if (vm->queued <= vm->coming) return;
  u32 want = vm->queued - vm->coming;
  while (want != 0 && grant(vm)) want--;
  denied += want != 0;
}
static void on_round(void) {
  static Vm *lines[4][VMS]; // who is short as the round begins: critical without any core, with some; then the others
  u32 counts[4] = {0, 0, 0, 0};
  rounds++;
  busy_until = now + READ_NS;
  for (u32 critical = 0; critical < 2; critical++)
    for (Vm *vm = waiting_first[critical]; vm != NULL; vm = vm->next) {
      if (vm->held != 0 && vm->queued * now - vm->ready_sum < (u64)THRESHOLD_NS * vm->queued) continue;
      u32 line = 2 * !critical + (vm->held != 0);
      lines[line][counts[line]++] = vm;
    }
  for (u32 line = 0; line < 4; line++)
    for (u32 i = 0; i < counts[line]; i++) serve(lines[line][i]);
  u64 next_round = now + INTERVAL_NS;
  plan_at(ROUND_SLOT, next_round > busy_until ? next_round : busy_until, ROUND, 0);
}

// --- from the beginning to the end
static u64 hashed(const char *name) {
  u64 hash = 0xcbf29ce484222325u;
  for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
  return hash;
}
static void lay_vms(u64 seed) {
  Vcpu *v = vcpus;
  for (u32 i = 0; i < VMS; i++) {
    Vm *vm = &vms[i];
    char name[16];
    vm->index = i;
    vm->critical = i < API;
    vm->max = vm->critical ? API_VCPUS : BATCH_VCPUS;
    vm->dormant = (1u << vm->max) - 1;
    vm->look_at = NEVER;
    vm->vcpus = v;
    for (u32 k = 0; k < vm->max; k++, v++) {
      v->vm = vm;
      v->index = k;
      v->number = (u32)(v - vcpus);
    }
    if (vm->critical) snprintf(name, sizeof name, "api-%u", i);
    else snprintf(name, sizeof name, "batch-%u", i - API);
    u64 entity = hashed(name);
    vm->arrivals = seeded(seed, entity, 1);
    vm->services = seeded(seed, entity, 2);
    vm->dispatching = seeded(seed, entity, 3);
    vm->stealing = seeded(seed, entity, 4);
  }
}
static inline void on_vcpu(Vcpu *v) {
  switch (v->state) {
    case RUNNING: on_end(v); return;
    case SEARCHING: give_up(v); return;
    case STEALING: on_stolen(v); return;
    default: yielded(v);
  }
}
static void print_all(const char *name, const Histogram *h) {
  const char *between_buckets = "";
  u64 count = 0;
  for (u32 i = 0; i < BUCKETS; i++) count += h->counts[i];
  printf("\"%s\":{\"count\":%" PRIu64 ",\"sum\":\"%" PRIu64 "\",\"squares\":[\"%" PRIu64 "\",\"%" PRIu64 "\"],\"min\":%" PRIu64 ",\"max\":%" PRIu64 ",\"buckets\":[", name, count,
         h->sum, (u64)(h->squares >> 64), (u64)h->squares, h->min, h->max);
  for (u32 i = 0; i < BUCKETS; i++)
    if (h->counts[i] != 0) {
      printf("%s[%u,%" PRIu64 "]", between_buckets, i, h->counts[i]);
      between_buckets = ",";
    }
  printf("]}");
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "hyperflux: given %d arguments, expected UNTIL_NS SEED\n", argc - 1);
    return 2;
  }
  u64 until = strtoull(argv[1], NULL, 10), seed = strtoull(argv[2], NULL, 10), events = 0;
  prepare_tables();
  for (u32 i = 0; i < 2; i++) latency[i].min = delay[i].min = slowdown[i].min = UINT64_MAX;
  begin_events();
  for (u32 i = TASKS; i > 0; i--) tasks[i - 1].next = spare, spare = &tasks[i - 1];
  for (u32 i = 0; i < CORES; i++) cores[i].index = i;
  for (u32 i = CORES; i > 0; i--) idle[idle_count++] = &cores[i - 1];
  lay_vms(seed);

  struct timespec cpu_from, cpu_to;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_from);
  plan_at(ROUND_SLOT, INTERVAL_NS, ROUND, 0);
  for (Vm *vm = vms; vm < vms + VMS; vm++) {
    if (vm->critical) plan_arrival(vm);
    else
      for (u32 k = 0; k < SATURATING; k++) arrive(vm);
  }
  for (;;) {
    u64 at = keys[1] >> (SLOT_BITS + RANK_BITS);
    if (at > until) break;
    u32 slot = slot_of(keys[1]);
    happening = slot;
    now = at;
    events++;
    if (slot < ARRIVAL_SLOT) {
      Core *c = &cores[slot / 2];
      if (slot % 2) on_core(c);
      else on_vcpu(c->vcpu);
    } else if (slot < LOOK_SLOT) {
      Vm *vm = &vms[slot - ARRIVAL_SLOT];
      plan_arrival(vm);
      arrive(vm);
    } else if (slot < ROUND_SLOT) on_look(&vms[slot - LOOK_SLOT]);
    else on_round();
    if (happening != NOBODY) replay(happening, no_key(happening));
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_to);
  // who is at his first instruction by now has begun
  for (Core *c = cores; c < cores + CORES; c++)
    if (c->vcpu != NULL && c->vcpu->state == RUNNING && c->vcpu->since <= until) begins(c->vcpu, c->vcpu->task);
  printf("{\"cpu\":%.9f,\"events\":%" PRIu64 ",\"rounds\":%" PRIu64 ",\"denied\":%" PRIu64 ",\"vms\":[", between(cpu_from, cpu_to), events, rounds, denied);
  for (Vm *vm = vms; vm < vms + VMS; vm++)
    printf("%s[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "]", vm == vms ? "" : ",", vm->arrived,
           vm->completed, vm->steals, vm->steal_attempts, vm->tasks_stolen, vm->preemptions, vm->yields, vm->grants, vm->revocations);
  printf("],\"groups\":[");
  for (u32 i = 2; i-- > 0;) {
    printf(i == 1 ? "{" : ",{");
    print_all("latencyNs", &latency[i]);
    putchar(',');
    print_all("queueDelayNs", &delay[i]);
    putchar(',');
    print_all("slowdown", &slowdown[i]);
    putchar('}');
  }
  puts("]}");
  return 0;
}
