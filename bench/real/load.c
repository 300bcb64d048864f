// Open load for recordings: a dispatcher wakes workers at instants that a seed decides, and each worker computes for the time that
// it is told. Workers are processes that share memory, so that a cgroup of either version takes them; they inherit the cgroup in which
// the program is started, the dispatcher leaves it for DIR, so that it is never throttled and every arrival is a wake-up.
//
//     cc -O2 -o load load.c -lm && ./load --seconds 10 --rate 500 --service-us 400 --workers 64 --cpus 1 --leave /sys/fs/cgroup/cpu
//
// Prints what it did as one line of JSON.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORKERS 512

struct slot {
  _Atomic uint32_t busy; // 1: it has work; the futex that it sleeps on
  uint64_t service_ns;
  uint64_t lock_ns; // of the service, within the lock
  char pad[40];
};

struct shared {
  pthread_mutex_t lock;
  _Atomic uint64_t done;
  struct slot slots[MAX_WORKERS];
};

struct options {
  double seconds, rate, off_rate, on_ms, off_ms, service_us, lock_probability, lock_us;
  int workers, width, exponential;
  uint64_t seed;
  const char *cpus, *leave;
  int dispatcher_cpu;
};

static volatile sig_atomic_t stopped;
static void stop(int signal) { (void)signal, stopped = 1; }

static uint64_t clock_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// SplitMix64: two runs with one seed are one load.
static uint64_t next_word(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static double uniform(uint64_t *state) { return (double)(next_word(state) >> 11) * 0x1p-53; }
static double exponential(uint64_t *state, double mean) { return -mean * log1p(-uniform(state)); }

// Without a look at any clock: whoever reads how long he has run makes the kernel charge his cgroup at that instant, which it
// otherwise does at its ticks.
static double turns_per_ns;
static void turn(uint64_t turns) {
  volatile uint32_t work = 0;
  for (uint64_t i = 0; i < turns; i++) work += (uint32_t)i;
}
static void compute(uint64_t ns) { turn((uint64_t)((double)ns * turns_per_ns)); }

// The best of several: whatever disturbs makes it longer.
static void calibrate(void) {
  for (int i = 0; i < 10; i++) {
    uint64_t turns = 1000000, from = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    turn(turns);
    turns_per_ns = fmax(turns_per_ns, (double)turns / (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - from));
  }
}

static void pin(const char *list) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const char *at = list; at != NULL && *at != 0; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
    CPU_SET(atoi(at), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) perror("sched_setaffinity"), exit(1);
}

static void work(struct shared *all, struct slot *slot) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGTERM, SIG_IGN); // the dispatcher ends it
  for (;;) {
    while (atomic_load(&slot->busy) == 0) syscall(SYS_futex, &slot->busy, FUTEX_WAIT, 0, NULL, NULL, 0);
    if (slot->lock_ns > 0) {
      pthread_mutex_lock(&all->lock);
      compute(slot->lock_ns);
      pthread_mutex_unlock(&all->lock);
    }
    compute(slot->service_ns - slot->lock_ns);
    atomic_fetch_add(&all->done, 1);
    atomic_store(&slot->busy, 0);
  }
}

static void leave_cgroup(const char *folder) {
  char path[4096];
  snprintf(path, sizeof path, "%s/cgroup.procs", folder);
  FILE *file = fopen(path, "w");
  if (file == NULL || fprintf(file, "%d\n", getpid()) < 0 || fclose(file) != 0) perror(path), exit(1);
}

static uint64_t sent, dropped;

static void dispatch(struct shared *all, const struct options *o) {
  uint64_t state = o->seed, begun = clock_ns(CLOCK_MONOTONIC), end = begun + (uint64_t)(o->seconds * 1e9);
  double at = (double)begun, change = at;
  int on = 0, last = 0;
  for (;;) {
    if (o->on_ms > 0) { // bursts: in turns of fixed length, so that each has as many arrivals as the other, but for chance
      while (at >= change) on = !on, change += (on ? o->on_ms : o->off_ms) * 1e6;
    } else on = 1;
    double rate = on ? o->rate : o->off_rate;
    double gap = rate > 0 ? exponential(&state, 1e9 / rate) : INFINITY;
    if (o->on_ms > 0 && at + gap > change) { // without memory: drawn anew at the new rate
      at = change;
      continue;
    }
    at += gap;
    if (at >= (double)end || stopped) break;
    struct timespec when = { (time_t)(at / 1e9), (long)fmod(at, 1e9) };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) == EINTR && !stopped) {}
    for (int i = 0; i < o->width; i++) {
      double service = o->exponential ? exponential(&state, o->service_us * 1e3) : o->service_us * 1e3;
      int locks = uniform(&state) < o->lock_probability;
      int tries = 0;
      while (tries < o->workers && atomic_load(&all->slots[last].busy) != 0) last = (last + 1) % o->workers, tries++;
      if (tries == o->workers) { dropped++; continue; }
      struct slot *slot = &all->slots[last];
      slot->service_ns = (uint64_t)service + 1;
      slot->lock_ns = !locks ? 0 : (uint64_t)fmin(o->lock_us * 1e3, service) + 1;
      atomic_store(&slot->busy, 1);
      syscall(SYS_futex, &slot->busy, FUTEX_WAKE, 1, NULL, NULL, 0);
      last = (last + 1) % o->workers;
      sent++;
    }
  }
}

