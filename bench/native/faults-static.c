// The C anchor of case "fault" under static: every core has a queue of its own, to one of which a task that is ready is dispatched; who has
// none left searches, looks into one queue after another, and steals. The rules, draws and the order of events are the core's
// (assembly/cpu/guest), as is its way of searching: when who looks where is known, so that only a look that finds tasks is an event.
// All else: faults.h, swap.h.
enum { SWITCH_NS = 50, LOOK_NS = 120, STEAL_NS = 120, STEAL_MOST = 32 };
#include "swap.h"

enum { RUNNING, SEARCHING, STEALING, OTHERS = CORES - 1, NO_CORE = CORES };
typedef struct {
  Task *head, *tail;
  u32 length, state;
  u64 since;       // of its search
  u32 start;       // how far behind its neighbour it began
  u32 next, prior; // in the order in which searches began
  u32 victim;      // whom it steals from
} Vcpu;
static Vcpu vcpus[CORES];
static u32 searching = NO_CORE, searching_last = NO_CORE, occupied; // occupied: queues that hold tasks, one bit each
static u64 look_at = NEVER;
static u32 looker, look_victim;

static inline u32 below(Stream *s, u32 n) { return (u32)((next(s) >> 32) * n >> 32); }

// --- queues
static inline void push_tail(Vcpu *v, Task *t) {
  t->next = NULL;
  if (v->length++ == 0) v->head = t;
  else v->tail->next = t;
  v->tail = t;
  occupied |= 1u << (v - vcpus);
}
static inline Task *pop_head(Vcpu *v) {
  Task *t = v->head;
  v->head = t->next;
  if (--v->length == 0) occupied &= ~(1u << (v - vcpus));
  return t;
}
/** The first `n` of `from` go over, in the order in which all were ready; of equals, who was there comes first. */
static void move_oldest(Vcpu *from, Vcpu *to, u32 n) {
  Task **at = &to->head;
  if (to->length == 0) to->head = NULL;
  for (; n > 0; n--) {
    Task *t = pop_head(from);
    while (*at != NULL && (*at)->ready <= t->ready) at = &(*at)->next;
    t->next = *at;
    *at = t;
    if (t->next == NULL) to->tail = t;
    at = &t->next;
    to->length++;
  }
  occupied |= 1u << (to - vcpus);
}

// --- searching
/** When `v` looks into the queue of `victim` for the first time from now on. */
static inline u64 next_look(u32 v, u32 victim) {
  u32 place = ((victim - v - 1) & (CORES - 1)) + OTHERS - vcpus[v].start;
  if (place >= OTHERS) place -= OTHERS;
  u64 at = vcpus[v].since + (place + 1) * LOOK_NS, round = OTHERS * LOOK_NS;
  return at >= now ? at : at + (now - at + round - 1) / round * round;
}
static int began_before(u32 a, u32 b) {
  if (vcpus[a].since != vcpus[b].since) return vcpus[a].since < vcpus[b].since;
  for (u32 v = vcpus[a].next; v != NO_CORE && vcpus[v].since == vcpus[a].since; v = vcpus[v].next)
    if (v == b) return 1;
  return 0;
}
static inline void plan_look_at(u64 at) {
  if (at == look_at) return;
  look_at = at;
  plan(LOOK_SLOT, at, LOOK);
}
/** Tasks have come into the queue of `victim`. */
static inline void offer_look(u32 victim) {
  u64 best = look_at;
  for (u32 v = searching; v != NO_CORE; v = vcpus[v].next) {
    if (v == victim) continue;
    u64 at = next_look(v, victim);
    if (at < best || (at == best && began_before(v, looker))) {
      best = at;
      looker = v;
      look_victim = victim;
    }
  }
  plan_look_at(best);
}
/** The earliest look of `v`, if it is before `best`. */
static inline u64 join_look(u32 v, u64 best) {
  for (u32 bits = occupied & ~(1u << v); bits != 0; bits &= bits - 1) {
    u32 victim = (u32)__builtin_ctz(bits);
    u64 at = next_look(v, victim);
    if (at < best) {
      best = at;
      looker = v;
      look_victim = victim;
    }
  }
  return best;
}
static void plan_look(void) {
  u64 best = NEVER;
  if (occupied != 0)
    for (u32 v = searching; v != NO_CORE; v = vcpus[v].next) best = join_look(v, best);
  look_at = best;
  if (best == NEVER) cancel(LOOK_SLOT);
  else plan(LOOK_SLOT, best, LOOK);
}
static inline void begin_search(u32 v) {
  Vcpu *s = &vcpus[v];
  s->state = SEARCHING;
  s->since = now;
  s->next = NO_CORE;
  s->prior = searching_last;
  *(s->prior != NO_CORE ? &vcpus[s->prior].next : &searching) = v;
  searching_last = v;
  s->start = below(&stealing, OTHERS);
  if (occupied != 0) plan_look_at(join_look(v, look_at));
}
static inline void end_search(u32 v) {
  Vcpu *s = &vcpus[v];
  *(s->prior != NO_CORE ? &vcpus[s->prior].next : &searching) = s->next;
  *(s->next != NO_CORE ? &vcpus[s->next].prior : &searching_last) = s->prior;
  if (look_at != NEVER && looker == v) plan_look();
}
static void steal(u32 v, u32 victim) {
  u32 there = vcpus[victim].length, own = vcpus[v].length;
  if (there <= own) return;
  u32 n = (there - own + 1) / 2;
  if (n > STEAL_MOST) n = STEAL_MOST;
  move_oldest(&vcpus[victim], &vcpus[v], n);
  if (vcpus[v].length > 1) offer_look(v); // one it runs at once
  count_steals++;
  count_stolen += n;
}

// --- cores
static void begin_cores(void) {
  for (u32 v = 0; v < CORES; v++) begin_search(v);
}
static void make_ready(Task *t) {
  u32 v = below(&dispatching, CORES);
  t->ready = now;
  if (vcpus[v].state == SEARCHING) {
    end_search(v);
    vcpus[v].state = RUNNING;
    run(&cores[v], t);
  } else {
    push_tail(&vcpus[v], t);
    offer_look(v);
  }
}
static void proceed(Core *c) {
  u32 v = (u32)(c - cores);
  c->task = NULL;
  if (vcpus[v].length != 0) {
    vcpus[v].state = RUNNING;
    run(c, pop_head(&vcpus[v]));
  } else begin_search(v);
}
static void on_core(Core *c) {
  u32 v = (u32)(c - cores);
  if (vcpus[v].state == RUNNING) {
    on_running(c);
    return;
  }
  steal(v, vcpus[v].victim); // its time is over; others may have been faster
  proceed(c);
}
static void on_look(void) {
  u32 v = looker;
  look_at = NEVER;
  if (vcpus[look_victim].length != 0) { // else what was there is gone
    end_search(v);
    count_attempts++;
    vcpus[v].state = STEALING;
    vcpus[v].victim = look_victim;
    plan(CORE_SLOT + v, now + STEAL_NS, STEP);
  }
  plan_look();
}
