// The C anchor of case "fault" under ideal: cores take the next task of one queue at once, in no time. All else: faults.h, swap.h.
enum { SWITCH_NS = 0 };
#include "swap.h"

static u32 idle[CORES], idle_count;
static Task *first, *last;

static void begin_cores(void) {
  for (u32 k = CORES; k > 0; k--) idle[idle_count++] = k - 1;
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
static void proceed(Core *c) {
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
static void on_core(Core *c) { on_running(c); }
static void on_look(void) { unmodelled("a look"); }