static int number(const char *name, const char *value, double *into) {
  char *end;
  *into = strtod(value, &end);
  if (*end != 0 || end == value || *into < 0) fprintf(stderr, "%s: given %s, expected a number\n", name, value), exit(2);
  return 1;
}

int main(int argc, char **argv) {
  struct options o = { .seconds = 10, .rate = 500, .service_us = 400, .workers = 64, .width = 1, .exponential = 1, .seed = 1,
                       .cpus = NULL, .leave = NULL, .dispatcher_cpu = 0 };
  for (int i = 1; i + 1 < argc; i += 2) {
    const char *name = argv[i], *value = argv[i + 1];
    double n;
    if (!strcmp(name, "--cpus")) o.cpus = value;
    else if (!strcmp(name, "--leave")) o.leave = value;
    else if (!number(name, value, &n)) return 2;
    else if (!strcmp(name, "--seconds")) o.seconds = n;
    else if (!strcmp(name, "--rate")) o.rate = n;
    else if (!strcmp(name, "--off-rate")) o.off_rate = n;
    else if (!strcmp(name, "--on-ms")) o.on_ms = n;
    else if (!strcmp(name, "--off-ms")) o.off_ms = n;
    else if (!strcmp(name, "--service-us")) o.service_us = n;
    else if (!strcmp(name, "--constant")) o.exponential = n == 0;
    else if (!strcmp(name, "--workers")) o.workers = (int)fmin(fmax(n, 1), MAX_WORKERS);
    else if (!strcmp(name, "--width")) o.width = (int)n;
    else if (!strcmp(name, "--seed")) o.seed = (uint64_t)n;
    else if (!strcmp(name, "--lock-probability")) o.lock_probability = n;
    else if (!strcmp(name, "--lock-us")) o.lock_us = n;
    else if (!strcmp(name, "--dispatcher-cpu")) o.dispatcher_cpu = (int)n;
    else return fprintf(stderr, "%s: unknown option\n", name), 2;
  }
  signal(SIGTERM, stop), signal(SIGINT, stop);
  struct shared *all = mmap(NULL, sizeof *all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return perror("mmap"), 1;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes), pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&all->lock, &attributes);
  calibrate();
  pid_t workers[MAX_WORKERS];
  for (int i = 0; i < o.workers; i++) {
    workers[i] = fork();
    if (workers[i] < 0) return perror("fork"), 1;
    if (workers[i] == 0) {
      if (o.cpus != NULL) pin(o.cpus);
      work(all, &all->slots[i]);
    }
  }
  if (o.leave != NULL) leave_cgroup(o.leave);
  char own[16];
  snprintf(own, sizeof own, "%d", o.dispatcher_cpu), pin(own);
  // Ahead of everything else, so that arrivals come when they should.
  struct sched_param first = { .sched_priority = 50 };
  if (sched_setscheduler(0, SCHED_FIFO, &first) != 0) perror("sched_setscheduler (goes on without)");
  prctl(PR_SET_TIMERSLACK, 1);
  usleep(200000); // until all workers sleep
  dispatch(all, &o);
  usleep(200000); // what is under way ends
  for (int i = 0; i < o.workers; i++) kill(workers[i], SIGKILL);
  while (wait(NULL) > 0) {}
  // What its workers ran: the same load with and without a recording tells what the recording costs them.
  struct rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  double seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  printf("{\"sent\":%llu,\"dropped\":%llu,\"done\":%llu,\"workerSeconds\":%.6f}\n", (unsigned long long)sent,
         (unsigned long long)dropped, (unsigned long long)atomic_load(&all->done), seconds);
  return 0;
}
